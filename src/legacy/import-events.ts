import type { Json } from "../kernel/json.ts";
import { canonicalJson } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { Entry, EventPayload, Operation, Timer, TokenRecord, WriteOperation } from "../kernel/model.ts";
import { setOperation } from "../kernel/state.ts";
import type { Journal } from "../room/journal.ts";
import type { LiveState } from "../room/live-state.ts";
import type { Digest } from "./entities.ts";

/** Writes the live state of a room that is imported as events, each as large as a slice [LEGACY-1]. */
export class ImportEvents {
  readonly #live: LiveState;
  readonly #journal: Journal;
  readonly #digest: Digest;
  readonly #ts: string;
  #writes: Operation[] = [];
  #chars = 0;
  entries = 0;

  /** All events are of the instant `ts`, ISO 8601. */
  constructor(parts: { live: LiveState; journal: Journal; digest: Digest; ts: string }) {
    this.#live = parts.live;
    this.#journal = parts.journal;
    this.#digest = parts.digest;
    this.#ts = parts.ts;
  }

  /** Whether what was added is enough for an event. */
  get isFull(): boolean {
    return this.#chars >= LIMITS.transferSliceBytes;
  }

  /** Adds an entry as it was. */
  add(scope: string, key: string, entry: Entry): void {
    const { value, revision, hash, updated_at, enabled, timer, cooldown } = entry;
    const operation: WriteOperation = {
      ...{ op: "set", scope, key, value, revision, hash, updated_at },
      ...(enabled === undefined ? {} : { enabled }),
      ...(timer === undefined ? {} : { timer: settable(timer) }),
      ...(cooldown === undefined ? {} : { cooldown: settable(cooldown) }),
    };
    this.#push(operation);
  }

  /** Adds a setting of the room. */
  configure(key: string, value: Json): void {
    const hash = (json: Json) => this.#digest(canonicalJson(json)).slice(0, 16);
    this.#push(setOperation(this.#live, hash, { scope: "_config", key, value }));
  }

  /** Appends what was added, if anything was, in a transaction with what `within` stores. Answers the last event's seq. */
  append(within: () => void = () => {}, tokens: readonly TokenRecord[] = []): number {
    if (this.#writes.length === 0) return this.#journal.head.seq;
    const payload: EventPayload = {
      ok: true,
      writes: this.#writes,
      ...(tokens.length === 0 ? {} : { tokens }),
    };
    const { seq } = this.#journal.append({ kind: "import", agent: null, payload }, this.#ts, within);
    this.#writes = [];
    this.#chars = 0;
    return seq;
  }

  #push(operation: Operation): void {
    this.#writes.push(operation);
    this.entries += 1;
    this.#chars += JSON.stringify(operation).length;
  }
}

/** A timer as it is set: nothing has ticked yet. */
function settable(timer: NonNullable<Entry["timer"]>): Timer {
  if ("expires_at" in timer) return timer;
  const { effect, ticks, tick_on } = timer;
  return { effect, ticks, tick_on };
}
