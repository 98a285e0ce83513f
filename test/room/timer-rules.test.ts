import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/protocol/calls.ts";
import type { ContextShape } from "../../src/protocol/context-shape.ts";
import { Room } from "../../src/room/room.ts";
import { Schedule } from "../../src/room/schedule.ts";
import { openStores } from "../../src/storage/stores.ts";
import { fold, standingTimers } from "../support/fold.ts";
import { oversleep } from "../support/inside.ts";
import { rows, timedRows, wholeLog } from "../support/ledger.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

const HOUR = 3_600_000;

async function setting(): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  return { room, ana: await room.join("ana"), bob: await room.join("bob") };
}

const FAULTS: readonly (readonly [timer: unknown, at: string])[] = [
  [5, ""],
  ["1h", ""],
  [[], ""],
  [{ effect: "delete" }, ""],
  [{ ms: 1, at: "2030-01-01", effect: "delete" }, ""],
  [{ ms: 1, ticks: 1, tick_on: "_shared.k", effect: "delete" }, ""],
  [{ ms: 1 }, ".effect"],
  [{ ms: 1, effect: "vanish" }, ".effect"],
  [{ ms: 0, effect: "delete" }, ".ms"],
  [{ ms: -1, effect: "delete" }, ".ms"],
  [{ ms: 1.5, effect: "delete" }, ".ms"],
  [{ ms: "60000", effect: "delete" }, ".ms"],
  [{ ms: 315_360_000_001, effect: "delete" }, ".ms"],
  [{ at: "tomorrow", effect: "delete" }, ".at"],
  [{ at: 1_800_000_000_000, effect: "delete" }, ".at"],
  [{ at: "2030-02-30", effect: "delete" }, ".at"],
  [{ at: "2030-01-01T25:00:00Z", effect: "delete" }, ".at"],
  [{ at: "2030-01-01Z", effect: "delete" }, ".at"],
  [{ ticks: 0, tick_on: "_shared.k", effect: "delete" }, ".ticks"],
  [{ ticks: 1, effect: "delete" }, ".tick_on"],
  [{ ms: 1, tick_on: "_shared.k", effect: "delete" }, ".tick_on"],
  [{ ticks: 1, tick_on: 5, effect: "delete" }, ".tick_on"],
  [{ ticks: 1, tick_on: "turn", effect: "delete" }, ".tick_on"],
  [{ ticks: 1, tick_on: "state.turn", effect: "delete" }, ".tick_on"],
  [{ ticks: 1, tick_on: "_shared.", effect: "delete" }, ".tick_on"],
  [{ ticks: 1, tick_on: "_shared.${params.k}", effect: "delete" }, ".tick_on"],
];

describe("what is no timer", () => {
  const good = { ms: HOUR, effect: "delete" };

  it("[TIMER-5] is told from one, with the path of what is wrong", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    for (const [timer, at] of FAULTS) {
      const attempts: [Client, string, Body, string][] = [
        [ana, "_register_action", { id: "a", writes: [], timer }, "timer"],
        [ana, "_register_action", { id: "a", writes: [], on_invoke: { timer } }, "on_invoke.timer"],
        [ana, "_register_action", { id: "a", writes: [{ key: "k", value: 1, timer }] }, "writes[0].timer"],
        [room.owner, "_register_view", { id: "v", expr: "1", timer }, "timer"],
      ];
      for (const [client, action, params, path] of attempts) {
        // The effect of a cooldown is to enable again, unless it says otherwise.
        if (path === "on_invoke.timer" && JSON.stringify(timer) === '{"ms":1}') continue;
        const { status, body } = await client.invoke(action, params);
        const found = [status, body.error, body.path, body.help];
        expect(found).toEqual([400, "invalid_timer", `${path}${at}`, "timers"]);
      }
    }
  });

  it.each([
    ["on_invoke", { on_invoke: "1h" }],
    ["timer.tick_on", { timer: { ticks: 1, tick_on: "self.n", effect: "delete" } }],
    ["timer.at", { timer: { at: "2999-01-01", effect: "delete" } }],
    ["timer.ms", { timer: { ms: "${params.ms}", effect: "delete" } }],
    ["writes[0].timer", { writes: [{ scope: "_messages", append: true, value: "x", timer: good }] }],
  ])("[TIMER-5] %s of an action of the room: %j", async (path, fields) => {
    const room = await createRoom();
    const { status, body } = await room.owner.invoke("_register_action", { id: "a", writes: [], ...fields });
    expect([status, body.error, body.path]).toEqual([400, "invalid_timer", path]);
  });

  it("[TIMER-5] null is none, and what a year-long cooldown of old declares is one", async () => {
    const { ana } = await setting();
    await ana.do("_register_action", { id: "a", writes: [], timer: null, on_invoke: null });
    await ana.do("_register_action", {
      id: "b",
      writes: [{ key: "k", value: 1, timer: null }],
      on_invoke: { timer: null },
    });
    const timer = { ms: 31_536_000_000, effect: "enable" };
    await ana.do("_register_action", { id: "c", writes: [], on_invoke: { timer } });
    for (const id of ["a", "b", "c"]) await ana.do(id);
    expect((await ana.invoke("a")).status).toBe(200);
    expect((await ana.invoke("c")).body.error).toBe("action_cooldown");
  });
});

