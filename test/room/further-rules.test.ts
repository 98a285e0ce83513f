import { expect, it } from "vitest";
import { createRoom, request } from "../support/room.ts";

it("[ROOM-5] a shared scope is an underscore and a name, and nothing is registered under the room's own", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "ok", scope: "_tasks", writes: [{ key: "k", value: 1 }] });
  for (const scope of ["_actions", "_views", "_agents", "_audit", "_config", "_messages", "_help"]) {
    const { body } = await room.owner.invoke("_register_action", { id: "bad", scope, writes: [] });
    expect([scope, body.error]).toEqual([scope, "scope_denied"]);
  }
  for (const scope of ["_", "_a b", `_${"x".repeat(65)}`, "", "self"]) {
    const { body } = await ana.invoke("_register_action", { id: "bad", scope, writes: [] });
    expect([scope, body.error]).toEqual([scope, "invalid_param"]);
  }
});

it("[ROOM-6] a room's settings are state that can be included", async () => {
  const room = await createRoom({ meta: { team: "blue" } });
  const ana = await room.join("ana");
  const config = (await ana.context("?include=_config")).state._config;
  expect(config).toMatchObject({ join: "token", meta: { team: "blue" }, room: { id: room.id } });
  expect((await ana.context()).state._config).toBeUndefined();
});

it("[AUTH-12] a token of a room that was deleted is as invalid as another room's", async () => {
  const room = await createRoom();
  const other = await createRoom();
  await room.owner.call("", { method: "DELETE" });
  const gone = await room.owner.call("/context");
  const foreign = await request(`/rooms/${room.id}/context`, { token: other.owner.token });
  expect(gone.status).toBe(401);
  expect(gone.body).toEqual(foreign.body);
});

it("[ACT-16] canonical decimals of up to 15 digits are numbers, whoever wrote them", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", {
    id: "put",
    scope: "_list",
    params: { key: { type: "string", required: true } },
    writes: [{ key: "${params.key}", value: 0 }],
  });
  await ana.do("_register_action", { id: "add", scope: "_list", writes: [{ append: true, value: 1 }] });
  await ana.do("put", { key: "41" });
  await ana.do("put", { key: "0099" });
  await ana.do("put", { key: "1234567890123456" });
  expect((await ana.do("add")).writes[0].key).toBe("42");
  await ana.do("put", { key: "999999999999999" });
  expect((await ana.invoke("add")).status).toBe(507);
});

it("[ACT-17] a write into _help takes the invoker's own authority", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await room.owner.do("_register_action", {
    id: "guide",
    writes: [{ scope: "_help", key: "guide", value: "x" }],
  });
  expect((await ana.invoke("guide")).body.error).toBe("scope_denied");
  await room.owner.call("/agents/ana", { method: "PATCH", body: { grants: ["_help"] } });
  expect((await ana.invoke("guide")).status).toBe(200);
  expect((await ana.do("help", { key: "guide" })).source).toBe("room");
});

it("[ACT-18] a message keeps further fields, and its from and via are the room's to set", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const value = { body: "done", task: 7, from: "ben", via: "forged" };
  await ana.do("_register_action", { id: "tell", writes: [{ scope: "_messages", append: true, value }] });
  await ana.do("tell");
  const [message] = (await ana.context()).messages.recent;
  expect(message).toMatchObject({ seq: 1, from: "ana", via: "tell", body: "done", task: 7, kind: "chat" });
});

it("[ACT-19] a schema keyword outside the list is refused, and a pattern runs in linear time", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const register = (schema: unknown) =>
    ana.invoke("_register_action", { id: "a", params: { p: schema }, writes: [] });
  expect((await register({ $ref: "#" })).body.error).toBe("invalid_param");
  expect((await register({ type: "array", uniqueItems: true })).body.error).toBe("invalid_param");
  expect((await register({ type: "string", pattern: "(?=x)" })).body.error).toBe("invalid_param");
  expect((await register({ type: "string", pattern: "^(a+)+$" })).status).toBe(201);
  const { body } = await ana.invoke("a", { p: `${"a".repeat(50_000)}!` });
  expect(body).toMatchObject({ error: "invalid_param", path: "params.p" });
});

it("[ACT-20] a result that fails says so, and what was written stands", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", {
    id: "set",
    writes: [{ key: "n", value: 1 }],
    result: "state._shared.n + 'x'",
  });
  expect((await ana.do("set")).result).toEqual({ _error: expect.any(String) });
  expect((await ana.context()).state._shared.n).toBe(1);
});

it("[ACT-21] a dry run tells what would be written, or the clause and what it read", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", {
    id: "close",
    if: "state._shared.door == true",
    writes: [{ key: "door", value: false }],
  });
  const refused = await ana.do("close", {}, { dry_run: true });
  expect(refused).toMatchObject({
    dry_run: true,
    invoked: false,
    allowed: false,
    error: "precondition_failed",
  });
  expect(refused).toMatchObject({ clause: "if", reads: [{ scope: "_shared", key: "door", value: null }] });
  await ana.do("_register_action", { id: "open", writes: [{ key: "door", value: true }] });
  const allowed = await ana.do("open", {}, { dry_run: true });
  expect(allowed).toMatchObject({ allowed: true, writes: [{ scope: "_shared", key: "door", value: true }] });
  expect((await ana.context()).state._shared).toBeUndefined();
});

it("[VIEW-7] a view whose value is larger than a value may be is an error", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const expr = "[1,2,3,4,5,6,7,8,9,10].map(x, state._shared.text)";
  await ana.do("_register_action", { id: "set", writes: [{ key: "text", value: "x".repeat(30_000) }] });
  await ana.do("set");
  await ana.do("_register_view", { id: "big", expr });
  expect((await ana.context()).views.big).toEqual({ _error: expect.stringContaining("262144") });
});

it("[CEL-7] now is a timestamp that leaves as text, and a duration leaves in seconds", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  expect((await ana.eval("now > timestamp('2020-01-01T00:00:00Z')")).value).toBe(true);
  expect((await ana.eval("now")).value).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect((await ana.eval("duration('90s')")).value).toBe("90s");
});

it("[CTX-9] without a budget nothing is left out", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  expect((await ana.context("?elision=none&expand=state"))._context.elided).toEqual([]);
});

it("[WAIT-6] a wait that ends soon has its own status and seq", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const waiting = ana.wait("state._shared.never == true");
  const untilWaiting = await room.owner.wait("agents.ana.status == 'waiting'", "&timeout=5000");
  expect(untilWaiting.body.triggered).toBe(true);
  await room.owner.call("/agents/ana", { method: "DELETE" });
  const ended = await waiting;
  expect([ended.status, ended.body.error]).toEqual([401, "invalid_token"]);
});
