import type { Json } from "./json.ts";
import type { Entry, LogEvent, Operation } from "./model.ts";
import { entryNumber } from "./order.ts";

/** Live state as decisions read it. */
export interface StateReader {
  entry(scope: string, key: string): Entry | undefined;
  /** The entries of a scope, in the room's order [ROOM-4]. */
  entries(scope: string): Iterable<readonly [string, Entry]>;
  /** How many entries the scope holds. */
  count(scope: string): number;
  /** The highest number that a key of this scope ever was, 0 for none. */
  highest(scope: string): number;
}

/** Live state as {@link apply} changes it. */
export interface StateWriter {
  put(scope: string, key: string, entry: Entry): void;
  remove(scope: string, key: string): void;
}

/** Folds one event into the state. Commit and replay both come through here: state changes in no other way [LOG-1, LOG-3]. */
export function apply(state: StateWriter, event: LogEvent): void {
  for (const operation of event.payload.writes) applyOperation(state, operation, event.ts);
}

function applyOperation(state: StateWriter, operation: Operation, ts: string): void {
  if (operation.op === "delete") state.remove(operation.scope, operation.key);
  else state.put(operation.scope, operation.key, entryAfter(operation, ts));
}

function entryAfter(operation: Exclude<Operation, { op: "delete" }>, ts: string): Entry {
  const entry = {
    value: operation.value,
    revision: operation.revision,
    hash: operation.hash,
    updated_at: ts,
  };
  return operation.enabled === undefined ? entry : { ...entry, enabled: operation.enabled };
}

/** The state as it stands while an action's writes are resolved one after another: a base and what was written over it. */
export class RunningState implements StateReader {
  readonly #base: StateReader;
  readonly #written = new Map<string, Map<string, Operation>>();
  readonly operations: Operation[] = [];

  constructor(base: StateReader) {
    this.#base = base;
  }

  entry(scope: string, key: string): Entry | undefined {
    const operation = this.#written.get(scope)?.get(key);
    if (!operation) return this.#base.entry(scope, key);
    return operation.op === "delete" ? undefined : entryAfter(operation, "");
  }

  *entries(scope: string): Iterable<readonly [string, Entry]> {
    const written = this.#written.get(scope);
    for (const [key, entry] of this.#base.entries(scope)) if (!written?.has(key)) yield [key, entry];
    for (const [key, operation] of written ?? [])
      if (operation.op !== "delete") yield [key, entryAfter(operation, "")];
  }

  count(scope: string): number {
    let count = this.#base.count(scope);
    for (const [key, operation] of this.#written.get(scope) ?? []) {
      const existed = this.#base.entry(scope, key) !== undefined;
      if (operation.op === "delete" && existed) count -= 1;
      if (operation.op !== "delete" && !existed) count += 1;
    }
    return count;
  }

  highest(scope: string): number {
    let highest = this.#base.highest(scope);
    for (const key of this.#written.get(scope)?.keys() ?? []) highest = Math.max(highest, entryNumber(key));
    return highest;
  }

  write(operation: Operation): void {
    this.operations.push(operation);
    const scope = this.#written.get(operation.scope) ?? new Map<string, Operation>();
    scope.set(operation.key, operation);
    this.#written.set(operation.scope, scope);
  }
}

/** A plain write of `value`, at the revision that follows what the state holds. */
export function setOperation(
  state: StateReader,
  hash: (value: Json) => string,
  target: { scope: string; key: string; value: Json },
): Operation {
  const revision = (state.entry(target.scope, target.key)?.revision ?? 0) + 1;
  return { op: "set", ...target, revision, hash: hash(target.value) };
}
