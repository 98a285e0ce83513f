import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { untilWatchers } from "../support/inside.ts";
import { TIME_LIMIT } from "../support/proof.ts";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";
import { watch } from "../support/socket.ts";
import type { ServerEvent } from "../support/stream.ts";
import { stream } from "../support/stream.ts";

const LONG = { timeout: TIME_LIMIT };

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

function isEvent(seq: number) {
  return ({ event, data }: ServerEvent) => event === "event" && data.seq === seq;
}

const CROWD = Array.from({ length: 8 }, (_, n) => `one-${n}`);

/** Has the room commit so many small events, of agents in turn: one may not do so many at once. Answers the seq of the last. */
async function flood(count: number): Promise<number> {
  const socket = await watch(room.owner, "?only=");
  let seq = 0;
  for (let n = 1; n <= count; n++) {
    const agent = CROWD[n % CROWD.length];
    const frame = { type: "invoke", id: n, agent, action: "set", params: { key: "n", value: n } };
    if (n % 100 > 0 && n < count) {
      socket.send(frame);
      continue;
    }
    seq = (await socket.ask(frame)).seq;
    socket.ack(seq);
    socket.frames.length = 0;
  }
  socket.close();
  return seq;
}

/** Repeats the last event of the log so often, as if it had happened. Answers the seq of the last. */
async function lengthen(count: number): Promise<number> {
  const { seq } = await bob.do("set", { key: "n", value: 0 });
  await runInDurableObject(roomObject(room.id), (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
       INSERT INTO log (seq, kind, ts, agent, payload, chain)
       SELECT ?1 + n, kind, ts, agent, payload, chain FROM n, log WHERE seq = ?1`,
      seq,
      count,
    );
  });
  await evictDurableObject(roomObject(room.id));
  return seq + count;
}

/** Has the room commit so many events of 200 KiB. Answers the seq of the last. */
async function heap(count: number): Promise<number> {
  let seq = 0;
  for (let n = 0; n < count; n++) {
    seq = (await bob.do("set", { key: `big${n % 8}`, value: `${n}${"x".repeat(200 * 1024)}` })).seq;
  }
  return seq;
}

describe("an event stream", () => {
  it("[WATCH-1] brings each frame as an event of its type, with the seqs of log events as ids", async () => {
    await ana.do("_register_view", { id: "door", expr: "state._shared.door", scope: "_shared" });
    const events = await stream(ana);
    expect(events.response.headers.get("Content-Type")).toBe("text/event-stream");
    expect(events.response.headers.get("Cache-Control")).toContain("no-store");
    expect(events.response.headers.get("X-Sync-Version")).toBe("v8");
    const { seq } = await bob.do("set", { key: "door", value: "a\nb\r\u2028c" });
    await events.until(({ event }) => event === "view");
    const got = events.events.map(({ event, id, data }) => [event, id, data.self ?? data.seq]);
    expect(got).toEqual([
      ["hello", String(seq - 1), "ana"],
      ["event", String(seq), seq],
      ["view", undefined, seq],
    ]);
    expect(events.of("view")[0].value).toBe("a\nb\r\u2028c");
    await events.close();
  });

  it("[WATCH-2] resumes after Last-Event-ID, be it of an event or of the greeting", async () => {
    const first = await stream(ana, "?only=events");
    await first.until(({ event }) => event === "hello");
    await first.close();
    const { seq } = await bob.do("set", { key: "door", value: 1 });
    const second = await stream(ana, "?only=events", first.lastId);
    await second.until(isEvent(seq));
    expect(second.of("event")).toHaveLength(1);
    await second.close();
    const next = await bob.do("set", { key: "door", value: 2 });
    const third = await stream(ana, "?only=events&since=0", second.lastId);
    await third.until(isEvent(next.seq));
    expect(third.of("event").map((event) => event.seq)).toEqual([next.seq]);
    await third.close();
  });

  it("[WATCH-6] a resume tells of old events, then of every view and agent as it is now", async () => {
    for (const id of ["shown", "hidden", "gone"]) {
      await ana.do("_register_view", { id, expr: "1", scope: "_shared" });
    }
    const { seq } = await bob.do("set", { key: "door", value: 1 });
    await ana.do("_register_view", { id: "hidden", expr: "1", enabled: "false", scope: "_shared" });
    await ana.do("_delete_view", { id: "gone" });
    const last = (await bob.call("/agents/bob", { method: "DELETE" })).body.seq;
    const events = await stream(ana, `?since=${seq}`);
    await events.until(({ data }) => data.status === "left");
    const got = events.events.slice(1).map(({ event, data }) => {
      return event === "event" ? data.seq : [data.id ?? data.agent, data.value ?? data.status ?? data.absent];
    });
    expect(got).toEqual([
      ...[seq + 1, seq + 2, last],
      ["shown", 1],
      ["hidden", true],
      ["_contested", true],
      ["gone", true],
      ["ana", "active"],
      ["bob", "left"],
    ]);
    await events.close();
    const current = await watch(ana, `?since=${last}`);
    await current.ask({ type: "ping" });
    expect(current.frames.map(({ type, agent }) => agent ?? type)).toEqual(["hello", "ana", "result"]);
  });

  it.each(["x", "-1", "1.5", "99", "9999999999999999"])(
    "[WATCH-2] Last-Event-ID: %s is refused",
    async (id) => {
      const { status, body } = await ana.call("/watch", {
        headers: { Accept: "text/event-stream", "Last-Event-ID": id },
      });
      expect([status, body.error]).toEqual([400, "invalid_request"]);
    },
  );

  it("[AUTH-3] a join token gets none", async () => {
    const headers = { Accept: "text/event-stream" };
    const { status, body } = await room.joiner.call("/watch", { headers });
    expect([status, body.error]).toEqual([403, "scope_denied"]);
  });

  it("[WATCH-1] one whose reader hangs up is forgotten", async () => {
    const events = await stream(ana);
    await events.until(({ event }) => event === "hello");
    await untilWatchers(room, 1);
    await events.close();
    await untilWatchers(room, 0);
  });
});

describe("keeping up", () => {
  it("[WATCH-5] who never acknowledges gets 1,000 events, who does gets them all", LONG, async () => {
    await Promise.all(CROWD.map((agent) => room.join(agent)));
    const [silent, keeping] = [await watch(ana, "?only=events"), await watch(ana, "?only=events")];
    const reading = await stream(room.viewer, "?only=events");
    const since = silent.frames[0].seq;
    keeping.keepsUp = true;
    const [last] = await Promise.all([flood(1200), reading.until(isEvent(since + 1200))]);
    await keeping.untilEvent(last);
    expect(await silent.untilClosed()).toMatchObject({ code: 4408 });
    const seqs = Array.from({ length: 1200 }, (_, n) => since + 1 + n);
    expect(silent.of("event").map(({ seq }) => seq)).toEqual(seqs.slice(0, 1000));
    expect(keeping.of("event").map(({ seq }) => seq)).toEqual(seqs);
    expect(reading.of("event").map(({ seq }) => seq)).toEqual(seqs);
    expect(keeping.closed).toBeNull();
    const again = await watch(ana, `?only=events&since=${since + 1000}`);
    await again.untilEvent(last);
    expect(again.of("event").map(({ seq }) => seq)).toEqual(seqs.slice(1000));
    await reading.close();
  });

  it(
    "[WATCH-5] of 5,000 old events who acknowledges gets all, and who does not 500 before it is let go",
    LONG,
    async () => {
      const last = await lengthen(5000);
      const since = last - 5000;
      const [mute, keeping] = [await watch(ana, `?since=${since}`), await watch(ana, `?since=${since}`)];
      keeping.keepsUp = true;
      const reading = await stream(ana, "", String(since));
      await Promise.all([keeping.untilEvent(last), reading.until(isEvent(last))]);
      const seqs = Array.from({ length: 5000 }, (_, n) => since + 1 + n);
      expect(keeping.of("event").map(({ seq }) => seq)).toEqual(seqs);
      expect(reading.of("event").map(({ seq }) => seq)).toEqual(seqs);
      const { seq } = await bob.do("set", { key: "n", value: 1 });
      await Promise.all([keeping.untilEvent(seq), reading.until(isEvent(seq))]);
      expect((await mute.ask({ type: "ping" })).seq).toBe(seq);
      expect((await mute.untilClosed()).code).toBe(4408);
      expect(mute.of("event").map((event) => event.seq)).toEqual(seqs.slice(0, 500));
      await reading.close();
    },
  );

  it("[WATCH-5] large events count by their size: about 1 MiB, for streams as for sockets", async () => {
    const silent = await watch(ana, "?only=events");
    const reading = await stream(room.viewer, "?only=events");
    const since = silent.frames[0].seq;
    const last = since + 12;
    for (let n = 0; n < 12; n++) await reading.until(isEvent(await heap(1)));
    expect((await silent.untilClosed()).code).toBe(4408);
    expect(silent.of("event")).toHaveLength(6);
    const again = await stream(ana, "?only=events", String(since + 6));
    await again.until(isEvent(last));
    expect(again.of("event")).toHaveLength(6);
    for (const one of [reading, again]) await one.close();
  });

  it("[WATCH-5] a stream whose reader does not read is let go, and resumes", async () => {
    const events = await stream(ana, "?only=events");
    const last = await heap(9);
    await untilWatchers(room, 0);
    await events.untilEnd();
    expect(events.of("event").length).toBeLessThan(9);
    const again = await stream(ana, "?only=events", events.lastId);
    await again.until(isEvent(last));
    expect(events.of("event").length + again.of("event").length).toBe(9);
    await again.close();
  });

  it("[WATCH-5] who asks for a large context is not let go for it", async () => {
    await heap(8);
    const socket = await watch(ana);
    const context = await socket.ask({ type: "context" });
    expect(Object.keys(context.state._shared)).toHaveLength(8);
    const { seq } = await bob.do("set", { key: "door", value: 1 });
    await socket.untilEvent(seq);
    expect((await socket.ask({ type: "ping" })).status).toBe(200);
  });
});
