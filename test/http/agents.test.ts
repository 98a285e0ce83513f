import { runDurableObjectAlarm } from "cloudflare:test";
import { expect, it } from "vitest";
import { folded, polled, wholeLog } from "../support/ledger.ts";
import type { Answer, Body } from "../support/room.ts";
import { Client, createRoom, request, roomObject } from "../support/room.ts";

function outcome({ status, body }: Answer): [number, string | undefined] {
  return [status, body.error];
}

it("[AGENT-1] a join with the join token answers the agent and its token", async () => {
  const room = await createRoom();
  const body = { id: "ana", name: "Ana", role: "judge", meta: { model: "m" } };
  const joined = await room.joiner.call("/agents", { body });
  expect(joined.status).toBe(201);
  expect(joined.body).toMatchObject({
    id: "ana",
    agent: { id: "ana", name: "Ana", role: "judge", meta: { model: "m" } },
  });
  expect(JSON.stringify(joined.body.agent)).not.toContain("generation");
  const ana = new Client(room.id, joined.body.token, "ana");
  expect((await ana.context()).self).toBe("ana");
});

it("[AGENT-1] without a token only a room that was created open is joined", async () => {
  const closed = await createRoom();
  const open = await createRoom({ join: "open" });
  const join = (room: string) => request(`/rooms/${room}/agents`, { body: { id: "eve" } });
  expect(outcome(await join(closed.id))).toEqual([401, "authentication_required"]);
  expect((await join(open.id)).status).toBe(201);
  expect(outcome(await join(open.id))).toEqual([409, "agent_exists"]);
});

it("[AGENT-1] a room can be opened and closed", async () => {
  const room = await createRoom();
  const join = (id: string) => request(`/rooms/${room.id}/agents`, { body: { id } });
  await room.owner.call("", { method: "PATCH", body: { join: "open" } });
  expect((await join("eve")).status).toBe(201);
  await room.owner.call("", { method: "PATCH", body: { join: "token" } });
  expect((await join("dan")).status).toBe(401);
});

