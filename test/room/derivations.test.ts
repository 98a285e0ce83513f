import { describe, expect, it } from "vitest";
import { evaluations, evaluationsOf } from "../support/inside.ts";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

interface Setting {
  readonly room: TestRoom;
  readonly ana: Client;
  put(key: string, value: unknown): Promise<unknown>;
}

/** A room with one agent, the action `put {key, value}` on `_shared`, and `views` by id. */
async function setting(views: Record<string, string> = {}): Promise<Setting> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const writes = [{ key: "${params.key}", value: "${params.value}" }];
  await ana.do("_register_action", { id: "put", writes });
  for (const [id, expr] of Object.entries(views))
    await ana.do("_register_view", { id, expr, scope: "_shared" });
  const put = (key: string, value: unknown) => ana.do("put", { key, value });
  return { room, ana, put };
}

/** How many views are evaluated by reading them all after `key` was written. */
async function staleAfter({ room, put }: Setting, key: string, value: unknown): Promise<number> {
  await room.viewer.context("?only=views");
  await put(key, value);
  return await evaluationsOf(room, () => room.viewer.context("?only=views"));
}

describe("what is evaluated", () => {
  it("[VIEW-4] a second read of an unchanged context evaluates nothing", async () => {
    const at = await setting({
      a: "state._shared.x",
      b: "views.a",
      c: "size(state._shared)",
      d: "agents.size()",
    });
    await at.put("x", 1);
    expect(await evaluationsOf(at.room, () => at.ana.context())).toBeGreaterThan(0);
    expect(await evaluationsOf(at.room, () => at.ana.context())).toBe(0);
  });

  it("[VIEW-4] a commit evaluates no view, and a read after it only those that read what changed", async () => {
    const views = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`v${n}`, `state._shared.k${n}`]));
    const at = await setting(views);
    await at.room.viewer.context();
    expect(await evaluationsOf(at.room, () => at.put("k3", 1))).toBe(0);
    expect(await evaluationsOf(at.room, () => at.room.viewer.context("?only=views"))).toBe(1);
  });

  it("[VIEW-4] a view that nobody reads is not evaluated", async () => {
    const at = await setting({ a: "state._shared.x" });
    await at.ana.context();
    await at.put("x", 1);
    expect(await evaluationsOf(at.room, () => at.ana.context("?only=state"))).toBe(0);
  });

  it("[VIEW-4] a view on a view is evaluated when the first one's input changed, directly or not", async () => {
    const at = await setting({
      c: "views.b + 1",
      b: "views.a + 1",
      a: "state._shared.x",
      other: "state._shared.y",
    });
    expect(await staleAfter(at, "x", 1)).toBe(3);
    expect((await at.ana.context()).views).toMatchObject({ a: 1, b: 2, c: 3 });
  });

  it("[VIEW-4] a dynamic key is read where it points now, and no longer where it pointed", async () => {
    const at = await setting({ v: "state._shared[state._shared.pointer]" });
    await at.put("pointer", "a");
    await at.put("a", 1);
    expect(await staleAfter(at, "b", 5)).toBe(0);
    expect(await staleAfter(at, "pointer", "b")).toBe(1);
    expect((await at.ana.context()).views.v).toBe(5);
    expect(await staleAfter(at, "a", 7)).toBe(0);
    expect(await staleAfter(at, "b", 7)).toBe(1);
  });

  it("[VIEW-4] what a short circuit left out is not read", async () => {
    const at = await setting({ v: "state._shared.on == true && state._shared.x == 1" });
    expect(await staleAfter(at, "x", 1)).toBe(0);
    expect(await staleAfter(at, "on", true)).toBe(1);
    expect(await staleAfter(at, "x", 2)).toBe(1);
  });

  it("[VIEW-4] a scope read whole counts every key of it, and of no other scope", async () => {
    const at = await setting({ v: "size(state._shared)", w: "size(state._tasks)" });
    expect(await staleAfter(at, "fresh", 1)).toBe(1);
    expect((await at.ana.context()).views).toMatchObject({ v: 1, w: 0 });
  });

  it("[VIEW-4] an absent key that was asked for is noticed when it comes and when it goes", async () => {
    const at = await setting({ v: '"x" in state._shared', w: "has(state._shared.x)" });
    await at.ana.do("_register_action", { id: "del", writes: [{ key: "x", delete: true }] });
    expect(await staleAfter(at, "x", null)).toBe(2);
    expect((await at.ana.context()).views).toMatchObject({ v: true, w: true });
    await at.ana.do("del");
    expect((await at.ana.context()).views).toMatchObject({ v: false, w: false });
  });

  it("[VIEW-4] more keys than are tracked one by one are tracked as the whole scope", async () => {
    const list = `[${Array.from({ length: 90 }, (_, n) => `"k${n}"`).join(",")}]`;
    const v = `${list}.filter(k, state._shared[k] == 1).size() + ${list}.filter(k, state._shared[k + "x"] == 1).size()`;
    const at = await setting({ v });
    for (const key of ["k0", "k89", "k89x"]) await at.put(key, 1);
    expect((await at.ana.context()).views.v).toBe(3);
    await at.put("k5x", 1);
    expect((await at.ana.context()).views.v).toBe(4);
  });

  it("[VIEW-4] the list of scopes is a read of its own", async () => {
    const at = await setting({ v: "state.keys()" });
    await at.put("x", 1);
    expect((await at.ana.context()).views.v).toContain("_shared");
    expect(await staleAfter(at, "x", 2)).toBe(0);
    await at.ana.do("_register_action", {
      id: "task",
      writes: [{ scope: "_tasks", append: true, value: 1 }],
    });
    await at.ana.do("task");
    expect((await at.ana.context()).views.v).toContain("_tasks");
  });

  it("[VIEW-4] a view of the room's seq is evaluated after every event", async () => {
    const at = await setting({ v: "room.seq" });
    expect(await staleAfter(at, "x", 1)).toBe(1);
    const { views, seq } = await at.ana.context();
    expect(views.v).toBe(seq);
  });
});

