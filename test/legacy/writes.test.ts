import { beforeAll, describe, expect, it } from "vitest";
import { fold } from "../support/fold.ts";
import { wholeLog } from "../support/ledger.ts";
import { evict, imported, liveEntries, madeDump, moveTo, type PHASES, sides } from "../support/legacy.ts";
import type { Body, TestRoom } from "../support/room.ts";
import { Client } from "../support/room.ts";

const WRITES = [{ key: "n", increment: 1 }];

/** A room with an action of each kind, moved to a phase. */
async function roomIn(phase: (typeof PHASES)[number]): Promise<TestRoom> {
  const { room } = await imported(
    madeDump({
      agents: [{ id: "ana", meta: '{"lane":1}' }, { id: "bob" }],
      actions: [
        { id: "count", writes_json: JSON.stringify(WRITES), registered_by: "ana" },
        {
          id: "ring",
          writes_json: JSON.stringify(WRITES),
          on_invoke_timer_json: '{"ticks":2,"tick_on":"state._shared.n","effect":"enable"}',
        },
        { id: "old", description: "goes" },
      ],
      views: [
        { id: "n", expr: "state._shared.n" },
        { id: "gone", expr: "1", scope: "ana", registered_by: "ana" },
      ],
      state: [{ key: "n", value: "4" }],
    }),
  );
  await moveTo(room, phase);
  return room;
}

/** Everything that changes an action, a view or an agent. */
async function changeAll(room: TestRoom): Promise<void> {
  const { owner } = room;
  const acting = { agent: "ana" };
  await owner.do("count", {}, acting);
  await owner.do("ring", {});
  await owner.do("_register_action", { id: "new", intent: "to test", writes: WRITES, result: "1" }, acting);
  await owner.do("_register_action", { id: "count", description: "twice", writes: [...WRITES, ...WRITES] });
  await owner.do("_delete_action", { id: "old" });
  await owner.do("_register_view", { id: "late", expr: "2", render: { type: "metric" } }, acting);
  await owner.do("_delete_view", { id: "gone" }, acting);
  await room.join("cat", { name: "Cat", public_keys: ["mood"], state: { mood: "well" } });
  await owner.call("/agents/ana", { method: "PATCH", body: { role: "lead", grants: ["bob"] } });
  await owner.call("/agents/bob", { method: "DELETE" });
}

/** What is registered, less when agents were last seen: an eviction may lose the last seconds of that. */
function definitions(context: Body): Body {
  const registered = Object.entries(context.actions as Body).filter(([, shown]: Body) => !shown.builtin);
  const agents = Object.entries(context.agents as Body).map(([id, { last_heartbeat: _, ...shown }]: Body) => {
    return [id, shown];
  });
  return {
    actions: Object.fromEntries(registered),
    views: context.views,
    agents: Object.fromEntries(agents),
  };
}

