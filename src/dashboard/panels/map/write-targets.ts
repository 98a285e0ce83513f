import type { Json } from "../../../client/main.ts";
import { isJsonObject } from "../../live/json-object.ts";
import type { ActionRecord } from "../../live/snapshot.ts";

/** How a write changes its entry [ACT-5]. */
export type Mode = "value" | "merge" | "increment" | "append" | "delete";

const MODES = ["merge", "increment", "append", "delete"] as const;

/** One write of an action, templates as they are written. */
export interface WriteTarget {
  readonly scope: string;
  /** Null is a new entry by the scope's next number. */
  readonly key: string | null;
  readonly mode: Mode;
  /** As `_contested` names it, where it can be contested [ACT-11]. */
  readonly target: string | null;
}

/** What an action writes. Nulls and flags of the original system that say nothing count as absent. */
export function writeTargetsOf({ scope: standard = "_shared", writes = [] }: ActionRecord): WriteTarget[] {
  return writes.filter(isJsonObject).map((write) => {
    const mode = MODES.find((each) => (write[each] ?? false) !== false) ?? "value";
    const scope = textOf(write.scope) ?? standard;
    const key = textOf(write.key);
    return { scope, key, mode, target: mode === "append" || key === null ? null : `${scope}:${key}` };
  });
}

/** The expressions among an action's writes. */
export function writtenExpressions({ writes = [] }: ActionRecord): string[] {
  return writes.filter(isJsonObject).flatMap(({ expr, value, enabled }) => {
    const texts = [expr === true ? textOf(value) : null, textOf(enabled)];
    return texts.filter((text) => text !== null);
  });
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

const PLACEHOLDER = /\$\{(?:self|now|params\.[^{}]+)\}/;

export function isTemplate(name: string): boolean {
  return PLACEHOLDER.test(name);
}

/**
 * Whether a name is one that a template may become. It takes a walk along the name, whatever the template: a pattern made
 * of what an agent wrote could keep the page busy for hours.
 */
export function mayBecome(template: string, name: string): boolean {
  const [first = "", ...parts] = template.split(PLACEHOLDER);
  const last = parts.pop();
  if (last === undefined) return template === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
