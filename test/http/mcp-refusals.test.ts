import fc from "fast-check";
import { expect, it } from "vitest";
import { ERROR_STATUS } from "../../src/kernel/errors.ts";
import { toldHint } from "../../src/mcp/hints.ts";
import { failure } from "../../src/mcp/next-calls.ts";
import { Session } from "../../src/mcp/session.ts";
import { TOOLS } from "../../src/mcp/tools/all.ts";
import { callTool } from "../support/mcp.ts";
import type { Body } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

/** Whether a tool takes these arguments, apart from what the room makes of them. */
async function isTaken({ tool, arguments: args }: Body): Promise<boolean> {
  const api = async () => Response.json({ reached: true });
  const found = TOOLS.find(({ name }) => name === tool);
  const answer = await found?.call(args, () => new Session(api, "http://sync.test", null));
  return answer !== undefined && answer.body.faults === undefined && answer.body.error !== "invalid_request";
}

/** A room that refuses in many ways. */
async function strict() {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  const by = { type: "integer", required: true };
  await ana.do("_register_action", {
    id: "add",
    params: { by },
    writes: [{ key: "points", increment: "${params.by}" }],
  });
  await ana.do("_register_action", {
    id: "open",
    if: "state._shared.door == true",
    writes: [{ key: "in", value: 1 }],
  });
  await ana.do("_register_action", {
    id: "ring",
    on_invoke: { timer: { ms: 60_000 } },
    writes: [{ key: "bell", value: 1 }],
  });
  await ana.do("ring");
  return { room, ana, bob };
}