describe("a timer with placeholders", () => {
  it("[TIMER-5] has its clock from the parameters of the invocation, which are checked then", async () => {
    const { room, ana } = await setting();
    const timed = (id: string, timer: Body) =>
      ana.do("_register_action", {
        id,
        writes: [{ key: id, value: 1, timer: { ...timer, effect: "delete" } }],
      });
    await timed("ms", { ms: "${params.x}" });
    await timed("at", { at: "${params.x}" });
    await timed("ticks", { ticks: "${params.x}", tick_on: "_shared.turn" });
    for (const [id, x] of [
      ["ms", "5"],
      ["ms", null],
      ["ms", 0],
      ["at", 5],
      ["at", "2999-01-01"],
      ["ticks", 1.5],
    ]) {
      const { status, body } = await ana.invoke(String(id), { x });
      expect([id, x, status, body.error, body.path]).toEqual([
        id,
        x,
        400,
        "invalid_timer",
        `writes[0].timer.${id}`,
      ]);
    }
    const set = async (id: string, x: unknown) => (await ana.do(id, { x })).writes[0].timer;
    expect(await set("at", "2030-01-01T12:00:00+02:00")).toEqual({
      effect: "delete",
      expires_at: "2030-01-01T10:00:00.000Z",
    });
    expect((await set("at", "2030-01-01T12:00")).expires_at).toBe("2030-01-01T12:00:00.000Z");
    const tick_on = { scope: "_shared", key: "turn" };
    expect(await set("ticks", 3)).toEqual({ effect: "delete", ticks: 3, tick_on });
    expect((await set("ms", HOUR)).effect).toBe("delete");
    const events = await wholeLog(room.owner);
    expect(standingTimers(fold(events))).toEqual(await timedRows(room.id));
  });

  it("[TIMER-5] is ignored where the write deletes, and refused where its scope becomes that of messages", async () => {
    const { ana } = await setting();
    const timer = { ms: HOUR, effect: "delete" };
    await ana.do("_register_action", { id: "clear", writes: [{ key: "k", delete: true, timer }] });
    await ana.do("_register_action", { id: "put", writes: [{ key: "k", value: 1 }] });
    await ana.do("put");
    expect((await ana.do("clear")).writes).toEqual([{ scope: "_shared", key: "k", deleted: true }]);
    const writes = [{ scope: "${params.s}", append: true, value: "x", timer }];
    await ana.do("_register_action", { id: "say", writes });
    expect((await ana.invoke("say", { s: "_messages" })).body.error).toBe("invalid_timer");
    expect((await ana.do("say", { s: "_list" })).writes[0].timer.effect).toBe("delete");
  });
});

describe("an instant", () => {
  it("[TIMER-1] at a time that is past fires at once, with the write that set it", async () => {
    const { room, ana } = await setting();
    for (const [effect, at] of [
      ["delete", "2001-01-01T00:00:00Z"],
      ["enable", "2001-01-01"],
    ]) {
      await ana.do("_register_action", {
        id: `past_${effect}`,
        writes: [{ key: `${effect}`, value: 1, timer: { at, effect } }],
        result: `state._shared["${effect}"]`,
      });
    }
    const gone = await ana.do("past_delete");
    expect([gone.result, gone.writes[0].value]).toEqual([null, 1]);
    expect((await ana.do("past_enable")).result).toBe(1);
    expect((await room.owner.log("?kind=timer")).map(({ seq }) => seq)).toEqual([gone.seq + 1, gone.seq + 3]);
    expect((await ana.context()).state._shared).toEqual({ enable: 1 });
  });

  it("[AUTH-6] shows of a private scope only that something fired", async () => {
    const { room, ana, bob } = await setting();
    const timer = { ms: HOUR, effect: "delete" };
    await ana.do("_register_action", {
      id: "note",
      scope: "ana",
      writes: [{ key: "canary", value: 1, timer }],
    });
    await ana.do("note");
    await oversleep(room);
    const [seen] = await bob.log("?kind=timer");
    expect(seen.payload).toEqual({ ok: true, writes: [{ scope: "ana", hidden: true }] });
    expect((await ana.log("?kind=timer"))[0].payload.writes[0].key).toBe("canary");
    expect((await bob.context("?include=_audit")).state._audit[seen.seq].writes).toEqual([
      { scope: "ana", hidden: true },
    ]);
  });
});

