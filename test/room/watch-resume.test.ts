import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { churn, expectLog, pause, seeded } from "../support/churn.ts";
import { untilStatus, untilWatchers } from "../support/inside.ts";
import { wholeLog } from "../support/ledger.ts";
import { TIME_LIMIT } from "../support/proof.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";
import type { Socket } from "../support/socket.ts";
import { watch } from "../support/socket.ts";
import { stream } from "../support/stream.ts";

const LONG = { timeout: TIME_LIMIT };

interface Setting {
  readonly room: TestRoom;
  readonly ana: Client;
  readonly bob: Client;
}

async function setting(): Promise<Setting> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  const writes = [{ key: "${params.key}", value: "${params.value}" }];
  await ana.do("_register_action", { id: "set", writes });
  return { room, ana, bob };
}

/** Has the room's object go to sleep, as it does when it has nothing to do for a while. */
function sleep(room: TestRoom): Promise<void> {
  return evictDurableObject(roomObject(room.id));
}

describe("sleep", () => {
  it("[WATCH-4] waits, subscriptions, views and events outlive it, and nothing is sent twice", async () => {
    const { room, ana, bob } = await setting();
    await ana.do("_register_view", { id: "go", expr: "state._shared.go", scope: "_shared" });
    await bob.do("set", { key: "go", value: 0 });
    const [hers, all] = [await watch(ana), await watch(room.viewer)];
    for (const [id, is] of ["1", "2", "2", "9"].entries()) {
      const timeout = id === 1 ? { timeout: 60_000 } : {};
      hers.send({ type: "wait", id, condition: `state._shared.go == ${is} && ${id} >= 0`, ...timeout });
    }
    await hers.ask({ type: "subscribe", id: "s", expr: "state._shared.go" });
    const since = hers.frames.length;
    for (const value of [1, 2]) {
      await sleep(room);
      expect((await room.viewer.context("?only=agents")).agents.ana.status).toBe("waiting");
      await bob.do("set", { key: "go", value });
    }
    const last = await bob.do("set", { key: "other", value: 1 });
    for (const socket of [hers, all]) await socket.untilEvent(last.seq);
    const got = (type: string, field: string) =>
      hers.frames
        .slice(since)
        .filter((frame) => frame.type === type)
        .map((frame) => frame[field]);
    await hers.ask({ type: "ping", id: "end" });
    expect(got("event", "seq")).toEqual([last.seq - 2, last.seq - 1, last.seq]);
    expect(got("view", "value")).toEqual([1, 2]);
    expect(got("value", "value")).toEqual([1, 2]);
    expect(got("result", "id")).toEqual([0, 1, 2, "end"]);
    expect(all.of("view").map(({ value }) => value)).toEqual([1, 2]);
    const shown = all.of("presence").map(({ status, waiting_on }) => [status, waiting_on]);
    expect(new Set(shown.map(String)).size).toBe(shown.length);
    expect(shown.at(-1)).toEqual(["waiting", "state._shared.go == 9 && 3 >= 0"]);
  });

  it("[WATCH-4] what a wake finds changed by presence alone is told of", async () => {
    const { room, ana, bob } = await setting();
    const count = "size(agents.filter(a, agents[a].waiting_on != null))";
    await bob.do("_register_view", { id: "waiting", expr: count, scope: "_shared" });
    const [all, hers] = [await watch(room.viewer), await watch(ana, "?only=")];
    await all.ask({ type: "subscribe", id: "s", expr: count });
    all.send({ type: "wait", id: "w", condition: `${count} == 2` });
    for (const id of [1, 2]) {
      await sleep(room);
      hers.send({ type: "wait", id, condition: "false" });
      if (id === 1) await all.until(({ type, value }) => type === "value" && value === 1);
    }
    const his = bob.wait("state._shared.go == 1");
    expect((await all.until(({ id }) => id === "w")).triggered).toBe(true);
    await all.until(({ type, value }) => type === "view" && value === 2);
    await sleep(room);
    hers.close();
    await all.until(({ type, value, seq }) => type === "value" && value === 1 && seq > 0);
    await ana.do("set", { key: "go", value: 1 });
    await his;
  });

  it("[WATCH-4] the time of a wait ends by the alarm", async () => {
    const { room, ana } = await setting();
    const socket = await watch(ana, "?only=");
    socket.send({ type: "wait", id: "w", condition: "false", timeout: 300 });
    socket.send({ type: "wait", id: "v", condition: "false" });
    await untilStatus(room, "ana", "waiting");
    await sleep(room);
    expect(await socket.until(({ id }) => id === "w")).toMatchObject({ triggered: false, timeout: true });
    await socket.ask({ type: "ping" });
    expect(socket.of("result").map(({ id }) => id)).toEqual(["w", "ask-1"]);
  });

  it.each(["é", "語", "🜁"])("[WAIT-5] what a socket is to remember may be 12 KiB of %s", async (letter) => {
    const { room, ana, bob } = await setting();
    const socket = await watch(ana, "?only=");
    const bytes = new TextEncoder().encode(letter).length;
    const condition = (n: number) => `state._shared.go == "${n}${letter.repeat(Math.floor(2_000 / bytes))}"`;
    let kept = 0;
    while ((await tryWait(socket, kept, condition(kept))) === "held") kept += 1;
    expect(kept).toBeGreaterThan(3);
    expect(socket.of("error")).toMatchObject([
      { status: 413, error: "too_large", limit: "socketMemoryBytes" },
    ]);
    const rest = { type: "subscribe", expr: `"${letter.repeat(Math.floor(400 / bytes))}" == null` };
    for (let more = true; more; ) more = (await socket.ask(rest)).type === "result";
    await sleep(room);
    await bob.do("set", { key: "go", value: `0${letter.repeat(Math.floor(2_000 / bytes))}` });
    expect((await socket.until(({ id }) => id === 0)).triggered).toBe(true);
  });

  /** Whether a wait is held or refused. */
  async function tryWait(socket: Socket, id: number, condition: string): Promise<string> {
    socket.send({ type: "wait", id, condition });
    await socket.ask({ type: "ping" });
    return socket.frames.some((frame) => frame.id === id) ? "refused" : "held";
  }

  it("[WATCH-5] what was not acknowledged before it counts after it, for those who were sent it", async () => {
    const { room, ana, bob } = await setting();
    const crowd = Array.from({ length: 6 }, (_, n) => `one-${n}`);
    await Promise.all(crowd.map((agent) => room.join(agent)));
    const [silent, views] = [await watch(ana), await watch(ana, "?only=views")];
    await ana.do("_register_view", { id: "n", expr: "state._shared.n", scope: "_shared" });
    await ana.do("_register_action", { id: "never", if: "false", writes: [] });
    const many = await watch(room.owner, "?only=");
    const send = async (count: number, action: string) => {
      for (let n = 0; n < count; n++) {
        const agent = crowd[n % crowd.length];
        many.send({ type: "invoke", id: n, agent, action, params: { key: "m", value: 1 } });
      }
      await many.ask({ type: "ping" });
    };
    await send(300, "set");
    await send(300, "never");
    await sleep(room);
    await send(300, "set");
    await sleep(room);
    await bob.do("set", { key: "n", value: 2 });
    await views.until(({ value }) => value === 2);
    await send(380, "set");
    expect([silent.closed, views.closed]).toEqual([null, null]);
    await send(30, "set");
    expect((await silent.untilClosed()).code).toBe(4408);
    expect(silent.of("event")).toHaveLength(1000);
    expect(views.closed).toBeNull();
  });
});

