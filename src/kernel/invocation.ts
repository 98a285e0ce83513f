import type { WriteAuthority } from "./authority.ts";
import { registrarOf, scopeRefusal } from "./authority.ts";
import { refuseCel } from "./cel-fault.ts";
import type { Refusal, Result } from "./errors.ts";
import { refuse, succeed } from "./errors.ts";
import type { Json, JsonFault } from "./json.ts";
import { isJsonObject, jsonFault } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { mergePatch } from "./merge.ts";
import { messageValue } from "./message.ts";
import type { ActionDefinition, Entry, Timer, WriteOperation, WriteTemplate } from "./model.ts";
import { isKey, utf8Bytes } from "./names.ts";
import { entryNumber } from "./order.ts";
import type { Frame, Ports } from "./ports.ts";
import type { Sight } from "./sight.ts";
import { actionSight } from "./sight.ts";
import type { RunningState } from "./state.ts";
import type { Bindings } from "./template.ts";
import { fillName, fillValue } from "./template.ts";
import { invalidTimer, resolveTimer } from "./timer.ts";
import { modeOf } from "./write-template.ts";

/** Where a refusal came from, to be explained [ACT-10]. */
export interface Clause {
  readonly clause: string;
  readonly expression?: string;
  readonly frame?: Frame;
}

type Refused = { readonly ok: false; readonly refusal: Refusal; readonly clause?: Clause };
type Resolved<T> = { readonly ok: true; readonly value: T } | Refused;

/** One invocation, while its writes are resolved in order. */
export interface Invocation {
  readonly action: string;
  readonly definition: ActionDefinition;
  readonly bindings: Bindings;
  readonly authority: WriteAuthority;
  /** What the invoker may see, for what a conflict may tell. */
  readonly sight: Sight;
  readonly state: RunningState;
  readonly ports: Ports;
}

interface Target {
  readonly scope: string;
  readonly key: string;
  readonly entry: Entry | undefined;
}

/** Resolves one declared write and appends its operation to the running state, or says why it cannot be done. */
export function resolveWrite(invocation: Invocation, write: WriteTemplate, path: string): Resolved<null> {
  const target = resolveTarget(invocation, write);
  if (!target.ok) return target;
  const conflict = conflictOf(invocation, write, target.value);
  if (conflict) return conflict;
  if (write.delete) {
    const { scope, key, entry } = target.value;
    if (entry) invocation.state.write({ op: "delete", scope, key, revision: 0, hash: "" });
    return succeed(null);
  }
  const value = resolveValue(invocation, write, target.value, path);
  if (!value.ok) return value;
  const fault = valueRefusal(value.value, path);
  // The path into a value tells its keys and its length.
  if (fault) return invocation.sight.mayRead(target.value.scope) ? fault : unlocated(fault, path);
  const timer = timerOf(invocation, write, target.value, `${path}.timer`);
  if (!timer.ok) return timer;
  invocation.state.write({ ...operationFor(invocation, write, target.value, value.value), ...timer.value });
  return succeed(null);
}

function timerOf(
  { bindings, definition, state }: Invocation,
  { timer }: WriteTemplate,
  target: Target,
  path: string,
): Result<{ timer?: Timer }> {
  if (timer === undefined) return succeed({});
  if (target.scope === "_messages") return invalidTimer(path, "cannot stand on a message");
  const resolved = resolveTimer(timer, bindings, registrarOf(state, definition.registered_by), path);
  return resolved.ok ? succeed({ timer: resolved.value }) : resolved;
}

function operationFor(
  invocation: Invocation,
  write: WriteTemplate,
  target: Target,
  value: Json,
): WriteOperation {
  const { scope, key, entry } = target;
  const mode = modeOf(write);
  return {
    op: mode === "merge" || mode === "increment" ? mode : mode === "append" && write.key ? "push" : "set",
    scope,
    key,
    value,
    revision: (entry?.revision ?? 0) + 1,
    hash: invocation.ports.hash(value),
    ...(write.enabled === undefined ? {} : { enabled: write.enabled }),
  };
}

