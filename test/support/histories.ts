import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import type { Client, TestRoom } from "./room.ts";
import { createRoom, roomObject } from "./room.ts";

/** The agents of a history. */
export const AGENTS = ["ana", "bob", "constructor"] as const;
const KEYS = ["a", "__proto__", "10", "9", "é"] as const;
const timed = (timer: Record<string, unknown>) => ({ key: "${params.k}", value: "${params.v}", timer });
const COOL = {
  id: "cool",
  writes: [{ key: "a", increment: 1 }],
  on_invoke: { timer: { ticks: 2, tick_on: "_shared.é" } },
};
const ACTIONS = [
  { id: "set", writes: [{ key: "${params.k}", value: "${params.v}" }] },
  { id: "own", writes: [{ scope: "${self}", key: "${params.k}", value: "${params.v}" }] },
  { id: "inc", writes: [{ key: "${params.k}", increment: 1 }] },
  { id: "merge", writes: [{ key: "${params.k}", merge: { x: "${params.v}", y: { z: "${params.k}" } } }] },
  { id: "push", writes: [{ key: "${params.k}", append: true, value: "${params.v}" }] },
  { id: "add", writes: [{ scope: "_list", append: true, value: "${params.v}" }] },
  {
    id: "drop",
    writes: [
      { key: "${params.k}", delete: true },
      { scope: "_list", key: "${params.k}", delete: true },
    ],
  },
  {
    id: "twice",
    writes: [
      { key: "${params.k}", value: 1 },
      { key: "${params.k}", increment: 1 },
      { key: "b", delete: true },
    ],
  },
  {
    id: "half",
    writes: [
      { key: "${params.k}", value: "never" },
      { key: "z", value: 1, if_hash: "0000000000000000" },
    ],
  },
  { id: "gate", writes: [{ key: "${params.k}", value: "${params.v}", enabled: "true" }] },
  { id: "hour", writes: [timed({ ms: 3_600_000, effect: "enable" })] },
  { id: "past", writes: [timed({ at: "2001-01-01", effect: "delete" })] },
  { id: "lapse", writes: [timed({ ticks: 2, tick_on: "_shared.a", effect: "delete" })] },
  { id: "sleep", writes: [timed({ ticks: 1, tick_on: "state._shared.10", effect: "enable" })] },
  COOL,
  { id: "calc", writes: [{ key: "${params.k}", value: "size(state._shared.keys()) + 1", expr: true }] },
];

const brief = (who: string, effect: string) => ({
  id: `${who}-brief`,
  expr: "self",
  timer: { ticks: 1, tick_on: "_shared.a", effect },
});

/** One step of a history, by an agent or by the room. */
export type Command = (room: TestRoom, as: (agent: string) => Client) => Promise<unknown>;

const agent = fc.constantFrom(...AGENTS);
const key = fc.constantFrom(...KEYS);
const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.constantFrom(null, 0, [], {}, "x"));

export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(agent, fc.constantFrom(...ACTIONS), key, value).map(
      ([who, { id }, k, v]): Command =>
        (_, as) =>
          as(who).invoke(id, { k, v }),
    ),
  },
  fc.tuple(agent, key).map(
    ([who, id]): Command =>
      (_, as) =>
        as(who).invoke("_register_view", { id, expr: "self" }),
  ),
  fc.tuple(agent, key).map(
    ([who, id]): Command =>
      (_, as) =>
        as(who).invoke("_delete_view", { id }),
  ),
  fc.tuple(agent, value).map(
    ([who, body]): Command =>
      (_, as) =>
        as(who).invoke("_send_message", { body }),
  ),
  fc.tuple(agent, agent).map(
    ([who, to]): Command =>
      (room) =>
        room.owner.call(`/agents/${who}`, { method: "PATCH", body: { grants: [to] } }),
  ),
  fc.tuple(agent, key, value).map(
    ([id, k, v]): Command =>
      (room) =>
        room.owner.call("/agents", { body: { id, state: { [k]: v }, public_keys: [k] } }),
  ),
  agent.map(
    (who): Command =>
      (room) =>
        room.owner.call(`/agents/${who}`, { method: "DELETE" }),
  ),
  value.map((v): Command => {
    const config = { dashboard: v === null ? null : { title: typeof v } };
    return (room) => room.owner.call("", { method: "PATCH", body: { config, meta: { v } } });
  }),
  fc.constant<Command>((room) => room.owner.invoke("_register_action", COOL)),
  fc.tuple(agent, fc.constantFrom("delete", "enable")).map(
    ([who, effect]): Command =>
      (_, as) =>
        as(who).invoke("_register_view", brief(who, effect)),
  ),
  // Only an object that runs can be evicted, and a call that the Worker refused did not reach it.
  fc.constant<Command>((room) => room.owner.call("").then(() => evictDurableObject(roomObject(room.id)))),
);

/** A room in which histories take place; one that begins with a template has that vocabulary, too. */
export async function openingRoom(options: { template?: string } = {}): Promise<TestRoom> {
  const room = await createRoom(options);
  for (const id of AGENTS) await room.join(id);
  for (const action of ACTIONS) await room.owner.do("_register_action", action);
  return room;
}

/** An agent as the room token acts as it: its own token may have been retired. */
export function actor(room: TestRoom): (agent: string) => Client {
  return (id) =>
    ({
      invoke: (action: string, params: unknown) => room.owner.invoke(action, params, { agent: id }),
    }) as Client;
}
