import { Validator } from "@cfworker/json-schema";
import { describe, expect, it } from "vitest";
import { TOOL_NAMES } from "../../src/mcp/tool-names.ts";
import { TOOLS } from "../../src/mcp/tools/all.ts";
import { callTool, mcpRequest, rpc, useTool } from "../support/mcp.ts";
import type { Body } from "../support/room.ts";
import { createRoom, request } from "../support/room.ts";

const ERAS = ["modern", "legacy"] as const;
const MOST_TOKENS = 2_000;

const ADD = {
  id: "add",
  params: { by: { type: "integer", required: true } },
  if: "params.by > 0",
  writes: [{ key: "points", increment: "${params.by}" }],
};

/** A room with one word in it, and who may use it. */
async function furnished() {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", ADD);
  return { room, ana, token: ana.token };
}

describe.each(ERAS)("in the %s era", (era) => {
  it("[MCP-1] eight tools with titles, descriptions, annotations and schemas, in under 2,000 tokens", async () => {
    const { result } = await rpc("tools/list", {}, { era });
    expect(result.tools.map(({ name }: Body) => name)).toEqual(TOOL_NAMES);
    expect(new TextEncoder().encode(JSON.stringify(result)).length / 4).toBeLessThan(MOST_TOKENS);
    for (const { title, description, annotations, inputSchema, outputSchema } of result.tools) {
      expect([typeof title, typeof description]).toEqual(["string", "string"]);
      const hints = annotations.readOnlyHint ? 2 : 4;
      expect(Object.values(annotations).filter((hint) => typeof hint === "boolean")).toHaveLength(hints);
      expect([inputSchema.type, inputSchema.additionalProperties]).toEqual(["object", false]);
      expect(Object.keys(outputSchema.properties)).toContain("error");
    }
  });

  it("[MCP-1] the room's actions are no tools", async () => {
    const { token } = await furnished();
    const { result } = await rpc("tools/list", {}, { era, token });
    expect(result.tools).toHaveLength(8);
    expect((await rpc("tools/call", { name: "add", arguments: {} }, { era, token })).error.code).toBe(-32602);
  });

  it("[MCP-2] every tool does its work, with one result for programs and models, as its schema says", async () => {
    const used = new Set<string>();
    const use = async (name: string, args: Body) => {
      const { isError, body, raw } = await callTool(name, args, { era });
      expect(isError ? body : null).toBeNull();
      expect(raw.structuredContent).toEqual(body);
      expect(raw.content[0].text).toBe(JSON.stringify(raw.structuredContent));
      const { outputSchema } = TOOLS.find((tool) => tool.name === name)!;
      expect(new Validator(outputSchema as Body, "2020-12").validate(body).errors).toEqual([]);
      used.add(name);
      return body;
    };
    const room = await use("create_room", { meta: { about: "tests" } });
    const { token } = await use("join", { id: "ana", token: room.join_token, state: { plan: 1 } });
    await use("register", { kind: "action", definition: ADD, token });
    const view = { id: "doubled", expr: "state._shared.points * 2", scope: "_shared" };
    expect((await use("register", { kind: "view", definition: view, token })).id).toBe("doubled");
    const added = await use("invoke", { action: "add", params: { by: 2 }, idempotency_key: "k", token });
    const again = await use("invoke", { action: "add", params: { by: 2 }, idempotency_key: "k", token });
    expect(again).toEqual({ ...added, replayed: true });
    expect(await use("invoke", { action: "add", params: { by: 0 }, dry_run: true, token })).toMatchObject({
      allowed: false,
      next: { tool: "context" },
    });
    const batch = [
      { action: "add", params: { by: 3 } },
      { action: "add", params: { by: 0 } },
    ];
    const { results } = await use("invoke", { invocations: batch, token });
    expect(results.map(({ status }: Body) => status)).toEqual([200, 409]);
    expect(results[1].body.next.tool).toBe("context");
    const seen = await use("context", { token });
    expect(seen).toMatchObject({ self: "ana", state: { self: { plan: 1 } }, views: { doubled: 10 } });
    expect(await use("wait", { condition: "views.doubled == 10", only: ["views"], token })).toMatchObject({
      triggered: true,
      context: { views: { doubled: 10 } },
    });
    expect((await use("look", { what: "log", limit: 2, token })).next_after).toBe(2);
    const history = { what: "history", scope: "_shared", key: "points" };
    expect((await use("look", { ...history, token })).entries).toHaveLength(2);
    expect((await use("look", { what: "replay", seq: 5, token })).state._shared.points.value).toBe(2);
    expect((await use("look", { what: "eval", expr: "self", token })).value).toBe("ana");
    expect((await use("look", { what: "salience", scope: "_shared", token })).entries).toHaveLength(1);
    expect((await use("look", { what: "room", token })).id).toBe(room.id);
    expect((await use("look", { what: "templates" })).templates.length).toBeGreaterThan(5);
    expect((await use("look", { what: "templates", key: "vote" })).id).toBe("vote");
    const made = await use("create_room", { template: "vote" });
    const ben = await use("join", { id: "ben", token: made.join_token });
    expect((await use("context", { token: ben.token })).actions).toHaveProperty("cast_ballot");
    expect((await use("look", { what: "verify", token: room.token })).ok).toBe(true);
    expect((await use("help", { token })).keys).toContain("cel");
    expect((await use("help", { key: "cel", token })).content).toContain("CEL");
    expect([...used].sort()).toEqual([...TOOL_NAMES].sort());
  });

  it("[MCP-2] a wait that is out of time says how to go on, and one that is met answers at once", async () => {
    const { ana, token } = await furnished();
    const condition = "state._shared.points == 1";
    const asked = { condition, timeout_seconds: 0.1, only: ["state"] };
    const { triggered, next } = await useTool("wait", { ...asked, token }, { era });
    expect([triggered, next]).toEqual([false, { tool: "wait", arguments: asked }]);
    const waiting = useTool("wait", { condition, token }, { era });
    await ana.do("add", { by: 1 });
    expect(await waiting).toMatchObject({ triggered: true, context: { state: { _shared: { points: 1 } } } });
  });
});