function resolveTarget(invocation: Invocation, write: WriteTemplate): Result<Target> {
  const { bindings, definition, authority, state } = invocation;
  const scope = fillName(write.scope ?? definition.scope, bindings, "scope of a write");
  if (!scope.ok) return scope;
  const appendsNumbered = write.append === true && write.key === undefined;
  const denied = scopeRefusal(scope.value, appendsNumbered, authority);
  if (denied) return denied;
  if (write.key === undefined) return nextTarget(scope.value, state);
  const key = fillName(write.key, bindings, "key of a write");
  if (!key.ok) return key;
  if (key.value === "") {
    return refuse("missing_param", "The key of a write is empty after substitution.", {
      details: { key: write.key },
    });
  }
  if (!isKey(key.value)) {
    return refuse("invalid_param", `A key has 1 to ${LIMITS.keyBytes} bytes and no control characters.`, {
      details: { scope: scope.value, limit: "keyBytes" },
    });
  }
  return succeed({ scope: scope.value, key: key.value, entry: state.entry(scope.value, key.value) });
}

/** The entry after the highest number; a number that is not counted any more would be given twice. */
function nextTarget(scope: string, state: RunningState): Result<Target> {
  const key = String(state.highest(scope) + 1);
  if (entryNumber(key) > 0) return succeed({ scope, key, entry: undefined });
  return refuse("storage_full", `The numbers of the scope ${scope} are used up.`, {
    hint: "Append to another scope.",
    details: { scope },
  });
}

/** Compare-and-set: the hash that the write names must be that of what is there now. */
function conflictOf(invocation: Invocation, write: WriteTemplate, target: Target): Refused | null {
  if (write.if_hash === undefined) return null;
  const filled = fillValue(write.if_hash, invocation.bindings, "null");
  if (!filled.ok) return filled;
  if (typeof filled.value !== "string") {
    return refuse("missing_param", `The if_hash of the write needs ${write.if_hash} as a string.`, {
      hint: "Pass the hash of the entry as it was read, or an empty string for an entry that must not exist.",
    });
  }
  const { scope, key, entry } = target;
  const current = entry?.hash ?? builtinHash(invocation, scope, key);
  if (filled.value === current) return null;
  const visible = invocation.sight.mayRead(scope);
  return refuse("version_conflict", `The entry ${scope}.${key} is not what the caller read.`, {
    hint: "Read the entry again and invoke with its hash.",
    details: {
      scope,
      key,
      expected: filled.value,
      ...(visible ? { current: { revision: entry?.revision ?? 0, hash: current } } : {}),
    },
  });
}

/** A help text that nobody has overridden has the hash of the built-in text as it is served [ACT-13]. */
function builtinHash({ ports }: Invocation, scope: string, key: string): string {
  const text = scope === "_help" ? ports.builtinHelp(key) : undefined;
  return text === undefined ? "" : ports.hash(text);
}

function resolveValue(
  invocation: Invocation,
  write: WriteTemplate,
  target: Target,
  path: string,
): Resolved<Json> {
  switch (modeOf(write)) {
    case "merge":
      return merged(invocation, write, target, path);
    case "increment":
      return incremented(invocation, write, target, path);
    case "append": {
      const item = suppliedValue(invocation, write, target.scope, path);
      if (!item.ok) return item;
      if (target.scope === "_messages") return messageOf(invocation, write, item.value, path);
      return succeed(write.key === undefined ? item.value : pushed(target.entry?.value, item.value));
    }
    default:
      return suppliedValue(invocation, write, target.scope, path);
  }
}

/** Messages are numbered without gaps and read by everyone, so that none can have a gate. */
function messageOf(invocation: Invocation, write: WriteTemplate, content: Json, path: string): Result<Json> {
  if (write.enabled === undefined) return messageValue(content, invocation);
  return refuse("invalid_param", "A message cannot be hidden by enabled.", {
    details: { path: `${path}.enabled` },
  });
}

