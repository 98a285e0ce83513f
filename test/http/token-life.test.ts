import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import type { Body } from "../support/room.ts";
import { Client, createRoom, roomObject } from "../support/room.ts";

type Room = Awaited<ReturnType<typeof createRoom>>;

async function mint(room: Room, body: Body): Promise<{ client: Client; body: Body }> {
  const answer = await room.owner.call("/tokens", { body });
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  return { client: new Client(room.id, answer.body.token, body.agent ?? null), body: answer.body };
}

async function reads(client: Client): Promise<[number, string | undefined]> {
  const { status, body } = await client.call("/context");
  return [status, body.error];
}
const GOOD = [200, undefined];
const REFUSED = [401, "invalid_token"];

/** A wait that is held before the test goes on. */
async function held(
  client: Client,
  watcher: Client,
): Promise<{ answer: Promise<Body>; status: Promise<number> }> {
  const waiting = client.wait("state._shared.never == true", "&timeout=20000");
  for (let waits = 0; waits === 0; ) {
    const { agents } = (await watcher.call("/poll")).body;
    waits = Object.values<Body>(agents).filter(({ status }) => status === "waiting").length;
  }
  return { answer: waiting.then(({ body }) => body), status: waiting.then(({ status }) => status) };
}

it("[AUTH-2] a token of another room is refused, and so is one of this room in another", async () => {
  const [room, other] = [await createRoom(), await createRoom()];
  expect(await reads(new Client(room.id, other.owner.token))).toEqual(REFUSED);
  expect(await reads(new Client(other.id, room.viewer.token))).toEqual(REFUSED);
});

it("[ROOM-3] no token of a deleted room opens the room that is created again under its id", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const minted = await mint(room, { kind: "room" });
  expect((await room.owner.call("", { method: "DELETE" })).body).toEqual({ deleted: true, id: room.id });
  const old = [room.owner, room.viewer, ana, minted.client];
  for (const client of old) expect(await reads(client)).toEqual(REFUSED);
  const again = await createRoom({ id: room.id });
  await again.join("ana");
  for (const client of old) expect(await reads(client)).toEqual(REFUSED);
  const joined = await room.joiner.call("/agents", { body: { id: "eve" } });
  expect([joined.status, joined.body.error]).toEqual(REFUSED);
  await evictDurableObject(roomObject(room.id));
  for (const client of old) expect(await reads(client)).toEqual(REFUSED);
  expect(await reads(again.owner)).toEqual(GOOD);
});

it("[AUTH-2] a revoked token is refused at once, and after an eviction", async () => {
  const room = await createRoom();
  const { client, body } = await mint(room, { kind: "view", label: "wall" });
  expect(await reads(client)).toEqual(GOOD);
  const revoked = await room.owner.call(`/tokens/${body.id}`, { method: "DELETE" });
  expect([revoked.status, revoked.body.revoked, revoked.body.id]).toEqual([200, true, body.id]);
  expect(await reads(client)).toEqual(REFUSED);
  await evictDurableObject(roomObject(room.id));
  expect(await reads(client)).toEqual(REFUSED);
  expect(await reads(room.viewer)).toEqual(GOOD);
});

it("[AUTH-2] an agent's token is refused after it left", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  expect((await ana.call("/agents/ana", { method: "DELETE" })).status).toBe(200);
  expect(await reads(ana)).toEqual(REFUSED);
});

it("[AUTH-2] every token of an agent is retired when it joins again", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const second = await mint(room, { kind: "agent", agent: "ana" });
  expect(await reads(second.client)).toEqual(GOOD);
  const again = await ana.call("/agents", { body: { id: "ana" } });
  expect(again.status).toBe(201);
  expect([await reads(ana), await reads(second.client)]).toEqual([REFUSED, REFUSED]);
  expect(await reads(new Client(room.id, again.body.token))).toEqual(GOOD);
});

it("[AUTH-2] a token that ends is refused when it has ended", async () => {
  const room = await createRoom();
  const { client, body } = await mint(room, { kind: "view", expires_in: 1 });
  expect(Date.parse(body.expires_at)).toBeGreaterThan(Date.parse(body.created_at));
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect(await reads(client)).toEqual(REFUSED);
});

it.each(["agent", "view", "join"] as const)(
  "[AUTH-3] a %s token neither mints nor lists nor revokes",
  async (kind) => {
    const room = await createRoom();
    await room.join("ana");
    const { client, body } = await mint(room, { kind, ...(kind === "agent" ? { agent: "ana" } : {}) });
    const tries = [
      await client.call("/tokens", { body: { kind: "room" } }),
      await client.call("/tokens"),
      await client.call(`/tokens/${body.id}`, { method: "DELETE" }),
    ];
    expect(tries.map(({ status, body }) => [status, body.error])).toEqual(
      tries.map(() => [403, "room_token_required"]),
    );
  },
);

