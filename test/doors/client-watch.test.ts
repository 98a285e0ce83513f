import { afterAll, beforeAll, beforeEach, expect, inject, it, vi } from "vitest";
import { WebSocket as OtherWebSocket } from "ws";
import type { Frame } from "../../src/client/main.ts";
import { createRoom, Room, SyncError } from "../../src/client/main.ts";
import { FlakyProxy } from "./flaky-proxy.ts";

const retry = { firstDelayMs: 1, mostDelayMs: 50 };

let proxy: FlakyProxy;
beforeAll(async () => {
  proxy = await FlakyProxy.before(inject("server"));
});
beforeEach(() => {
  proxy.requests.length = 0;
  proxy.fault = () => null;
});
afterAll(() => proxy.close());

/** A room that is watched through the proxy, and written to beside it. */
async function watched() {
  const { room: writer, id, token } = await createRoom(inject("server"));
  await writer.registerAction({ id: "count", writes: [{ key: "n", increment: 1 }] });
  return { writer, room: new Room({ server: proxy.url, room: id, token, retry }) };
}

/** Reads until the count is `last`; `each` is told of every frame before the next is taken. */
async function until(
  frames: AsyncIterable<Frame>,
  last: number,
  each: (frame: Frame) => unknown = () => null,
) {
  const all: Frame[] = [];
  for await (const frame of frames) {
    all.push(frame);
    await each(frame);
    if (frame.type === "event" && frame.seq >= last) break;
  }
  return all;
}

