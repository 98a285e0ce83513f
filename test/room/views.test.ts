import { describe, expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

/** What an agent is shown of views, less those that are about the whole room. */
async function registered(client: Client): Promise<Body> {
  const { _salience: _, _vocabulary: _v, ...views } = (await client.context()).views;
  return views;
}

describe("what a view sees", () => {
  it("[VIEW-1] its own private scope as state.self and by name, the same for every reader", async () => {
    const room = await createRoom();
    const ana = await room.join("ana", { state: { mood: "calm" } });
    const bob = await room.join("bob", { state: { mood: "cross" } });
    await ana.do("_register_view", {
      id: "v",
      expr: '[self, state.self.mood, state["ana"].mood, state["bob"].mood]',
    });
    for (const reader of [ana, bob, room.owner, room.viewer]) {
      expect((await reader.context()).views.v).toEqual(["ana", "calm", "calm", null]);
    }
    expect((await bob.eval("views.v[1]")).value).toBe("calm");
  });

  it("[VIEW-1] under _shared: self is empty, state.self too, and nobody's messages are unread", async () => {
    const room = await createRoom();
    const ana = await room.join("ana", { state: { k: 1 } });
    const bob = await room.join("bob");
    await bob.do("_send_message", { body: "hi", to: "ana" });
    await ana.do("_register_view", {
      id: "v",
      scope: "_shared",
      expr: '[self, size(state.self), state["ana"].k, messages.unread, messages.directed_unread, messages.count]',
    });
    expect((await ana.context()).views.v).toEqual(["", 0, null, 0, 0, 1]);
  });

  it("[VIEW-1] under a private scope nothing is unread either", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    await (await room.join("bob")).do("_send_message", { body: "hi" });
    const { value } = await ana.do("_register_view", { id: "v", expr: "messages.unread" });
    expect(value).toBe(0);
  });

  it("[VIEW-1] grants do not widen what a view sees", async () => {
    const room = await createRoom();
    await room.join("bob", { state: { k: "canary" } });
    const ana = await room.join("ana");
    await room.owner.call("/agents/ana", { method: "PATCH", body: { grants: ["bob"] } });
    const { value } = await ana.do("_register_view", { id: "v", expr: 'state["bob"].k' });
    expect(value).toBeNull();
  });

  it("[VIEW-1] only the agent itself and the room register under a private scope", async () => {
    const room = await createRoom();
    await room.join("ana", { state: { k: 7 } });
    const bob = await room.join("bob");
    await room.owner.call("/agents/bob", { method: "PATCH", body: { grants: ["ana"] } });
    const view = { id: "v", scope: "ana", expr: "state.self.k" };
    expect((await bob.invoke("_register_view", view)).body.error).toBe("scope_denied");
    expect((await room.owner.invoke("_register_view", view, { agent: "bob" })).body.error).toBe(
      "scope_denied",
    );
    expect((await room.owner.do("_register_view", view)).value).toBe(7);
  });

  it("[VIEW-1] the room's default is _shared, the agent's its own scope", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    expect((await room.owner.do("_register_view", { id: "a", expr: "1" })).definition.scope).toBe("_shared");
    expect((await ana.do("_register_view", { id: "b", expr: "1" })).definition.scope).toBe("ana");
  });

  it.each(["_views", "_actions", "_agents", "_audit", "_config", "_messages", "_help"])(
    "[VIEW-1] nobody registers under %s",
    async (scope) => {
      const room = await createRoom();
      const refused = await room.owner.invoke("_register_view", { id: "v", scope, expr: "1" });
      expect([refused.status, refused.body.error]).toEqual([403, "scope_denied"]);
    },
  );
});

