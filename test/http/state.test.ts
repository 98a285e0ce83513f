import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { canonicalJson } from "../../src/kernel/json.ts";
import type { Body, Client } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

async function stage() {
  const room = await createRoom();
  const { owner } = room;
  await owner.do("_register_action", { id: "put", writes: [{ key: "k", value: "${params.v}" }] });
  await owner.do("_register_action", { id: "drop", writes: [{ key: "k", delete: true }] });
  await owner.do("_register_action", {
    id: "cas",
    writes: [{ key: "k", value: "${params.v}", if_hash: "${params.h}" }],
  });
  return { room, owner };
}

async function entry(owner: Client): Promise<Body> {
  return (await owner.call("/poll")).body.state.find(({ scope }: Body) => scope === "_shared");
}

async function hashOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalJson(value as never));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

it("[STATE-1] revision counts the writes from 1, equal values too, and starts again after a delete", async () => {
  const { owner, room } = await stage();
  const revisions: number[] = [];
  for (const v of [1, 1, 2]) revisions.push((await owner.do("put", { v })).writes[0].revision);
  expect((await owner.do("drop")).writes).toEqual([{ scope: "_shared", key: "k", deleted: true }]);
  await evictDurableObject(roomObject(room.id));
  revisions.push((await owner.do("put", { v: 3 })).writes[0].revision);
  expect(revisions).toEqual([1, 2, 3, 1]);
});

it("[STATE-1] deleting what is not there is no write", async () => {
  const { owner } = await stage();
  expect((await owner.do("drop")).writes).toEqual([]);
});

const VALUES = [
  null,
  true,
  0,
  1.5,
  -1e-7,
  "",
  "é😀\u2028",
  [],
  {},
  { b: 1, a: [null, { "10": 1, "9": 2 }] },
  JSON.parse('{"__proto__":{"z":1},"a":2}'),
];

it.each(VALUES.map((value) => [JSON.stringify(value), value]))(
  "[STATE-2] the hash of %s is that of its canonical JSON",
  async (_, value) => {
    const { owner, room } = await stage();
    const { writes } = await owner.do("put", { v: value });
    expect(writes[0].hash).toBe(await hashOf(value));
    await evictDurableObject(roomObject(room.id));
    const read = await entry(owner);
    expect([read.hash, JSON.stringify(read.value)]).toEqual([writes[0].hash, JSON.stringify(value)]);
  },
);

it("[STATE-2] the hash does not depend on the order in which keys came", async () => {
  const { owner } = await stage();
  const first = await owner.do("put", { v: { a: 1, b: { c: 2, d: 3 } } });
  const second = await owner.do("put", { v: { b: { d: 3, c: 2 }, a: 1 } });
  expect(second.writes[0].hash).toBe(first.writes[0].hash);
});

it("[STATE-2] an absent key has the hash of the empty text, before its first write and after a delete", async () => {
  const { owner } = await stage();
  expect((await owner.invoke("cas", { v: 1, h: "x" })).body.error).toBe("version_conflict");
  await owner.do("cas", { v: 1, h: "" });
  expect((await owner.invoke("cas", { v: 2, h: "" })).body.error).toBe("version_conflict");
  await owner.do("drop");
  await owner.do("cas", { v: 3, h: "" });
  await owner.do("cas", { v: 4, h: await hashOf(3) });
  expect((await entry(owner)).value).toBe(4);
});

it("[STATE-3] negative zero is zero, in memory as on disk", async () => {
  const { owner, room } = await stage();
  await owner.call("/actions/put/invoke", { body: '{"params": {"v": [-0, -0.0, -0e5, "-0", -0.5]}}' });
  const read = async () => (await owner.eval("state._shared.k.map(x, string(x))")).value;
  const before = await read();
  await evictDurableObject(roomObject(room.id));
  expect([before, await read()]).toEqual([["0", "0", "0", "-0", "-0.5"], before]);
});

it("[STATE-3] numbers up to ±(2^53−1) and the smallest fractions are kept as they are", async () => {
  const { owner } = await stage();
  const value = [9007199254740991, -9007199254740991, 5e-324, 0.1, 1e15];
  await owner.do("put", { v: value });
  expect((await entry(owner)).value).toEqual(value);
});

it("[STATE-3] an expression or an increment that leaves the range of exact integers is refused", async () => {
  const { owner } = await stage();
  await owner.do("put", { v: 9007199254740991 });
  await owner.do("_register_action", { id: "inc", writes: [{ key: "k", increment: 1 }] });
  await owner.do("_register_action", {
    id: "calc",
    writes: [{ key: "k", value: "state._shared.k + 1", expr: true }],
  });
  expect((await owner.invoke("inc")).status).toBe(409);
  const calculated = await owner.invoke("calc");
  expect([400, 422]).toContain(calculated.status);
  expect((await entry(owner)).value).toBe(9007199254740991);
});

it("[STATE-1] updated_at is the instant of the event that wrote last", async () => {
  const { owner } = await stage();
  await owner.do("put", { v: 1 });
  const { seq } = await owner.do("put", { v: 2 });
  const event = (await owner.log()).find((each) => each.seq === seq);
  expect((await entry(owner)).updated_at).toBe(event.ts);
});
