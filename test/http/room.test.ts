import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom, request, roomObject } from "../support/room.ts";

async function putter(client: Client): Promise<(key: string, value?: unknown) => Promise<Body>> {
  await client.do("_register_action", { id: "put", writes: [{ key: "${params.k}", value: "${params.v}" }] });
  return (key, value = 1) => client.do("put", { k: key, v: value });
}

/** The answer's text, because parsing it would put its keys in another order. */
async function text(client: Client, path: string): Promise<string> {
  const url = `http://sync.test/rooms/${client.room}${path}`;
  const response = await exports.default.fetch(
    new Request(url, { headers: { Authorization: `Bearer ${client.token}` } }),
  );
  return await response.text();
}

it("[ROOM-1] everything a room holds is in its own object's tables", async () => {
  const room = await createRoom();
  const put = await putter(room.owner);
  await put("door", "open");
  const rows = await runInDurableObject(roomObject(room.id), (_, { storage }) => {
    const query = "SELECT value, revision FROM state WHERE scope = '_shared' AND key = 'door'";
    return storage.sql.exec(query).toArray();
  });
  expect(rows).toEqual([{ value: '"open"', revision: 1 }]);
});

it("[ROOM-1] what was answered is there after an eviction: state, log, views, actions, agents, messages", async () => {
  const room = await createRoom({ meta: { topic: "x" } });
  const ana = await room.join("ana", { state: { secret: 1 }, views: { double: "state.self.secret * 2" } });
  await (await putter(ana))("door", { a: [1, null, "é"] });
  await ana.do("_send_message", { body: "hello" });
  const reads = ["/context?depth=full&include=_config&messages_after=0", "/log", "/history/_shared/door", ""];
  const before = await Promise.all(reads.map((path) => text(room.owner, path)));
  await runDurableObjectAlarm(roomObject(room.id));
  await evictDurableObject(roomObject(room.id));
  expect(await Promise.all(reads.map((path) => text(room.owner, path)))).toEqual(before);
});

it("[ROOM-1] asking for a room that nobody created leaves nothing behind", async () => {
  await request("/rooms/never-was/agents", { body: { id: "ana" } });
  const tables = await runInDurableObject(roomObject("never-was"), (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
  );
  expect(tables).toEqual([]);
});

it.each(["a", "A-1", "0", "x.y_z~w", "constructor", "__proto__".slice(2), `a${"b".repeat(127)}`])(
  "[ROOM-2] %s is a room id",
  async (id) => {
    const room = await createRoom({ id: id.length > 100 ? id : `${id}-${crypto.randomUUID().slice(0, 4)}` });
    expect((await room.owner.call("")).body.id).toBe(room.id);
  },
);

it.each([
  "",
  "_a",
  "-a",
  ".a",
  "~a",
  "a b",
  "a/b",
  "a:b",
  "é",
  "a\u0000",
  "a\n",
  `a${"b".repeat(128)}`,
  "__proto__",
])("[ROOM-2] %j is no room id", async (id) => {
  const { status, body } = await request("/rooms", { body: { id } });
  expect([status, body.error, body.faults?.[0].path]).toEqual([400, "invalid_request", "id"]);
});

it("[ROOM-2] a room without an id is given one", async () => {
  const { status, body } = await request("/rooms", { method: "POST" });
  expect([status, body.id]).toEqual([201, expect.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/)]);
  expect(Object.keys(body).sort()).toEqual(
    ["created_at", "id", "join", "join_token", "meta", "seq", "token", "view_token"].sort(),
  );
});

it("[ROOM-2] a key has at most 256 bytes of UTF-8", async () => {
  const room = await createRoom();
  const put = await putter(room.owner);
  await put("k".repeat(256));
  await put("é".repeat(128));
  await put("😀".repeat(64));
  for (const k of ["k".repeat(257), "é".repeat(129), `${"😀".repeat(64)}a`]) {
    const { status, body } = await room.owner.invoke("put", { k, v: 1 });
    expect([k.length, status, body.error, body.limit]).toEqual([k.length, 400, "invalid_param", "keyBytes"]);
  }
});

