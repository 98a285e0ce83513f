import { expect, it } from "vitest";
import type { Answer } from "../support/room.ts";
import { createRoom, request } from "../support/room.ts";

function outcome({ status, body }: Answer): [number, string | undefined] {
  return [status, body?.error];
}

const LONG = "x".repeat(100_000);

it("[HTTP-3] parameters, headers and tokens of any length are answered", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const noop = "/actions/noop/invoke";
  await ana.do("_register_action", { id: "noop", writes: [] });
  const cases: [Answer, number, string][] = [
    [await ana.call(noop, { body: {}, headers: { "Idempotency-Key": LONG } }), 400, "invalid_request"],
    [await ana.call(noop, { body: { idempotency_key: LONG } }), 400, "invalid_request"],
    [await ana.call(noop, { body: { agent: LONG } }), 403, "identity_mismatch"],
    [await ana.call(noop, { body: { if_action_hash: LONG } }), 409, "version_conflict"],
    [await room.owner.call(noop, { body: { agent: LONG } }), 404, "agent_not_found"],
    [await ana.call(`/actions/${LONG}/invoke`, { body: {} }), 400, "invalid_request"],
    [await ana.call("/eval", { body: { expr: LONG } }), 400, "invalid_cel"],
    [await ana.wait(LONG), 400, "invalid_cel"],
    [await ana.call(`/wait?condition=true&agent=${LONG}`), 403, "identity_mismatch"],
    [await ana.call(`/context?only=${LONG}`), 400, "invalid_request"],
    [await ana.call(`/context?include=${LONG}`), 400, "invalid_request"],
    [await ana.call(`/history/${LONG}?prefix=`), 400, "invalid_request"],
    [await ana.call(`/log?limit=${LONG}`), 400, "invalid_request"],
    [await ana.call(`/${LONG}`), 404, "not_found"],
    [await request(`/rooms/${LONG}/context`, { token: ana.token }), 401, "invalid_token"],
    [await request(`/rooms/${room.id}/context`, { token: LONG }), 401, "invalid_token"],
    [await request(`/rooms/${room.id}/context`, { token: `as_${LONG}` }), 401, "invalid_token"],
    [await request("/rooms", { body: { id: LONG } }), 400, "invalid_request"],
    [await room.owner.call("/agents", { body: { id: LONG } }), 400, "invalid_param"],
    [await room.owner.call("/agents", { body: { id: "eve", public_keys: [LONG] } }), 400, "invalid_param"],
    [await room.owner.call("/tokens", { body: { kind: "view", label: LONG } }), 400, "invalid_request"],
    [await room.owner.call("/tokens", { body: { kind: "agent", agent: LONG } }), 404, "agent_not_found"],
    [await room.owner.call(`/tokens/${LONG}`, { method: "DELETE" }), 404, "not_found"],
    [await ana.invoke("_send_message", { body: 1, kind: [LONG] }), 400, "invalid_param"],
    [await ana.invoke("_send_message", { body: 1, to: LONG }), 400, "invalid_param"],
    [await ana.invoke("_send_message", { body: 1, reply_to: 1e15 }), 400, "invalid_param"],
    [await ana.invoke("_register_action", { id: LONG, writes: [] }), 400, "invalid_param"],
    [await ana.invoke("_register_view", { id: "v", expr: LONG }), 400, "invalid_cel"],
    [await ana.invoke("help", { key: LONG }), 404, "help_key_not_found"],
  ];
  expect(cases.map(([answer]) => outcome(answer))).toEqual(cases.map(([, status, code]) => [status, code]));
  expect((await ana.context()).state).toEqual({});
});

it("[AUTH-4] of a query parameter that is given twice the first counts, and no second makes another of the caller", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await room.join("bob");
  expect((await ana.call("/context?agent=ana&agent=bob")).body.self).toBe("ana");
  expect(outcome(await ana.call("/context?agent=bob&agent=ana"))).toEqual([403, "identity_mismatch"]);
  expect((await ana.call("/log?limit=1&limit=x")).body.events).toHaveLength(1);
  expect(outcome(await ana.call("/log?limit=x&limit=1"))).toEqual([400, "invalid_request"]);
});

