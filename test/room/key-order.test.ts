import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { compareKeys } from "../../src/kernel/order.ts";
import { createRoom, roomObject } from "../support/room.ts";

it("[ROOM-4] keys that come and go between reads stand in order, as they do after an eviction", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const params = { key: { type: "string", required: true } };
  await ana.do("_register_action", { id: "put", params, writes: [{ key: "${params.key}", value: 1 }] });
  await ana.do("_register_action", { id: "cut", params, writes: [{ key: "${params.key}", delete: true }] });
  const keys = ["b", "10", "9", "a", "z", "1", "é", "2", "aa", "0", "m", "100", "_", "01"];
  const present = new Set<string>();
  const listed = async () => (await ana.eval("state._shared.keys()")).value;
  for (const [turn, key] of [...keys, ...keys.slice(0, 7), ...keys].entries()) {
    const cuts = turn >= keys.length && present.has(key);
    await ana.do(cuts ? "cut" : "put", { key });
    if (cuts) present.delete(key);
    else present.add(key);
    expect(await listed()).toEqual([...present].sort(compareKeys));
  }
  const before = JSON.stringify((await ana.context("?only=state,views,actions")).state);
  await evictDurableObject(roomObject(room.id));
  expect(JSON.stringify((await ana.context("?only=state,views,actions")).state)).toBe(before);
});

it("[ROOM-4] actions stand in order of first registration, whatever is deleted and redefined between", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const register = (id: string) => ana.do("_register_action", { id, writes: [] });
  const listed = async () => Object.keys((await ana.context()).actions).filter((id) => id.length === 1);
  for (const id of ["c", "a", "d", "b"]) await register(id);
  expect(await listed()).toEqual(["c", "a", "d", "b"]);
  await register("a");
  await ana.do("_delete_action", { id: "c" });
  expect(await listed()).toEqual(["a", "d", "b"]);
  await register("c");
  expect(await listed()).toEqual(["a", "d", "b", "c"]);
  await evictDurableObject(roomObject(room.id));
  expect(await listed()).toEqual(["a", "d", "b", "c"]);
});