it("[MCP-1] only POST is served, and a notification gets no answer", async () => {
  for (const method of ["GET", "DELETE", "PUT"]) {
    const { status, headers } = await request("/mcp", { method });
    expect([status, headers.get("Allow")]).toEqual([405, "POST"]);
  }
  const sent = await mcpRequest("notifications/initialized", {}, { era: "legacy" });
  expect(sent.headers.get("X-Sync-Version")).toBe("v8");
  const headers = { "Content-Type": "application/json", Accept: "application/json, text/event-stream" };
  const note = await request("/mcp", {
    headers,
    body: { jsonrpc: "2.0", method: "notifications/initialized" },
  });
  expect(note.status).toBe(202);
});

it("[MCP-1] faults of the protocol are its errors", async () => {
  const headers = { "Content-Type": "application/json", Accept: "application/json, text/event-stream" };
  expect((await request("/mcp", { headers, body: "{" })).body.error.code).toBe(-32700);
  expect((await rpc("no/such/method")).error.code).toBe(-32601);
  expect((await rpc("tools/call", { name: "no_such_tool", arguments: {} })).error.code).toBe(-32602);
  for (const [method, field] of [
    ["resources/read", "params.uri"],
    ["initialize", "params.protocolVersion"],
  ] as const) {
    const { error } = await rpc(method, {}, { era: "legacy" });
    expect([method, error.code, error.message]).toEqual([
      method,
      -32602,
      expect.stringMatching(`^Invalid params: ${field}: [^\\[{]+$`),
    ]);
  }
  const text = { headers: { ...headers, "Content-Type": "text/plain" }, body: "{}" };
  expect((await request("/mcp", text)).status).toBe(415);
});

it("[MCP-2] a context is within 4,000 tokens, and says by which arguments the rest is read", async () => {
  const { ana, token } = await furnished();
  const note = { id: "note", params: { key: "string", text: "string" } };
  await ana.do("_register_action", {
    ...note,
    params: { key: { type: "string" }, text: { type: "string" } },
    writes: [{ scope: "_notes", key: "${params.key}", value: "${params.text}" }],
  });
  for (let n = 0; n < 12; n++) await ana.do("note", { key: `n${n}`, text: "x".repeat(3_000) });
  const { raw, body } = await callTool("context", { token });
  expect(raw.content[0].text.length / 4).toBeLessThan(4_000);
  const left = body._context.elided.find(({ part }: Body) => part === "state._notes");
  expect(left.arguments).toEqual({ only: ["state._notes"] });
  const rest = await useTool("context", { ...left.arguments, budget: 20_000, token });
  expect(Object.keys(rest.state._notes)).toHaveLength(12);
  const awaited = await useTool("wait", { condition: "true", token });
  expect(awaited.context._context.elided.length).toBeGreaterThan(0);
});