it("[HTTP-3] query parameters that objects inherit are only unknown", async () => {
  const room = await createRoom();
  for (const name of [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "__proto__[agent]",
    "agent[]",
  ]) {
    for (const path of ["/context", "/poll", "/log", "/history/_shared"]) {
      expect((await room.owner.call(`${path}?${encodeURIComponent(name)}=bob`)).status).toBe(200);
    }
  }
});

it.each([
  ["an unknown kind of event", "/log?kind=nothing"],
  ["an agent that never was", "/log?agent=nobody"],
  ["a control character", "/log?kind=%00"],
  ["a quotation mark", "/log?agent='%20OR%201=1--"],
])("a log that is asked for %s is empty", async (_, path) => {
  const room = await createRoom();
  expect((await room.owner.call(path)).body).toEqual({ events: [] });
});

const BUILTIN_PARAMS: readonly (readonly [string, unknown, string])[] = [
  ["_register_action", {}, "invalid_param"],
  ["_register_action", { id: 1, writes: [] }, "invalid_param"],
  ["_register_action", { id: "a" }, "invalid_param"],
  ["_register_action", { id: "a", writes: {} }, "invalid_param"],
  ["_register_action", { id: "a", writes: [null] }, "invalid_param"],
  ["_register_action", { id: "a", writes: [[]] }, "invalid_param"],
  ["_register_action", { id: "a", writes: [{ key: 1, value: 1 }] }, "invalid_param"],
  ["_register_action", { id: "a", writes: [{ key: "k" }] }, "invalid_param"],
  ["_register_action", { id: "a", writes: [{ value: 1 }] }, "invalid_param"],
  ["_register_action", { id: "a", writes: [{ key: "", value: 1 }] }, "invalid_param"],
  ["_register_action", { id: "a", writes: [], scope: "self" }, "invalid_param"],
  ["_register_action", { id: "a", writes: [], scope: "_config" }, "scope_denied"],
  ["_register_action", { id: "a", writes: [], scope: "bob" }, "scope_denied"],
  ["_register_action", { id: "a", writes: [], params: [] }, "invalid_param"],
  ["_register_action", { id: "a", writes: [], params: { p: { $ref: "#" } } }, "invalid_param"],
  ["_register_action", { id: "a", writes: [], params: { p: { pattern: "(" } } }, "invalid_param"],
  ["_register_action", { id: "a", writes: [], if: "1 +" }, "invalid_cel"],
  ["_register_action", { id: "a", writes: [], if: 1 }, "invalid_param"],
  ["_register_action", { id: "a", writes: [], timer: { ms: 1 } }, "invalid_timer"],
  ["_register_action", { id: "help", writes: [] }, "reserved_id"],
  ["_register_action", { id: "_a", writes: [] }, "reserved_id"],
  ["_register_action", { id: "a\u0000", writes: [] }, "invalid_param"],
  ["_register_view", { id: "v" }, "invalid_param"],
  ["_register_view", { id: "_contested", expr: "1" }, "reserved_id"],
  ["_register_view", { id: "v", expr: "nothing.x" }, "invalid_cel"],
  ["_register_view", { id: "v", expr: "1", render: [] }, "invalid_param"],
  ["_register_view", { id: "v", expr: "1", render: { type: 1 } }, "invalid_param"],
  ["_delete_action", { id: "nothing" }, "action_not_found"],
  ["_delete_action", { id: "_send_message" }, "reserved_id"],
  ["_delete_view", { id: "nothing" }, "view_not_found"],
  ["_delete_view", { id: "_contested" }, "reserved_id"],
  ["_send_message", { body: 1, to: [] }, "invalid_param"],
  ["_send_message", { body: 1, to: ["a b"] }, "invalid_param"],
  ["_send_message", { body: 1, reply_to: 0 }, "invalid_param"],
  ["_send_message", { body: 1, reply_to: 99 }, "invalid_param"],
  ["_send_message", { body: 1, kind: 1 }, "invalid_param"],
  ["help", { key: 1 }, "invalid_param"],
];

it("[HTTP-3] wrong parameters of the built-in actions get their 4xx and change no entry", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  for (const [action, params, code] of BUILTIN_PARAMS) {
    const answer = await ana.invoke(action, params);
    expect([action, params, answer.body.error]).toEqual([action, params, code]);
    expect(answer.status).toBeLessThan(500);
  }
  const { state } = (await room.owner.call("/poll")).body;
  expect(new Set(state.map(({ scope }: { scope: string }) => scope))).toEqual(
    new Set(["_agents", "_config"]),
  );
});