it("[AUTH-3] a room token that acts as an agent has not the room's authority", async () => {
  const room = await createRoom();
  await room.join("ana");
  const answer = await room.owner.call("/tokens?agent=ana", { body: { kind: "room" } });
  expect([answer.status, answer.body.error]).toEqual([403, "room_token_required"]);
});

it("[AUTH-3] a room token that ends mints nothing that lasts longer", async () => {
  const room = await createRoom();
  const { client, body } = await mint(room, { kind: "room", expires_in: 60 });
  for (const expires_in of [undefined, 3600]) {
    const minted = await client.call("/tokens", { body: { kind: "room", expires_in } });
    expect([minted.status, minted.body.expires_at]).toEqual([201, body.expires_at]);
  }
  const shorter = (await client.call("/tokens", { body: { kind: "room", expires_in: 5 } })).body;
  expect(Date.parse(shorter.expires_at)).toBeLessThan(Date.parse(body.expires_at));
});

it("[AUTH-3] the list of tokens never shows the secret, and tells what was revoked", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const { client, body } = await mint(room, { kind: "view", label: "wall" });
  await room.owner.call(`/tokens/${body.id}`, { method: "DELETE" });
  const { tokens } = (await room.owner.call("/tokens")).body;
  expect(tokens.map(({ kind }: Body) => kind).sort()).toEqual(["agent", "join", "room", "view", "view"]);
  const listed = tokens.find(({ id }: Body) => id === body.id);
  expect([listed.label, typeof listed.revoked_at]).toEqual(["wall", "string"]);
  const text = JSON.stringify(tokens);
  for (const { token } of [room.owner, room.viewer, room.joiner, ana, client])
    expect(text).not.toContain(token);
});

it("[AUTH-3] minting for an agent that has not joined, or has left, is refused", async () => {
  const room = await createRoom();
  await room.join("ana");
  await room.owner.call("/agents/ana", { method: "DELETE" });
  for (const agent of ["ana", "nobody", "_shared", "constructor"]) {
    const answer = await room.owner.call("/tokens", { body: { kind: "agent", agent } });
    expect([agent, answer.status, answer.body.error]).toEqual([agent, 404, "agent_not_found"]);
  }
});

it("[AUTH-3] revoking a token that is not there is 404", async () => {
  const room = await createRoom();
  const answer = await room.owner.call("/tokens/nothing", { method: "DELETE" });
  expect([answer.status, answer.body.error]).toEqual([404, "not_found"]);
});

it("[AUTH-3] the log holds a minted token's record and never its secret", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const { client } = await mint(room, { kind: "room" });
  for (const reader of [room.owner, room.viewer, ana]) {
    const text = JSON.stringify(await reader.log());
    for (const { token } of [room.owner, ana, client]) expect(text).not.toContain(token);
  }
});

it("[AUTH-11] revocation ends the open waits of a token with 401", async () => {
  const room = await createRoom();
  await room.join("ana");
  const { client, body } = await mint(room, { kind: "agent", agent: "ana" });
  const wait = await held(client, room.owner);
  await room.owner.call(`/tokens/${body.id}`, { method: "DELETE" });
  expect([await wait.status, (await wait.answer).error]).toEqual(REFUSED);
});

it("[AUTH-11] leaving ends the agent's open waits with 401", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const wait = await held(ana, room.owner);
  await ana.call("/agents/ana", { method: "DELETE" });
  expect([await wait.status, (await wait.answer).error]).toEqual(REFUSED);
});

it("[AUTH-11] joining again ends the waits of the retired token with 401", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const wait = await held(ana, room.owner);
  await room.join("ana");
  expect([await wait.status, (await wait.answer).error]).toEqual(REFUSED);
});

it("[AUTH-11] a wait does not outlive its token", async () => {
  const room = await createRoom();
  const { client } = await mint(room, { kind: "view", expires_in: 1 });
  const { status, body } = await client.wait("state._shared.never == true", "&timeout=20000");
  expect([status, body.error]).toEqual(REFUSED);
});

it("[AUTH-11] deleting the room ends its open waits with 401", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const wait = await held(ana, room.owner);
  await room.owner.call("", { method: "DELETE" });
  expect([await wait.status, (await wait.answer).error]).toEqual(REFUSED);
});

it("[AUTH-11] the waits of other tokens go on", async () => {
  const room = await createRoom();
  const [ana, bob] = [await room.join("ana"), await room.join("bob")];
  const wait = await held(bob, room.owner);
  await ana.call("/agents/ana", { method: "DELETE" });
  await bob.do("_register_action", { id: "end", writes: [{ key: "never", value: true }] });
  await bob.do("end");
  expect((await wait.answer).triggered).toBe(true);
});
