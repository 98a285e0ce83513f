import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

async function furnished(): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { mine: 1 }, role: "cook", meta: { x: null } });
  const bob = await room.join("bob", { state: { his: 2 } });
  const writes = [{ scope: "${params.scope}", key: "${params.key}", value: "${params.value}" }];
  await ana.do("_register_action", {
    id: "put",
    description: "writes",
    params: { key: { type: "string" } },
    writes,
  });
  await ana.do("put", { scope: "_shared", key: "k", value: { n: null } });
  await ana.do("put", { scope: "_tasks", key: "1", value: "t" });
  await ana.do("_register_view", { id: "v", expr: "state.self.mine + 1" });
  return { room, ana, bob };
}

describe("the whole context", () => {
  it("[CTX-1] has these sections, with raw values", async () => {
    const { ana } = await furnished();
    const context = await ana.context();
    expect(Object.keys(context)).toEqual([
      "state",
      "views",
      "agents",
      "actions",
      "messages",
      "self",
      "seq",
      "_context",
    ]);
    expect(context.state).toEqual({ _shared: { k: { n: null } }, _tasks: { 1: "t" }, self: { mine: 1 } });
    expect(context.views).toEqual({
      v: 2,
      _salience: expect.any(Array),
      _vocabulary: { unread_views: { count: 1, views: ["v"] } },
    });
    expect(context.self).toBe("ana");
    expect(context.messages).toEqual({ count: 0, unread: 0, directed_unread: 0, recent: [] });
    expect(Object.keys(context.agents.ana)).toEqual([
      ...["name", "role", "status", "waiting_on", "last_heartbeat", "joined_at", "meta"],
    ]);
    expect(context.agents.ana).toMatchObject({
      name: "ana",
      role: "cook",
      status: "active",
      meta: { x: null },
    });
  });

  it("[CTX-1] shows granted scopes by name, to the room and spectators all of them, and self is empty then", async () => {
    const { room, ana } = await furnished();
    await room.owner.call("/agents/ana", { method: "PATCH", body: { grants: ["bob"] } });
    expect((await ana.context()).state).toMatchObject({ self: { mine: 1 }, bob: { his: 2 } });
    for (const reader of [room.owner, room.viewer]) {
      const { state, self } = await reader.context();
      expect([self, state.ana, state.bob, state.self]).toEqual(["", { mine: 1 }, { his: 2 }, undefined]);
    }
  });

  it("[CTX-1] of an action is lean unless more is asked for", async () => {
    const { ana } = await furnished();
    const shown = async (query: string) => (await ana.context(query)).actions.put;
    const lean = ["available", "enabled", "description", "params"];
    expect(Object.keys(await shown(""))).toEqual(lean);
    expect(Object.keys(await shown("?depth=lean"))).toEqual(lean);
    const full = await shown("?depth=full");
    expect(full).toMatchObject({ scope: "_shared", registered_by: "ana", hash: expect.any(String) });
    expect(full.writes).toHaveLength(1);
    expect(await shown("?depth=usage")).toMatchObject({ invocations: 2, last_invoked_by: "ana" });
    expect((await shown("?depth=usage")).last_invoked_at).toMatch(/^\d{4}-.*Z$/);
  });

  it("[CTX-1] usage counts what succeeded, through eviction", async () => {
    const { room, ana, bob } = await furnished();
    await bob.invoke("put", { key: 5 });
    await bob.invoke("put", { scope: "_shared", key: "z", value: 1 }, { dry_run: true });
    await evictDurableObject(roomObject(room.id));
    expect((await ana.context("?depth=usage")).actions.put).toMatchObject({
      invocations: 2,
      last_invoked_by: "ana",
    });
  });

  it("[CTX-1] the reserved scopes stand under state only by include", async () => {
    const { ana } = await furnished();
    const reserved = ["_audit", "_messages", "_actions", "_views", "_agents", "_config"];
    await ana.do("_send_message", { body: "hi" });
    for (const scope of reserved) expect((await ana.context()).state[scope]).toBeUndefined();
    const { state } = await ana.context(`?include=${reserved.join(",")}`);
    expect(Object.keys(state).sort()).toEqual([...reserved, "_shared", "_tasks", "self"].sort());
    expect(state._messages["1"].body).toBe("hi");
    expect(state._actions.put.registered_by).toBe("ana");
    expect(state._agents.bob.status).toBe("active");
    expect(state._audit["1"].kind).toBe("room_create");
  });

  it("[ROOM-4] keys stand in one order: decimals by number, then code points; before and after eviction", async () => {
    const { room, ana } = await furnished();
    const keys = ["10", "9", "2", "b", "a", "B", "01", "-1", "é", "😀", "\uffee", "100", "0"];
    for (const key of keys) await ana.do("put", { scope: "_o", key, value: 1 });
    const sorted = ["0", "2", "9", "10", "100", "-1", "01", "B", "a", "b", "é", "\uffee", "😀"];
    const order = async () => (await ana.eval("state._o.keys()")).value;
    expect(await order()).toEqual(sorted);
    const text = JSON.stringify((await ana.context("?only=state._o")).state._o);
    await evictDurableObject(roomObject(room.id));
    expect(await order()).toEqual(sorted);
    expect(JSON.stringify((await ana.context("?only=state._o")).state._o)).toBe(text);
  });

  it("[ROOM-4] a room that woke holds what was written to single keys before anything asked for their scope", async () => {
    const { room, ana } = await furnished();
    const drop = {
      id: "drop",
      params: { key: { type: "string" } },
      writes: [{ scope: "_o", key: "${params.key}", delete: true }],
    };
    await ana.do("_register_action", drop);
    await ana.do("_register_action", { id: "never", if: "false", writes: [] });
    for (const key of ["3", "1", "2", "4"]) await ana.do("put", { scope: "_o", key, value: "old" });
    await evictDurableObject(roomObject(room.id));
    const put = (key: string, value: string) => ({ action: "put", params: { scope: "_o", key, value } });
    await ana.do("put", { scope: "_o", key: "2", value: "new" });
    await ana.do("drop", { key: "3" });
    await ana.do("put", { scope: "_o", key: "0", value: "new" });
    const invocations = [
      put("1", "undone"),
      { action: "drop", params: { key: "4" } },
      put("5", "undone"),
      { action: "never" },
    ];
    expect((await ana.call("/invoke", { body: { invocations, atomic: true } })).status).toBe(409);
    expect((await ana.eval('[state._o["1"], state._o["3"], state._o["4"], state._o["5"]]')).value).toEqual([
      "old",
      null,
      "old",
      null,
    ]);
    expect((await ana.context("?only=state._o")).state._o).toEqual({
      0: "new",
      1: "old",
      2: "new",
      4: "old",
    });
  });
});

