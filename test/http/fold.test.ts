import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import { OPENING, command as random } from "../support/commands.ts";
import { fold, foldedByTheRules, standingTimers } from "../support/fold.ts";
import { folded, polled, rows, timedRows, wholeLog } from "../support/ledger.ts";
import { holdClock, ObjectRoom, releaseClock } from "../support/object-room.ts";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";
import { Counts, ToldHistory } from "../support/told-history.ts";

const AGENTS = ["ana", "bob", "constructor"] as const;
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

type Command = (room: TestRoom, as: (agent: string) => Client) => Promise<unknown>;

const agent = fc.constantFrom(...AGENTS);
const key = fc.constantFrom(...KEYS);
const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.constantFrom(null, 0, [], {}, "x"));

const command: fc.Arbitrary<Command> = fc.oneof(
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
  value.map(
    (v): Command =>
      (room) =>
        room.owner.call("", { method: "PATCH", body: { config: { dashboard: v }, meta: { v } } }),
  ),
  fc.constant<Command>((room) => room.owner.invoke("_register_action", COOL)),
  fc.tuple(agent, fc.constantFrom("delete", "enable")).map(
    ([who, effect]): Command =>
      (_, as) =>
        as(who).invoke("_register_view", brief(who, effect)),
  ),
  // Only an object that runs can be evicted, and a call that the Worker refused did not reach it.
  fc.constant<Command>((room) => room.owner.call("").then(() => evictDurableObject(roomObject(room.id)))),
);

it("[LOG-3] after any history of commands, refusals and evictions the log folds to the live state", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 40 }), async (commands) => {
      const room = await createRoom();
      for (const id of AGENTS) await room.join(id);
      for (const action of ACTIONS) await room.owner.do("_register_action", action);
      const owner = (id: string) =>
        ({
          invoke: (action: string, params: unknown) => room.owner.invoke(action, params, { agent: id }),
        }) as Client;
      for (const run of commands) await run(room, owner);
      const events = await wholeLog(room.owner);
      expect(fold(events)).toEqual(foldedByTheRules(events));
      expect(folded(events)).toEqual(await polled(room.owner));
      expect(standingTimers(fold(events))).toEqual(await timedRows(room.id));
      await evictDurableObject(roomObject(room.id));
      expect(folded(events)).toEqual(await polled(room.owner));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      const [counted] = await rows(room.id, "SELECT count(*) AS n, count(DISTINCT chain) AS chains FROM log");
      expect(counted).toEqual({ n: events.length, chains: events.length });
    }),
    { seed: 20260120, numRuns: 25, endOnFailure: true },
  );
});

it("[LOG-3] commands that come at once fold to the live state as well", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 40 }), async (commands) => {
      const room = await createRoom();
      for (const id of AGENTS) await room.join(id);
      for (const action of ACTIONS) await room.owner.do("_register_action", action);
      const acting = (id: string) =>
        ({
          invoke: (action: string, params: unknown) => room.owner.invoke(action, params, { agent: id }),
        }) as Client;
      await Promise.all(commands.map((run) => Promise.resolve(run(room, acting)).catch(() => undefined)));
      const events = await wholeLog(room.owner);
      expect(folded(events)).toEqual(await polled(room.owner));
    }),
    { seed: 20260121, numRuns: 10, endOnFailure: true },
  );
});

it("[LOG-3] [LOG-4] in the object, too, the log folds at every seq to what is live and to what was", async () => {
  const counts = new Counts();
  let rooms = 0;
  holdClock();
  const property = fc.asyncProperty(fc.array(random, { minLength: 10, maxLength: 40 }), async (commands) => {
    const id = `told-${++rooms}`;
    const told = await ToldHistory.begin(counts, new ObjectRoom(id), id);
    for (const step of [...OPENING, ...commands]) await told.run(step);
    await told.end();
  });
  try {
    await fc.assert(property, { seed: 20260123, numRuns: 12 });
  } finally {
    releaseClock();
  }
  expect(counts.failed).toBeGreaterThan(0);
});
