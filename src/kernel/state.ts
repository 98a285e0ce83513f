import type { Json } from "./json.ts";
import type {
  DeleteOperation,
  Entry,
  LogEvent,
  Operation,
  RunningTimer,
  Timer,
  WriteOperation,
} from "./model.ts";
import { entryNumber } from "./order.ts";
import type { Writing } from "./provenance.ts";

/** Live state as decisions read it. */
export interface StateReader {
  entry(scope: string, key: string): Entry | undefined;
  /** The entries of a scope, in the room's order [ROOM-4]. */
  entries(scope: string): Iterable<readonly [string, Entry]>;
  /** How many entries the scope holds. */
  count(scope: string): number;
  /** The highest number that a key of this scope ever was, 0 for none. */
  highest(scope: string): number;
  /** What the clock of a key reads, 0 for a key on which no timer ticks [TIMER-3]. */
  clock(scope: string, key: string): number;
}

/**
 * Live state as {@link apply} changes it. A key has a clock while timers tick on it: it begins at 0 with the first entry
 * that is put with such a timer, and ends with the last.
 */
export interface StateWriter extends Pick<StateReader, "entry" | "clock"> {
  /** `writing` is absent where the entry is not written, and only its timers move. */
  put(scope: string, key: string, entry: Entry, writing?: Writing): void;
  remove(scope: string, key: string): void;
  /** Moves the clock of a key on by one, where it has a clock. */
  tick(scope: string, key: string): void;
  /** Notes that a key of the scope once was this number. */
  reach(scope: string, number: number): void;
}

/**
 * Folds one event into the state. Commit and replay both come through here: state changes in no other way [LOG-1, LOG-3].
 * Its writes tick before any is applied: a timer that it sets does not count them.
 */
export function apply(state: StateWriter, event: Omit<LogEvent, "kind">): void {
  const { writes, highest = {}, action = null } = event.payload;
  const writing: Writing = { seq: event.seq, writer: event.agent, via: action };
  for (const operation of writes) if (isTick(operation)) state.tick(operation.scope, operation.key);
  for (const operation of writes) {
    const after = entryAfter(state, operation, event.ts);
    if (after) state.put(operation.scope, operation.key, after, isWrite(operation) ? writing : undefined);
    else state.remove(operation.scope, operation.key);
  }
  for (const [scope, number] of Object.entries(highest)) state.reach(scope, number);
}

/** Whether an operation is a write to its key, as opposed to what only moves its timers. */
export function isWrite(operation: Operation): operation is WriteOperation | DeleteOperation {
  const { op } = operation;
  return op !== "cooldown" && op !== "enable" && op !== "legacy";
}

/** Whether an operation moves the clock of its key: an entry that was written elsewhere and is only brought does not. */
export function isTick(operation: Operation): boolean {
  return isWrite(operation) && (operation.op === "delete" || operation.updated_at === undefined);
}

/** The entry that an operation leaves behind, if it leaves one. */
function entryAfter(
  state: Pick<StateReader, "entry" | "clock">,
  operation: Operation,
  ts: string,
): Entry | undefined {
  if (operation.op === "delete") return undefined;
  if (isWrite(operation)) return writtenEntry(state, operation, ts);
  const before = state.entry(operation.scope, operation.key);
  if (!before || operation.op === "legacy") return before;
  const { value, revision, hash, updated_at, enabled, timer, cooldown } = before;
  const slots =
    operation.op === "cooldown" ? { timer, cooldown: begin(state, operation.cooldown) } : { timer, cooldown };
  if (operation.op === "enable") slots[operation.slot] = undefined;
  return withOptional({ value, revision, hash, updated_at }, { enabled, ...slots });
}

function writtenEntry(state: Pick<StateReader, "clock">, operation: WriteOperation, ts: string): Entry {
  const { value, revision, hash, updated_at = ts, enabled, timer, cooldown } = operation;
  return withOptional(
    { value, revision, hash, updated_at },
    { enabled, timer: timer && begin(state, timer), cooldown: cooldown && begin(state, cooldown) },
  );
}

function begin(state: Pick<StateReader, "clock">, timer: Timer): RunningTimer {
  if ("expires_at" in timer) return timer;
  const { scope, key } = timer.tick_on;
  return { ...timer, since: state.clock(scope, key) };
}

type Optional<T> = { [Name in keyof T]?: T[Name] | undefined };

/** `base` with those of `optional` that there are. */
function withOptional(
  base: Omit<Entry, "enabled" | "timer" | "cooldown">,
  { enabled, timer, cooldown }: Optional<Pick<Entry, "enabled" | "timer" | "cooldown">>,
): Entry {
  return {
    ...base,
    ...(enabled === undefined ? {} : { enabled }),
    ...(timer === undefined ? {} : { timer }),
    ...(cooldown === undefined ? {} : { cooldown }),
  };
}

/** The state as it stands while an action's writes are resolved one after another: a base and what was written over it. */
export class RunningState implements StateReader {
  readonly #base: StateReader;
  readonly #written = new Map<string, Map<string, Entry | undefined>>();
  readonly operations: Operation[] = [];

  constructor(base: StateReader) {
    this.#base = base;
  }

  entry(scope: string, key: string): Entry | undefined {
    const written = this.#written.get(scope);
    return written?.has(key) ? written.get(key) : this.#base.entry(scope, key);
  }

  *entries(scope: string): Iterable<readonly [string, Entry]> {
    const written = this.#written.get(scope);
    for (const [key, entry] of this.#base.entries(scope)) if (!written?.has(key)) yield [key, entry];
    for (const [key, entry] of written ?? []) if (entry) yield [key, entry];
  }

  count(scope: string): number {
    let count = this.#base.count(scope);
    for (const [key, entry] of this.#written.get(scope) ?? []) {
      const existed = this.#base.entry(scope, key) !== undefined;
      if (!entry && existed) count -= 1;
      if (entry && !existed) count += 1;
    }
    return count;
  }

  highest(scope: string): number {
    let highest = this.#base.highest(scope);
    for (const key of this.#written.get(scope)?.keys() ?? []) highest = Math.max(highest, entryNumber(key));
    return highest;
  }

  clock(scope: string, key: string): number {
    return this.#base.clock(scope, key);
  }

  write(operation: Operation): void {
    this.operations.push(operation);
    const scope = this.#written.get(operation.scope) ?? new Map<string, Entry | undefined>();
    scope.set(operation.key, entryAfter(this, operation, ""));
    this.#written.set(operation.scope, scope);
  }
}

/** A plain write of `value`, at the revision that follows what the state holds. */
export function setOperation(
  state: StateReader,
  hash: (value: Json) => string,
  target: { scope: string; key: string; value: Json },
  timers: { timer?: Timer; cooldown?: Timer } = {},
): Operation {
  const revision = (state.entry(target.scope, target.key)?.revision ?? 0) + 1;
  return { op: "set", ...target, revision, hash: hash(target.value), ...timers };
}
