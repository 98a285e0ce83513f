import type { Json, JsonObject } from "../src/kernel/json.ts";
import { jsonEqual } from "../src/kernel/json.ts";
import type { Operation } from "../src/kernel/model.ts";
import { isWrite } from "../src/kernel/state.ts";
import { doingOf } from "./acts.ts";
import type { Faults } from "./faults.ts";
import type { History } from "./history.ts";

/** A call that a client has made, under a mark that is its idempotency key, too. */
export interface Asked {
  readonly mark: string;
  readonly agent: string;
  readonly action: string;
  readonly params: JsonObject;
}

/** What the room has answered: from then on it is a promise. */
export interface Promised {
  readonly seq: number;
  readonly writes: Json;
}

/** What one room has acknowledged. */
export class Ledger {
  readonly #room: string;
  readonly #faults: Faults;
  readonly #accepted = new Map<string, Asked & Promised>();
  #comparedCount = 0;
  readonly #refused = new Map<number, Asked & { readonly code: string }>();

  constructor(room: string, faults: Faults) {
    this.#room = room;
    this.#faults = faults;
  }

  get accepted(): number {
    return this.#accepted.size;
  }

  get refused(): number {
    return this.#refused.size;
  }

  accept(asked: Asked, promised: Promised): void {
    this.#accepted.set(asked.mark, { ...asked, ...promised });
  }

  refuse(asked: Asked, seq: number, code: string): void {
    this.#refused.set(seq, { ...asked, code });
  }

  /** A repeat of an accepted call is answered as the call was, from what is kept [ACT-9]. */
  repeat({ mark }: Asked, promised: Promised, replayed: boolean): void {
    const first = this.#accepted.get(mark);
    const same = first?.seq === promised.seq && jsonEqual(first.writes, promised.writes) && replayed;
    if (!same) this.#faults.add("doubled", `[ACT-9] room ${this.#room}: ${mark} repeated is done anew`);
  }

  /** Compares all that was acknowledged with the log, both ways. To be asked when no call is unanswered. */
  compare(history: History): void {
    this.#comparedCount = 0;
    this.compareNew(history);
  }

  /** The same, of what was accepted since the last time, where `history` has been read on since then. */
  compareNew(history: History): void {
    const accepted = [...this.#accepted.values()].slice(this.#comparedCount);
    for (const promise of accepted) this.#compareAccepted(promise, history);
    this.#comparedCount = this.#accepted.size;
    for (const [seq, refused] of this.#refused) this.#compareRefused(seq, refused, history);
    for (const mark of history.marks.keys()) {
      if (!this.#accepted.has(mark))
        this.#faults.add("other", `[LOG-1] room ${this.#room}: ${mark} is done and was never acknowledged`);
    }
  }

  #compareAccepted({ mark, seq, agent, action, params, writes }: Asked & Promised, history: History): void {
    const event = history.marks.get(mark)?.find((each) => each.seq === seq);
    const done = event && doingOf(event);
    const same =
      done?.agent === agent &&
      event?.payload.action === action &&
      jsonEqual(done.params, params) &&
      jsonEqual(writes, event.payload.writes.map(answered));
    if (!same) this.#lost(`[LOG-1] ${mark} as it was answered with seq ${seq}`);
  }

  #compareRefused(seq: number, { agent, action, code }: Asked & { code: string }, history: History): void {
    const event = history.events[seq - 1];
    const { payload } = event ?? {};
    if (event?.agent !== agent || payload?.ok || payload?.action !== action || payload.code !== code)
      this.#lost(`[LOG-5] the refusal ${seq} of ${action}`);
  }

  #lost(text: string): void {
    this.#faults.add("lost", `${text}, room ${this.#room}`);
  }
}

/** An operation of an event as the answer to its invoker shows it [ACT-8]. */
function answered(operation: Operation): JsonObject {
  const { scope, key } = operation;
  if (!isWrite(operation) || operation.op === "delete") return { scope, key, deleted: true };
  const { value, revision, hash } = operation;
  return { scope, key, value, revision, hash };
}
