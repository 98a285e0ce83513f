import { refuseCel } from "./cel-fault.ts";
import type { Refusal, Result } from "./errors.ts";
import { refuse, succeed } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { isJsonObject, own } from "./json.ts";
import type { WriteTemplate } from "./model.ts";
import type { Ports } from "./ports.ts";
import type { Registrar } from "./timer.ts";
import { invalidTimer, optionalTimer } from "./timer.ts";

/** The ways in which a write changes its entry, of which it has exactly one [ACT-5]. */
const MODES = ["merge", "increment", "append", "delete"] as const;
export type Mode = "value" | (typeof MODES)[number];

export function modeOf(write: WriteTemplate): Mode {
  return MODES.find((mode) => write[mode] !== undefined) ?? "value";
}

/**
 * A declared write as the room does it. One that came from the original system is kept as it was written there, with
 * `if_version`, and with nulls and flags that say nothing.
 */
export function effectiveWrite(write: WriteTemplate): WriteTemplate {
  const said = Object.entries(write).filter(
    ([name, value]) => name === "value" || (value !== null && value !== false),
  );
  const { if_version, ...effective } = Object.fromEntries(said);
  return if_version === undefined ? effective : { if_hash: if_version, ...effective };
}

type Refused = { readonly ok: false; readonly refusal: Refusal };

function faulty(path: string, problem: string): Refused {
  return refuse("invalid_param", `${path} ${problem}.`, { help: "writes", details: { path } });
}

/** One write of `_register_action`, checked. Unknown fields are ignored. */
export function parseWrite(
  item: Json,
  path: string,
  registrar: Registrar,
  ports: Pick<Ports, "expressionFault">,
): Result<WriteTemplate> {
  if (!isJsonObject(item)) return faulty(path, "must be an object");
  const texts = parseTexts(item, path);
  if (!texts.ok) return texts;
  const mode = parseMode(item, path);
  if (!mode.ok) return mode;
  const timer = optionalTimer(item, "timer", `${path}.timer`, { registrar, templates: true });
  if (!timer.ok) return timer;
  const timed = timer.value === undefined ? {} : { timer: timer.value };
  const write: WriteTemplate = { ...texts.value, ...mode.value, ...timed };
  if (timer.value !== undefined && write.scope === "_messages") {
    return invalidTimer(`${path}.timer`, "cannot stand on a message");
  }
  const fault = targetFault(write, path) ?? expressionFault(write, path, ports);
  return fault ?? succeed(write);
}

type Texts = Pick<WriteTemplate, "scope" | "key" | "if_hash" | "enabled">;

function parseTexts(item: JsonObject, path: string): Result<Texts> {
  const texts: Record<string, string> = {};
  for (const name of ["scope", "key", "if_hash", "if_version", "enabled"]) {
    const value = own(item, name) ?? null;
    if (value === null) continue;
    if (typeof value !== "string") return faulty(`${path}.${name}`, "must be a string");
    texts[name === "if_version" ? "if_hash" : name] = value;
  }
  return succeed(texts);
}

type ModeFields = Pick<WriteTemplate, "value" | "expr" | "merge" | "increment" | "append" | "delete">;

function parseMode(item: JsonObject, path: string): Result<ModeFields> {
  const present = MODES.filter((mode) => {
    const value = own(item, mode);
    return value !== undefined && value !== null && value !== false;
  });
  const value = own(item, "value");
  if (present.length > 1) return faulty(path, `has more than one mode: ${present.join(", ")}`);
  const mode = present[0] ?? "value";
  const expr = (own(item, "expr") ?? false) !== false;
  if (expr && (own(item, "expr") !== true || typeof value !== "string")) {
    return faulty(`${path}.expr`, "must be true, with a CEL expression as value");
  }
  const valued = value === undefined ? {} : { value, ...(expr ? { expr } : {}) };
  switch (mode) {
    case "value":
      return value === undefined ? faulty(path, `needs value, ${MODES.join(", ")}`) : succeed(valued);
    case "append":
      if (own(item, "append") !== true) return faulty(`${path}.append`, "must be true");
      return value === undefined
        ? faulty(path, "needs value to append")
        : succeed({ ...valued, append: true });
    case "delete":
      if (own(item, "delete") !== true) return faulty(`${path}.delete`, "must be true");
      return value === undefined
        ? succeed({ delete: true })
        : faulty(path, "has more than one mode: value, delete");
    case "merge":
      return parseMerge(own(item, "merge"), value, path);
    case "increment":
      return parseIncrement(own(item, "increment"), valued, path);
  }
}

function parseMerge(merge: Json | undefined, value: Json | undefined, path: string): Result<ModeFields> {
  if (value !== undefined) return faulty(path, "has more than one mode: value, merge");
  if (isJsonObject(merge) || typeof merge === "string") return succeed({ merge });
  return faulty(`${path}.merge`, "must be an object, or a template that becomes one");
}

function parseIncrement(increment: Json | undefined, valued: ModeFields, path: string): Result<ModeFields> {
  if (increment === true) return succeed({ ...valued, increment: true });
  if (typeof increment !== "number" && typeof increment !== "string") {
    return faulty(`${path}.increment`, "must be a number, a template, or true with value");
  }
  if (valued.value !== undefined) return faulty(path, "has more than one mode: value, increment");
  return succeed({ increment });
}

function targetFault(write: WriteTemplate, path: string): Refused | null {
  if (write.key === undefined && !write.append) return faulty(`${path}.key`, "is required");
  return write.key === "" ? faulty(`${path}.key`, "must not be empty") : null;
}

function expressionFault(
  write: WriteTemplate,
  path: string,
  ports: Pick<Ports, "expressionFault">,
): Refused | null {
  const expressions = { value: write.expr ? (write.value as string) : undefined, enabled: write.enabled };
  for (const [name, expression] of Object.entries(expressions)) {
    const fault = expression === undefined ? null : ports.expressionFault(expression);
    if (fault) return refuseCel(fault, `${path}.${name}`);
  }
  return null;
}
