import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { oversleep, untilStatus } from "../support/inside.ts";
import { rows } from "../support/ledger.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

const HOUR = 3_600_000;

interface Setting {
  readonly room: TestRoom;
  readonly ana: Client;
  readonly bob: Client;
}

/** A room with `put`, which sets an entry with any wall-clock timer, and `plain`, which sets one without. */
async function setting(): Promise<Setting> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  for (const effect of ["delete", "enable"]) {
    await ana.do("_register_action", {
      id: effect === "delete" ? "lend" : "hide",
      writes: [{ key: "${params.k}", value: "${params.v}", timer: { ms: "${params.ms}", effect } }],
    });
  }
  await ana.do("_register_action", {
    id: "plain",
    params: { k: { type: "string" }, v: {}, if_hash: { type: "string" } },
    writes: [{ key: "${params.k}", value: "${params.v}" }],
  });
  return { room, ana, bob };
}

const shared = async (client: Client): Promise<Body> => (await client.context()).state._shared ?? {};
const lend = (ana: Client, k = "k") => ana.do("lend", { k, v: 1, ms: HOUR });
const hide = (ana: Client, k = "k") => ana.do("hide", { k, v: 1, ms: HOUR });

async function timerEvents(room: TestRoom): Promise<Body[]> {
  return await room.owner.log("?kind=timer");
}

/** The timer events of the log, by a look that is no call. */
async function stored(room: TestRoom): Promise<number> {
  return (await rows(room.id, "SELECT seq FROM log WHERE kind = 'timer'")).length;
}

async function error(client: Client, action: string, params: Body = {}): Promise<string | undefined> {
  return (await client.invoke(action, params)).body.error;
}

describe("an entry that a timer deletes", () => {
  it("[TIMER-1] is live until it fires, then gone, by one event of kind timer", async () => {
    const { room, ana, bob } = await setting();
    const { writes } = await lend(ana);
    const left = Date.parse(writes[0].timer.expires_at) - Date.now();
    expect([writes[0].timer.effect, left > 0, left <= HOUR]).toEqual(["delete", true, true]);
    expect((await bob.eval("state._shared.k")).value).toBe(1);
    await oversleep(room);
    expect(await shared(bob)).toEqual({});
    const events = await timerEvents(room);
    expect(events).toMatchObject([
      {
        kind: "timer",
        agent: null,
        payload: { ok: true, writes: [{ op: "delete", scope: "_shared", key: "k" }] },
      },
    ]);
    const { entries } = (await bob.call("/history/_shared/k")).body;
    expect(entries).toMatchObject([
      { op: "set", action: "lend", timer: { effect: "delete" } },
      { op: "delete", action: "timer", agent: null, seq: events[0].seq },
    ]);
  });

  it("[TIMER-5] stays when it is written again without a timer", async () => {
    const { room, ana } = await setting();
    await lend(ana);
    await ana.do("plain", { k: "k", v: 2 });
    await oversleep(room);
    expect(await shared(ana)).toEqual({ k: 2 });
    expect(await timerEvents(room)).toEqual([]);
  });

  it("[TIMER-5] lives on for the time of the timer that it is written with last", async () => {
    const { room, ana } = await setting();
    await ana.do("lend", { k: "k", v: 1, ms: 1 });
    await lend(ana);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await shared(ana)).toEqual({ k: 1 });
    await oversleep(room);
    expect(await shared(ana)).toEqual({});
  });

  it("[STATE-1] begins anew at revision 1 when it is written after that", async () => {
    const { room, ana } = await setting();
    await lend(ana);
    await lend(ana);
    await oversleep(room);
    expect((await lend(ana)).writes[0].revision).toBe(1);
  });
});

