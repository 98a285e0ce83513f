import type { Effect, Fields, ReferenceState, Running, Value } from "./reference-state.ts";
import { hashOf } from "./reference-state.ts";

/** Why something is refused. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** The expressions of the simulation, by their text, as they are to be worth; `n` is absent or a number. */
const EXPRESSIONS: Readonly<Record<string, (shared: (key: string) => Value | undefined) => Value>> = {
  "state._shared.n == null || state._shared.n < 5": (shared) => Number(shared("n") ?? 0) < 5,
  "state._shared.open == true": (shared) => shared("open") === true,
  "state._shared.closed != true": (shared) => shared("closed") !== true,
  "state._shared.n == null ? 1 : state._shared.n - 3": (shared) =>
    shared("n") === undefined ? 1 : Number(shared("n")) - 3,
  "state._shared.n": (shared) => shared("n") ?? null,
};

/** What an expression is worth, for everyone the same: it reads what is shared and not hidden [TIMER-4]. */
export function worth(state: ReferenceState, expression: string): Value {
  const evaluate = EXPRESSIONS[expression];
  if (!evaluate) throw new Error(`the simulation knows no ${expression}`);
  return evaluate((key) => visible(state, "_shared", key));
}

/** The value that readers see at a place, if they see one. */
export function visible(state: ReferenceState, scope: string, key: string): Value | undefined {
  const cell = state.get(scope, key);
  if (!cell || cell.timer?.effect === "enable") return undefined;
  if (cell.enabled !== undefined && worth(state, cell.enabled) !== true) return undefined;
  return cell.value;
}

/** Who invokes what, of whom. */
export interface Invoking {
  readonly self: string | null;
  readonly params: Fields;
  readonly definition: Fields;
  /** What the action's registrar has been granted, as of now. */
  readonly grants: readonly string[];
  /** The state before the first write, for expressions. */
  readonly before: ReferenceState;
}

/** What one write does in `running`, the state as the writes before it have left it, or undefined for no write [ACT-5]. */
export function effectOf(write: Fields, invoking: Invoking, running: ReferenceState): Effect | undefined {
  const scope = placeName(write.scope ?? invoking.definition.scope ?? "_shared", invoking);
  if (!mayWrite(scope, invoking)) throw new Refused(403, "scope_denied");
  const key =
    write.key === undefined ? String((running.highest.get(scope) ?? 0) + 1) : placeName(write.key, invoking);
  const cell = running.get(scope, key);
  if (write.if_hash !== undefined) {
    const expected = filled(write.if_hash, invoking);
    if (typeof expected !== "string") throw new Refused(400, "missing_param");
    if (expected !== hashOf(cell?.value)) throw new Refused(409, "version_conflict");
  }
  if (write.delete === true) return cell && { op: "delete", scope, key };
  const timer = write.timer === undefined ? {} : { timer: begun(write.timer as Fields, running.now) };
  const gate = write.enabled === undefined ? {} : { enabled: String(write.enabled) };
  return { op: "write", scope, key, value: newValue(write, invoking, cell?.value), ...gate, ...timer };
}

/** [ACT-4] */
function mayWrite(scope: string, { definition, self, grants }: Invoking): boolean {
  return scope.startsWith("_") || [definition.scope, self, ...grants].includes(scope);
}

function newValue(write: Fields, invoking: Invoking, before: Value | undefined): Value {
  if (write.merge !== undefined) return merged(before, patchOf(write.merge as Fields, invoking));
  if (write.increment !== undefined) {
    const amount = filled(write.increment, invoking) ?? 1;
    const from = before ?? 0;
    if (typeof amount !== "number" || typeof from !== "number") throw new Refused(409, "not_a_number");
    return from + amount;
  }
  const value =
    write.expr === true ? worth(invoking.before, String(write.value)) : filled(write.value ?? null, invoking);
  if (write.append !== true || write.key === undefined) return value;
  if (before === undefined || before === null) return [value];
  return Array.isArray(before) ? [...before, value] : [before, value];
}

/** A timer as it begins at `now`. */
export function begun({ ms, ticks, tick_on, effect = "enable" }: Fields, now: number): Running {
  const what = effect as Running["effect"];
  if (typeof ms === "number") return { effect: what, at: now + ms };
  return { effect: what, left: Number(ticks), on: String(tick_on).replace(".", " ") };
}

/** A scope or key: what it names must be there [ACT-6]. */
function placeName(template: Value, invoking: Invoking): string {
  const name = filled(template, invoking);
  if (name === null) throw new Refused(400, "missing_param");
  return String(name);
}

/** A template with its placeholders substituted: the simulation's are whole values [ACT-6]. */
function filled(template: Value, invoking: Invoking): Value {
  if (Array.isArray(template)) return template.map((item) => filled(item, invoking));
  if (template !== null && typeof template === "object") {
    return Object.fromEntries(
      Object.entries(template).map(([name, item]) => [name, filled(item, invoking)] as const),
    );
  }
  if (template === "${self}") return invoking.self;
  if (template === "${now}") return new Date(invoking.before.now).toISOString();
  const [, param] = /^\$\{params\.(\w+)\}$/.exec(String(template)) ?? [];
  return param === undefined ? template : (invoking.params[param] ?? null);
}

/** A merge patch, of which a parameter that is missing leaves out its field. */
function patchOf(patch: Fields, invoking: Invoking): Fields {
  const isMissing = (item: Value) => {
    const [, param] = /^\$\{params\.(\w+)\}$/.exec(String(item)) ?? [];
    return param !== undefined && invoking.params[param] === undefined;
  };
  const kept = Object.entries(patch).filter(([, item]) => !isMissing(item));
  return Object.fromEntries(kept.map(([name, item]) => [name, filled(item, invoking)]));
}

/** RFC 7396 */
function merged(target: Value | undefined, patch: Value): Value {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const isObject = typeof target === "object" && target !== null && !Array.isArray(target);
  const result: Record<string, Value> = isObject ? { ...(target as Fields) } : {};
  for (const [name, item] of Object.entries(patch)) {
    if (item === null) delete result[name];
    else result[name] = merged(result[name], item);
  }
  return result;
}
