import fc from "fast-check";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { Caller, Reply, TokenClaims } from "../../src/protocol/calls.ts";
import { contextShape } from "../../src/protocol/context-query.ts";
import type { Shown } from "./apply-delta.ts";
import { applyDelta } from "./apply-delta.ts";
import type { By, Command } from "./commands.ts";
import { command } from "./commands.ts";
import type { MemoryRoom } from "./memory-room.ts";
import { claimsOf } from "./memory-room.ts";
import { AGENTS, action, VIEWS, view } from "./random-definitions.ts";

type Agent = (typeof AGENTS)[number];

/** Who looks, and what it asks for: one that looks often sees more change. */
export interface Look {
  readonly reader: Reader;
  readonly query: number;
}

interface Reader {
  readonly token: By["token"] | "view";
  readonly as: string | null;
}

/** A step of a history in which some read now and again. */
export type Step =
  | Command
  /** The room registers an action and invokes it. */
  | { readonly do: "write"; readonly action: JsonObject }
  /** The room keeps so many events and, for now, forgets the others. */
  | { readonly do: "forget"; readonly events: number }
  /** One of those who look reads the room, and what changed since each time that it did so before. */
  | { readonly do: "look"; readonly look: number }
  /** An agent begins to wait, or hangs up. */
  | { readonly do: "wait"; readonly agent: Agent }
  | { readonly do: "hang up" };

const RESERVED = ["_audit", "_messages", "_actions", "_views", "_agents", "_config", "_help"];

const QUERIES = [
  {},
  { depth: "full", messages_limit: 2 },
  { depth: "usage", include: RESERVED },
  { include: ["_views", "_audit", "_agents"], only: ["state", "views", "agents"] },
  { only: ["state._shared", "views", "actions"], depth: "usage" },
  { only: ["state.ana", "state._list", "state._actions", "messages"], messages_limit: 0 },
  { meta: true, include: ["_config", "_messages"] },
  { only: ["state.self", "state.bob", "actions"], meta: true, depth: "full" },
  { messages_after: 1, messages_limit: 2, only: ["messages", "agents"] },
] as const;

/** What reads more than keys of shared scopes: presence, the clock, other definitions, messages, the log, private scopes. */
const SENSES = [
  'agents.bob.status == "active"',
  "agents.ana.last_heartbeat != null",
  'agents["constructor"].waiting_on == null',
  "messages.count % 2 == 0",
  "messages.unread == 0",
  "state._messages.keys().size() > 1",
  "state._audit.keys().size() % 3 == 0",
  "room.seq % 2 == 0",
  "int(now) % 2 == 0",
  '"_list" in state',
  "state.keys().size() > 9",
  "state.self.a == 1",
  'state["ana"].keys().size() > 1',
  "has(views.v1)",
  "views.v2 == true",
  "views._contested != null",
  "actions.one.available",
  'has(actions["prototype"])',
  "meta.actions.two.invocations % 2 == 1",
  'meta.state._shared.a.writer == "ana"',
  'state._agents.ana.role == "lead"',
  'size(state._shared["10"]) > 0',
  "stale(2).size() > 1",
] as const;

/** What a few writes turn from true to false, and back. */
const SWITCHES = ["state._shared.a == 1", "has(state._shared.b)", "state._list.a == 1"] as const;

const sense = fc.oneof(fc.constantFrom(...SENSES), fc.constantFrom(...SWITCHES));
const some = <T>(arbitrary: fc.Arbitrary<T>, freq: number) => fc.option(arbitrary, { nil: undefined, freq });
const present = (fields: Record<string, unknown>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;

function invoke(id: string, params: JsonObject, by: By): Command {
  return { do: "call", by, call: { call: "invoke", args: { action: id, params }, compact: false } };
}

const OWNER: By = { token: "room", as: null };

function retain(retention: { events: number } | null): Command {
  const args = { config: { retention } };
  return { do: "call", by: OWNER, call: { call: "updateRoom", args, compact: false } };
}
const by = fc.constantFrom<By>(OWNER, OWNER, { token: "ana", as: null }, { token: "room", as: "bob" });

const definitions: fc.Arbitrary<Command> = fc.oneof(
  fc
    .tuple(action, some(sense, 2), some(sense, 2), by)
    .map(([fields, condition, enabled, who]) =>
      invoke("_register_action", { ...fields, ...present({ if: condition, enabled }) }, who),
    ),
  fc
    .tuple(view, sense, some(sense, 1), by)
    .map(([fields, expr, enabled, who]) =>
      invoke("_register_view", { ...fields, expr, ...present({ enabled }) }, who),
    ),
);

/** Entries that come and go by their gates and timers, in the scopes of several. */
const writing: fc.Arbitrary<Step> = fc
  .record({
    scope: fc.constantFrom("_shared", "_list", "ana", "_votes", "_help"),
    key: fc.constantFrom("a", "b", "10", "__proto__", "é"),
    mode: fc.constantFrom<JsonObject>({ value: 1 }, { value: "x" }, { delete: true }, { increment: 1 }),
    enabled: some(sense, 1),
    timer: some(
      fc.constantFrom<JsonObject>(
        { ms: 1, effect: "enable" },
        { ms: 1_000, effect: "delete" },
        { ticks: 1, tick_on: "_shared.a", effect: "enable" },
      ),
      2,
    ),
  })
  .map(({ scope, key, mode, enabled, timer }): Step => {
    const write = present({ scope, key, ...mode, enabled, timer });
    const place = scope === "ana" ? { id: "hers", scope } : { id: "ours" };
    return { do: "write", action: { ...place, writes: [write] } };
  });

const grants: fc.Arbitrary<Command> = fc
  .record({ agent: fc.constantFrom(...AGENTS), grants: fc.subarray([...AGENTS]) })
  .map((args) => ({ do: "call", by: OWNER, call: { call: "updateAgent", args, compact: false } }));

const messages: fc.Arbitrary<Command> = fc
  .constantFrom(...AGENTS)
  .map((to) => invoke("_send_message", { body: 1, to }, OWNER));

/** So many look in a history. */
const LOOKS = 3;

const reader: fc.Arbitrary<Reader> = fc.constantFrom<Reader>(
  { token: "room", as: null },
  { token: "view", as: null },
  ...AGENTS.flatMap((id): Reader[] => [
    { token: id, as: null },
    { token: id, as: null },
    { token: "room", as: id },
  ]),
);

export const looks: fc.Arbitrary<Look[]> = fc.array(
  fc.record({ reader, query: fc.nat({ max: QUERIES.length - 1 }) }),
  { minLength: LOOKS, maxLength: LOOKS },
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: command },
  { weight: 12, arbitrary: definitions },
  { weight: 14, arbitrary: writing },
  { weight: 4, arbitrary: grants },
  { weight: 4, arbitrary: messages },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: "forget", events: 12 }, { do: "forget", events: 40 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...VIEWS).map((id) => invoke("_delete_view", { id }, OWNER)),
  },
  {
    weight: 30,
    arbitrary: fc.record({ do: fc.constant("look" as const), look: fc.nat({ max: LOOKS - 1 }) }),
  },
  { weight: 4, arbitrary: fc.constantFrom(...AGENTS).map((id): Step => ({ do: "wait", agent: id })) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: "hang up" }) },
  { weight: 3, arbitrary: fc.constantFrom(1, 301_000).map((ms): Step => ({ do: "pass", ms })) },
);

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
