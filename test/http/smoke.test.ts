import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { createRoom, roomObject } from "../support/room.ts";

it("[ROOM-1] a room outlives the eviction of its object", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "inc", writes: [{ key: "n", increment: 1 }] });
  await ana.do("inc");
  await evictDurableObject(roomObject(room.id));
  await ana.do("inc");
  expect((await ana.context()).state._shared).toEqual({ n: 2 });
});

it("[WAIT-1] a wait is answered by the commit that makes its condition true", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "open", writes: [{ key: "door", value: true }] });
  const waiting = ana.wait("state._shared.door == true", "&timeout=10000");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await ana.do("open");
  const { status, body } = await waiting;
  expect(status).toBe(200);
  expect(body.triggered).toBe(true);
});