it.each(["\u0000", "a\u0000b", "a\nb", "\u007f", "\u0085"])(
  "[ROOM-2] the control character in %j is in no key",
  async (k) => {
    const room = await createRoom();
    await putter(room.owner);
    const { status, body } = await room.owner.invoke("put", { k, v: 1 });
    expect([status, body.error]).toEqual([400, "invalid_param"]);
  },
);

const HARMLESS = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "length"];

it.each(HARMLESS)("[ROOM-2] %s is an ordinary key, name and id that does no harm", async (name) => {
  const room = await createRoom();
  const put = await putter(room.owner);
  await put(name, { deep: 1 });
  await room.owner.do("_register_action", {
    id: `a.${name}`,
    writes: [{ key: "t", value: `\${params.${name}}` }],
  });
  await room.owner.call(`/actions/a.${name}/invoke`, { body: `{"params": {"${name}": {"${name}": 7}}}` });
  await room.owner.do("_register_view", {
    id: name === "__proto__" ? "proto" : name,
    expr: `state._shared["${name}"].deep`,
  });
  await evictDurableObject(roomObject(room.id));
  const read = await room.owner.eval(
    `[state._shared["${name}"].deep, state._shared.t["${name}"], "${name}" in state._shared]`,
  );
  expect(read.value).toEqual([1, 7, true]);
  expect(await text(room.owner, "/context?only=state")).toContain(`"${name}":{"deep":1}`);
  expect((await room.owner.eval('"other" in state._shared || state._shared.other != null')).value).toBe(
    false,
  );
  expect(({} as Record<string, unknown>).deep).toBe(undefined);
  expect((await room.owner.call(`/history/_shared/${name}`)).body.entries).toHaveLength(1);
});

it.each(HARMLESS)("[ROOM-2] %s in params, state and meta is kept as it is", async (name) => {
  const room = await createRoom();
  const body = `{"id": "ana", "state": {"${name}": 1}, "meta": {"${name}": {"a": 2}}}`;
  expect((await room.joiner.call("/agents", { body })).status).toBe(201);
  expect(await text(room.owner, "/context?only=state.ana")).toContain(`{"ana":{"${name}":1}}`);
  expect(await text(room.owner, "/context?only=agents")).toContain(`"meta":{"${name}":{"a":2}}`);
  await room.owner.call("", { method: "PATCH", body: `{"meta": {"${name}": 3}}` });
  expect(await text(room.owner, "")).toContain(`"meta":{"${name}":3}`);
});

it.each(["constructor", "toString", "hasOwnProperty"])("[ROOM-2] %s is an ordinary agent id", async (id) => {
  const room = await createRoom();
  expect((await room.owner.call(`/agents/${id}`, { method: "PATCH", body: { name: "x" } })).status).toBe(404);
  expect((await room.owner.call(`/context?agent=${id}`)).status).toBe(404);
  const agent = await room.join(id, { state: { k: 1 } });
  expect((await agent.eval(`[state.self.k, state["${id}"].k, agents["${id}"].name, self]`)).value).toEqual([
    1,
    1,
    id,
    id,
  ]);
});

it("[ROOM-2] an action that was never registered is not found, whatever objects inherit", async () => {
  const room = await createRoom();
  for (const id of HARMLESS) {
    const { status, body } = await room.owner.invoke(id);
    expect([id, status, body.error]).toEqual([id, 404, "action_not_found"]);
  }
});

it("[ROOM-3] nothing of a deleted room reaches the one that is created again under its id", async () => {
  const room = await createRoom({ meta: { old: true } });
  const ana = await room.join("ana", { state: { secret: 1 } });
  await (await putter(ana))("door");
  await ana.do("_send_message", { body: "old" });
  await room.owner.call("", { method: "DELETE" });
  const again = await createRoom({ id: room.id });
  const { state, views, agents, messages, seq } = await again.owner.context();
  expect({ state, views, agents, count: messages.count, seq }).toEqual({
    state: {},
    views: {},
    agents: {},
    count: 0,
    seq: 1,
  });
  expect((await again.owner.log()).map(({ kind }) => kind)).toEqual(["room_create"]);
  expect((await again.owner.call("/history/ana?prefix=")).body.entries).toEqual([]);
});

