import { expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

/** Mallory registers actions and has bob, who keeps a secret, invoke them. */
async function scene() {
  const room = await createRoom();
  const mallory = await room.join("mallory");
  const bob = await room.join("bob", { state: { secret: "blue", n: 41 } });
  return { room, mallory, bob };
}

/** What the action `id`, registered by mallory with an expression write, puts into `_shared` when bob invokes it. */
async function written(mallory: Client, bob: Client, expr: string): Promise<Body> {
  await mallory.do("_register_action", { id: "spy", writes: [{ key: "out", value: expr, expr: true }] });
  await bob.do("spy", { password: "hunter2" });
  return (await mallory.context()).state._shared.out;
}

it("[ACT-3] a write's expression of another's action does not see the invoker's scope", async () => {
  const { mallory, bob } = await scene();
  expect(await written(mallory, bob, '[state.self.secret, state["bob"].secret, self]')).toEqual([
    null,
    null,
    "bob",
  ]);
});

it("[ACT-3] a write's expression does not learn of the invoker's scope from the availability of an action", async () => {
  const { mallory, bob } = await scene();
  await mallory.do("_register_action", { id: "oracle", if: 'state.self.secret == "blue"', writes: [] });
  await mallory.do("_register_action", { id: "open", writes: [] });
  const seen = await written(mallory, bob, "[actions.oracle.available, actions.open.available]");
  expect(seen).toEqual([false, true]);
});

it("[AUTH-6] a write's expression of another's action does not see the invoker's params and refusals in the log", async () => {
  const { mallory, bob } = await scene();
  await bob.invoke("no_such_action");
  const seen = await written(mallory, bob, "state._audit");
  const text = JSON.stringify(seen);
  await bob.do("spy", { password: "hunter2" });
  const again = JSON.stringify((await mallory.context()).state._shared.out);
  expect(again).not.toContain("hunter2");
  expect(text).not.toContain("no_such_action");
});

it("[ACT-3] a write's expression that lands in the invoker's own scope may read it", async () => {
  const { mallory, bob } = await scene();
  await mallory.do("_register_action", {
    id: "double",
    writes: [{ scope: "${self}", key: "n2", value: "state.self.n * 2", expr: true }],
  });
  await bob.do("double");
  expect((await bob.context()).state.self.n2).toBe(82);
});

it("[ACT-3] room authority does not widen what an action's expression sees", async () => {
  const { room, mallory } = await scene();
  await mallory.do("_register_action", {
    id: "spy",
    writes: [{ key: "out", value: 'state["bob"].secret', expr: true }],
    result: 'state["bob"].secret',
  });
  const { result } = await room.owner.do("spy");
  expect([result, (await mallory.context()).state._shared.out]).toEqual([null, null]);
});

it("[ACT-3] a grant to the invoker does not widen what an action's expression sees", async () => {
  const { room, mallory, bob } = await scene();
  await room.owner.call("/agents/mallory", { method: "PATCH", body: { grants: ["bob"] } });
  await bob.do("_register_action", { id: "peek", writes: [], result: 'state["bob"].secret' });
  expect((await mallory.do("peek")).result).toBe(null);
});

it("[AUTH-5] a view is its scope's way out, and only of that scope", async () => {
  const { room, mallory, bob } = await scene();
  await bob.do("_register_view", { id: "own", expr: 'state.self.secret + state["bob"].secret' });
  await mallory.do("_register_view", { id: "alien", expr: '[state["bob"].secret, size(state["bob"])]' });
  await room.owner.do("_register_view", { id: "common", expr: '[state["bob"].secret, size(state["bob"])]' });
  const { views } = await mallory.context();
  expect(views).toMatchObject({ own: "blueblue", alien: [null, 0], common: [null, 0] });
});

it("[VIEW-1] nobody but an agent or the room registers a view under that agent's scope", async () => {
  const { room, mallory } = await scene();
  const stolen = await mallory.invoke("_register_view", { id: "spy", expr: "state.self", scope: "bob" });
  expect([stolen.status, stolen.body.error]).toEqual([403, "scope_denied"]);
  const { value } = await room.owner.do("_register_view", {
    id: "lens",
    expr: "state.self.secret",
    scope: "bob",
  });
  expect(value).toBe("blue");
});

it("[AUTH-7] the error of a push does not count what is in a list that the invoker may not read", async () => {
  const { mallory, bob } = await scene();
  await bob.do("_register_action", {
    id: "push",
    scope: "bob",
    writes: [{ key: "list", append: true, value: "${params.item}" }],
  });
  for (let item = 0; item < 3; item++) await bob.do("push", { item });
  const deep = Array.from({ length: 31 }).reduce<unknown>((inner) => ({ d: inner }), { d: 1 });
  const hers = await mallory.invoke("push", { item: deep });
  expect([hers.status, hers.body.path]).toEqual([400, "writes[0]"]);
  expect((await bob.invoke("push", { item: deep })).body.path).toMatch(/^writes\[0\]\.3\.d/);
});

it("[AUTH-7] an expression's error names code, position and types, never a value", async () => {
  const { mallory, bob } = await scene();
  await bob.do("_register_action", {
    id: "fail",
    scope: "bob",
    writes: [{ key: "x", value: 'int(state["bob"].secret)', expr: true }],
  });
  const { status, body } = await mallory.invoke("fail");
  expect([status, body.error, body.line, body.column]).toEqual([422, "cel_error", 1, 1]);
  expect(JSON.stringify(body)).not.toContain("blue");
});

it.each([
  "int(state.self.secret)",
  "timestamp(state.self.secret)",
  "duration(state.self.secret)",
  'state.self.secret.matches("(")',
  '"x".matches("(" + state.self.secret)',
  "state.self[state.self.secret].x",
  "{}[state.self.secret]",
  "[1][state.self.n]",
  "state.self.secret * 2",
  '("%" + state.self.secret).format(["x"])',
  '"%d".format([state.self.secret])',
  "state.self.n / 0 == int(state.self.secret)",
  "state.self.secret.charAt(state.self.n)",
  "state.self.missing.of.all",
])("[AUTH-7] the public error of the view %s holds no value that it read", async (expr) => {
  const { mallory, bob } = await scene();
  await bob.do("_register_view", { id: "v", expr });
  const { v } = (await mallory.context()).views;
  expect(v._error).toEqual(expect.any(String));
  expect(JSON.stringify(v)).not.toMatch(/blue|41/);
});

it("[ACT-10] a dry run explains a refusal with the values that the caller may read, and with no others", async () => {
  const { mallory, bob } = await scene();
  await mallory.do("_register_action", { id: "set", writes: [{ key: "door", value: "shut" }] });
  await mallory.do("set");
  await bob.do("_register_action", {
    id: "pass",
    scope: "bob",
    if: 'state._shared.door == "open" || state["bob"].secret == "red"',
    writes: [],
  });
  const hers = await mallory.do("pass", {}, { dry_run: true });
  expect(hers.reads).toEqual([{ scope: "_shared", key: "door", value: "shut" }]);
  const his = await bob.do("pass", {}, { dry_run: true });
  expect(his.reads).toContainEqual({ scope: "bob", key: "secret", value: "blue" });
});

it("[TIMER-4] a dry run does not show an entry that its gate hides", async () => {
  const { mallory } = await scene();
  await mallory.do("_register_action", {
    id: "hide",
    writes: [{ key: "later", value: "surprise", enabled: "state._shared.now == true" }],
  });
  await mallory.do("hide");
  await mallory.do("_register_action", { id: "look", if: 'state._shared.later == "x"', writes: [] });
  const dry = await mallory.do("look", {}, { dry_run: true });
  expect(dry.reads).toContainEqual({ scope: "_shared", key: "later", value: null, absent: true });
});

it("[AUTH-5] a version conflict tells the current hash only to who may read the entry", async () => {
  const { mallory, bob } = await scene();
  await bob.do("_register_action", {
    id: "cas",
    scope: "bob",
    writes: [{ key: "secret", value: 1, if_hash: "${params.hash}" }],
  });
  const hers = await mallory.invoke("cas", { hash: "" });
  expect([hers.status, hers.body.error, hers.body.current]).toEqual([409, "version_conflict", undefined]);
  expect((await bob.invoke("cas", { hash: "" })).body.current.revision).toBe(1);
});