describe("what else is read", () => {
  it("[VIEW-4] actions[…].available follows the action's own reads, its definition and its coming and going", async () => {
    const at = await setting({ v: 'actions["go"] != null && actions["go"].available' });
    const value = async () => (await at.ana.context()).views.v;
    expect(await value()).toBe(false);
    await at.ana.do("_register_action", { id: "go", if: "state._shared.ready == true", writes: [] });
    expect(await value()).toBe(false);
    expect(await staleAfter(at, "other", 1)).toBe(0);
    await at.put("ready", true);
    expect(await value()).toBe(true);
    await at.ana.do("_register_action", { id: "go", if: "false", writes: [] });
    expect(await value()).toBe(false);
    await at.ana.do("_delete_action", { id: "go" });
    expect(await value()).toBe(false);
  });

  it("[VIEW-4] an agent's record is read by field of what is recorded, its presence afresh", async () => {
    const at = await setting({
      v: 'agents["bob"] == null ? "none" : agents["bob"].role + agents["bob"].status',
    });
    const value = async () => (await at.ana.context()).views.v;
    expect(await value()).toBe("none");
    const bob = await at.room.join("bob", { role: "cook" });
    expect(await value()).toBe("cookactive");
    await bob.call("/agents/bob", { method: "PATCH", body: { role: "smith" } });
    expect(await value()).toBe("smithactive");
    await bob.call("/agents/bob", { method: "DELETE" });
    expect(await value()).toBe("smithleft");
  });

  it("[VIEW-4] messages.count and the window on messages follow each message, and nothing else does", async () => {
    const at = await setting({ n: "messages.count", last: "state._messages.values().map(m, m.body)" });
    await at.ana.do("_send_message", { body: "one" });
    expect((await at.ana.context()).views).toMatchObject({ n: 1, last: ["one"] });
    expect(await staleAfter(at, "x", 1)).toBe(0);
  });

  it("[CTX-7] messages.unread in an action's if follows messages and the reader's own cursor", async () => {
    const at = await setting();
    const bob = await at.room.join("bob");
    await at.ana.do("_register_action", { id: "read", if: "messages.unread > 0", writes: [] });
    const available = async () => (await at.ana.context("?messages=false")).actions.read.available;
    expect(await available()).toBe(false);
    await bob.do("_send_message", { body: "hi" });
    expect(await available()).toBe(true);
    await at.ana.context();
    expect(await available()).toBe(false);
  });

  it("[VIEW-4] a view that is redefined, deleted or registered again is evaluated anew", async () => {
    const at = await setting({ v: "1", w: "views.v" });
    const value = async () => (await at.room.viewer.context()).views;
    await value();
    await at.ana.do("_register_view", { id: "v", expr: "2", scope: "_shared" });
    expect(await value()).toMatchObject({ v: 2, w: 2 });
    await at.ana.do("_delete_view", { id: "v" });
    expect(await value()).toEqual({ w: null });
    await at.ana.do("_register_view", { id: "v", expr: "3", scope: "_shared" });
    expect(await value()).toMatchObject({ v: 3, w: 3 });
  });

  it("[VIEW-4] a view that reads now is computed on each read", async () => {
    const at = await setting({ v: "string(now)", w: "views.v", x: "state._shared.x" });
    await at.room.viewer.context();
    expect(await evaluationsOf(at.room, () => at.room.viewer.context("?only=views"))).toBe(2);
  });

  it("[VIEW-4] asking for views that do not exist keeps nothing and evaluates nothing", async () => {
    const at = await setting();
    const before = await evaluations(at.room);
    for (let n = 0; n < 5; n++) expect((await at.ana.eval(`views["no${n}"]`)).value).toBeNull();
    expect(await evaluations(at.room)).toBe(before);
  });
});

describe("entry gates", () => {
  it("[TIMER-4] are evaluated when what they read changes, and hide the entry from whoever reads it", async () => {
    const at = await setting({ v: "state._shared.k", n: "size(state._shared)" });
    await at.ana.do("_register_action", {
      id: "gated",
      writes: [{ key: "k", value: 1, enabled: "state._shared.open == true" }],
    });
    await at.ana.do("gated");
    expect(await at.ana.context()).toMatchObject({ state: {}, views: { v: null, n: 0 } });
    await at.put("open", true);
    expect(await at.ana.context()).toMatchObject({
      state: { _shared: { k: 1, open: true } },
      views: { v: 1, n: 2 },
    });
    expect(await staleAfter(at, "elsewhere", 1)).toBe(1);
    await at.put("open", false);
    expect((await at.ana.context()).views.v).toBeNull();
  });

  it("[ACT-5] a write without enabled clears the gate", async () => {
    const at = await setting({ v: "state._shared.k" });
    await at.ana.do("_register_action", { id: "gated", writes: [{ key: "k", value: 1, enabled: "false" }] });
    await at.ana.do("gated");
    expect((await at.ana.context()).views.v).toBeNull();
    await at.put("k", 2);
    expect((await at.ana.context()).views.v).toBe(2);
  });
});