it("[AGENT-1] joins without a token are limited, and joins with one are not", async () => {
  const room = await createRoom({ join: "open" });
  const answers = await Promise.all(
    Array.from({ length: 70 }, (_, n) => request(`/rooms/${room.id}/agents`, { body: { id: `e${n}` } })),
  );
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.length).toBeGreaterThan(0);
  expect(limited[0]?.body.error).toBe("rate_limited");
  expect(Number(limited[0]?.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect((await room.joiner.call("/agents", { body: { id: "dan" } })).status).toBe(201);
});

it("[AUTH-2] closed and absent rooms look alike to a caller without a token", async () => {
  const room = await createRoom();
  const bodies = [
    { id: "eve" },
    { id: "self" },
    { id: "eve", agent: "eve" },
    { id: "eve", agent: "dan" },
    { id: "" },
    {},
    "{",
  ];
  for (const body of bodies) {
    const [closed, absent] = [
      await request(`/rooms/${room.id}/agents`, { body }),
      await request("/rooms/absent-room/agents", { body }),
    ];
    expect([body, closed.status, closed.body]).toEqual([body, absent.status, absent.body]);
    expect([...closed.headers]).toEqual([...absent.headers]);
  }
});

it("[AUTH-2] closed, absent and foreign rooms look alike to a caller with a token of another", async () => {
  const [room, open, mine] = [await createRoom(), await createRoom({ join: "open" }), await createRoom()];
  for (const path of ["", "/context", "/log", "/tokens", "/nothing"]) {
    const answers = await Promise.all(
      [room.id, open.id, "absent-room"].map((id) =>
        request(`/rooms/${id}${path}`, { token: mine.owner.token }),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(outcome(answers[0] as Answer)).toEqual([401, "invalid_token"]);
  }
});

it("[AGENT-1] an id that is taken is refused to all but that agent and the room", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  const again = (client: Client) => client.call("/agents", { body: { id: "ana" } });
  expect(outcome(await again(room.joiner))).toEqual([409, "agent_exists"]);
  expect(outcome(await again(bob))).toEqual([409, "agent_exists"]);
  expect((await again(ana)).status).toBe(201);
  expect((await again(room.owner)).status).toBe(201);
});

it("[AGENT-1] spectators and agents do not bring in new agents", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  expect(outcome(await room.viewer.call("/agents", { body: { id: "eve" } }))).toEqual([
    403,
    "read_only_token",
  ]);
  expect(outcome(await ana.call("/agents", { body: { id: "eve" } }))).toEqual([403, "room_token_required"]);
});

it.each(["self", "admin"])("[ROOM-2] the agent id %s is reserved", async (id) => {
  const room = await createRoom();
  expect(outcome(await room.owner.call("/agents", { body: { id } }))).toEqual([400, "reserved_id"]);
});

it.each(["", "_a", "a b", "a\u0000", "é", "a/b", "a".repeat(65), "__proto__"])(
  "[ROOM-2] %j is no agent id",
  async (id) => {
    const room = await createRoom();
    expect(outcome(await room.owner.call("/agents", { body: { id } }))).toEqual([400, "invalid_param"]);
  },
);

it("[AGENT-2] state, public keys, views, name, role and meta come in one event", async () => {
  const room = await createRoom();
  const { seq } = await room.owner.context();
  const ana = await room.join("ana", {
    state: { mood: "fine", 'odd "key"': 2, secret: 3 },
    public_keys: ["mood", 'odd "key"', "later"],
    views: { sum: "state.self.secret + 1", card: { expr: "self", render: { type: "metric" } } },
  });
  expect((await room.owner.context()).seq).toBe(seq + 1);
  const { state, views } = await ana.context();
  expect(state.self).toEqual({ mood: "fine", 'odd "key"': 2, secret: 3 });
  const brought = { "ana.mood": "fine", 'ana.odd "key"': 2, "ana.later": null, sum: 4, card: "ana" };
  expect(views).toMatchObject(brought);
});

it.each([
  ["another's view", { views: { hers: "1" } }, 409, "view_exists"],
  ["the room's view", { views: [{ id: "common", expr: "1" }] }, 409, "view_exists"],
  ["a view of a public key's name", { public_keys: ["k"] }, 409, "view_exists"],
  ["a reserved view id", { views: { _contested: "1" } }, 400, "invalid_param"],
  ["a view for another scope", { views: [{ id: "v", expr: "1", scope: "ana" }] }, 400, "invalid_param"],
  [
    "a view for the shared scope",
    { views: [{ id: "v", expr: "1", scope: "_shared" }] },
    400,
    "invalid_param",
  ],
  ["a view that is no CEL", { views: { v: "1 +" } }, 400, "invalid_cel"],
  ["a view without an expression", { views: { v: null } }, 400, "invalid_param"],
  ["a key that is none", { state: { "": 1 } }, 400, "invalid_param"],
  ["a key with a control character", { state: { "a\u0001": 1 } }, 400, "invalid_param"],
  ["a value that is too large", { state: { k: "x".repeat(262_144) } }, 413, "too_large"],
])("[AGENT-2] a join that brings %s joins nobody", async (_, extra, status, code) => {
  const room = await createRoom();
  await room.join("ana", { views: { hers: "2", "bob.k": "2" } });
  await room.owner.do("_register_view", { id: "common", expr: "2" });
  const before = await polled(room.owner);
  const answer = await room.joiner.call("/agents", { body: { id: "bob", state: { fine: 1 }, ...extra } });
  expect(outcome(answer)).toEqual([status, code]);
  const after = await polled(room.owner);
  expect(after).toEqual(before);
});

it("[AGENT-2] a join again may change its own views, and keeps what it does not name", async () => {
  const room = await createRoom();
  const ana = await room.join("ana", {
    name: "Ana",
    state: { k: 1, old: 1 },
    public_keys: ["k"],
    meta: { m: 1 },
  });
  await room.owner.call("/agents/ana", { method: "PATCH", body: { grants: ["bob"] } });
  const again = await ana.call("/agents", { body: { id: "ana", state: { k: 2 }, public_keys: ["k"] } });
  expect(again.body.agent).toMatchObject({ name: "Ana", grants: ["bob"], meta: { m: 1 } });
  const { state } = await new Client(room.id, again.body.token).context();
  expect(state.self).toEqual({ k: 2, old: 1 });
});

it("[AGENT-3] an agent that left keeps its scope and views, loses its grants, and its id stays reserved", async () => {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { k: 1 }, public_keys: ["k"] });
  await room.owner.call("/agents/ana", { method: "PATCH", body: { grants: ["bob"] } });
  await ana.call("/agents/ana", { method: "DELETE" });
  const context = await room.owner.context("?include=_agents");
  expect([context.state.ana, context.views["ana.k"], context.agents.ana.status]).toEqual([
    { k: 1 },
    1,
    "left",
  ]);
  expect(context.state._agents.ana.grants).toEqual([]);
  expect(outcome(await room.joiner.call("/agents", { body: { id: "ana" } }))).toEqual([409, "agent_exists"]);
  expect(outcome(await ana.call("/agents", { body: { id: "ana" } }))).toEqual([401, "invalid_token"]);
  const back = await room.join("ana");
  expect((await back.context()).state.self).toEqual({ k: 1 });
  expect(folded(await wholeLog(room.owner))).toEqual(await polled(room.owner));
});