it.each<[code: string, tool: string, args: Body, next: Body]>([
  ["action_not_found", "invoke", { action: "addd" }, { tool: "invoke", arguments: { action: "add" } }],
  [
    "action_not_found",
    "invoke",
    { action: "addd", params: { by: 1 } },
    { tool: "invoke", arguments: { action: "add", params: { by: 1 } } },
  ],
  [
    "invalid_request",
    "create_room",
    { template: "vot" },
    { tool: "create_room", arguments: { template: "vote" } },
  ],
  [
    "invalid_request",
    "create_room",
    { template: "chess" },
    { tool: "look", arguments: { what: "templates" } },
  ],
  [
    "action_not_found",
    "invoke",
    { action: "nothing" },
    { tool: "context", arguments: { only: ["actions"] } },
  ],
  ["invalid_param", "invoke", { action: "add" }, { tool: "context", arguments: { only: ["actions"] } }],
  [
    "invalid_param",
    "invoke",
    { action: "add", params: { by: "2" } },
    { tool: "context", arguments: { only: ["actions"] } },
  ],
  [
    "precondition_failed",
    "invoke",
    { action: "open" },
    { tool: "wait", arguments: { condition: "state._shared.door == true" } },
  ],
  [
    "action_cooldown",
    "invoke",
    { action: "ring" },
    { tool: "wait", arguments: { condition: 'actions["ring"].available' } },
  ],
  [
    "version_conflict",
    "invoke",
    { action: "ring", if_action_hash: "0" },
    { tool: "context", arguments: { only: ["actions"], depth: "full" } },
  ],
  [
    "view_not_found",
    "look",
    { what: "samples", view: "v" },
    { tool: "context", arguments: { only: ["views"] } },
  ],
  ["invalid_cel", "look", { what: "eval", expr: "1 +" }, { tool: "help", arguments: { key: "cel" } }],
  ["invalid_cel", "wait", { condition: "1 +" }, { tool: "help", arguments: { key: "cel" } }],
  ["help_key_not_found", "help", { key: "cell" }, { tool: "help", arguments: { key: "cel" } }],
  ["invalid_request", "context", { since: 9_999 }, { tool: "context", arguments: { since: 7 } }],
  ["invalid_request", "context", { only: ["vews"] }, { tool: "context", arguments: { only: ["views"] } }],
  [
    "proof_of_read_required",
    "invoke",
    { action: "_delete_action", params: { id: "add" } },
    { tool: "context", arguments: { only: ["actions"], depth: "full" } },
  ],
  [
    "proof_of_read_required",
    "register",
    { kind: "action", definition: { id: "add", writes: [] } },
    { tool: "context", arguments: { only: ["actions"], depth: "full" } },
  ],
])("[MCP-4] %s of %s %j leads to a call that can be made", async (code, tool, args, next) => {
  const { bob } = await strict();
  const { isError, body, raw } = await callTool(tool, { ...args, token: bob.token });
  expect([isError, body.error]).toEqual([true, code]);
  expect(raw.structuredContent).toEqual(body);
  expect(body.next).toEqual(next);
  expect(await isTaken(body.next)).toBe(true);
  expect(body.hint ?? "").not.toMatch(/GET|POST|…\//);
});

it("[MCP-4] arguments that do not fit name each fault, the argument that was meant, and those there are", async () => {
  const { bob } = await strict();
  const { isError, body } = await callTool("invoke", { acton: "add", dry_run: "yes", token: bob.token });
  expect([isError, body.error]).toEqual([true, "invalid_request"]);
  expect(body.faults.map(({ path }: Body) => path).sort()).toEqual(["acton", "dry_run"]);
  expect(body.hint).toMatch(/^Pass action in place of acton\. The arguments of invoke are action, params, /);
  expect((await callTool("invoke", { token: bob.token })).body.error).toBe("invalid_request");
  const missing = await callTool("look", { what: "history", token: bob.token });
  expect(missing.body).toMatchObject({
    error: "invalid_request",
    hint: expect.stringContaining("scope, key"),
  });
  const surplus = await callTool("look", { what: "verify", scope: "_shared", token: bob.token });
  expect(surplus.body.message).toContain("scope: says nothing of verify");
});

it("[MCP-4] every code leads to a call that its tool takes", async () => {
  const failed = { tool: "join", arguments: { id: "ana" } } as const;
  for (const error of Object.keys(ERROR_STATUS)) {
    const { next } = failure({ error, message: "No." }, failed);
    expect([error, await isTaken(next)]).toEqual([error, true]);
  }
  expect(failure({ error: "agent_exists" }, failed).next).toEqual({
    tool: "join",
    arguments: { id: "ana-2" },
  });
});

it.each([
  [
    "GET …/context?only=actions&depth=full lists them.",
    'context {"only":["actions"],"depth":"full"} lists them.',
  ],
  [
    "GET …/context?since=4 answers news, GET …/context all.",
    'context {"since":4} answers news, context all.',
  ],
  ["Read it with GET …/context.", "Read it with context."],
  ["Wait with GET …/wait?condition=a%20%26%26%20b.", 'Wait with wait {"condition":"a && b"}.'],
  [
    'GET …/wait?condition=actions["do it"].available.',
    'wait {"condition":"actions[\\"do it\\"].available"}.',
  ],
  ["POST …/actions/add/invoke.", 'invoke {"action":"add"}.'],
  [
    'POST …/actions/add/invoke with {"params":{"by":1}}. Or not.',
    'invoke {"action":"add","params":{"by":1}}. Or not.',
  ],
  ["POST …/agents with it and go on.", 'join {"id":"…"} with it and go on.'],
  ["GET …/replay/12 shows it.", 'look {"what":"replay","seq":12} shows it.'],
  ["at GET …/history/_views/v and", 'at look {"what":"history","scope":"_views","key":"v"} and'],
  ["GET …/log lists the events.", 'look {"what":"log"} lists the events.'],
  ["GET …/tokens lists them.", "GET …/tokens (an HTTP call of the room's owner) lists them."],
  ["POST /rooms makes one.", "create_room makes one."],
  ['Invoke help with {"params":{"key":"cel"}}.', 'Call help {"key":"cel"}.'],
  ["Send Authorization: Bearer <token> with the room's join token.", "Pass as token the room's join token."],
  ["redefine it with _register_action.", "redefine it with register."],
])("[MCP-4] the hint %j is told as %j", (hint, told) => {
  expect(toldHint(hint).text).toBe(told);
});

it("[MCP-2] a wait lasts 50 seconds at most, and 25 where the caller does not say", async () => {
  const asked: (string | null)[] = [];
  const api = async (request: Request) => {
    asked.push(new URL(request.url).searchParams.get("timeout"));
    return Response.json({ triggered: true });
  };
  const { token } = await (await createRoom()).join("ana");
  const wait = TOOLS.find(({ name }) => name === "wait")!;
  for (const timeout_seconds of [undefined, 0.5, 3_600]) {
    const args = { condition: "true", ...(timeout_seconds === undefined ? {} : { timeout_seconds }) };
    await wait.call(args, () => new Session(api, "http://sync.test", token ?? null));
  }
  expect(asked).toEqual(["25000", "500", "50000"]);
});

it("[MCP-4] a room that cannot answer is a failure to repeat", async () => {
  const api = () => Promise.reject(new Error("the object was reset"));
  const { token } = await (await createRoom()).join("ana");
  const wait = TOOLS.find(({ name }) => name === "wait")!;
  const answer = await wait.call(
    { condition: "true" },
    () => new Session(api, "http://sync.test", token ?? null),
  );
  expect([answer.status, answer.body.error, answer.body.retryable]).toEqual([503, "overloaded", true]);
  const failed = { tool: "wait", arguments: { condition: "true" } } as const;
  expect(failure(answer.body, failed).next).toEqual(failed);
});

it("[MCP-4] a wait that is refused after its status was sent fails all the same", async () => {
  const api = async () => Response.json({ error: "invalid_token", message: "Revoked." });
  const { token } = await (await createRoom()).join("ana");
  const wait = TOOLS.find(({ name }) => name === "wait")!;
  const answer = await wait.call(
    { condition: "true" },
    () => new Session(api, "http://sync.test", token ?? null),
  );
  expect([answer.status, answer.body.error]).toEqual([400, "invalid_token"]);
});

it("[MCP-4] names that a URL would swallow are refused, and reach no other call", async () => {
  const { bob } = await strict();
  for (const [tool, args] of [
    ["invoke", { action: ".." }],
    ["invoke", { action: "" }],
    ["look", { what: "history", scope: ".." }],
    ["look", { what: "samples", view: "." }],
    ["look", { what: "templates", key: ".." }],
    ["join", { id: "eve", room: ".." }],
  ] as const) {
    const { isError, body } = await callTool(tool, { ...args, token: bob.token });
    expect([tool, isError, body.error, body.next.tool]).toEqual([tool, true, "invalid_request", "help"]);
  }
  const lone = await callTool("invoke", { action: "\ud800", token: bob.token });
  expect(lone.body.error).toBe("action_not_found");
});

it("[MCP-4] whatever the arguments are, there is a result, and a failed one says what to do", async () => {
  const { bob } = await strict();
  const names = [
    ...new Set(TOOLS.flatMap(({ inputSchema }) => Object.keys(inputSchema.properties as object))),
  ];
  const kinds = ["log", "history", "eval", "replay", "samples", "salience", "action", "view", "full", "lean"];
  const value = fc.oneof(
    fc.constantFrom(...kinds, "add", "self", true, 0, 1, -1, 1e300),
    fc.string(),
    fc.jsonValue(),
  );
  const args = fc.dictionary(fc.constantFrom(...names.filter((name) => name !== "token"), "x"), value, {
    maxKeys: 5,
  });
  const isSlow = ({ tool, given }: Body) => tool === "wait" && given.timeout_seconds !== 0;
  const call = fc.record({ tool: fc.constantFrom(...TOOLS.map(({ name }) => name)), given: args });
  const quick = call.map((each) =>
    isSlow(each) ? { ...each, given: { ...each.given, timeout_seconds: 0 } } : each,
  );
  await fc.assert(
    fc.asyncProperty(quick, async ({ tool, given }) => {
      const { isError, body, raw } = await callTool(tool, { ...given, token: bob.token });
      expect(raw.structuredContent).toEqual(body);
      if (!isError) return;
      expect(["internal", "overloaded"]).not.toContain(body.error);
      expect([typeof body.error, typeof body.message, typeof body.next.tool]).toEqual(
        Array(3).fill("string"),
      );
    }),
    { numRuns: 150 },
  );
});
