import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import type { TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

/** Has the room believe that ana joined, and called last, so long ago. */
async function age(room: TestRoom, ms: number): Promise<void> {
  const at = Date.now() - ms;
  await runDurableObjectAlarm(roomObject(room.id));
  await runInDurableObject(roomObject(room.id), (_, { storage }) => {
    storage.sql.exec("UPDATE presence SET last_heartbeat = ? WHERE agent = 'ana'", at);
    storage.sql.exec(
      "UPDATE state SET value = json_set(value, '$.joined_at', ?) WHERE scope = '_agents' AND key = 'ana'",
      new Date(at).toISOString(),
    );
  });
  await evictDurableObject(roomObject(room.id));
}

async function status(room: TestRoom): Promise<string> {
  return (await room.owner.context()).agents.ana.status;
}

it("[AGENT-4] an agent that has just joined is active", async () => {
  const room = await createRoom();
  await room.join("ana");
  expect(await status(room)).toBe("active");
});

it("[AGENT-4] an agent that made no call for 5 minutes is idle, and active again with its next", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.context();
  await age(room, 4.9 * 60_000);
  expect(await status(room)).toBe("active");
  await age(room, 5.1 * 60_000);
  expect(await status(room)).toBe("idle");
  await ana.call("/nothing");
  expect(await status(room)).toBe("idle");
  await ana.call("/log");
  expect(await status(room)).toBe("active");
});

it.each(["/context", "/poll", "/log", "", "/history/_shared?prefix=", "/wait?condition=true"])(
  "[AGENT-4] GET %s is a heartbeat",
  async (path) => {
    const room = await createRoom();
    const ana = await room.join("ana");
    await age(room, 6 * 60_000);
    await ana.call(path);
    expect(await status(room)).toBe("active");
  },
);

it("[LOG-7] heartbeats and the read cursor survive an eviction", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await room.owner.do("_send_message", { body: 1 });
  await ana.context();
  await room.owner.do("_send_message", { body: 2 });
  const before = (await room.owner.context()).agents.ana.last_heartbeat;
  await runDurableObjectAlarm(roomObject(room.id));
  await evictDurableObject(roomObject(room.id));
  expect((await room.owner.context()).agents.ana.last_heartbeat).toBe(before);
  expect((await ana.context()).messages.unread).toBe(1);
});

it("[LOG-7] an eviction that loses the last heartbeats does not make who has just joined idle", async () => {
  const room = await createRoom();
  await (await room.join("ana")).context();
  await evictDurableObject(roomObject(room.id));
  expect(await status(room)).toBe("active");
});

it("[LOG-7] many calls are written as one row of presence, and by none of them", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await runDurableObjectAlarm(roomObject(room.id));
  const stored = () =>
    runInDurableObject(roomObject(room.id), (_, { storage }) =>
      storage.sql.exec("SELECT * FROM presence").toArray(),
    );
  const before = await stored();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all(Array.from({ length: 20 }, () => ana.context()));
  expect(await stored()).toEqual(before);
  await runDurableObjectAlarm(roomObject(room.id));
  const after = await stored();
  expect([after.length, Number(after[0]?.last_heartbeat) > Number(before[0]?.last_heartbeat)]).toEqual([
    1,
    true,
  ]);
});
