import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Answer, Body, Client } from "../support/room.ts";
import { createRoom, request } from "../support/room.ts";

/** A room with an agent, an action to hit, and a way to tell whether any state entry changed. */
async function target() {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { secret: 1 } });
  await ana.do("_register_action", {
    id: "set",
    params: { n: { type: "number" } },
    writes: [{ key: "n", value: "${params.n}" }],
  });
  await ana.do("set", { n: 1 });
  return { room, ana, entries: () => entries(room.owner) };
}

async function entries(owner: Client): Promise<Body[]> {
  const { state } = (await owner.call("/poll")).body;
  return state.map(({ scope, key, revision, hash, updated_at }: Body) => [
    scope,
    key,
    revision,
    hash,
    updated_at,
  ]);
}

/** [method, path] of every call that reads a body. */
const BODIES: readonly (readonly [string, string])[] = [
  ["PATCH", ""],
  ["POST", "/agents"],
  ["PATCH", "/agents/ana"],
  ["POST", "/actions/set/invoke"],
  ["POST", "/actions/_register_action/invoke"],
  ["POST", "/eval"],
  ["POST", "/tokens"],
];

const BROKEN_JSON = [
  "{",
  "{'a': 1}",
  '{"a": 1,}',
  "undefined",
  "NaN",
  '{"a": NaN}',
  '{"a": 01}',
  '{"a": "\u0000"}',
  '{"a": "\\x"}',
  "\u0000",
  "{}{}",
  "[".repeat(200_000),
];

it.each(BODIES)("[HTTP-3] %s %s with a body that is no JSON is 400 invalid_json", async (method, path) => {
  const { room, entries } = await target();
  const before = await entries();
  for (const body of BROKEN_JSON) {
    const answer = await room.owner.call(path, { method, body });
    expect([body.slice(0, 20), answer.status, answer.body.error]).toEqual([
      body.slice(0, 20),
      400,
      "invalid_json",
    ]);
  }
  expect(await entries()).toEqual(before);
});

const MISTYPED = ["[]", "null", '"text"', "1", "true", "[{}]", '["id"]'];

it.each(BODIES)(
  "[HTTP-3] %s %s with a body that is no object is 400 invalid_request",
  async (method, path) => {
    const { room, entries } = await target();
    const before = await entries();
    for (const body of MISTYPED) {
      const answer = await room.owner.call(path, { method, body });
      expect([body, answer.status, answer.body.error]).toEqual([body, 400, "invalid_request"]);
    }
    expect(await entries()).toEqual(before);
  },
);

const UNKEEPABLE = {
  "1e400": "1e400",
  "-1e400": "-1e400",
  "2^53": "9007199254740992",
  "a long integer": "123456789012345678901234567890",
  "a lone high surrogate": '"\\ud800"',
  "a lone low surrogate": '"a\\udc00b"',
  "a lone surrogate as a key": '{"\\ud800": 1}',
  "too many levels": `${"[".repeat(60)}${"]".repeat(60)}`,
};

it.each(Object.entries(UNKEEPABLE))(
  "[STATE-3] %s anywhere in a body is refused, not rounded",
  async (_, text) => {
    const { room, ana, entries } = await target();
    const before = await entries();
    const bodies: [string, string, string][] = [
      ["POST", "/actions/set/invoke", `{"params": {"n": ${text}}}`],
      ["POST", "/actions/_send_message/invoke", `{"params": {"body": ${text}}}`],
      ["POST", "/agents", `{"id": "eve", "state": {"k": ${text}}}`],
      ["PATCH", "", `{"meta": {"k": ${text}}}`],
      ["PATCH", "", `{"config": {"limits": ${text}}}`],
    ];
    for (const [method, path, body] of bodies) {
      const answer = await room.owner.call(path, { method, body });
      expect([path, answer.status, answer.body.error]).toEqual([path, 400, "invalid_request"]);
      expect(answer.body.faults).toHaveLength(1);
    }
    expect((await request("/rooms", { body: `{"meta": {"k": ${text}}}` })).status).toBe(400);
    expect(await entries()).toEqual(before);
    expect((await ana.context()).state._shared).toEqual({ n: 1 });
  },
);

it("[HTTP-3] bytes that are no UTF-8 are 400 invalid_json", async () => {
  const { room, entries } = await target();
  const before = await entries();
  for (const bytes of [[0xff], [0x7b, 0x22, 0xc3, 0x22], [0xed, 0xa0, 0x80], [0xfe, 0xff, 0x00, 0x7b]]) {
    const response = await exports.default.fetch(
      new Request(`http://sync.test/rooms/${room.id}/actions/set/invoke`, {
        method: "POST",
        headers: { Authorization: `Bearer ${room.owner.token}` },
        body: new Uint8Array(bytes),
      }),
    );
    expect([response.status, (await response.json<Body>()).error]).toEqual([400, "invalid_json"]);
  }
  expect(await entries()).toEqual(before);
});

