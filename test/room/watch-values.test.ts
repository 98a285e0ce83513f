import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../src/kernel/limits.ts";
import type { Caller } from "../../src/protocol/calls.ts";
import { InnerRoom, InnerSocket } from "../support/inner-room.ts";
import { evaluationsOf, untilStatus, untilWatchers } from "../support/inside.ts";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";
import type { Socket } from "../support/socket.ts";
import { watch } from "../support/socket.ts";

let room: TestRoom;
let ana: Client;
let bob: Client;

beforeEach(async () => {
  room = await createRoom();
  ana = await room.join("ana");
  bob = await room.join("bob");
  const writes = [{ key: "${params.key}", value: "${params.value}" }];
  await ana.do("_register_action", { id: "set", writes });
});

describe("values", () => {
  const door = { id: "door", expr: "state._shared.door", scope: "_shared" };

  /** What a socket was told of views up to now, as [id, value] in order; absent ones are undefined. */
  async function told(socket: Socket): Promise<unknown[]> {
    await socket.ask({ type: "ping" });
    return socket.of("view").map(({ id, value, absent }) => (absent ? [id] : [id, value]));
  }

  it("[WATCH-1] a view is told of once a commit, and only when its value has changed", async () => {
    await ana.do("_register_view", { ...door, expr: "[state._shared.door, state._shared.lock]" });
    await ana.do("_register_view", { id: "shut", expr: 'views.door[1] == "shut"', scope: "_shared" });
    const writes = ["door", "lock"].map((key) => ({ key, value: `\${params.${key}}` }));
    await ana.do("_register_action", { id: "both", writes });
    const socket = await watch(bob, "?only=views");
    await ana.do("both", { door: 1, lock: "open" });
    await ana.do("both", { door: 1, lock: "open" });
    await ana.do("set", { key: "window", value: 1 });
    const { seq } = await ana.do("both", { door: 1, lock: "shut" });
    expect((await told(socket)).sort()).toEqual([
      ["door", [1, "open"]],
      ["door", [1, "shut"]],
      ["shut", true],
    ]);
    expect(socket.of("view").at(-1).seq).toBe(seq);
    expect(socket.of("event")).toEqual([]);
  });

  it("[VIEW-3] a gate that opens shows a view, and one that closes, or its deletion, makes it absent", async () => {
    await ana.do("_register_view", { ...door, enabled: "state._shared.lit == true" });
    const socket = await watch(bob, "?only=views");
    await ana.do("set", { key: "door", value: 1 });
    for (const value of [true, false, true]) await ana.do("set", { key: "lit", value });
    await ana.do("_delete_view", { id: "door" });
    expect(await told(socket)).toEqual([["door", 1], ["door"], ["door", 1], ["door"]]);
  });

  it("[WATCH-1] views are told of that are registered, redefined and deleted while somebody watches", async () => {
    const socket = await watch(bob, "?only=views");
    const gate = "state._shared.lit == true";
    await ana.do("_register_view", { ...door, expr: "1" });
    await ana.do("_register_view", { ...door, expr: "2" });
    await ana.do("_register_view", { ...door, expr: "2", enabled: gate });
    await ana.do("_delete_view", { id: "door" });
    await ana.do("_register_view", { ...door, expr: "3" });
    await room.join("cat", { public_keys: ["mood"], state: { mood: "calm" } });
    await ana.do("_register_action", { id: "other", writes: [{ key: "x", value: 1 }] });
    await ana.do("_register_action", { id: "rival", writes: [{ key: "x", value: 2 }] });
    await ana.do("_delete_action", { id: "rival" });
    expect(await told(socket)).toEqual([
      ["door", 1],
      ["door", 2],
      ["door"],
      ["door", 3],
      ["cat.mood", "calm"],
      ["_contested", { "_shared:x": ["other", "rival"] }],
      ["_contested"],
    ]);
  });

  it("[VIEW-4] of 300 watched views a commit evaluates the one that reads what it changed", async () => {
    const views = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`v${n}`, `state._shared.k${n}`]));
    await room.join("cat", { views });
    const socket = await watch(bob, "?only=views");
    expect(await evaluationsOf(room, () => ana.do("set", { key: "k7", value: 1 }))).toBe(1);
    expect(await evaluationsOf(room, () => ana.do("set", { key: "none", value: 1 }))).toBe(0);
    expect(await told(socket)).toEqual([["v7", 1]]);
    socket.close();
  });

  it.each([
    "size(agents.filter(a, agents[a].waiting_on != null))",
    'agents["ana"].last_heartbeat',
    "string(now)",
  ])(
    "[VIEW-4] a view that reads presence or the clock is told of at most once a second: %s",
    async (expr) => {
      await ana.do("_register_view", { id: "moving", expr, scope: "_shared" });
      const [socket, hers] = [await watch(room.viewer, "?only=views"), await watch(ana, "?only=")];
      for (let n = 0; n < 15; n++) {
        hers.send({ type: "wait", id: n, condition: `state._shared.k${n} == 1` });
        await hers.ask({ type: "ping" });
        if (n < 14) await ana.do("set", { key: `k${n}`, value: 1 });
      }
      expect((await told(socket)).length).toBeLessThan(6);
      const { value } = await ana.eval(expr);
      if (expr.startsWith("size"))
        await socket.until((frame) => frame.type === "view" && frame.value === value);
      else await socket.until(({ type }) => type === "view");
    },
  );

  it("[VIEW-4] a gate that reads the clock opens by itself", async () => {
    const at = new Date(Date.now() + 1500).toISOString();
    await ana.do("_register_view", { ...door, expr: "1", enabled: `now >= timestamp("${at}")` });
    const socket = await watch(bob, "?only=views");
    expect(await socket.until(({ type }) => type === "view")).toMatchObject({ id: "door", value: 1 });
  });

  it("[WATCH-1] a subscription tells its value whenever it changes, as its own reader sees it", async () => {
    const cat = await room.join("cat", { state: { mood: "calm" } });
    const [hers, his] = [await watch(cat, "?only="), await watch(bob, "?only=")];
    const expr = '[state["cat"].mood, state._shared.n, self]';
    expect((await hers.ask({ type: "subscribe", id: "s", expr })).value).toEqual(["calm", null, "cat"]);
    expect((await his.ask({ type: "subscribe", id: 5, expr })).value).toEqual([null, null, "bob"]);
    expect(
      (await his.ask({ type: "subscribe", id: "e", expr: "1 / state._shared.n" })).value._error,
    ).toBeDefined();
    for (const value of [2, 2, 4]) await ana.do("set", { key: "n", value });
    await his.ask({ type: "ping" });
    expect(his.of("value").filter(({ id }) => id === 5)).toMatchObject([
      { value: [null, 2, "bob"] },
      { value: [null, 4, "bob"] },
    ]);
    expect(his.of("value").filter(({ id }) => id === "e")).toMatchObject([{ value: 0.5 }, { value: 0.25 }]);
    await room.owner.call("/agents/bob", { method: "PATCH", body: { grants: ["cat"] } });
    await his.until(({ type, value }) => type === "value" && value[0] === "calm");
    expect(hers.of("value").map(({ value }) => value[1])).toEqual([2, 4]);
  });

  it("[WATCH-1] presence is told of when it changes, whatever has changed while nobody watched", async () => {
    const first = await watch(room.viewer, "?only=presence");
    const statuses = (socket: Socket) => socket.of("presence").map(({ agent, status }) => [agent, status]);
    const waits = [ana.wait("state._shared.a == 1")];
    await first.until(({ waiting_on }) => waiting_on === "state._shared.a == 1");
    await bob.do("set", { key: "a", value: 1 });
    await first.until(({ status }) => status === "active");
    expect(statuses(first)).toEqual([
      ["ana", "waiting"],
      ["ana", "active"],
    ]);
    first.close();
    await untilWatchers(room, 0);
    waits.push(ana.wait("state._shared.b == 1"));
    await untilStatus(room, "ana", "waiting");
    const second = await watch(room.viewer, "?only=presence");
    await bob.do("set", { key: "b", value: 1 });
    await bob.call("/agents/bob", { method: "DELETE" });
    await second.until(({ status }) => status === "left");
    expect(statuses(second)).toEqual([
      ["ana", "active"],
      ["bob", "left"],
    ]);
    await Promise.all(waits);
  });
});

