import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { signCreateToken, signingKeys } from "../../src/auth/tokens.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import { failure } from "../../src/mcp/next-calls.ts";
import worker from "../../src/worker.ts";
import type { Knock } from "../support/canaries.ts";
import { EXPRESSIONS, INVOCATIONS, LIVE_CANARIES, leaks, plant } from "../support/canaries.ts";
import type { RpcOptions } from "../support/mcp.ts";
import { callTool, McpStream, mcpRequest, rpc, useTool } from "../support/mcp.ts";
import type { Body } from "../support/room.ts";
import { createRoom, request } from "../support/room.ts";

/** The refusal of a tool call, as code and next tool. */
async function refusal(tool: string, args: Body, options?: RpcOptions): Promise<[string, string]> {
  const { isError, body } = await callTool(tool, args, options);
  expect(isError ? null : body).toBeNull();
  return [body.error, body.next.tool];
}

it("[MCP-3] a token in the header names room and agent, and one that the call passes wins", async () => {
  const room = await createRoom();
  const [ana, bob] = [await room.join("ana"), await room.join("bob")];
  expect((await useTool("context", {}, { token: ana.token })).self).toBe("ana");
  expect((await useTool("context", { token: bob.token }, { token: ana.token })).self).toBe("bob");
  expect((await useTool("context", { token: room.viewer.token })).self).toBe("");
});

it("[MCP-3] without a token that holds, a call says what to do, and help says how to begin", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  expect(await refusal("context", {})).toEqual(["authentication_required", "help"]);
  expect((await callTool("wait", { condition: "true" })).body.hint).toMatch(/^Call join with/);
  expect(await refusal("invoke", { action: "x", token: "nonsense" })).toEqual(["invalid_token", "help"]);
  expect(await refusal("context", { token: `${ana.token}x` })).toEqual(["invalid_token", "help"]);
  expect(await refusal("context", { token: `as_${"0".repeat(48)}` })).toEqual(["invalid_token", "help"]);
  expect(await refusal("context", { token: room.joiner.token })).toEqual(["scope_denied", "help"]);
  await room.owner.call("/agents/ana", { method: "DELETE" });
  expect(await refusal("look", { what: "log", token: ana.token })).toEqual(["invalid_token", "help"]);
  for (const token of [undefined, "nonsense", ana.token, room.joiner.token]) {
    expect((await useTool("help", token === undefined ? {} : { token })).content).toContain("join");
  }
});

it("[MCP-3] the built-in texts are read without a token that holds, as everyone may", async () => {
  const room = await createRoom();
  for (const token of [undefined, "nonsense", `${room.owner.token}x`, room.joiner.token]) {
    const passed = token === undefined ? {} : { token };
    expect((await useTool("help", passed)).keys).toContain("cel");
    const { key, content, in_tools } = await useTool("help", { key: "cel", ...passed });
    expect([key, typeof in_tools]).toEqual(["cel", "string"]);
    expect(content).toBe((await useTool("help", { key: "cel", token: room.owner.token })).content);
    const { isError, body } = await callTool("help", { key: "cell", ...passed });
    expect([isError, body.error]).toEqual([true, "help_key_not_found"]);
    expect(body.suggestion).toEqual({ path: "key", from: "cell", to: "cel" });
    expect(body.next).toEqual({ tool: "help", arguments: { key: "cel" } });
    expect(await refusal("help", { key: "..", ...passed })).toEqual(["help_key_not_found", "help"]);
  }
});