describe("very many timers", () => {
  it("[TIMER-8] are 10,000 at most, and those that are due at once fire in events of 1,000", async () => {
    const { room, ana } = await setting();
    const timer = { ms: HOUR, effect: "delete" };
    await ana.do("_register_action", { id: "lend", writes: [{ key: "${params.k}", value: 1, timer }] });
    await ana.do("_register_action", { id: "put", writes: [{ key: "${params.k}", value: 1 }] });
    await runInDurableObject(roomObject(room.id), (_, { storage }) => {
      storage.sql.exec(
        `INSERT INTO state (scope, key, value, revision, hash, updated_at, timer)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
         SELECT '_bulk', 'k' || i, '1', 1, '0000000000000000', '2026-01-01T00:00:00.000Z',
           '{"effect":"delete","expires_at":"2030-01-01T00:00:00.000Z"}' FROM n`,
      );
    });
    await evictDurableObject(roomObject(room.id));
    await ana.do("lend", { k: "a" });
    const over = await ana.invoke("lend", { k: "b" });
    expect([over.status, over.body.error, over.body.limit]).toEqual([507, "storage_full", "timers"]);
    await ana.do("lend", { k: "a" });
    await ana.do("put", { k: "a" });
    await ana.do("lend", { k: "b" });
    await oversleep(room);
    expect((await ana.context("?only=state")).state).toEqual({ _shared: { a: 1 } });
    const counts = (await room.owner.log("?kind=timer")).map(({ payload }) => payload.writes.length);
    expect(counts).toEqual(Array.from({ length: 10 }, () => 1000));
    expect((await ana.invoke("lend", { k: "c" })).status).toBe(200);
  });

  it("[TIMER-8] stand in the order in which they are due, whatever comes and goes", () => {
    const change = fc.tuple(fc.boolean(), fc.nat(20), fc.constantFrom("a", "b", "c", "d", "e"));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.nat(22), fc.nat(5), (changes, now, limit) => {
        const schedule = new Schedule<string>();
        const model = new Map<string, number>();
        for (const [adds, at, id] of changes) {
          const known = model.get(id);
          if (known !== undefined) schedule.remove(known, id);
          model.delete(id);
          if (!adds) continue;
          schedule.add(at, id, id);
          model.set(id, at);
        }
        const order = [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
        expect([schedule.size, schedule.first]).toEqual([order.length, order[0]?.[1] ?? null]);
        const due = order.filter(([, at]) => at <= now).map(([id]) => id);
        expect(schedule.due(now, limit)).toEqual(due.slice(0, limit));
      }),
      { seed: 20260201 },
    );
  });
});

const SHAPE: ContextShape = {
  ...{ only: null, depth: "lean", include: [], messages_after: null, messages_limit: 1 },
  ...{ since: null, budget: null, expand: [], meta: false, messages: true, actions: true, request: {} },
};

describe("a full disk", () => {
  it("[LOG-8] puts timers off, and reads go on", async () => {
    const { room, ana } = await setting();
    const timer = { ms: HOUR, effect: "delete" };
    await ana.do("_register_action", { id: "lend", writes: [{ key: "k", value: 1, timer }] });
    await ana.do("lend");
    await oversleep(room);
    const { incarnation } = (await rows(room.id, "SELECT value FROM state WHERE key = 'room'")).map(
      ({ value }) => JSON.parse(value),
    )[0];
    const token = {
      id: "t",
      kind: "agent",
      agent: "ana",
      generation: 1,
      room: room.id,
      incarnation,
    } as const;
    const caller: Caller = { claims: token, agent: null };
    await runInDurableObject(roomObject(room.id), (_, { storage }) => {
      let isFull = true;
      let now = Date.now();
      const inner = new Room(openStores(storage.sql), {
        now: () => now,
        randomId: () => crypto.randomUUID(),
        digest: (text) => text.length.toString(16).padStart(64, "0"),
        transaction: (work) =>
          storage.transactionSync(() => {
            const done = work();
            if (isFull) throw new Error("database or disk is full: SQLITE_FULL");
            return done;
          }),
        later: () => {},
        isFull: (thrown) => thrown instanceof Error && thrown.message.includes("SQLITE_FULL"),
      });
      const read = () =>
        JSON.parse(inner.call(caller, { call: "context", args: SHAPE, compact: false }).body).state;
      expect(read()).toEqual({ _shared: { k: 1 } });
      // The alarm does not come again at once, for ever.
      expect(inner.dueAt).toBeGreaterThan(now);
      isFull = false;
      expect(read()).toEqual({ _shared: { k: 1 } });
      now += 60_000;
      expect(read()).toEqual({});
    });
  });
});