describe.each(["legacy", "dual"] as const)("in phase %s", (phase) => {
  let room: TestRoom;
  let before: Body;

  beforeAll(async () => {
    room = await roomIn(phase);
    await changeAll(room);
    before = await room.owner.context("?depth=full");
  });

  it("[LEGACY-5] every change of an action, a view or an agent writes the sides that the phase names", async () => {
    const { rows, entries } = await sides(room.id);
    expect(Object.keys(rows.actions)).toEqual(["count", "ring", "new"]);
    expect(Object.keys(rows.views)).toEqual(["n", "late", "cat.mood"]);
    expect(rows.actions.count).toMatchObject({ description: "twice", version: 2, registered_by: null });
    expect(JSON.parse(rows.actions.count.writes_json)).toHaveLength(2);
    expect(rows.actions.ring).toMatchObject({ timer_ticks_left: 2, timer_tick_on: "_shared.n" });
    expect(rows.agents.ana).toMatchObject({ role: "lead", grants: '["bob"]', meta: '{"lane":1}' });
    expect(rows.agents.bob).toMatchObject({ status: "left", grants: "[]" });
    expect(rows.agents.cat).toMatchObject({ name: "Cat", status: "active", room_id: room.id });
    for (const [table, scope] of [
      ["actions", "_actions"],
      ["views", "_views"],
      ["agents", "_agents"],
    ] as const) {
      const names = phase === "dual" ? Object.keys(rows[table]).sort() : [];
      expect(Object.keys(entries[scope]).sort()).toEqual(names);
    }
    for (const id of phase === "dual" ? ["count", "ring", "new"] : []) {
      const exact = JSON.parse(rows.actions[id].v8_json);
      expect(exact).toMatchObject({ value: entries._actions[id].value, hash: entries._actions[id].hash });
    }
  });

  it("[LEGACY-5, LOG-3] what is written is there after an eviction, and a fold of the log gives the same", async () => {
    await evict(room.id);
    expect(definitions(await room.owner.context("?depth=full"))).toEqual(definitions(before));
    expect(fold(await wholeLog(room.owner))).toEqual(await liveEntries(room));
  });

  it("[LEGACY-5, TIMER-3] a cooldown that began on an entity's row ends as it would elsewhere", async () => {
    expect((await room.owner.invoke("ring")).body).toMatchObject({
      error: "action_cooldown",
      ticks_remaining: 2,
    });
    await room.owner.do("new");
    await evict(room.id);
    await room.owner.do("new");
    expect((await room.owner.do("ring")).cooldown).toEqual({ ticks_remaining: 2 });
  });

  it("[LEGACY-5] the sides show the same, all the way on and back", async () => {
    const shown = definitions(await room.owner.context("?depth=full"));
    const path = ["dual", "legacy", "dual", "validated", "dual", "legacy", "dual", "validated", "v8"];
    for (const to of phase === "dual" ? path.slice(1) : path) {
      const { body } = await room.owner.call("/migration", { body: { to } });
      expect(body).toMatchObject({ phase: to, difference_count: 0 });
      expect(definitions(await room.owner.context("?depth=full")), to).toEqual(shown);
      expect(fold(await wholeLog(room.owner)), to).toEqual(await liveEntries(room));
    }
  });
});

it("[LEGACY-5] in phase validated entity tables are neither written nor read, and going back brings them up to date", async () => {
  const room = await roomIn("validated");
  const untouched = (await sides(room.id)).rows;
  await changeAll(room);
  expect((await sides(room.id)).rows).toEqual(untouched);
  const shown = definitions(await room.owner.context("?depth=full"));
  for (const to of ["dual", "legacy"]) {
    expect((await room.owner.call("/migration", { body: { to } })).body).toMatchObject({
      difference_count: 0,
    });
    await evict(room.id);
    expect(definitions(await room.owner.context("?depth=full")), to).toEqual(shown);
  }
  expect(Object.keys((await sides(room.id)).rows.actions)).toEqual(["count", "ring", "new"]);
  expect(fold(await wholeLog(room.owner))).toEqual(await liveEntries(room));
});

it("[LEGACY-4, AGENT-3] an old bearer string is good for the agent that was imported, and for no later one", async () => {
  const secret = `as_${"0123456789abcdef".repeat(3)}`;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  const token_hash = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const { room } = await imported(
    madeDump({
      agents: [
        { id: "ana", token_hash },
        { id: "bob", token_hash: null },
      ],
    }),
  );
  const ana = new Client(room.id, secret, "ana");
  expect((await ana.context()).self).toBe("ana");
  expect((await ana.wait("true")).body.triggered).toBe(true);
  expect((await ana.call("/migration")).body.error).toBe("room_token_required");
  await room.owner.call("/agents", { body: { id: "ana" } });
  expect((await ana.call("/context")).body.error).toBe("invalid_token");
  expect((await new Client(room.id, `as_${"0".repeat(48)}`).call("/context")).status).toBe(401);
  expect((await new Client(`${room.id}-none`, secret).call("/context")).body.error).toBe("invalid_token");
});