it("[MCP-4] who has no token that holds is led to a call that needs none", async () => {
  const room = await createRoom({ join: "open" });
  const bad = { id: "ana", state: "plan" };
  const worse = { id: "ana", state: { k: Number.MAX_VALUE } };
  for (const args of [bad, worse, { id: "" }, { id: "_a" }]) {
    for (const way of [{ room: room.id }, { token: room.joiner.token }]) {
      const [, tool] = await refusal("join", { ...args, ...way });
      expect([args, ["help", "join"].includes(tool)]).toEqual([args, true]);
    }
  }
  for (const [tool, args] of [
    ["invoke", { action: "" }],
    ["look", { what: "history" }],
    ["wait", { condition: "1 +" }],
    ["context", { since: -1 }],
  ] as const) {
    for (const token of [undefined, "nonsense", room.joiner.token]) {
      expect((await refusal(tool, { ...args, token }))[1]).toBe("help");
    }
  }
  const { next } = failure({ error: "invalid_param" }, { tool: "join", arguments: {} }, false);
  expect(next).toEqual({ tool: "help", arguments: {} });
});

it("[MCP-3] an open room is joined by its id, a closed one by its join token alone", async () => {
  const [open, closed] = [await createRoom({ join: "open" }), await createRoom()];
  const { token } = await useTool("join", { id: "ana", room: open.id });
  expect((await useTool("context", { token })).self).toBe("ana");
  expect(await refusal("join", { id: "ana", room: closed.id })).toEqual(["authentication_required", "help"]);
  expect(await refusal("join", { id: "ana" })).toEqual(["authentication_required", "help"]);
  expect(await refusal("join", { id: "ana", room: open.id, token: closed.joiner.token })).toEqual([
    "invalid_token",
    "help",
  ]);
  const { body } = await callTool("join", { id: "ana", token: open.joiner.token });
  expect([body.error, body.next]).toEqual(["agent_exists", { tool: "join", arguments: { id: "ana-2" } }]);
});

it("[MCP-3] where creating a room takes a token, that is passed as any other", async () => {
  const keys = signingKeys((env as { AUTH_SECRET?: string }).AUTH_SECRET, undefined)!;
  const create = async (args: Body) => {
    const body = {
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "create_room", arguments: args },
    };
    const headers = { "Content-Type": "application/json", Accept: "application/json, text/event-stream" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const closed = { ...env, ROOM_CREATION: "token" } as Env;
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const response = await worker.fetch(new Request("http://sync.test/mcp", init), closed, context as never);
    return JSON.parse(/^data: (\{.*\})$/m.exec(await response.text())?.[1] ?? "null").result
      .structuredContent;
  };
  expect((await create({})).error).toBe("authentication_required");
  expect((await create({})).hint).toMatch(/^Pass a create token as token/);
  expect((await create({ token: await signCreateToken(keys) })).join_token).toMatch(/^join_/);
});

it("[MCP-3] what is private to an agent reaches no other by any tool", async () => {
  const { bob, cat, ana, canaries } = await plant();
  const knocks = async (token: string | undefined) => {
    const heard: Knock[] = [];
    const ask = async (tool: string, args: Body) => {
      const { raw } = await callTool(tool, { ...args, token });
      heard.push({
        door: `${tool} ${JSON.stringify(args)}`,
        answer: { status: 200, body: raw, headers: new Headers() },
      });
    };
    const include = ["_audit", "_messages", "_actions", "_views", "_agents", "_config"];
    await ask("context", { depth: "full", meta: true, include, budget: 100_000 });
    await ask("context", { only: ["state.ana"] });
    for (const what of ["log", "salience", "room", "verify"]) await ask("look", { what });
    for (const scope of ["ana", "_actions"]) await ask("look", { what: "history", scope, prefix: "" });
    for (const expr of EXPRESSIONS) await ask("look", { what: "eval", expr });
    for (const condition of ['state["ana"].all(k, int(k) > 0)', 'size(state["ana"]) > 0']) {
      await ask("wait", { condition, timeout_seconds: 0 });
    }
    await ask("look", { what: "replay", seq: 20 });
    for (const [action, params] of INVOCATIONS) {
      for (const dry_run of [true, false]) await ask("invoke", { action, params: params ?? {}, dry_run });
    }
    await ask("invoke", {
      invocations: INVOCATIONS.map(([action, params]) => ({ action, params: params ?? {} })),
    });
    const uri = `room://${bob.room}/context`;
    const read = await rpc("resources/read", { uri }, { token });
    heard.push({ door: uri, answer: { status: 200, body: read, headers: new Headers() } });
    return heard;
  };
  expect(leaks(await knocks(bob.token), canaries)).toEqual([]);
  expect(leaks(await knocks(cat.token), LIVE_CANARIES).length).toBeGreaterThan(LIVE_CANARIES.length);
  expect(leaks(await knocks(ana.token), LIVE_CANARIES).length).toBeGreaterThan(LIVE_CANARIES.length);
});