function seqs(frames: readonly Frame[]): number[] {
  return frames.flatMap((frame) => (frame.type === "event" ? [frame.seq] : []));
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

for (const transport of ["socket", "stream"] as const) {
  it(`[SDK-5] by ${transport}: no event is lost, doubled or out of order, though the connection keeps breaking`, async () => {
    const { writer, room } = await watched();
    const writing = (async () => {
      for (let n = 0; n < 60; n++) {
        await writer.invoke("count");
        if (n % 7 === 0) proxy.kill();
      }
    })();
    const frames = await until(room.watch({ since: 0, transport }), 62);
    await writing;
    expect(seqs(frames)).toEqual(upTo(62));
    expect(frames.filter(({ type }) => type === "hello").length).toBeGreaterThan(1);
  });

  it(`[SDK-5] by ${transport}: it ends with an error when the token does not hold any more`, async () => {
    const { writer } = await watched();
    const { id, token } = await writer.mintToken({ kind: "view" });
    const viewer = new Room({ server: proxy.url, room: writer.id, token, retry });
    const watching = until(viewer.watch({ transport }), 99, () => writer.revokeToken(id).catch(() => null));
    await expect(watching).rejects.toMatchObject({ code: "invalid_token", status: 401 });
  });

  it(`[SDK-5] by ${transport}: what is read is acknowledged, so that one connection brings any number of events`, async () => {
    const { writer, room } = await watched();
    const many = Array.from({ length: 100 }, () => ({ action: "count" }));
    // One agent may not do so many at once.
    for (const id of ["a", "b", "c", "d", "e", "f", "g"]) {
      const agent = await writer.join({ id });
      for (let n = 0; n < 2; n++) await agent.invokeMany(many);
    }
    const last = 2 + 7 + 1_400;
    const frames = await until(room.watch({ since: 0, transport, only: ["events"] }), last);
    expect(seqs(frames)).toEqual(upTo(last));
    expect(frames.filter(({ type }) => type === "hello")).toHaveLength(1);
  });

  it(`[SDK-5] by ${transport}: it ends with the signal's reason, and at once when it is left`, async () => {
    const { room } = await watched();
    const stop = new AbortController();
    const gone = new Error("gone");
    const watching = until(room.watch({ transport, signal: stop.signal }), 99, () =>
      setTimeout(() => stop.abort(gone)),
    );
    await expect(watching).rejects.toBe(gone);
    for await (const frame of room.watch({ transport })) {
      expect(frame).toMatchObject({ type: "hello", room: room.id, seq: 2 });
      break;
    }
  });

  it(`[SDK-5] by ${transport}: a watch that cannot begin says why`, async () => {
    const { room } = await watched();
    await expect(until(room.watch({ transport, since: 99 }), 99)).rejects.toMatchObject({
      code: "invalid_request",
      status: 400,
    });
    proxy.fault = () => ({ status: 503 });
    const hasty = new Room({
      server: proxy.url,
      room: room.id,
      token: room.token,
      retry: { ...retry, attempts: 3 },
    });
    await expect(until(hasty.watch({ transport }), 99)).rejects.toMatchObject({ status: 503 });
  });
}

it("[SDK-5] subscriptions and views are told anew after a break", async () => {
  const { writer, room } = await watched();
  await writer.registerView({ id: "twice", expr: "state._shared.n * 2" });
  const told: string[] = [];
  for await (const frame of room.watch({ subscribe: { n: "state._shared.n" } })) {
    if (frame.type === "hello" && told.length === 0) await writer.invoke("count");
    if (frame.type === "value") told.push(`n ${frame.value}`);
    if (frame.type === "view") told.push(`${frame.id} ${frame.value}`);
    if (told.at(-1) === "twice 2") {
      proxy.kill();
      await writer.invoke("count");
    }
    if (told.includes("twice 4") && told.includes("n 2")) break;
  }
  expect(told).toEqual(expect.arrayContaining(["n 1", "twice 2", "n 2", "twice 4"]));
});

it("[SDK-5] it fails where the room has forgotten what comes next", async () => {
  const { writer, room } = await watched();
  await writer.update({ config: { retention: { events: 1 } } });
  const forgotten = async () =>
    SyncError.is(await writer.logPage({ after: 0 }).catch((error) => error), "compacted");
  while (!(await forgotten())) await writer.invoke("count");
  await expect(until(room.watch({ since: 0 }), 99)).rejects.toMatchObject({ code: "compacted", status: 410 });
});

it("[SDK-5] a subscription that is no expression ends the watch with the reason", async () => {
  const { room } = await watched();
  await expect(until(room.watch({ subscribe: { broken: "1 +" } }), 99)).rejects.toMatchObject({
    code: "invalid_cel",
    details: { subscription: "broken" },
  });
});

it("[SDK-7] where there is no WebSocket, or none gets through, watching goes by event stream", async () => {
  const { room } = await watched();
  vi.stubGlobal("WebSocket", undefined);
  expect(seqs(await until(room.watch({ since: 0 }), 2))).toEqual([1, 2]);
  await expect(room.watch({ subscribe: { n: "1" } }).next()).rejects.toBeInstanceOf(TypeError);
  vi.unstubAllGlobals();
  // The first of the two is the socket's.
  proxy.next(/watch/, "drop");
  proxy.requests.length = 0;
  expect(seqs(await until(room.watch({ since: 0 }), 2))).toEqual([1, 2]);
  expect(proxy.requests).toHaveLength(2);
});

it("[SDK-7] a WebSocket can be handed in", async () => {
  const { room } = await watched();
  const other = new Room({ server: proxy.url, room: room.id, token: room.token, WebSocket: OtherWebSocket });
  expect(seqs(await until(other.watch({ since: 0 }), 2))).toEqual([1, 2]);
});

it("[WATCH-8] a room answers the close of a socket", async () => {
  const { room } = await watched();
  const url = `${inject("server").replace("http", "ws")}/rooms/${room.id}/watch`;
  const socket = new WebSocket(url, ["sync.v8", `bearer.${room.token}`]);
  socket.addEventListener("message", () => socket.close());
  const code = await new Promise((closed) => socket.addEventListener("close", (event) => closed(event.code)));
  expect(code).toBe(1000);
});