describe("a room whose clock stands still", () => {
  /** Runs a test inside the object, with callers of the room: a spectator and ana. */
  async function inside(
    test: (at: { inner: InnerRoom; clock: { now: number }; state: DurableObjectState } & Callers) => void,
  ) {
    const { incarnation } = (await room.owner.context("?include=_config")).state._config.room;
    const claims = { id: "t", room: room.id, incarnation } as const;
    const viewer: Caller = { claims: { ...claims, kind: "view" }, agent: null };
    const agent: Caller = { claims: { ...claims, kind: "agent", agent: "ana", generation: 1 }, agent: null };
    await runInDurableObject(roomObject(room.id), (_, state) => {
      const clock = { now: Date.now() + 60_000 };
      test({ inner: new InnerRoom(state, clock), clock, state, viewer, agent });
    });
  }

  interface Callers {
    readonly viewer: Caller;
    readonly agent: Caller;
  }

  function watched(inner: InnerRoom, caller: Caller): InnerSocket {
    const socket = inner.watch(caller);
    return socket instanceof InnerSocket ? socket : expect.fail(socket);
  }

  it("[WATCH-4] idle agents are told of, and waits on them answered, by the alarm: nothing polls", async () => {
    await inside(({ inner, clock, state, viewer, agent }) => {
      const socket = watched(inner, viewer);
      const hers = watched(inner, agent);
      for (const [id, condition] of ['agents["ana"].status == "idle"', "false"].entries()) {
        socket.ask({ type: "wait", id, condition });
      }
      socket.ask({ type: "subscribe", id: "s", expr: 'agents["ana"].status' });
      socket.taken();
      const calledAt = clock.now;
      const isTold = () => socket.frames.some(({ agent }) => agent !== "bob");
      while (!isTold() && clock.now < calledAt + 400_000) {
        clock.now = inner.room.dueAt ?? expect.fail("has no alarm");
        inner.room.doDue();
      }
      expect(clock.now).toBe(calledAt + LIMITS.idleAfterMs + 1);
      const told = socket.taken("bob").map(({ type, id, status }) => [type, id ?? status]);
      expect(told.sort()).toEqual([
        ["presence", "idle"],
        ["result", 0],
        ["value", "s"],
      ]);
      inner.room.doDue();
      expect([socket.taken(), inner.later]).toEqual([[], []]);
      hers.ask({ type: "ping" });
      expect(socket.taken()).toMatchObject([{ type: "presence", agent: "ana", status: "active" }]);
      inner.room.doDue();

      clock.now += LIMITS.idleAfterMs + 10;
      const woken = new InnerRoom(state, clock);
      const again = woken.restore(socket.record);
      expect(again.taken()).toEqual([]);
      woken.room.doDue();
      expect(again.taken("bob")).toMatchObject([
        { type: "presence", agent: "ana", status: "idle" },
        { type: "value", id: "s", value: "idle" },
      ]);
    });
  });

  it("[AUTH-11] a frame that comes after its token's time, and before the alarm, ends the socket", async () => {
    await inside(({ inner, clock, agent }) => {
      const claims = { ...agent.claims!, expires_at: clock.now + 1000 };
      const socket = watched(inner, { claims, agent: null });
      expect(inner.room.dueAt).toBe(clock.now + 1000);
      socket.taken();
      clock.now += 1000;
      socket.ask({ type: "context", id: "c" });
      expect(socket.taken()).toMatchObject([
        { type: "error", id: "c", error: "invalid_token" },
        { type: "error", error: "invalid_token" },
      ]);
      expect([socket.closed, inner.room.watch.watchers.size]).toEqual([4401, 0]);
    });
  });

  it("[WATCH-1] 2,000 sockets watch a room, and no more", async () => {
    await inside(({ inner, viewer }) => {
      for (let n = 0; n < LIMITS.watchersPerRoom; n++) inner.watch(viewer);
      expect(inner.watch(viewer)).toBe("quota_exceeded");
      expect(inner.room.watch.watchers.size).toBe(2000);
    });
  });
});