describe("views on views", () => {
  it("[VIEW-2] read each other in any order of registration", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_view", { id: "top", expr: "views.base * 2" });
    await ana.do("_register_view", { id: "base", expr: "21" });
    expect(await registered(ana)).toEqual({ top: 42, base: 21 });
  });

  it("[VIEW-2] a cycle gives each of its members the same error, and those that read it stand", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_view", { id: "b", expr: "views.c" });
    await ana.do("_register_view", { id: "reader", expr: "has(views.a._error)" });
    await ana.do("_register_view", { id: "c", expr: "views.a" });
    await ana.do("_register_view", { id: "a", expr: "views.b" });
    await ana.do("_register_view", { id: "fine", expr: "1" });
    const _error = "cycle: a → b → c → a";
    expect(await registered(ana)).toEqual({
      a: { _error },
      b: { _error },
      c: { _error },
      reader: true,
      fine: 1,
    });
  });

  it("[VIEW-2] a view that reads itself is a cycle of one", async () => {
    const ana = await (await createRoom()).join("ana");
    expect((await ana.do("_register_view", { id: "a", expr: "views.a" })).value).toEqual({
      _error: "cycle: a → a",
    });
  });

  it("[VIEW-2] a cycle that a condition opens and closes is judged as it stands", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", { id: "put", writes: [{ key: "loop", value: "${params.v}" }] });
    await ana.do("_register_view", { id: "a", expr: "state._shared.loop == true ? views.b : 1" });
    await ana.do("_register_view", { id: "b", expr: "views.a" });
    expect(await registered(ana)).toEqual({ a: 1, b: 1 });
    await ana.do("put", { v: true });
    expect((await ana.context()).views.b).toEqual({ _error: "cycle: a → b → a" });
    await ana.do("put", { v: false });
    expect(await registered(ana)).toEqual({ a: 1, b: 1 });
  });

  it("[VIEW-2] a cycle through an action's availability or an entry's gate names views only", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", { id: "x", if: "views.v == true", writes: [] });
    await ana.do("_register_view", { id: "v", expr: 'actions["x"].available' });
    await ana.do("_register_action", {
      id: "g",
      writes: [{ key: "k", value: 1, enabled: "views.w == true" }],
    });
    await ana.do("g");
    await ana.do("_register_view", { id: "w", expr: "state._shared.k" });
    const { views } = await ana.context();
    expect(views.v).toEqual({ _error: "cycle: v → v" });
    expect(views.w).toEqual({ _error: "cycle: w → w" });
  });

  it("[VIEW-2] an expression that fails shows its error, and the rest of the context stands", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_view", { id: "bad", expr: "1 / 0" });
    await ana.do("_register_view", { id: "good", expr: "1" });
    const { views } = await ana.context();
    expect(views.good).toBe(1);
    expect(views.bad).toEqual({ _error: expect.any(String) });
  });

  it("[CEL-5] a view that exceeds its budget shows its error", async () => {
    const ana = await (await createRoom()).join("ana");
    const tens = `[${Array.from({ length: 100 }, (_, n) => n).join(",")}]`;
    const expr = `${tens}.map(a, ${tens}.map(b, (a + b + 1) * (a + b + 2) * (a + b + 3) * (a + b + 4))).size() > 0 || true`;
    const { value } = await ana.do("_register_view", { id: "bomb", expr });
    expect(value._error).toMatch(/budget|steps/);
  });
});

describe("a view's definition", () => {
  it("[VIEW-3] a disabled view is absent, and has null for those that read it", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", { id: "on", writes: [{ key: "on", value: true }] });
    const answer = await ana.do("_register_view", {
      id: "v",
      expr: "1",
      enabled: "state._shared.on == true",
    });
    expect(answer.value).toBeNull();
    await ana.do("_register_view", { id: "w", expr: '[views.v, "v" in views, "v" in views.keys()]' });
    expect(await registered(ana)).toEqual({ w: [null, false, false] });
    await ana.do("on");
    expect(await registered(ana)).toEqual({ v: 1, w: [1, true, true] });
  });

  it("[VIEW-3] a gate that fails hides", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_view", { id: "v", expr: "1", enabled: "1 / 0 == 1" });
    expect(await registered(ana)).toEqual({});
  });

  it("[VIEW-5] render is kept as it is", async () => {
    const ana = await (await createRoom()).join("ana");
    const render = { type: "metric", label: "Turns", extra: { x: [1] } };
    expect((await ana.do("_register_view", { id: "v", expr: "1", render })).definition.render).toEqual(
      render,
    );
    expect((await ana.context("?include=_views")).state._views.v.render).toEqual(render);
  });

  it.each([
    [{ id: "v" }, "invalid_param"],
    [{ id: "v", expr: "1 +" }, "invalid_cel"],
    [{ id: "v", expr: "nowhere.x" }, "invalid_cel"],
    [{ id: "v", expr: "1", enabled: "nofun()" }, "invalid_cel"],
    [{ id: "v", expr: 1 }, "invalid_param"],
    [{ id: "v", expr: "1", render: "metric" }, "invalid_param"],
    [{ id: "v", expr: "1", render: {} }, "invalid_param"],
    [{ id: "_v", expr: "1" }, "reserved_id"],
    [{ id: "", expr: "1" }, "invalid_param"],
    [{ id: "v", expr: "1", scope: "_" }, "invalid_param"],
    [{ id: "v", expr: "1", timer: { ms: 5 } }, "invalid_timer"],
  ])("[VIEW-1] %j is refused", async (params, error) => {
    const ana = await (await createRoom()).join("ana");
    const { status, body } = await ana.invoke("_register_view", params);
    expect([status, body.error]).toEqual([400, error]);
  });

  it("[VIEW-6] _contested stands among the views while targets overlap, and only then", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", { id: "a", writes: [{ key: "k", value: 1 }] });
    expect(await registered(ana)).toEqual({});
    await ana.do("_register_action", { id: "b", writes: [{ key: "k", value: 2 }] });
    expect(await registered(ana)).toEqual({ _contested: { "_shared:k": ["a", "b"] } });
    expect((await ana.eval('views._contested["_shared:k"]')).value).toEqual(["a", "b"]);
    await ana.do("_delete_action", { id: "a" });
    expect(await registered(ana)).toEqual({});
  });
});