describe("an entry that a timer enables", () => {
  it("[TIMER-1] is hidden from every reader until it fires, then live", async () => {
    const { room, ana, bob } = await setting();
    await ana.do("_register_view", {
      id: "v",
      scope: "_shared",
      expr: "[state._shared.k, state._shared.size()]",
    });
    await hide(ana);
    const seen = async (client: Client) => [
      await shared(client),
      (await client.eval('"k" in state._shared')).value,
      (await client.context()).views.v,
      (await client.call("/poll")).body.state.filter(({ scope }: Body) => scope === "_shared").length,
    ];
    for (const client of [bob, ana, room.owner, room.viewer])
      expect(await seen(client)).toEqual([{}, false, [null, 0], 0]);
    await oversleep(room);
    for (const client of [bob, room.owner]) expect(await seen(client)).toEqual([{ k: 1 }, true, [1, 1], 1]);
  });

  it("[TIMER-2] keeps its revision, hash and time of writing when it is enabled", async () => {
    const { room, ana } = await setting();
    const { writes, seq } = await hide(ana);
    const [{ ts }] = (await ana.log(`?after=${seq - 1}`)) as [Body];
    await oversleep(room);
    const { state } = (await ana.call("/poll")).body;
    const { revision, hash } = writes[0];
    expect(state.find(({ key }: Body) => key === "k")).toMatchObject({ revision, hash, updated_at: ts });
    const [event] = await timerEvents(room);
    expect(event.payload.writes).toEqual([
      { op: "enable", scope: "_shared", key: "k", slot: "timer", revision, hash },
    ]);
    expect((await ana.call("/history/_shared/k")).body.entries[1]).toMatchObject({
      op: "enable",
      slot: "timer",
      revision,
    });
  });

  it("[TIMER-4] still answers if_hash, and a write to it counts on", async () => {
    const { ana } = await setting();
    await ana.do("_register_action", {
      id: "swap",
      writes: [{ key: "k", value: 2, if_hash: "${params.h}" }],
    });
    const { hash } = (await hide(ana)).writes[0];
    expect(await error(ana, "swap", { h: "" })).toBe("version_conflict");
    expect((await ana.do("swap", { h: hash })).writes[0].revision).toBe(2);
    expect(await shared(ana)).toEqual({ k: 2 });
  });

  it("[TIMER-1] hides behind its gate still when it is enabled", async () => {
    const { room, ana } = await setting();
    const timer = { ms: HOUR, effect: "enable" };
    const writes = [{ key: "k", value: 1, enabled: "state._shared.open == true", timer }];
    await ana.do("_register_action", { id: "both", writes });
    await ana.do("both");
    await oversleep(room);
    expect(await shared(ana)).toEqual({});
    await ana.do("plain", { k: "open", v: true });
    expect(await shared(ana)).toEqual({ k: 1, open: true });
  });

  it("[TIMER-1] of the help scope leaves the built-in text until then, and its writer is who wrote it", async () => {
    const { room, ana } = await setting();
    const timer = { ms: HOUR, effect: "enable" };
    await ana.do("_register_action", {
      id: "tell",
      writes: [{ scope: "_help", key: "guide", value: "# Ours", timer }],
    });
    const { seq } = await room.owner.do("tell");
    expect((await ana.do("help", { key: "guide" })).source).toBe("builtin");
    await oversleep(room);
    expect(await ana.do("help", { key: "guide" })).toMatchObject({
      source: "room",
      writer: { action: "tell", seq },
    });
  });
});

