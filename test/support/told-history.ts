import type { Caller, Reply, TokenClaims } from "../../src/protocol/calls.ts";
import { PastStore } from "../../src/storage/past-store.ts";
import type { StoredEntry } from "../../src/storage/state-store.ts";
import type { By, Command } from "./commands.ts";
import { claimsOf } from "./memory-room.ts";
import type { Snapshot, StateRow } from "./snapshots.ts";
import { CLOCK_ROWS, clockOf, NUMBER_ROWS, ofEntries, ofRows, STATE_ROWS, same, Told } from "./snapshots.ts";
import type { Subject, Tables } from "./subject.ts";

/** What was compared, over all histories. */
export class Counts {
  commands = 0;
  accepted = 0;
  refused = 0;
  failed = 0;
  events = 0;
  states = 0;
  pasts = 0;
  compacted = 0;
  readonly kinds = new Map<string, number>();

  toString(): string {
    const { commands, accepted, refused, failed, events, states, pasts, compacted } = this;
    const kinds = [...this.kinds].sort().map(([kind, count]) => `${kind} ${count}`);
    return [
      `${commands} commands: ${accepted} calls accepted, ${refused} refused, ${failed} ended by a fault`,
      `${events} events (${kinds.join(", ")})`,
      `${states} live states and ${pasts} pasts compared with the fold, ${compacted} of them after compaction`,
    ].join("\n");
  }
}

const ROOM: By = { token: "room", as: null };

/** One history of a room, told by its log: after each command live state has to be what the log folds to [LOG-3]. */
export class ToldHistory {
  readonly #room: Subject;
  readonly #told = new Told();
  readonly #counts: Counts;
  readonly #claims = new Map<string, TokenClaims>();

  private constructor(counts: Counts, room: Subject) {
    this.#counts = counts;
    this.#room = room;
  }

  static async begin(counts: Counts, room: Subject, id: string): Promise<ToldHistory> {
    const history = new ToldHistory(counts, room);
    history.#learn(await room.create({ id, meta: {}, join: "token" }));
    await history.#compareLive();
    return history;
  }

  /** Does one command, and compares. */
  async run(command: Command): Promise<void> {
    this.#counts.commands += 1;
    await this.#do(command);
    await this.#compareLive();
  }

  /** Compares every past that the room still tells of with the fold up to there, and ends the history. */
  async end(): Promise<void> {
    await this.#room.fail(null);
    const verified = JSON.parse((await this.#room.verify(this.#caller(ROOM))).body);
    if (verified.ok !== true) throw new Error(`the chain is broken at ${verified.seq}`);
    // Timers that are due fire before anything is answered.
    await this.#compareLive();
    const pasts = await this.#room.look((tables) => pastsOf(tables, this.#told.seq));
    const first = this.#told.seq + 1 - pasts.length;
    for (const [index, past] of pasts.entries())
      same(`the past at seq ${first + index}`, past, this.#told.at(first + index));
    this.#counts.pasts += pasts.length;
    if (first > 0) this.#counts.compacted += pasts.length;
    same("the index", await this.#room.look(indexOf), this.#told.index(first));
    await this.#room.wake();
    await this.#compareLive();
    this.#room.end();
  }

  async #do(command: Command): Promise<void> {
    switch (command.do) {
      case "pass":
        return this.#room.pass(command.ms);
      case "alarm":
        return await this.#room.alarm();
      case "wake":
        return await this.#room.wake();
      case "fail":
        return await this.#room.fail(command.how);
      case "call": {
        const reply = await this.#room.call(this.#caller(command.by), command.call);
        this.#learn(reply);
        if (reply.status < 300) this.#counts.accepted += 1;
        else if (reply.status < 500) this.#counts.refused += 1;
        else this.#counts.failed += 1;
      }
    }
  }

  #caller({ token, as }: By): Caller {
    return { claims: this.#claims.get(token) ?? null, agent: as };
  }

  #learn(reply: Reply): void {
    const { room, agent } = claimsOf(reply);
    if (room && !this.#claims.has("room")) this.#claims.set("room", room);
    if (agent?.agent !== undefined) this.#claims.set(agent.agent, agent);
  }

  async #compareLive(): Promise<void> {
    const after = this.#told.seq;
    const { events, state, highest } = await this.#room.look((tables) => liveOf(tables, after));
    for (const event of events) {
      this.#told.take(event);
      this.#counts.kinds.set(event.kind, (this.#counts.kinds.get(event.kind) ?? 0) + 1);
    }
    this.#counts.events += events.length;
    this.#counts.states += 1;
    const { seq } = this.#told;
    same(`the table at seq ${seq}`, state, this.#told.at(seq));
    same(`the highest numbers at seq ${seq}`, highest, this.#told.highest);
  }
}

function liveOf({ stores, rows }: Tables, after: number) {
  const clock = clockOf(rows(CLOCK_ROWS));
  const numbers = rows<{ scope: string; highest: number }>(NUMBER_ROWS);
  return {
    events: stores.log.page({ after, limit: 10_000 }),
    state: ofRows(rows<StateRow>(STATE_ROWS), clock),
    highest: new Map(numbers.map(({ scope, highest }) => [scope, String(highest)])),
  };
}

/** Every past from the checkpoint on. */
function pastsOf({ stores }: Tables, last: number): Snapshot[] {
  const { seq: since } = stores.checkpoint.get();
  return Array.from({ length: last - since + 1 }, (_, offset) => {
    const seq = since + offset;
    const past = new PastStore({ ...stores, log: stores.log.until(seq), seq });
    return ofEntries(everyEntry(past), () => 0);
  });
}

function* everyEntry(past: PastStore): Iterable<readonly [string, string, StoredEntry]> {
  for (const scope of past.totals().keys()) {
    if (scope !== "_messages") for (const [key, entry] of past.load(scope)) yield [scope, key, entry];
  }
  // The one after the last is sent later, if at all.
  for (let number = 1; number <= past.highest("_messages") + 1; number++) {
    const entry = past.get("_messages", String(number));
    if (entry) yield ["_messages", String(number), entry];
  }
}

/** The index as it is stored. */
function indexOf({ rows }: Tables): Snapshot {
  type Row = { scope: string; key: string; seq: number; wrote: number };
  const found = rows<Row>("SELECT scope, key, seq, wrote FROM log_index");
  return new Map(found.map(({ scope, key, seq, wrote }) => [JSON.stringify([scope, key, seq]), `${wrote}`]));
}