it("[AGENT-3] actions of an agent that left write with no grants of its own", async () => {
  const room = await createRoom();
  const [ana, bob] = [await room.join("ana"), await room.join("bob", { state: { k: 1 } })];
  await room.owner.call("/agents/ana", { method: "PATCH", body: { grants: ["bob"] } });
  await ana.do("_register_action", { id: "poke", writes: [{ scope: "bob", key: "k", value: 2 }] });
  const cat = await room.join("cat");
  await cat.do("poke");
  await ana.call("/agents/ana", { method: "DELETE" });
  expect(outcome(await cat.invoke("poke"))).toEqual([403, "scope_denied"]);
  expect((await bob.context()).state.self.k).toBe(2);
});

it("[AGENT-3] nobody leaves for another, or twice", async () => {
  const room = await createRoom();
  const [ana, bob] = [await room.join("ana"), await room.join("bob")];
  expect(outcome(await bob.call("/agents/ana", { method: "DELETE" }))).toEqual([403, "identity_mismatch"]);
  expect(outcome(await bob.call("/agents/nobody", { method: "DELETE" }))).toEqual([403, "identity_mismatch"]);
  expect(outcome(await room.viewer.call("/agents/ana", { method: "DELETE" }))).toEqual([
    403,
    "read_only_token",
  ]);
  expect(outcome(await room.joiner.call("/agents/ana", { method: "DELETE" }))).toEqual([403, "scope_denied"]);
  expect((await ana.call("/agents/ana", { method: "DELETE" })).status).toBe(200);
  expect(outcome(await room.owner.call("/agents/ana", { method: "DELETE" }))).toEqual([
    404,
    "agent_not_found",
  ]);
  expect(outcome(await room.owner.call("/context?agent=ana"))).toEqual([404, "agent_not_found"]);
});

it("[AGENT-4] context and agents.* show an agent's name, role, status, heartbeat and meta, and no more", async () => {
  const room = await createRoom();
  const ana = await room.join("ana", { meta: { m: 1 } });
  await room.join("bob");
  const { agents } = await ana.context();
  expect(Object.keys(agents.ana)).toEqual([
    "name",
    "role",
    "status",
    "waiting_on",
    "last_heartbeat",
    "joined_at",
    "meta",
  ]);
  expect(Object.keys(agents.bob)).toEqual([
    "name",
    "role",
    "status",
    "waiting_on",
    "last_heartbeat",
    "joined_at",
  ]);
  const read = await ana.eval(
    "[agents.ana.name, agents.ana.role, agents.ana.meta.m, agents.bob.status, agents.nobody]",
  );
  expect(read.value).toEqual(["ana", "agent", 1, "active", null]);
});

it("[AGENT-4] while it waits an agent shows on what", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const waiting = ana.wait("state._shared.go == true", "&timeout=5000");
  let shown: Body = {};
  while (shown.status !== "waiting") shown = (await room.owner.context()).agents.ana;
  expect(shown.waiting_on).toBe("state._shared.go == true");
  await room.owner.do("_register_action", { id: "go", writes: [{ key: "go", value: true }] });
  await room.owner.do("go");
  await waiting;
  shown = (await room.owner.context()).agents.ana;
  expect([shown.status, shown.waiting_on]).toEqual(["active", null]);
});

it("[AUTH-4] a room token that acts as an agent moves neither its cursor nor its presence", async () => {
  const room = await createRoom();
  const [ana, bob] = [await room.join("ana"), await room.join("bob")];
  await ana.context();
  await bob.do("_send_message", { body: "hi", to: "ana" });
  // Presence is stored within seconds, by the alarm: an object that ends before is not what is asked about.
  await runDurableObjectAlarm(roomObject(room.id));
  const before = (await room.owner.context()).agents.ana;
  await new Promise((resolve) => setTimeout(resolve, 5));
  const acting = (await room.owner.call("/context?agent=ana")).body;
  expect([acting.self, acting.messages.unread, acting.messages.directed_unread]).toEqual(["ana", 1, 1]);
  expect((await room.owner.context()).agents.ana).toEqual(before);
  expect((await ana.context()).messages.unread).toBe(1);
  expect((await ana.context()).messages.unread).toBe(0);
});

it("[HTTP-1] an id that no room can have is refused as an unknown room is, with what to do", async () => {
  const { status, body } = await request("/rooms/%3Dcmd%7C'A0/agents", { body: { id: "eve" } });
  expect([status, body.error]).toEqual([401, "invalid_token"]);
  expect(body.hint).toContain("Authorization: Bearer");
});
