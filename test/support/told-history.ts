import type { Caller, Reply, TokenClaims } from "../../src/protocol/calls.ts";
import { PastStore } from "../../src/storage/past-store.ts";
import type { StoredEntry } from "../../src/storage/state-store.ts";
import type { By, Command } from "./commands.ts";
import { claimsOf, MemoryRoom } from "./memory-room.ts";
import type { StateRow } from "./snapshots.ts";
import { CLOCK_ROWS, clockOf, NUMBER_ROWS, ofEntries, ofRows, STATE_ROWS, same, Told } from "./snapshots.ts";

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
      `${states} live states and ${pasts} pasts compared with the fold, ${compacted} after compaction`,
    ].join("\n");
  }
}

/** One history of a room in memory, told by its log: after each command live state has to be what the log folds to. */
export class ToldHistory {
  readonly room: MemoryRoom;
  readonly #told = new Told();
  readonly #counts: Counts;
  readonly #claims = new Map<string, TokenClaims>();

  constructor(counts: Counts, room = new MemoryRoom()) {
    this.#counts = counts;
    this.room = room;
    const created = this.room.create({ id: "room", meta: {}, join: "token" });
    this.#learn(created);
    this.#absorb();
  }

  /** Does one command, and compares. */
  run(command: Command): void {
    this.#counts.commands += 1;
    this.#do(command);
    this.#absorb();
    this.#compareLive();
  }

  /** Compares every past that the room still tells of with the fold up to there, and ends the history. */
  end(): void {
    this.room.failure = null;
    const verified = JSON.parse(this.room.verify(this.#caller({ token: "room", as: null })).body);
    if (verified.ok !== true) throw new Error(`the chain is broken at ${verified.seq}`);
    // Timers that are due fire before anything is answered.
    this.#absorb();
    const [{ seq: first } = { seq: 0 }] = this.room.rows<{ seq: number }>("SELECT seq FROM checkpoint");
    for (let seq = first; seq <= this.#told.seq; seq++) this.#comparePast(first, seq);
    if (first > 0) this.#counts.compacted += this.#told.seq - first + 1;
    this.#compareIndex(first);
    this.room.wake();
    this.#compareLive();
    this.room.sql.close();
  }

  #do(command: Command): void {
    switch (command.do) {
      case "pass":
        this.room.now += command.ms;
        return;
      case "alarm":
        this.room.alarm();
        return;
      case "wake":
        this.room.wake();
        return;
      case "fail":
        this.room.failure = command.how;
        return;
      case "call": {
        const reply = this.room.call(this.#caller(command.by), command.call);
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

  #absorb(): void {
    for (const event of this.room.stores.log.page({ after: this.#told.seq, limit: 10_000 })) {
      this.#told.take(event);
      this.#counts.events += 1;
      this.#counts.kinds.set(event.kind, (this.#counts.kinds.get(event.kind) ?? 0) + 1);
    }
  }

  #compareLive(): void {
    const { room } = this;
    this.#counts.states += 1;
    const { seq } = this.#told;
    const told = this.#told.at(seq);
    const clock = clockOf(room.rows(CLOCK_ROWS));
    same(`the table at seq ${seq}`, ofRows(room.rows<StateRow>(STATE_ROWS), clock), told);
    const highest = room.rows<{ scope: string; highest: number }>(NUMBER_ROWS);
    const counted = new Map(highest.map((row) => [row.scope, String(row.highest)]));
    const numbers = [...this.#told.highest].map(([scope, number]) => [scope, String(number)] as const);
    same(`the highest numbers at seq ${seq}`, counted, new Map(numbers));
  }

  #comparePast(since: number, seq: number): void {
    const { log, index, state, base } = this.room.stores;
    const past = new PastStore({ log: log.until(seq), index, state, base, since, seq });
    this.#counts.pasts += 1;
    same(
      `the past at seq ${seq}`,
      ofEntries(everyEntry(past), () => 0),
      this.#told.at(seq),
    );
  }

  /** The index has a row for each key that an event touched, and no other [LOG-4]. */
  #compareIndex(first: number): void {
    const rows = this.room.rows<Record<"scope" | "key" | "seq" | "wrote", string>>("SELECT * FROM log_index");
    const found = new Map(
      rows.map(({ scope, key, seq, wrote }) => [JSON.stringify([scope, key, seq]), String(wrote)]),
    );
    const told = new Map<string, string>();
    for (const { seq, payload } of this.#told.events.slice(first)) {
      for (const { op, scope, key } of payload.writes) {
        const place = JSON.stringify([scope, key, seq]);
        const isWrite = op !== "cooldown" && op !== "enable";
        told.set(place, isWrite || told.get(place) === "1" ? "1" : "0");
      }
    }
    same("the index", found, told);
  }
}

function* everyEntry(past: PastStore): Iterable<readonly [string, string, StoredEntry]> {
  for (const [scope] of past.totals()) {
    if (scope !== "_messages") for (const [key, entry] of past.load(scope)) yield [scope, key, entry];
  }
  for (let number = 1; number <= past.highest("_messages"); number++) {
    const entry = past.get("_messages", String(number));
    if (entry) yield ["_messages", String(number), entry];
  }
}