describe("what is due", () => {
  it.each([
    ["context", "/context"],
    ["poll", "/poll"],
    ["the log", "/log"],
    ["history", "/history/_shared/k"],
    ["info", ""],
    ["a wait", "/wait?timeout=0&condition=state._shared.k==1"],
    ["a wait that includes state", "/wait?timeout=0&condition=true&include=state"],
  ])("[LOG-8] fires before %s is answered, also when the alarm is late", async (_, path) => {
    const { room, ana, bob } = await setting();
    await lend(ana);
    await oversleep(room);
    const { status, body } = await bob.call(path);
    expect([status, await stored(room)]).toEqual([200, 1]);
    expect(body.context?.state._shared ?? body.state?._shared ?? {}).toEqual({});
    expect(body.triggered ?? false).toBe(path.includes("true"));
  });

  it("[LOG-8] fires before an expression is evaluated and before an action's if", async () => {
    const { room, ana, bob } = await setting();
    await ana.do("_register_action", { id: "go", if: "state._shared.k == null", writes: [] });
    await lend(ana);
    expect(await error(bob, "go")).toBe("precondition_failed");
    await oversleep(room);
    await bob.do("go");
    await lend(ana);
    await oversleep(room);
    expect((await bob.eval("state._shared.k")).value).toBe(null);
  });

  it("[LOG-8] is not held up by a caller who may not call", async () => {
    const { room, ana } = await setting();
    await lend(ana);
    await oversleep(room);
    expect((await room.joiner.call("/context")).status).toBe(403);
    expect(await shared(ana)).toEqual({});
    expect(await timerEvents(room)).toHaveLength(1);
  });

  it("[TIMER-2] fires by the alarm, and an alarm that runs twice fires nothing twice", async () => {
    const { room, ana } = await setting();
    await lend(ana);
    await hide(ana, "h");
    await oversleep(room);
    expect(await runDurableObjectAlarm(roomObject(room.id))).toBe(true);
    expect(await stored(room)).toBe(1);
    await runInDurableObject(roomObject(room.id), (object) => {
      object.alarm();
      object.alarm();
    });
    expect(await stored(room)).toBe(1);
    expect(await shared(ana)).toEqual({ h: 1 });
  });

  it("[TIMER-2] is due at its time and not before, in a room that was evicted too", async () => {
    const { room, ana } = await setting();
    await lend(ana);
    await hide(ana, "h");
    for (let times = 0; times < 2; times++) {
      await runInDurableObject(roomObject(room.id), (object) => object.alarm());
      expect(await shared(ana)).toEqual({ k: 1 });
      await evictDurableObject(roomObject(room.id));
    }
    expect(await timerEvents(room)).toEqual([]);
  });

  it("[TIMER-2] has the object woken at its time", async () => {
    const { room, ana } = await setting();
    const { writes } = await lend(ana);
    const alarm = () => runInDurableObject(roomObject(room.id), (_, { storage }) => storage.getAlarm());
    // What an agent was last seen doing is saved first.
    expect(await alarm()).toBeLessThan(Date.now() + 60_000);
    await runDurableObjectAlarm(roomObject(room.id));
    expect(await alarm()).toBe(Date.parse(writes[0].timer.expires_at));
  });

  it.each([
    ["is out of time", "false", 500],
    ["is checked each second", 'now > timestamp("2001-01-01T00:00:00Z") && state._shared.k == null', 25_000],
  ])(
    "[LOG-8] fires before a wait that %s is answered, though no alarm comes",
    async (_, condition, timeout) => {
      const { room, ana, bob } = await setting();
      await ana.do("lend", { k: "k", v: 1, ms: 100 });
      await runInDurableObject(roomObject(room.id), (__, { storage }) => storage.deleteAlarm());
      const { body } = await bob.wait(condition, `&include=state&timeout=${timeout}`);
      expect([body.triggered, body.state._shared ?? {}]).toEqual([condition !== "false", {}]);
    },
  );

  it("[TIMER-2] wakes a wait by the alarm alone", async () => {
    const { room, ana, bob } = await setting();
    await lend(ana);
    const waiting = bob.wait("state._shared.k == null", "&include=state");
    await untilStatus(room, "bob", "waiting");
    await oversleep(room);
    await runDurableObjectAlarm(roomObject(room.id));
    const { body } = await waiting;
    expect([body.triggered, body.state._shared ?? {}]).toEqual([true, {}]);
  });

  it("[TIMER-2] wakes a wait in an object that never slept", async () => {
    const { room, ana, bob } = await setting();
    await ana.do("hide", { k: "k", v: 1, ms: 300 });
    const waiting = bob.wait("state._shared.k == 1");
    expect((await waiting).body.triggered).toBe(true);
    expect(await timerEvents(room)).toHaveLength(1);
  });
});
