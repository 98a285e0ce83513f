import { env, exports } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import worker from "../../src/worker.ts";
import { createRoom, request } from "../support/room.ts";

const TIMES = /^(room;dur=\d+, )?total;dur=\d+$/;

it("[HTTP-5] every answer tells its times, those of the room where one was asked", async () => {
  const room = await createRoom();
  const told = async (path: string, options = {}) =>
    (await request(path, options)).headers.get("Server-Timing");
  const { token } = room.owner;
  const path = `/rooms/${room.id}`;
  for (const asked of [
    `${path}/context`,
    `${path}/wait?condition=true`,
    `${path}/log?limit=0`,
    `${path}/stats`,
  ]) {
    expect(await told(asked, { token }), asked).toMatch(TIMES);
  }
  expect(await told(`${path}/context`, { token })).toContain("room;dur=");
  for (const asked of ["/health", "/nowhere", "/openapi.json"]) {
    expect(await told(asked), asked).toMatch(/^total;dur=\d+$/);
  }
  expect(await told("/rooms", { body: {} })).toContain("room;dur=");
  for (const asked of [`${path}/context`, "/rooms/nowhere/context"])
    expect(await told(asked), asked).toBeNull();
  expect(await told("/health", { method: "PUT" })).toMatch(TIMES);
});

it("[HTTP-5] streams and sockets carry it and go on", async () => {
  const room = await createRoom();
  const watched = async (headers: Record<string, string>) =>
    await exports.default.fetch(
      new Request(`http://sync.test/rooms/${room.id}/watch`, {
        headers: { Authorization: `Bearer ${room.owner.token}`, ...headers },
      }),
    );
  const stream = await watched({ Accept: "text/event-stream" });
  expect(stream.headers.get("Server-Timing")).toMatch(TIMES);
  const reader = stream.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain("hello");
  await reader?.cancel();
  const upgraded = await watched({ Upgrade: "websocket" });
  expect([upgraded.status, upgraded.headers.get("Server-Timing")]).toEqual([
    101,
    expect.stringMatching(TIMES),
  ]);
  const socket = upgraded.webSocket;
  const first = new Promise((resolve) => socket?.addEventListener("message", ({ data }) => resolve(data)));
  socket?.accept();
  expect(await first).toContain("hello");
  socket?.close();
});

it("[HTTP-5] with LOG=requests each request is a line that holds no secret and nothing that a caller wrote", async () => {
  const room = await createRoom();
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(text));
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined } as never;
  const send = async (LOG?: string) =>
    await worker.fetch(
      new Request(`http://sync.test/rooms/${room.id}/eval?agent=canary`, {
        method: "POST",
        headers: { Authorization: `Bearer ${room.owner.token}` },
        body: JSON.stringify({ expr: "'canary'" }),
      }),
      { ...env, ...(LOG === undefined ? {} : { LOG }) },
      context,
    );
  try {
    await (await send()).text();
    expect(lines).toEqual([]);
    await (await send("requests")).text();
  } finally {
    log.mockRestore();
  }
  const [line = "", ...others] = lines;
  expect([others, JSON.parse(line)]).toEqual([
    [],
    {
      message: "request",
      call: "evaluate",
      status: 404,
      room: room.id,
      token: "room",
      room_ms: expect.any(Number),
      total_ms: expect.any(Number),
    },
  ]);
  expect(line).not.toMatch(/canary|room_ey/);
});