describe("reconnecting", () => {
  /** One session: resumes, looks for a moment, takes some of what has come, perhaps says so, and is gone. */
  async function session(reader: Client, seen: Body[], random: () => number): Promise<void> {
    const socket = await watch(reader, `?only=events&since=${seen.at(-1)?.seq ?? 0}`);
    await pause(random() * 10);
    const come = socket.of("event");
    const taken = come.slice(0, Math.ceil(random() * come.length));
    seen.push(...taken);
    const last = taken.at(-1);
    if (last && random() < 0.5) socket.ack(last.seq);
    if (random() < 0.7) socket.close();
    else socket.abandon();
  }

  it("[WATCH-2] at any point resumes without gap or repeat, a thousand times under load", LONG, async () => {
    const seed = Date.now() % 2 ** 31;
    const random = seeded(seed);
    const { readers, stop } = await churn(random);
    const seen = Object.values(readers).flatMap((reader) =>
      [0, 1].map(() => ({ reader, events: [] as Body[] })),
    );
    await Promise.all(
      seen.map(async ({ reader, events }) => {
        for (let n = 0; n < 100; n++) await session(reader, events, random);
      }),
    );
    await stop();
    for (const { reader, events } of seen) {
      const socket = await watch(reader, `?only=events&since=${events.at(-1)?.seq ?? 0}`);
      socket.keepsUp = true;
      const { seq } = (await wholeLog(reader)).at(-1)!;
      if (seq > (events.at(-1)?.seq ?? 0)) await socket.untilEvent(seq);
      await expectLog(reader, [...events, ...socket.of("event")], `seed ${seed}`);
      socket.close();
    }
  });

  it("[WATCH-2] as a stream, too, by Last-Event-ID, 200 times", LONG, async () => {
    const seed = Date.now() % 2 ** 31;
    const random = seeded(seed);
    const { readers, stop } = await churn(random);
    const logs = Object.values(readers).map((reader) => ({ reader, events: [] as Body[] }));
    let lastId: (string | undefined)[] = logs.map(() => "0");
    const session = async ({ reader, events }: (typeof logs)[number], id: string | undefined) => {
      const one = await stream(reader, "?only=events", id);
      const wanted = 1 + Math.floor(random() * 6);
      await one.until(() => one.of("event").length >= wanted);
      events.push(...one.of("event"));
      await one.close();
      return one.lastId;
    };
    for (let n = 0; n < 40; n++) {
      lastId = await Promise.all(logs.map((log, index) => session(log, lastId[index])));
    }
    await stop();
    for (const { reader, events } of logs) {
      const rest = await watch(reader, `?only=events&since=${events.at(-1)?.seq}`);
      await rest.ask({ type: "ping" });
      await pause(50);
      await expectLog(reader, [...events, ...rest.of("event")], `seed ${seed}`);
      rest.close();
    }
  });
});

