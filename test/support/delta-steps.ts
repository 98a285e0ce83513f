import fc from "fast-check";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { By, Command } from "./commands.ts";
import { command } from "./commands.ts";
import { AGENTS, action, VIEWS, view } from "./random-definitions.ts";

type Agent = (typeof AGENTS)[number];

/** Who looks, and what it asks for: one that looks often sees more change. */
export interface Look {
  readonly reader: Reader;
  readonly query: number;
}

export interface Reader {
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

export const QUERIES = [
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

export function invoke(id: string, params: JsonObject, by: By): Command {
  return { do: "call", by, call: { call: "invoke", args: { action: id, params }, compact: false } };
}

export const OWNER: By = { token: "room", as: null };

export function retain(retention: { events: number } | null): Command {
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