it("[HTTP-1] a fault in a body is named by its path", async () => {
  const { room } = await target();
  const cases: [string, string, unknown, string][] = [
    ["POST", "/agents", { id: 7 }, "id"],
    ["POST", "/agents", {}, "id"],
    ["POST", "/agents", { id: "eve", state: [] }, "state"],
    ["POST", "/agents", { id: "eve", public_keys: [1] }, "public_keys.0"],
    ["POST", "/agents", { id: "eve", name: "x".repeat(257) }, "name"],
    ["PATCH", "/agents/ana", { grants: "bob" }, "grants"],
    ["PATCH", "/agents/ana", { meta: null }, "meta"],
    ["PATCH", "", { join: "maybe" }, "join"],
    ["PATCH", "", { meta: [] }, "meta"],
    ["POST", "/eval", {}, "expr"],
    ["POST", "/eval", { expr: 1 }, "expr"],
    ["POST", "/tokens", { kind: "root" }, "kind"],
    ["POST", "/tokens", { kind: "agent" }, "agent"],
    ["POST", "/tokens", { kind: "view", expires_in: 0 }, "expires_in"],
    ["POST", "/tokens", { kind: "view", expires_in: 1.5 }, "expires_in"],
    ["POST", "/tokens", { kind: "view", expires_in: "1" }, "expires_in"],
    ["POST", "/actions/set/invoke", { params: [] }, "params"],
    ["POST", "/actions/set/invoke", { dry_run: "yes" }, "dry_run"],
    ["POST", "/actions/set/invoke", { agent: 1 }, "agent"],
    ["POST", "/actions/set/invoke", { idempotency_key: "" }, "idempotency_key"],
    ["POST", "/actions/set/invoke", { if_action_hash: 1 }, "if_action_hash"],
  ];
  for (const [method, path, body, fault] of cases) {
    const answer = await room.owner.call(path, { method, body });
    expect([path, body, answer.status, answer.body.error]).toEqual([path, body, 400, "invalid_request"]);
    expect(answer.body.faults[0].path).toBe(fault);
    expect(answer.body.retryable).toBe(false);
  }
});

it.each([["__proto__"], ["constructor"], ["prototype"], ["toString"], ["unknown"]])(
  "[HTTP-2] the unknown configuration key %s is 400",
  async (key) => {
    const { room, entries } = await target();
    const before = await entries();
    const body = `{"config": {${JSON.stringify(key)}: {"a": 1}}}`;
    const answer = await room.owner.call("", { method: "PATCH", body });
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_request"]);
    expect(await entries()).toEqual(before);
  },
);

const BAD_QUERIES = [
  "/context?depth=deep",
  "/context?only=secrets",
  "/context?include=ana",
  "/context?messages_limit=501",
  "/context?messages_limit=-1",
  "/context?messages_limit=1.5",
  "/context?messages_after=x",
  "/context?messages_after=99999999999999999999",
  "/context?messages=perhaps",
  "/context?actions=1",
  "/context?elision=some",
  "/wait",
  "/wait?condition=",
  "/wait?condition=true&timeout=-5",
  "/wait?condition=true&timeout=1e9",
  "/wait?condition=true&timeout=soon",
  "/log?after=-1",
  "/log?limit=0",
  "/log?limit=ten",
  "/log?after=0x10",
  "/history/_shared?after=%20",
  "/history/_shared/n?limit=0",
  "/history/not%20a%20scope?prefix=",
  "/history/_shared/%00",
  `/history/_shared/${"k".repeat(257)}`,
];

it.each(BAD_QUERIES)("[HTTP-3] GET %s is 400 invalid_request", async (path) => {
  const { ana } = await target();
  const answer = await ana.call(path);
  expect([answer.status, answer.body.error]).toEqual([400, "invalid_request"]);
});

it.each(["%", "%zz", "%ED%A0%80", "%C3", "%FF", "a%"])(
  "[HTTP-3] the percent-encoding %s stands for no text and is 400 wherever it is",
  async (text) => {
    const { room, entries } = await target();
    const before = await entries();
    const paths = [
      `/history/_shared/${text}`,
      `/history/_shared?key=${text}`,
      `/context?only=${text}`,
      `/${text}`,
    ];
    for (const path of paths) {
      const answer = await room.owner.call(path);
      expect([path, answer.status, answer.body.error]).toEqual([path, 400, "invalid_request"]);
    }
    const writes: Answer[] = [
      await room.owner.call(`/actions/${text}/invoke`, { body: {} }),
      await room.owner.call(`/agents/${text}`, { method: "PATCH", body: { name: "x" } }),
      await room.owner.call(`/tokens/${text}`, { method: "DELETE" }),
      await request(`/rooms/${text}`, { token: room.owner.token }),
    ];
    expect(writes.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(await entries()).toEqual(before);
  },
);

it("[HTTP-3] control characters and long ids in a path are refused", async () => {
  const { room, ana, entries } = await target();
  const before = await entries();
  for (const id of ["%00", "%0A", "%7F", "x".repeat(257), "x".repeat(10_000), "%F0%9F%98%80".repeat(65)]) {
    expect((await ana.call(`/actions/${id}/invoke`, { body: {} })).status).toBe(400);
    expect((await room.owner.call(`/agents/${id}`, { method: "PATCH", body: { name: "x" } })).status).toBe(
      404,
    );
    expect((await room.owner.call(`/agents/${id}`, { method: "DELETE" })).status).toBe(404);
    expect((await room.owner.call(`/tokens/${id}`, { method: "DELETE" })).status).toBe(404);
    expect((await request(`/rooms/${id}`, { token: room.owner.token })).status).toBe(401);
    expect((await room.owner.call(`/context?agent=${id}`)).status).toBe(404);
    expect((await ana.call(`/context?agent=${id}`)).status).toBe(403);
  }
  expect(await entries()).toEqual(before);
});

it("[HTTP-3] a slash, a question mark or a percent sign that is encoded belongs to the name", async () => {
  const { ana } = await target();
  await ana.do("_register_action", { id: "put", writes: [{ key: "${params.k}", value: 1 }] });
  for (const key of ["a/b", "a?b", "a%b", "%2F", "a#b", "%", "é+ü", "a b", "__proto__", "%25"]) {
    await ana.do("put", { k: key });
    const answer = await ana.call(`/history/_shared/${encodeURIComponent(key)}`);
    expect([answer.body.key, answer.body.entries.length]).toEqual([key, 1]);
    expect((await ana.call(`/history/_shared?key=${encodeURIComponent(key)}`)).body.entries).toHaveLength(1);
  }
});