describe("shaping", () => {
  it.each([
    ["only=state", ["state", "self", "seq", "_context"]],
    ["only=views,messages", ["views", "messages", "self", "seq", "_context"]],
    ["only=state._shared", ["state", "self", "seq", "_context"]],
    ["messages=false&actions=false", ["state", "views", "agents", "self", "seq", "_context"]],
    ["only=actions&actions=false", ["self", "seq", "_context"]],
  ])("[CTX-2] %s answers %j", async (query, sections) => {
    const { ana } = await furnished();
    expect(Object.keys(await ana.context(`?${query}`))).toEqual(sections);
  });

  it.each([
    ["state._shared", { _shared: { k: { n: null } } }],
    ["state._shared,state._tasks", { _shared: { k: { n: null } }, _tasks: { 1: "t" } }],
    ["state.self", { self: { mine: 1 } }],
    ["state.ana", { self: { mine: 1 } }],
    ["state.bob", {}],
    ["state._nothing", {}],
    ["state,state._tasks", { _shared: { k: { n: null } }, _tasks: { 1: "t" }, self: { mine: 1 } }],
  ])("[CTX-2] only=%s answers %j", async (only, state) => {
    const { ana } = await furnished();
    expect((await ana.context(`?only=${only}`)).state).toEqual(state);
  });

  it.each([
    "only=nothing",
    "depth=deep",
    "include=_nope",
    "include=bob",
    "messages=maybe",
    "messages_limit=501",
  ])("[CTX-2] %s is refused", async (query) => {
    const { ana } = await furnished();
    const { status, body } = await ana.call(`/context?${query}`);
    expect([status, body.error]).toEqual([400, "invalid_request"]);
  });

  it("[CTX-2] compact drops null fields of the envelope, and none inside values", async () => {
    const { ana } = await furnished();
    const { agents, state, actions } = await ana.context("?compact=true");
    expect("waiting_on" in agents.ana).toBe(false);
    expect(agents.ana.meta).toEqual({ x: null });
    expect(state._shared.k).toEqual({ n: null });
    expect(actions.put.available).toBe(true);
  });
});

