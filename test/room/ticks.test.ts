import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { rows } from "../support/ledger.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

interface Setting {
  readonly room: TestRoom;
  readonly ana: Client;
  readonly bob: Client;
}

const ACTIONS = [
  { id: "put", writes: [{ key: "${params.k}", value: 1 }] },
  { id: "drop", writes: [{ key: "${params.k}", delete: true }] },
  { id: "add", writes: [{ key: "turn", increment: 1 }] },
  { id: "push", writes: [{ key: "turn", append: true, value: 1 }] },
  { id: "mix", writes: [{ key: "turn", merge: { a: 1 } }] },
  {
    id: "twice",
    writes: [
      { key: "turn", value: 1 },
      { key: "turn", value: 2 },
    ],
  },
  { id: "guarded", if: "false", writes: [{ key: "turn", value: 1 }] },
  {
    id: "lend",
    writes: [
      {
        key: "${params.k}",
        value: "live",
        timer: { ticks: "${params.ticks}", tick_on: "_shared.turn", effect: "delete" },
      },
    ],
  },
];

/** A room in which `lend` sets an entry that so many writes to `_shared.turn` delete. */
async function setting(): Promise<Setting> {
  const room = await createRoom();
  const ana = await room.join("ana");
  for (const action of ACTIONS) await ana.do("_register_action", action);
  return { room, ana, bob: await room.join("bob") };
}

async function isLive(client: Client, key = "k"): Promise<boolean> {
  return (await client.eval(`state._shared["${key}"]`)).value === "live";
}