const ALLOWED = "localhost,rooms.example";

it.each<[url: string, origin: string | null, allowed: string | undefined, status: number]>([
  ["http://sync.test/mcp", null, undefined, 200],
  ["http://sync.test/mcp", "http://sync.test", undefined, 200],
  ["http://sync.test/mcp", "https://sync.test", undefined, 200],
  ["http://sync.test/mcp", "http://sync.test:99", undefined, 403],
  ["http://sync.test/mcp", "http://evil.example", undefined, 403],
  ["http://sync.test/mcp", "http://localhost:3000", undefined, 403],
  ["http://sync.test/mcp", "null", undefined, 403],
  ["http://sync.test/mcp", "", undefined, 403],
  ["http://localhost:8787/mcp", "http://127.0.0.1:6274", undefined, 200],
  ["http://localhost:8787/mcp", "http://evil.example", undefined, 403],
  ["http://sync.test/mcp", null, ALLOWED, 403],
  ["https://rooms.example/mcp", null, ALLOWED, 200],
  ["https://ROOMS.example:444/mcp", "https://rooms.example", ALLOWED, 200],
  ["http://localhost:8787/mcp", "https://rooms.example", ALLOWED, 200],
  ["http://rooms.example.evil.example/mcp", "http://rooms.example.evil.example", ALLOWED, 403],
])("[MCP-5] a call to %s from the origin %s, where %s may, gets %d", async (url, origin, allowed, status) => {
  const headers = new Headers({
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
  });
  if (origin !== null) headers.set("Origin", origin);
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  const settings = { ...env, ALLOWED_HOSTS: allowed } as Env;
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
  const request = new Request(url, { method: "POST", headers, body });
  const response = await worker.fetch(request, settings, context as never);
  expect(response.status).toBe(status);
  const readable = response.headers.get("Access-Control-Allow-Origin");
  expect(readable).toBe(status === 200 ? origin : null);
  const text = await response.text();
  if (status === 403)
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: "2.0", error: { code: -32000 }, id: null });
});

it("[MCP-6] the context of the token's room is a resource, and of no other", async () => {
  const [room, other] = [await createRoom(), await createRoom()];
  const ana = await room.join("ana", { state: { plan: 1 } });
  const uri = `room://${room.id}/context`;
  for (const era of ["modern", "legacy"] as const) {
    const options = { era, token: ana.token };
    expect((await rpc("resources/list", {}, options)).result.resources[0].uri).toBe(uri);
    const templates = (await rpc("resources/templates/list", {}, options)).result.resourceTemplates;
    expect(templates[0].uriTemplate).toBe("room://{room}/context");
    const { contents } = (await rpc("resources/read", { uri }, options)).result;
    expect(JSON.parse(contents[0].text)).toMatchObject({ self: "ana", state: { self: { plan: 1 } } });
    const foreign = `room://${other.id}/context`;
    const { error } = await rpc("resources/read", { uri: foreign }, options);
    expect([error.code, error.data]).toEqual([-32602, { uri: foreign }]);
    expect(error.message).toContain(`not found: ${foreign}. This request's token opens ${uri} alone`);
    const tokenless = (await rpc("resources/read", { uri }, { era })).error;
    expect(tokenless.message).toContain(`not found: ${uri}. Send Authorization: Bearer`);
    expect((await rpc("resources/list", {}, { era })).result.resources).toEqual([]);
    const forged = { era, token: `${ana.token}x` };
    expect((await rpc("resources/read", { uri }, forged)).error.data.error).toBe("invalid_token");
  }
});