describe("who is gone", () => {
  it("[WATCH-1] is forgotten, with its waits: closed, crashed, or closed while the room slept", async () => {
    const { room, ana, bob } = await setting();
    const leave = [(socket: Socket) => socket.close(), (socket: Socket) => socket.abandon()];
    for (const [index, hangUp] of [...leave, ...leave].entries()) {
      const socket = await watch(ana, "?only=");
      for (let n = 0; n < 20; n++) socket.send({ type: "wait", id: n, condition: "false" });
      await socket.ask({ type: "ping" });
      expect(socket.of("error")).toEqual([]);
      if (index >= 2) await sleep(room);
      hangUp(socket);
      await untilStatus(room, "ana", "active");
      await untilWatchers(room, 0);
    }
    expect((await bob.context("?only=agents")).agents.ana.waiting_on).toBeNull();
  });

  it("[WATCH-4] a socket that the room has closed is not taken back, nor in the way of a deletion", async () => {
    const { room, ana, bob } = await setting();
    const sockets = [await watch(ana), await watch(ana)];
    await sockets[1]!.ask({ type: "subscribe", expr: "state._shared.n" });
    for (const socket of sockets) for (let n = 0; n < 3; n++) socket.send("{");
    await untilWatchers(room, 0);
    await sleep(room);
    await bob.do("set", { key: "n", value: 1 });
    await untilWatchers(room, 0);
    for (const socket of sockets) expect((await socket.untilClosed()).code).toBe(1008);
    expect((await room.owner.call("", { method: "DELETE" })).status).toBe(200);
  });
});
