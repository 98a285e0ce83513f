import { exports } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ERROR_STATUS } from "../../src/kernel/errors.ts";
import type { Body, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "id",
  "expr",
  "params",
  "state",
  "views",
  "meta",
  "kind",
];
const TEXTS = [
  "",
  "\u0000",
  "\\ud800",
  "😀",
  "${self}",
  "${params.x}",
  "state",
  "1 +",
  "_shared",
  "self",
  "ana",
  "x".repeat(5000),
];

const scalar = fc.oneof(
  fc.constantFrom(
    "null",
    "true",
    "-0",
    "1e400",
    "-1e400",
    "1e308",
    "9007199254740993",
    "1.5",
    '"\\ud800"',
    '"\\u0000"',
    "[]",
    "{}",
  ),
  fc.constantFrom(...TEXTS).map((text) => JSON.stringify(text)),
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => JSON.stringify(text)),
  fc.double().map(String),
);
const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 8 }));

/** The text of some JSON, of the kind that breaks things, or of something that is nearly JSON. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie("json"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
    fc
      .array(fc.tuple(name, tie("json")), { maxLength: 4 })
      .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`),
  ),
}));
const object = fc
  .array(fc.tuple(name, json), { maxLength: 4 })
  .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`);
const nearly = fc.tuple(object, fc.nat(40)).map(([text, at]) => text.slice(0, at));
const body = fc.oneof(
  { weight: 4, arbitrary: object },
  { weight: 1, arbitrary: json },
  { weight: 1, arbitrary: nearly },
);

const segment = fc.oneof(
  fc.constantFrom(
    "ana",
    "_shared",
    "__proto__",
    "constructor",
    "set",
    "help",
    "%",
    "%00",
    "%2F",
    "%ED%A0%80",
    "..%2f",
    "%F0%9F%98%80",
  ),
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constant("x".repeat(300)),
);
const path = fc.oneof(
  fc.constantFrom("", "/context", "/poll", "/log", "/eval", "/tokens", "/agents", "/nothing", "/state"),
  fc
    .tuple(fc.constantFrom("/actions/", "/agents/", "/tokens/", "/history/"), segment)
    .map((parts) => parts.join("")),
  segment.map((action) => `/actions/${action}/invoke`),
  fc.tuple(segment, segment).map(([scope, key]) => `/history/${scope}/${key}`),
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "agent",
        "only",
        "include",
        "limit",
        "after",
        "key",
        "prefix",
        "compact",
        "kind",
        "depth",
        "messages_after",
        "__proto__",
        "constructor",
      ),
      fc.oneof(segment, fc.integer().map(String)),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => pairs.map(([field, value]) => `${field}=${value}`).join("&"));
const method = fc.constantFrom("GET", "POST", "PATCH", "PUT", "HEAD", "OPTIONS", "QUERY");

async function send(
  room: TestRoom,
  token: string,
  ask: { method: string; path: string; query: string; body: string },
) {
  const bare = ask.method === "GET" || ask.method === "HEAD";
  const url = `http://sync.test/rooms/${room.id}${ask.path}?${ask.query}`;
  const headers = { Authorization: `Bearer ${token}` };
  const response = await exports.default.fetch(
    new Request(url, { method: ask.method, headers, ...(bare ? {} : { body: ask.body }) }),
  );
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const CODES: Record<string, number> = ERROR_STATUS;

/** Whatever is sent is answered, in the form of an answer, by no 5xx. */
function checkAnswer(status: number, headers: Headers, text: string): void {
  expect(status).toBeLessThan(500);
  expect(headers.get("X-Sync-Version")).toBe("v8");
  if (text === "") return;
  const answer = JSON.parse(text) as Body;
  if (status < 400) return;
  expect(CODES[answer.error]).toBe(status);
  expect([typeof answer.message, typeof answer.retryable]).toEqual(["string", "boolean"]);
  expect(text).not.toMatch(/SQLITE|\.ts:|node_modules|at Object\.|undefined is not|\[object Object\]/);
}

async function target() {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { secret: 1 } });
  await ana.do("_register_action", { id: "set", writes: [{ key: "k", value: "${params.x}" }] });
  const state = async () => JSON.stringify((await room.owner.call("/poll")).body.state);
  return { room, ana, state };
}