it("[ROOM-3] presence is kept in a room that is created again in the same object", async () => {
  const room = await createRoom();
  await (await room.join("ana")).context();
  await room.owner.call("", { method: "DELETE" });
  const again = await createRoom({ id: room.id });
  await (await again.join("bob")).context();
  expect(await runDurableObjectAlarm(roomObject(room.id))).toBe(true);
  await evictDurableObject(roomObject(room.id));
  expect((await again.owner.context()).agents.bob.last_heartbeat).toEqual(expect.any(String));
});

it("[ROOM-4] keys stand in one order in every answer, before and after an eviction", async () => {
  const room = await createRoom();
  const put = await putter(room.owner);
  const sorted = [
    "0",
    "2",
    "10",
    "99999999999999999999",
    "100000000000000000000",
    "-1",
    "01",
    "1e3",
    "B",
    "a",
    "é",
    "\uffee",
    "😀",
  ];
  for (const key of [...sorted].reverse()) await put(key);
  for (const when of ["before", "after"]) {
    const context = await text(room.owner, "/context?only=state._shared");
    const at = sorted.map((key) => context.indexOf(`${JSON.stringify(key)}:1`));
    expect([when, at.every((place) => place > 0), [...at].sort((a, b) => a - b)]).toEqual([when, true, at]);
    const { state } = (await room.owner.call("/poll")).body;
    const polled = state.filter(({ scope }: Body) => scope === "_shared").map(({ key }: Body) => key);
    expect(polled).toEqual(sorted);
    expect((await room.owner.eval("state._shared.keys()")).value).toEqual(sorted);
    expect((await room.owner.eval("state._shared.map(k, k)")).value).toEqual(sorted);
    await evictDurableObject(roomObject(room.id));
  }
});

it("[ROOM-4] scopes stand in the same order as keys", async () => {
  const room = await createRoom();
  for (const id of ["b", "10", "9", "A"]) await room.join(id, { state: { k: 1 } });
  expect(await text(room.owner, "/context?only=state")).toContain(
    '"state":{"9":{"k":1},"10":{"k":1},"A":{"k":1},"b":{"k":1}}',
  );
});

it("[ROOM-4] actions and views stand in order of first registration, before and after an eviction", async () => {
  const room = await createRoom();
  const ids = ["z", "10", "2", "a", "constructor"];
  for (const id of ids) {
    await room.owner.do("_register_action", { id, writes: [] });
    await room.owner.do("_register_view", { id, expr: "1" });
  }
  await room.owner.do("_register_action", { id: "10", description: "again", writes: [] });
  await room.owner.do("_delete_action", { id: "z" });
  await room.owner.do("_register_action", { id: "z", writes: [] });
  for (let when = 0; when < 2; when++) {
    expect((await room.owner.eval("actions.filter(k, !k.startsWith('_') && k != 'help')")).value).toEqual([
      ...ids.slice(1),
      "z",
    ]);
    expect((await room.owner.eval("views.map(k, k)")).value).toEqual(ids);
    expect(await text(room.owner, "/context?only=views")).toContain(
      '{"z":1,"10":1,"2":1,"a":1,"constructor":1}',
    );
    await evictDurableObject(roomObject(room.id));
  }
});

it("[DASH-10] a layout of the page is kept as it is set; what it has not got is refused, and nothing is changed", async () => {
  const room = await createRoom();
  const set = (dashboard: unknown) =>
    room.owner.call("", { method: "PATCH", body: { config: { dashboard } } });
  const kept = async () => (await room.owner.eval("state._config.dashboard")).value;
  const layout = { title: "Wall", panels: ["map", "log"], home: "map" };
  expect((await set(layout)).status).toBe(200);
  expect(await kept()).toEqual(layout);
  const wrong = [
    { rows: [] },
    { panels: ["logs"] },
    { home: 1 },
    { title: null },
    { panels: "log" },
    [],
    "log",
  ];
  for (const dashboard of wrong) expect((await set(dashboard)).status).toBe(400);
  expect((await set({ colour: "red" })).body.faults).toEqual([
    { path: "config.dashboard", problem: "has title, panels and home only" },
  ]);
  expect(await kept()).toEqual(layout);
  expect((await set(null)).status).toBe(200);
  expect(await kept()).toBeNull();
});
