import type { Dice } from "../random.ts";
import { DEFINITIONS, INVOCATIONS } from "./calls.ts";
import { hostileText, hostileValue, mutated, spoiled } from "./hostile.ts";
import type { Judge } from "./judge.ts";
import { parsed } from "./judge.ts";
import type { Lane } from "./rounds.ts";
import type { Heard } from "./wire.ts";
import { Wire } from "./wire.ts";

const ARGUMENTS: readonly (readonly [tool: string, args: object])[] = [
  ["create_room", { meta: { a: 1 }, template: "vote", join: "open" }],
  ["join", { id: "eve", name: "Eve", state: { mood: 1 }, public_keys: ["mood"] }],
  ["context", { only: "state,views", depth: "full", budget: 2_000, since: 1 }],
  ...INVOCATIONS.map(([action, params]) => ["invoke", { action, params, idempotency_key: "k" }] as const),
  [
    "invoke",
    { invocations: INVOCATIONS.slice(0, 4).map(([action, params]) => ({ action, params })), atomic: true },
  ],
  ...DEFINITIONS.map((definition) => ["register", { kind: "action", definition }] as const),
  ["register", { kind: "view", definition: { id: "tally", expr: "size(state._votes)", scope: "_shared" } }],
  ["wait", { condition: "state._shared.probe >= 0", seconds: 1 }],
  ["look", { what: "log", after: 1, limit: 5, kind: "invoke", agent: "ana" }],
  ["look", { what: "history", scope: "_shared", key: "probe" }],
  ["look", { what: "replay", seq: 3 }],
  ["look", { what: "eval", expr: "state._shared.map(k, state._shared[k])" }],
  ["look", { what: "samples", view: "tally", after: 0 }],
  ["look", { what: "salience", scope: "_shared" }],
  ["look", { what: "verify" }],
  ["help", { key: "guide" }],
];

const METHODS = [
  "initialize",
  "tools/list",
  "tools/call",
  "resources/list",
  "resources/read",
  "prompts/get",
  "ping",
  "notifications/initialized",
  "logging/setLevel",
  "completion/complete",
  "__proto__",
  "constructor",
];
const VERSIONS = ["2025-06-18", "2025-11-25", "2026-07-28", "1999-01-01"];

/** Bad calls of `POST /mcp`: of its tools, and of the protocol around them. */
export async function attackTools({ target, port, count, dice, judge }: Lane): Promise<void> {
  const wire = new Wire(port);
  for (let sent = 0; sent < count; sent++) {
    const who = dice.pick(["owner", "ana", "ana", "ben", "view", "join", "nobody", "foreign"]);
    const message = drawMessage(dice);
    const text = JSON.stringify(message);
    const body = dice.below(12) === 0 ? spoiled(text, dice) : Buffer.from(text ?? "");
    const head = headOf(target.tokens[who], body.length, message?.method, dice);
    const told = `[${who}] /mcp ${body.subarray(0, 500).toString("latin1")}`;
    judgeHeard(await wire.ask(Buffer.concat([head, body]), false), told, judge);
  }
  wire.close();
}

interface Message {
  readonly jsonrpc: unknown;
  readonly id: unknown;
  readonly method: unknown;
  readonly params: unknown;
}

function drawMessage(dice: Dice): Message | null {
  const [name, args] = dice.pick(ARGUMENTS);
  const how = dice.below(8);
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call" };
  if (how === 0) return mutated({ ...call, params: { name, arguments: args } }, dice) as Message | null;
  if (how === 1) return { ...call, method: dice.pick(METHODS), params: hostileParams(dice) };
  if (how === 2) return { ...call, params: { name, arguments: args } };
  const changed = mutated(args, dice) as Record<string, unknown>;
  // A wait of the usual length would only be waited for.
  const shown = name === "wait" && typeof changed === "object" ? { seconds: 1, ...changed } : changed;
  return { ...call, params: { name: dice.below(15) === 0 ? hostileText(dice) : name, arguments: shown } };
}

function hostileParams(dice: Dice): unknown {
  return dice.pick<unknown>([
    hostileValue(dice),
    { uri: `room://${hostileText(dice)}/context` },
    { protocolVersion: hostileText(dice), capabilities: {}, clientInfo: { name: "x", version: "1" } },
    { name: hostileText(dice), arguments: {} },
    {},
  ]);
}

function headOf(token: string | undefined, length: number, method: unknown, dice: Dice): Buffer {
  const lines = [
    "POST /mcp HTTP/1.1",
    "Host: sync.test",
    "Accept: application/json, text/event-stream",
    "Content-Type: application/json",
    `Content-Length: ${length}`,
  ];
  if (token !== undefined) lines.push(`Authorization: Bearer ${token}`);
  if (dice.below(3) === 0) lines.push(`MCP-Protocol-Version: ${dice.pick(VERSIONS)}`);
  if (dice.below(6) === 0 && typeof method === "string" && /^[\w/]+$/.test(method))
    lines.push(`Mcp-Method: ${method}`, "Mcp-Name: wait");
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

function judgeHeard(heard: Heard, told: string, judge: Judge): void {
  if (heard.kind === "closed" || heard.kind === "silent") {
    judge.fault(`${heard.kind}: ${told}`);
    return;
  }
  const { status, body } = heard.answer;
  const fail = (why: string) => judge.fault(`${why}: ${told} → ${status} ${body.slice(0, 500)}`);
  judge.other(body, told);
  if (status >= 500) fail("a 5xx");
  for (const text of messagesOf(body)) judgeMessage(parsed(text), judge, fail);
  if (heard.kind === "stream") judge.count("stream");
}

/** What the answer says, as JSON or as events of a stream; nothing where it only took note. */
function messagesOf(body: string): readonly string[] {
  if (body.startsWith("{") || body.startsWith("[")) return [body];
  return [...body.matchAll(/^data: (.+)$/gm)].map((match) => match[1] ?? "");
}

interface Reply {
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
  readonly result?: { readonly isError?: boolean; readonly structuredContent?: Record<string, unknown> };
}

function judgeMessage(message: unknown, judge: Judge, fail: (why: string) => void): void {
  const { error, result } = (message ?? {}) as Reply;
  if (error) {
    judge.count(`JSON-RPC ${String(error.code)}`);
    if (error.code === -32603 || typeof error.code !== "number") fail("an internal error");
    return;
  }
  if (!result) fail("neither error nor result");
  else if (!result.isError) judge.count("result");
  else {
    judge.refusal(result.structuredContent, null, fail);
    if (typeof result.structuredContent?.next !== "object") fail("no next");
  }
}