describe("ticks", () => {
  it.each([
    ["put", { k: "turn" }],
    ["add", {}],
    ["push", {}],
    ["mix", {}],
  ])("[TIMER-3] count a write by %s", async (action, params) => {
    const { ana } = await setting();
    await ana.do("lend", { k: "k", ticks: 2 });
    await ana.do(action, params);
    expect(await isLive(ana)).toBe(true);
    await ana.do("add").catch(() => ana.do("put", { k: "turn" }));
    expect(await isLive(ana)).toBe(false);
  });

  it("[TIMER-3] count deletes, and each of two writes of one event", async () => {
    const { ana } = await setting();
    await ana.do("put", { k: "turn" });
    await ana.do("lend", { k: "k", ticks: 2 });
    await ana.do("drop", { k: "turn" });
    expect(await isLive(ana)).toBe(true);
    await ana.do("drop", { k: "turn" });
    expect(await isLive(ana)).toBe(true);
    await ana.do("put", { k: "turn" });
    expect(await isLive(ana)).toBe(false);
    await ana.do("lend", { k: "k", ticks: 2 });
    await ana.do("twice");
    expect(await isLive(ana)).toBe(false);
  });

  it("[TIMER-3] count no other key, no refused invocation, no dry run, and nothing before the timer was set", async () => {
    const { ana } = await setting();
    for (let n = 0; n < 3; n++) await ana.do("add");
    await ana.do("lend", { k: "k", ticks: 1 });
    await ana.do("put", { k: "other" });
    await ana.invoke("guarded");
    await ana.invoke("add", {}, { dry_run: true });
    expect(await isLive(ana)).toBe(true);
  });

  it("[TIMER-3] do not count the writes of the event that sets the timer", async () => {
    const { ana } = await setting();
    const timer = { ticks: 1, tick_on: "_shared.turn", effect: "delete" };
    const turn = { key: "turn", increment: 1 };
    await ana.do("_register_action", { id: "set", writes: [turn, { key: "k", value: "live", timer }, turn] });
    await ana.do("set");
    expect(await isLive(ana)).toBe(true);
    await ana.do("add");
    expect(await isLive(ana)).toBe(false);
    await ana.do("_register_action", { id: "own", writes: [{ key: "turn", value: "live", timer }] });
    await ana.do("own");
    expect(await isLive(ana, "turn")).toBe(true);
    await ana.do("own");
    expect(await isLive(ana, "turn")).toBe(true);
    await ana.do("put", { k: "turn" });
    expect((await ana.context()).state._shared.turn).toBe(1);
  });

  it("[TIMER-3] fire within the event that makes them due, before its result is evaluated", async () => {
    const { ana, bob } = await setting();
    await ana.do("lend", { k: "k", ticks: 1 });
    await ana.do("_register_action", {
      id: "look",
      writes: [{ key: "turn", value: 1 }],
      result: "state._shared.k",
    });
    const waiting = bob.wait("state._shared.k == null");
    const { result, seq } = await ana.do("look");
    expect(result).toBe(null);
    expect((await ana.log(`?after=${seq}`)).map(({ kind, ts }) => [kind, typeof ts])).toEqual([
      ["timer", "string"],
    ]);
    expect((await waiting).body.triggered).toBe(true);
  });

  it("[TIMER-3] what a timer deletes ticks other timers, in the same transaction", async () => {
    const { room, ana } = await setting();
    const chain = ["a", "b", "c", "d"];
    for (const [index, key] of chain.entries()) {
      const timer = { ticks: 1, tick_on: `_shared.${chain[index - 1] ?? "turn"}`, effect: "delete" };
      await ana.do("_register_action", { id: `set_${key}`, writes: [{ key, value: "live", timer }] });
    }
    for (const key of chain.toReversed()) await ana.do(`set_${key}`);
    // A write to the entry that a timer ticks on counts as well, so each was set after the one it ticks on is written.
    expect(await isLive(ana, "a")).toBe(true);
    expect(await isLive(ana, "b")).toBe(false);
    for (const key of chain) await ana.do(`set_${key}`);
    for (const key of chain) expect([key, await isLive(ana, key)]).toEqual([key, true]);
    const { seq } = await ana.do("add");
    const events = await room.owner.log(`?after=${seq}`);
    expect(events.map(({ payload }) => payload.writes[0].key)).toEqual(chain);
    expect((await ana.context()).state._shared).toEqual({ turn: 1 });
  });

  it("[TIMER-3] of several timers on one key each has its own count, an eviction in between or not", async () => {
    const { room, ana } = await setting();
    for (const ticks of [3, 1, 2]) {
      await ana.do("lend", { k: `k${ticks}`, ticks });
      await evictDurableObject(roomObject(room.id));
    }
    for (const left of [3, 2, 1, 0]) {
      const live = [1, 2, 3].filter((n) => n > 3 - left).map((n) => `k${n}`);
      expect(Object.keys((await ana.context()).state._shared).filter((key) => key !== "turn")).toEqual(live);
      if (left > 0) await ana.do("add");
      await evictDurableObject(roomObject(room.id));
    }
    expect(await rows(room.id, "SELECT * FROM clocks")).toEqual([]);
  });

  it("[TIMER-5] begin anew for an entry that is written with the timer again", async () => {
    const { ana } = await setting();
    for (let n = 0; n < 3; n++) {
      await ana.do("lend", { k: "k", ticks: 2 });
      await ana.do("add");
    }
    expect(await isLive(ana)).toBe(true);
    await ana.do("add");
    expect(await isLive(ana)).toBe(false);
  });

  it("[TIMER-3] of a view and of the registrar's own scope count as well", async () => {
    const { ana, bob } = await setting();
    await ana.do("_register_action", { id: "note", scope: "ana", writes: [{ key: "n", value: 1 }] });
    const timer = { ticks: 1, tick_on: "self.n", effect: "enable" };
    await ana.do("_register_view", { id: "v", expr: "1", timer });
    expect((await bob.context()).views.v).toBeUndefined();
    await ana.do("note");
    expect((await bob.context()).views.v).toBe(1);
  });

  it("[TIMER-3] tick only on what the registrar may read, when it registers and when the timer is set", async () => {
    const { room, ana, bob } = await setting();
    const timer = { ticks: 1, tick_on: "state.bob.n", effect: "delete" };
    const writes = [{ key: "k", value: 1, timer }];
    const denied = async (client: Client, action: string, params: Body) => {
      const { status, body } = await client.invoke(action, params);
      return [status, body.error, body.path];
    };
    expect(await denied(ana, "_register_action", { id: "a", writes })).toEqual([
      ...[403, "scope_denied", "writes[0].timer.tick_on"],
    ]);
    expect((await denied(ana, "_register_view", { id: "v", expr: "1", timer }))[1]).toBe("scope_denied");
    const grant = (grants: string[]) => room.owner.call("/agents/ana", { method: "PATCH", body: { grants } });
    await grant(["bob"]);
    await ana.do("_register_action", { id: "a", writes });
    await ana.do("_register_action", { id: "c", writes: [], on_invoke: { timer } });
    await bob.do("a");
    await grant([]);
    expect((await denied(bob, "a", {}))[1]).toBe("scope_denied");
    expect(await denied(bob, "c", {})).toEqual([403, "scope_denied", "on_invoke.timer.tick_on"]);
    await room.owner.do("_register_action", { id: "b", writes });
    await ana.do("b");
  });
});