const RUNS = { seed: 20260110, numRuns: 300 };
const ask = fc.record({ method, path, query, body });

it("[HTTP-3] no request of an agent, however malformed, gets a 5xx or an answer without form", async () => {
  const { room, ana } = await target();
  await fc.assert(
    fc.asyncProperty(ask, async (request) => {
      const { status, headers, text } = await send(room, ana.token as string, request);
      checkAnswer(status, headers, text);
    }),
    RUNS,
  );
});

it("[HTTP-3] no request of the room token, however malformed, gets a 5xx, and the room lives on", async () => {
  const { room, ana } = await target();
  await fc.assert(
    fc.asyncProperty(ask, async (request) => {
      const { status, headers, text } = await send(room, room.owner.token as string, request);
      checkAnswer(status, headers, text);
    }),
    RUNS,
  );
  expect((await ana.eval("state.self.secret")).value).toBe(1);
});

it("[HTTP-3] no refused request changes a state entry", async () => {
  const { room, ana, state } = await target();
  let before = strip(await state());
  await fc.assert(
    fc.asyncProperty(ask, async (request) => {
      const { status } = await send(room, ana.token as string, request);
      const after = strip(await state());
      if (status >= 400) expect(after).toBe(before);
      before = after;
    }),
    { ...RUNS, numRuns: 200, seed: 20260111 },
  );
});

/** The poll's state without the heartbeats, which every call moves. */
function strip(state: string): string {
  return state.replaceAll(/"last_heartbeat":"[^"]*"/g, "");
}

const TIMER = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ ms: 1, effect: "enable" }) },
  { weight: 4, arbitrary: fc.constant({ ticks: 1, tick_on: "_shared.k", effect: "delete" }) },
  fc.dictionary(
    fc.constantFrom("ms", "at", "ticks", "tick_on", "effect", "__proto__"),
    fc.oneof(fc.constantFrom<unknown>("delete", "${params.x}", 1, -1, "_shared.k", null), fc.jsonValue()),
  ),
);

const definition = fc.record(
  {
    id: fc.oneof(
      fc.constantFrom("a", "b", "__proto__x", "_x", "help", ""),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    scope: fc.constantFrom(
      "_shared",
      "ana",
      "bob",
      "_actions",
      "_config",
      "__proto__",
      "",
      "a b",
      "constructor",
    ),
    params: fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constant({ type: "object", properties: { __proto__: {} } }),
    ),
    if: fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom("true", "params.x == 1", "state.ana.secret == 1", null),
    ),
    enabled: fc.constantFrom("true", "false", "1", "nonsense(", 7, null),
    writes: fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.array(
        fc.dictionary(
          fc.constantFrom(
            "key",
            "scope",
            "value",
            "expr",
            "merge",
            "increment",
            "append",
            "delete",
            "if_hash",
            "timer",
            "enabled",
          ),
          fc.oneof(
            fc.constantFrom("${params.x}", "k", true, false, null, 1, "_messages", "1 + 1"),
            fc.jsonValue({ maxDepth: 2 }),
          ),
          { maxKeys: 4 },
        ),
        { maxLength: 3 },
      ),
    ),
    timer: fc.oneof(TIMER, fc.constant(null)),
    on_invoke: fc.oneof(fc.record({ timer: TIMER }), fc.jsonValue({ maxDepth: 2 })),
    result: fc.oneof(fc.constantFrom("state", "params", "self", "now", "1 / 0"), fc.string({ maxLength: 6 })),
  },
  { requiredKeys: [] },
);

it("[HTTP-3] any definition is registered or refused, and what is registered can be invoked and read", async () => {
  const { room, ana } = await target();
  await fc.assert(
    fc.asyncProperty(definition, fc.jsonValue({ maxDepth: 2 }), async (params, x) => {
      const registered = await ana.invoke("_register_action", params);
      expect([201, 400, 403, 409, 413, 422]).toContain(registered.status);
      if (registered.status !== 201) return;
      const invoked = await ana.invoke(registered.body.id, { x });
      expect(invoked.status).toBeLessThan(500);
      expect((await room.owner.call("/context?depth=full")).status).toBe(200);
      expect((await room.owner.call("/poll")).status).toBe(200);
    }),
    { seed: 20260112, numRuns: 250 },
  );
});
