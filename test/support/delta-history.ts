import type { Shown } from "../../src/client/apply-delta.ts";
import { applyDelta } from "../../src/client/apply-delta.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { Caller, Reply, TokenClaims } from "../../src/protocol/calls.ts";
import { contextShape } from "../../src/protocol/context-query.ts";
import type { Look, Reader, Step } from "./delta-steps.ts";
import { invoke, OWNER, QUERIES, retain } from "./delta-steps.ts";
import type { MemoryRoom } from "./memory-room.ts";
import { claimsOf } from "./memory-room.ts";

/** What was compared, over all histories. */
export class Comparisons {
  looks = 0;
  deltas = 0;
  compacted = 0;
  /** Bytes of all deltas, and of the full answers in their place. */
  readonly bytes = { deltas: 0, full: 0 };
}

/** Earlier answers that a reader keeps for each query. */
const KEPT = 3;

/** One history of a room in memory: whoever reads anew makes of its earlier answers the one of now [CTX-3]. */
export class DeltaHistory {
  readonly #room: MemoryRoom;
  readonly #counts: Comparisons;
  readonly #looks: readonly Look[];
  readonly #claims = new Map<string, TokenClaims>();
  readonly #earlier = new Map<string, Shown[]>();
  readonly #waits: ((() => void) | null)[] = [];

  constructor(counts: Comparisons, room: MemoryRoom, looking: readonly Look[]) {
    this.#counts = counts;
    this.#looks = looking;
    this.#room = room;
    const { room: owner, view: viewer } = claimsOf(room.create({ id: "room", meta: {}, join: "token" }));
    if (owner) this.#claims.set("room", owner);
    if (viewer) this.#claims.set("view", viewer);
  }

  run(next: Step): void {
    switch (next.do) {
      case "pass":
        this.#room.pass(next.ms);
        break;
      case "alarm":
        this.#room.alarm();
        break;
      case "wake":
        this.#room.wake();
        break;
      case "fail":
        this.#room.fail(next.how);
        break;
      case "call":
        this.#learn(this.#room.call(this.#caller(next.by), next.call));
        break;
      case "write":
        this.run(invoke("_register_action", next.action, OWNER));
        this.run(invoke(String(next.action.id), {}, OWNER));
        break;
      case "forget":
        this.run(retain({ events: next.events }));
        this.#room.alarm();
        this.run(retain(null));
        break;
      case "wait":
        this.#waits.push(
          this.#room.wait(this.#caller({ token: next.agent, as: null }), "state._shared.never"),
        );
        break;
      case "hang up":
        this.#waits.shift()?.();
        break;
      case "look":
        this.#look(this.#looks[next.look]!);
    }
  }

  /** Reads by another's eyes first, which leaves no trace: so what is to be is known before the reader reads itself. */
  #look({ reader, query }: Look): void {
    this.#room.fail(null);
    const isAgent = reader.token !== "room" && reader.token !== "view";
    const self = this.#caller(reader);
    const eyes = isAgent ? this.#caller({ token: "room", as: reader.token }) : self;
    const heard = this.#room.call(self, { call: "evaluate", args: { expr: "1" }, compact: false });
    if (heard.status !== 200) return;
    const now = this.#read(eyes, query);
    if (!now) return;
    this.#counts.looks += 1;
    const place = JSON.stringify([isAgent ? reader.token : reader, query]);
    const kept = this.#earlier.get(place) ?? [];
    const reached = kept.filter((earlier) => this.#compare(eyes, query, earlier, now));
    const [last] = reached.slice(-1);
    if (isAgent && last) this.#compare(self, query, last, now);
    const own = this.#read(self, query);
    this.#earlier.set(place, [...(own ? [own] : []), ...reached].slice(0, KEPT));
  }

  /** Answers whether the log still reaches back to the earlier answer. */
  #compare(caller: Caller, query: number, earlier: Shown & { seq?: number }, now: Shown): boolean {
    const since = earlier.seq ?? 0;
    const delta = this.#read(caller, query, since);
    if (!delta) {
      this.#counts.compacted += 1;
      return false;
    }
    this.#counts.deltas += 1;
    this.#counts.bytes.deltas += JSON.stringify(delta).length;
    this.#counts.bytes.full += JSON.stringify(now).length;
    const [found, expected] = [applyDelta(earlier, delta), now].map(comparable);
    if (found === expected) return true;
    const told = [delta, JSON.parse(found ?? ""), JSON.parse(expected ?? ""), earlier];
    throw new Error(
      `since ${since}, by ${JSON.stringify(QUERIES[query])}, the delta\n%\nmakes\n%\nof the earlier answer, not\n%\nit was\n%`.replace(
        /%/g,
        () => JSON.stringify(told.shift()),
      ),
    );
  }

  #read(caller: Caller, query: number, since?: number): (Shown & { seq?: number }) | null {
    const asked = { ...QUERIES[query], ...(since === undefined ? {} : { since }) } as JsonObject;
    const shape = contextShape(asked as never, asked);
    if (!shape.ok) throw new Error("no query");
    const { status, body } = this.#room.call(caller, { call: "context", args: shape.value, compact: false });
    const answer = JSON.parse(body);
    if (status === 200) return answer;
    if (status === 410 || (status === 404 && answer.error === "agent_not_found")) return null;
    throw new Error(`${status} ${body}`);
  }

  #caller({ token, as }: Reader): Caller {
    return { claims: this.#claims.get(token) ?? null, agent: as };
  }

  #learn(reply: Reply): void {
    const { agent } = claimsOf(reply);
    if (agent?.agent !== undefined) this.#claims.set(agent.agent, agent);
  }
}

/**
 * An answer as a text, with its keys in their order. Salience is told of one instant, and only as a whole; `request` says
 * what was asked.
 */
function comparable(answer: Shown): string {
  return JSON.stringify(answer, (name, value) => {
    if (name === "_salience" || name === "request") return undefined;
    if (isMeta(value)) return { ...value, velocity: 0, score: 0 };
    return value;
  });
}

function isMeta(value: unknown): value is object {
  return typeof value === "object" && value !== null && "velocity" in value && "writers" in value;
}
