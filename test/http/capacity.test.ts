import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { RoomObject } from "../../src/room-object.ts";
import type { Answer, TestRoom } from "../support/room.ts";
import { createRoom, request, roomObject } from "../support/room.ts";

function outcome({ status, body }: Answer): [number, string | undefined, string | undefined] {
  return [status, body?.error, body?.limit];
}

/** Fills a scope behind the room's back, as `count` calls would, and has the room load it. */
async function fill(room: TestRoom, scope: string, count: number, value: string): Promise<void> {
  await runInDurableObject(roomObject(room.id), (_, { storage }) => {
    storage.sql.exec(
      `INSERT INTO state (scope, key, value, revision, hash, updated_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       SELECT ?, 'k' || i, ?, 1, '0000000000000000', '2026-01-01T00:00:00.000Z' FROM n`,
      count,
      scope,
      value,
    );
  });
  await evictDurableObject(roomObject(room.id));
}

async function roomWithPut(): Promise<TestRoom> {
  const room = await createRoom();
  await room.owner.do("_register_action", {
    id: "put",
    writes: [{ key: "${params.k}", value: "${params.v}" }],
  });
  await room.owner.do("_register_action", { id: "drop", writes: [{ key: "${params.k}", delete: true }] });
  return room;
}

it("a room holds at most 50,000 entries outside its messages, and a deletion makes room", async () => {
  const room = await roomWithPut();
  await fill(room, "_bulk", 49_994, "1");
  const put = (k: string) => room.owner.invoke("put", { k, v: 1 });
  expect((await put("last")).status).toBe(200);
  expect(outcome(await put("over"))).toEqual([507, "storage_full", "entries"]);
  expect((await put("last")).status).toBe(200);
  expect((await room.owner.invoke("_send_message", { body: "messages do not count" })).status).toBe(200);
  await room.owner.do("drop", { k: "last" });
  expect((await put("over")).status).toBe(200);
});

it("a room's live state holds at most 16 MiB of value text, and a smaller value still fits", async () => {
  const room = await roomWithPut();
  await fill(room, "_bulk", 63, JSON.stringify("x".repeat(256 * 1024 - 2)));
  const put = (size: number) => room.owner.invoke("put", { k: "k", v: "x".repeat(size) });
  expect((await put(250_000)).status).toBe(200);
  expect(outcome(await put(262_142))).toEqual([507, "storage_full", "stateBytes"]);
  expect((await put(10)).status).toBe(200);
});

const ACTION = JSON.stringify({ scope: "_shared", writes: [], registered_by: null });
const VIEW = JSON.stringify({ scope: "_shared", expr: "1", registered_by: null });

it.each([
  ["actions", "_actions", ACTION, "_register_action", { writes: [] }],
  ["views", "_views", VIEW, "_register_view", { expr: "2" }],
] as const)(
  "a room holds at most 2,000 %s, of which each can still be redefined",
  async (limit, scope, value, action, rest) => {
    const room = await createRoom();
    await fill(room, scope, 1_999, value);
    expect((await room.owner.invoke(action, { id: "last", ...rest })).status).toBe(201);
    expect(outcome(await room.owner.invoke(action, { id: "over", ...rest }))).toEqual([
      507,
      "storage_full",
      limit,
    ]);
    expect((await room.owner.invoke(action, { id: "last", ...rest })).status).toBe(201);
  },
);

it("[AGENT-2] [LIMIT-5] a join that brings more views than the room holds joins nobody", async () => {
  const room = await createRoom();
  await room.owner.call("", { method: "PATCH", body: { config: { limits: { views: 2 } } } });
  const join = (id: string) =>
    room.joiner.call("/agents", { body: { id, views: { [id]: "1", other: "2" } } });
  expect((await join("ana")).status).toBe(201);
  expect(outcome(await join("bob"))).toEqual([507, "storage_full", "views"]);
  expect(Object.keys((await room.owner.context()).agents)).toEqual(["ana"]);
});

it("a room holds at most 1,000 agents, of which each can still join again", async () => {
  const room = await createRoom();
  const record = {
    name: "x",
    role: "agent",
    status: "active",
    grants: [],
    joined_at: "2026-01-01T00:00:00.000Z",
    generation: 1,
  };
  await fill(room, "_agents", 999, JSON.stringify(record));
  const join = (id: string) => room.owner.call("/agents", { body: { id } });
  expect((await join("last")).status).toBe(201);
  expect(outcome(await join("over"))).toEqual([507, "storage_full", "agents"]);
  expect((await join("last")).status).toBe(201);
});

it("a creation that is refused leaves its id free", async () => {
  const id = `free-${crypto.randomUUID().slice(0, 8)}`;
  const refused = await request("/rooms", { body: { id, meta: { big: "x".repeat(300_000) } } });
  expect(outcome(refused)).toEqual([413, "too_large", "valueBytes"]);
  expect((await request(`/rooms/${id}/agents`, { body: { id: "ana" } })).status).toBe(401);
  const room = await createRoom({ id });
  expect((await room.owner.log()).map(({ kind, seq }) => [kind, seq])).toEqual([["room_create", 1]]);
});

/** What the platform throws at the caller where a disk is full when a turn's commit is written. */
const FULL_AT_COMMIT = new Error("database or disk is full: SQLITE_FULL");

afterEach(() => vi.restoreAllMocks());

it("[HTTP-2] a write whose commit finds the disk full is refused with 507", async () => {
  const room = await roomWithPut();
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const call = vi.spyOn(RoomObject.prototype, "call").mockRejectedValueOnce(FULL_AT_COMMIT);
  const refused = await room.owner.invoke("put", { k: "k", v: 1 });
  expect(outcome(refused)).toEqual([507, "storage_full", undefined]);
  expect(call).toHaveBeenCalledOnce();
});

it("[LOG-8] a read whose object could not store an alarm is asked again, of one that stores nothing", async () => {
  const room = await roomWithPut();
  const ana = await room.join("ana");
  const put = { id: "brief", writes: [{ key: "k", value: 1, timer: { ms: 1, effect: "delete" } }] };
  await room.owner.do("_register_action", put);
  const setAlarm = await runInDurableObject(roomObject(room.id), (_, { storage }) => {
    return vi.spyOn(storage, "setAlarm").mockResolvedValue();
  });
  const { seq } = await ana.do("brief");
  await new Promise((resolve) => setTimeout(resolve, 10));
  setAlarm.mockClear();
  const call = vi.spyOn(RoomObject.prototype, "call").mockRejectedValueOnce(new Error("internal error"));
  expect((await ana.context("?only=state")).seq).toBe(seq);
  expect(call).toHaveBeenCalledTimes(2);
  expect(setAlarm).not.toHaveBeenCalled();
});