describe("what a context says of itself", () => {
  it("[CTX-6] the sections, the depth, the request as understood and what was left out", async () => {
    const { ana } = await furnished();
    const { _context } = await ana.context("?only=state,views&depth=full&messages_limit=5&compact=true");
    expect(_context).toMatchObject({ sections: ["state", "views", "self"], depth: "full", elided: [] });
    expect(_context.request).toEqual({ only: "state,views", depth: "full", messages_limit: "5" });
  });

  it("[CTX-6] the help keys that matter now", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    const keys = async () => (await ana.context())._context.help;
    expect(await keys()).toEqual(["vocabulary_bootstrap"]);
    await room.owner.do("_send_message", { body: "hi", to: "ana" });
    expect(await keys()).toEqual(["vocabulary_bootstrap", "directed_messages"]);
    await ana.do("_register_action", { id: "a", writes: [{ key: "k", value: 1 }] });
    expect(await keys()).toEqual([]);
    await ana.do("_register_action", { id: "b", writes: [{ key: "k", value: 1 }] });
    expect(await keys()).toEqual(["contested_actions"]);
  });
});

describe("messages", () => {
  async function numbered(count: number) {
    const room = await createRoom();
    const ana = await room.join("ana");
    const bob = await room.join("bob");
    for (let n = 1; n <= count; n++)
      await bob.do("_send_message", { body: n, ...(n % 2 ? { to: ["cara", "ana"] } : {}) });
    const read = async (query = "") => {
      const { unread, directed_unread, recent } = (await ana.context(query)).messages;
      return [unread, directed_unread, recent.map(({ seq }: Body) => seq)];
    };
    return { room, ana, bob, read };
  }

  it("[CTX-7] unread is as of before the read, and the read moves the cursor", async () => {
    const { read } = await numbered(3);
    expect(await read()).toEqual([3, 2, [1, 2, 3]]);
    expect(await read()).toEqual([0, 0, [1, 2, 3]]);
  });

  it("[CTX-7] with a limit the newest are returned, and the cursor moves to the newest", async () => {
    const { read } = await numbered(5);
    expect(await read("?messages_limit=2")).toEqual([5, 3, [4, 5]]);
    expect(await read()).toEqual([0, 0, [1, 2, 3, 4, 5]]);
  });

  it("[CTX-7] with messages_after the oldest after it, and the cursor moves only as far", async () => {
    const { read } = await numbered(5);
    expect(await read("?messages_after=1&messages_limit=2")).toEqual([5, 3, [2, 3]]);
    expect(await read("?messages_after=9")).toEqual([2, 1, []]);
    expect(await read("?messages_after=0&messages_limit=1")).toEqual([2, 1, [1]]);
    expect(await read("?messages_limit=0")).toEqual([2, 1, []]);
    expect(await read()).toEqual([2, 1, [1, 2, 3, 4, 5]]);
  });

  it.each(["messages=false", "only=state", "messages_limit=0"])(
    "[CTX-7] %s leaves the cursor",
    async (query) => {
      const { ana, read } = await numbered(2);
      await ana.context(`?${query}`);
      expect((await read())[0]).toBe(2);
    },
  );

  it("[CTX-7] nobody else's reading moves it: the room, acting as the agent, a spectator, poll or eval", async () => {
    const { room, ana, read } = await numbered(2);
    for (const reader of [room.owner, room.viewer]) expect((await reader.context()).messages.unread).toBe(0);
    expect((await room.owner.context("?agent=ana")).messages.unread).toBe(2);
    await ana.call("/poll");
    await ana.eval("state._messages.values()");
    expect((await read())[0]).toBe(2);
  });

  it("[CTX-7] one's own messages are never unread, and the room's are", async () => {
    const { room, ana, read } = await numbered(1);
    await ana.do("_send_message", { body: "mine", to: "ana" });
    await room.owner.do("_send_message", { body: "the room's", to: "ana" });
    expect(await read()).toEqual([2, 2, [1, 2, 3]]);
  });

  it("[CTX-1] a message is shown with what it has, and nothing else", async () => {
    const { room, ana, bob } = await numbered(0);
    await bob.do("_send_message", { body: { x: null }, to: "ana" });
    await room.owner.do("_send_message", { body: "re", reply_to: 1, kind: "answer" });
    const { recent } = (await ana.context()).messages;
    const ts = expect.any(String);
    expect(recent).toEqual([
      { seq: 1, from: "bob", kind: "chat", body: { x: null }, to: "ana", ts },
      { seq: 2, from: null, kind: "answer", body: "re", reply_to: 1, ts },
    ]);
  });
});
