import { createHash } from "node:crypto";
import type { Json } from "../src/kernel/json.ts";
import { canonicalJson, jsonEqual } from "../src/kernel/json.ts";
import type { LogEvent, Operation } from "../src/kernel/model.ts";
import { isWrite } from "../src/kernel/state.ts";
import type { Effect } from "./acts.ts";
import { actOf, doingOf } from "./acts.ts";
import type { Faults } from "./faults.ts";
import { FoldedState, placeOf } from "./folded-state.ts";

/** An event as it is read, with its payload as the text that the chain is made of. */
export interface ReadEvent extends LogEvent {
  readonly text: string;
  readonly chain: string;
}

/** One room's log as it was read, event by event; each is checked against those before it. */
export class History {
  readonly state = new FoldedState();
  readonly events: LogEvent[] = [];
  /** The events of each mark; of a write that was done once there is one. */
  readonly marks = new Map<string, LogEvent[]>();
  readonly #room: string;
  readonly #faults: Faults;
  #chain = "";

  constructor(room: string, faults: Faults) {
    this.#room = room;
    this.#faults = faults;
  }

  get seq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** The chain of the last event: it stands for all before. */
  get chain(): string {
    return this.#chain;
  }

  take(read: ReadEvent): void {
    const { text, chain, ...event } = read;
    this.#checkPlace(event);
    if (chain !== chainAfter(this.#chain, read)) this.#fault(`[LOG-6] the chain of ${event.seq} is broken`);
    this.#chain = chain;
    for (const operation of event.payload.writes) this.#checkOperation(event, operation);
    this.#checkEffects(event);
    this.state.take(event);
    this.events.push(event);
  }

  /** What `log_index` has to hold: the place and seq of each key that an event touched [LOG-4]. */
  index(): Set<string> {
    const rows = this.events.flatMap(({ seq, payload }) =>
      payload.writes.map(({ scope, key }) => indexRow(scope, key, seq)),
    );
    return new Set(rows);
  }

  #checkPlace({ seq, ts }: LogEvent): void {
    const last = this.events.at(-1);
    if (seq !== this.seq + 1)
      this.#faults.add("gaps", `[LOG-2] room ${this.#room}: ${seq} follows ${this.seq}`);
    if (last && ts < last.ts) this.#fault(`[LOG-2] the time of ${seq} is before that of ${last.seq}`);
  }

  #checkOperation({ seq }: LogEvent, operation: Operation): void {
    if (!isWrite(operation) || operation.op === "delete") return;
    const { scope, key, value, revision, hash } = operation;
    const place = `${scope}.${key} in ${seq}`;
    if (revision !== (this.state.entry(scope, key)?.revision ?? 0) + 1)
      this.#fault(`[STATE-1] revision ${revision} of ${place} does not follow the one before`);
    if (hash !== hashOf(value)) this.#fault(`[STATE-2] the hash of ${place} is not of its value`);
  }

  /** An accepted call of the drill wrote what its params and the state before it ask for, and nothing else. */
  #checkEffects(event: LogEvent): void {
    const doing = doingOf(event);
    if (doing === null) return;
    this.#note(doing.mark, event);
    const { action = "", writes } = event.payload;
    const due = actOf(action)?.effects(doing, this.state);
    if (!due) this.#fault(`[ACT-2] ${action} in ${event.seq} should have been refused`);
    else if (due.length !== writes.length || !due.every((effect, at) => isDone(effect, writes[at])))
      this.#fault(`[ACT-5] ${action} in ${event.seq} wrote something else than it should have`);
  }

  #note(mark: string, event: LogEvent): void {
    const [first, ...more] = this.marks.get(mark) ?? [];
    this.marks.set(mark, first ? [first, ...more, event] : [event]);
    if (first) {
      const text = `[ACT-9] room ${this.#room}: ${mark}, done in ${first.seq}, is done again in ${event.seq}`;
      this.#faults.add("doubled", text);
    }
  }

  #fault(text: string): void {
    this.#faults.add("other", `${text}, room ${this.#room}`);
  }
}

/** A row of `log_index` as one text. */
export function indexRow(scope: string, key: string, seq: number): string {
  return `${seq} ${placeOf(scope, key)}`;
}

function isDone({ scope, key, value }: Effect, operation: Operation | undefined): boolean {
  if (operation?.scope !== scope || operation.key !== key) return false;
  if (!isWrite(operation)) return false;
  if (value === undefined || operation.op === "delete")
    return value === undefined && operation.op === "delete";
  return jsonEqual(value, operation.value);
}

function chainAfter(before: string, { seq, kind, ts, agent, text }: ReadEvent): string {
  return sha256(`${before}\n${JSON.stringify([seq, kind, ts, agent])}\n${text}`);
}

function hashOf(value: Json): string {
  return sha256(canonicalJson(value)).slice(0, 16);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
