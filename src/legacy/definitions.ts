import type { Json } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import { isKey, isScope, isSystemScope, utf8Bytes } from "../kernel/names.ts";
import { sight } from "../kernel/sight.ts";
import type { Registrar } from "../kernel/timer.ts";
import type { Row } from "./columns.ts";
import { textOf, Unreadable } from "./columns.ts";

/** When a row that does not say it came into being. */
export const EPOCH = new Date(0).toISOString();

/** Rows were checked for what their registrar might read when they were registered. */
export const REGISTRAR: Registrar = { agent: null, sight: sight({ kind: "view", token: "" }, undefined) };

export function definedId(row: Row): string {
  const id = textOf(row, "id") ?? "";
  if (!isKey(id)) throw new Unreadable("its id is no key");
  return id;
}

/** The scope under which a row is registered: one under which a room registers. */
export function definedScope(row: Row): string {
  return registrable(textOf(row, "scope") ?? "_shared");
}

/** `scope`, if a room registers under it. */
export function registrable(scope: Json): string {
  const isClosed =
    typeof scope !== "string" || isSystemScope(scope) || scope === "_messages" || scope === "_help";
  if (isClosed || !isScope(scope)) throw new Unreadable("nothing can be registered under its scope");
  return scope;
}

/** `value`, if it is no larger than a value may be. */
export function fitting(value: Json): Json {
  if (utf8Bytes(JSON.stringify(value)) > LIMITS.valueBytes)
    throw new Unreadable("it is larger than a value may be");
  return value;
}