/** Opens a subscription to a room's context, past its acknowledgement and the first update. */
async function subscribed(room: string, token: string | undefined) {
  const uri = `room://${room}/context`;
  const notifications = { resourceSubscriptions: [uri] };
  const stream = new McpStream(await mcpRequest("subscriptions/listen", { notifications }, { token }));
  expect((await stream.next()).params.notifications).toEqual(notifications);
  const update = { method: "notifications/resources/updated", params: { uri } };
  expect(await stream.next()).toMatchObject(update);
  return { stream, update };
}

it("[MCP-6] a subscription tells of what its reader may see, as it happens, and ends with its token", async () => {
  const { room, ana, bob } = await plant();
  const { stream, update } = await subscribed(room.id, bob.token);
  // Of what ana does in private bob is told nothing: the next update is of his own write.
  let isTold = false;
  const next = stream.next().finally(() => {
    isTold = true;
  });
  await ana.do("keep", { key: "k", value: 1 });
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(isTold).toBe(false);
  await bob.do("note", { key: "mine", value: 1 });
  expect(await next).toMatchObject(update);
  await room.owner.call("/agents/bob", { method: "DELETE" });
  let last: Body = null;
  for (let message = await stream.next(); message !== null; message = await stream.next()) last = message;
  expect(last.result.resultType).toBe("complete");
});

it("[MCP-6] of the resources that are asked for only the context of the token's room is acknowledged", async () => {
  const [ana, eve] = [await (await createRoom()).join("ana"), await (await createRoom()).join("eve")];
  const [own, foreign] = [`room://${ana.room}/context`, `room://${eve.room}/context`];
  const listen = async (notifications: Body) =>
    new McpStream(await mcpRequest("subscriptions/listen", { notifications }, { token: ana.token }));
  const both = await listen({ resourceSubscriptions: [foreign, own, own] });
  expect((await both.next()).params.notifications).toEqual({ resourceSubscriptions: [own] });
  expect(await both.next()).toMatchObject({ params: { uri: own } });
  await both.close();
  const none = await listen({ resourceSubscriptions: [foreign] });
  expect((await none.next()).params.notifications).toEqual({});
  expect((await none.next()).result.resultType).toBe("complete");
  const malformed = { notifications: { resourceSubscriptions: [own, 1] } };
  expect((await rpc("subscriptions/listen", malformed, { token: ana.token })).error.code).toBe(-32602);
  const long = { notifications: { resourceSubscriptions: [own, "x".repeat(LIMITS.requestBodyBytes)] } };
  expect((await mcpRequest("subscriptions/listen", long, { token: ana.token })).status).toBe(413);
});

it("[MCP-6] the revisions before 2026-07-28 have no subscriptions here, nor has who brings no token", async () => {
  const ana = await (await createRoom()).join("ana");
  const initialize = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "t", version: "1" },
  };
  const { result } = await rpc("initialize", initialize, { era: "legacy", token: ana.token });
  expect(result.capabilities.resources).toEqual({ listChanged: false, subscribe: false });
  const uri = `room://${ana.room}/context`;
  expect((await rpc("resources/subscribe", { uri }, { era: "legacy", token: ana.token })).error.code).toBe(
    -32601,
  );
  const notifications = { resourceSubscriptions: [uri] };
  const stream = new McpStream(await mcpRequest("subscriptions/listen", { notifications }));
  expect((await stream.next()).params.notifications).toEqual({});
  await stream.close();
});

it("[MCP-5] a page that may call may send the headers of the protocol", async () => {
  const headers = { Origin: "http://sync.test", "Access-Control-Request-Method": "POST" };
  const answer = await request("/mcp", { method: "OPTIONS", headers });
  const allowed = answer.headers.get("Access-Control-Allow-Headers")?.split(",") ?? [];
  for (const name of ["Authorization", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"]) {
    expect(allowed).toContain(name);
  }
});