function merged(invocation: Invocation, write: WriteTemplate, target: Target, path: string): Result<Json> {
  const patch = fillValue(write.merge ?? null, invocation.bindings, "omit");
  if (!patch.ok) return patch;
  if (isJsonObject(patch.value)) return succeed(mergePatch(target.entry?.value, patch.value));
  return refuse("invalid_param", `${path}.merge becomes no object.`, { help: "writes", details: { path } });
}

function pushed(value: Json | undefined, item: Json): Json[] {
  if (value === undefined || value === null) return [item];
  return Array.isArray(value) ? [...value, item] : [value, item];
}

/** The write's `value`: a template, or an expression over the state as it was before the invocation. */
function suppliedValue(
  invocation: Invocation,
  write: WriteTemplate,
  scope: string,
  path: string,
): Resolved<Json> {
  const { bindings, definition, ports } = invocation;
  if (!write.expr) return fillValue(write.value ?? null, bindings, "null");
  const invoker = bindings.self;
  const readsOwn = invoker !== null && (scope === invoker || definition.registered_by === invoker);
  const expression = String(write.value);
  const sight = actionSight(definition.scope, invoker, readsOwn);
  const frame: Frame = { sight, params: bindings.params, now: bindings.now };
  const evaluation = ports.evaluate(expression, frame);
  if (evaluation.ok) return succeed(evaluation.value);
  return { ...refuseCel(evaluation.fault, `${path}.value`), clause: { clause: path, expression, frame } };
}

function incremented(
  invocation: Invocation,
  write: WriteTemplate,
  target: Target,
  path: string,
): Resolved<Json> {
  const amount = amountOf(invocation, write, target.scope, path);
  if (!amount.ok) return amount;
  const from = target.entry?.value ?? 0;
  const by = amount.value ?? 1;
  if (typeof from === "number" && typeof by === "number") {
    const sum = from + by;
    if (Math.abs(sum) <= Number.MAX_SAFE_INTEGER) return succeed(sum);
  }
  return refuse("not_a_number", `${target.scope}.${target.key} cannot be incremented by that.`, {
    hint: "Increment an entry that holds a number, or none, by a number, and stay within ±(2^53−1).",
    details: { scope: target.scope, key: target.key },
  });
}

function amountOf(invocation: Invocation, write: WriteTemplate, scope: string, path: string): Resolved<Json> {
  if (write.increment === true) {
    return write.value === undefined ? succeed(null) : suppliedValue(invocation, write, scope, path);
  }
  return fillValue(write.increment ?? null, invocation.bindings, "null");
}

const FAULT_SENTENCES: Record<JsonFault["problem"], string> = {
  too_deep: `is nested deeper than ${LIMITS.valueDepth} levels`,
  number_out_of_range: "is a number beyond ±(2^53−1), which JSON readers round",
  lone_surrogate: "holds half of a surrogate pair",
  not_json: "is no JSON value",
};

/** The refusal of a value without the place of its fault, for who may not read what the value would join [AUTH-7]. */
function unlocated({ refusal }: Refused, path: string): Refused {
  const { code, details } = refusal;
  return refuse(code, `The value of ${path} may not be stored.`, { details: { ...details, path } });
}

/** Why `value` may not be stored, or null [STATE-3]. */
export function valueRefusal(value: Json, path: string): Refused | null {
  const fault = jsonFault(value, LIMITS.valueDepth);
  if (fault) {
    const at = [path, ...fault.path].join(".");
    return refuse("invalid_param", `${at} ${FAULT_SENTENCES[fault.problem]}.`, { details: { path: at } });
  }
  if (utf8Bytes(JSON.stringify(value)) <= LIMITS.valueBytes) return null;
  return refuse("too_large", `A value has at most ${LIMITS.valueBytes} bytes of JSON.`, {
    hint: "Split the value over several keys.",
    details: { path, limit: "valueBytes" },
  });
}
