import type { OperationId } from "../../src/protocol/operations.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import type { Dice } from "../random.ts";
import { INVOCATIONS, MODELS, SEGMENTS } from "./calls.ts";
import { hostileText, mutated, spoiled } from "./hostile.ts";
import type { Judge } from "./judge.ts";
import type { Lane } from "./rounds.ts";
import type { Target } from "./target.ts";
import type { Heard } from "./wire.ts";
import { Wire } from "./wire.ts";

/** One request as it is sent, and what to say of it where its answer is a fault. */
interface Drawn {
  readonly bytes: Buffer;
  readonly isHead: boolean;
  /** Request line and the beginning of the body. */
  readonly told: string;
}

const OFTEN: readonly OperationId[] = [
  "invoke",
  "invokeMany",
  "context",
  "evaluate",
  "wait",
  "join",
  "updateRoom",
];
/** Every call, those with the most to say more often. */
const IDS = [...Object.keys(OPERATIONS), ...OFTEN, ...OFTEN, "invoke", "invoke", "invoke"] as OperationId[];
/** Served beside the calls; the page's own files are not built for the drill. */
const PAGES = [
  "/docs",
  "/openapi.json",
  "/llms.txt",
  "/SKILL.md",
  "/reference/guide",
  "/nothing",
  "/mcp",
  "//",
];
/** What a request does to the target may not be what the drill means to find: these are sent by who is refused. */
const ENDINGS: readonly OperationId[] = ["deleteRoom", "leave", "revokeToken", "import", "migrate"];
/** Without `DELETE`, which would be no wrong method of the room itself. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "PROPFIND"];
const TYPES = [
  "application/json",
  "application/x-ndjson",
  "text/plain",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
  "application/json; charset=utf-16",
  "",
  "x".repeat(3_000),
];
const HEADERS = [
  "Idempotency-Key",
  "Last-Event-ID",
  "X-Sync-Create-Token",
  "Accept",
  "Accept-Encoding",
  "Origin",
  "Cookie",
  "X-HTTP-Method-Override",
  "X-Forwarded-For",
  "If-None-Match",
  "Range",
  "Authorization",
  "Sec-WebSocket-Protocol",
  "Content-Encoding",
  "Expect-None",
  "X-Sync-Socket",
];
/** Beyond printable ASCII a header's text is bytes; those that would end it are for the platform to refuse. */
const UNSENT = /\p{Cc}|[^\p{Cc}\u0020-\u00ff]/gu;

/** Bad requests over every route. */
export async function attackRequests({ target, port, count, dice, judge }: Lane): Promise<void> {
  const wire = new Wire(port);
  for (let sent = 0; sent < count; sent++) {
    const drawn = drawRequest(target, dice);
    judgeHeard(await wire.ask(drawn.bytes, drawn.isHead), drawn, judge);
  }
  wire.close();
}

function judgeHeard(heard: Heard, { told, isHead }: Drawn, judge: Judge): void {
  if (heard.kind === "answer") judge.http(heard.answer, told, isHead);
  else if (heard.kind === "stream") judge.http(heard.answer, told, true);
  else judge.fault(`${heard.kind}: ${told}`);
}

/** Draws one request against the target, spoiled in one way or more. */
function drawRequest(target: Target, dice: Dice): Drawn {
  const id = dice.pick(IDS);
  const { method, path } = OPERATIONS[id];
  const asked = dice.below(12) === 0 ? dice.pick(METHODS) : method;
  const who = ENDINGS.includes(id) ? dice.pick(["view", "join", "ana", "foreign", "forged"]) : caller(dice);
  const isSafe = id !== "leave" || who !== "ana";
  const segments = isSafe ? SEGMENTS : { ...SEGMENTS, agent: ["ben", "nobody"] };
  const action = dice.below(INVOCATIONS.length);
  const place = dice.below(60) === 0 ? dice.pick(PAGES) : pathOf(path, { target, dice, segments, action });
  const url = `${place}${queryOf(id, dice)}`;
  const body = asked === "GET" || asked === "HEAD" ? Buffer.alloc(0) : bodyOf(id, dice, action);
  const lines = [`${asked} ${url} HTTP/1.1`, "Host: sync.test", ...headersOf(target.tokens[who], dice)];
  if (id === "watch") lines.push("Accept: text/event-stream");
  const bytes = framed(lines, body, dice);
  const start = body.subarray(0, 400).toString("latin1");
  return { bytes, isHead: asked === "HEAD", told: `[${who}] ${asked} ${url.slice(0, 400)} ${start}` };
}

function caller(dice: Dice): string {
  if (dice.below(10) > 0) return dice.pick(["owner", "ana", "ben"]);
  return dice.pick(["view", "join", "nobody", "foreign", "forged", "old", "long"]);
}

interface Place {
  readonly target: Target;
  readonly dice: Dice;
  readonly segments: typeof SEGMENTS;
  readonly action: number;
}

function pathOf(path: string, { target, dice, segments, action }: Place): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    if (dice.below(name === "room" ? 50 : 12) === 0) return hostileSegment(dice);
    if (name === "room") return target.id;
    if (name === "action") return INVOCATIONS[action]?.[0] ?? "";
    return dice.pick(segments[name] ?? ["x"]);
  });
}

/** Part of a path, mostly encoded as it has to be. */
function hostileSegment(dice: Dice): string {
  if (dice.below(3) > 0) return encodeURIComponent(hostileText(dice).toWellFormed());
  return dice.pick([
    "..",
    "%2e%2e",
    "..%2f..",
    "%",
    "%zz",
    "%ff",
    "%ED%A0%80",
    "%00",
    "%0d%0aX:1",
    "a;b",
    "\\",
    "*",
  ]);
}

function queryOf(id: OperationId, dice: Dice): string {
  const pairs = Object.entries(MODELS[id].query ?? {}).filter(() => dice.below(4) === 0);
  if (id === "wait") pairs.push(["condition", dice.below(3) === 0 ? hostileText(dice) : "true"]);
  const sent = pairs.map(([name, value]): [string, string] => [
    name,
    dice.below(3) === 0 ? hostileText(dice) : value,
  ]);
  if (dice.below(10) === 0) sent.push([hostileText(dice), hostileText(dice)]);
  if (dice.below(10) === 0) sent.push(...sent);
  if (dice.below(50) === 0) sent.push(["only", "state,".repeat(1_500)]);
  if (id === "wait") sent.unshift(["timeout", String(dice.below(3))]);
  if (sent.length === 0) return "";
  const encoded = sent.map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join("="));
  return `?${encoded.join("&")}${dice.below(40) === 0 ? "&%ff=%00&=&&" : ""}`;
}

function bodyOf(id: OperationId, dice: Dice, action: number): Buffer {
  const bodies = MODELS[id].bodies ?? [{}];
  const valid = id === "invoke" ? bodies[action] : dice.pick(bodies);
  const how = dice.below(10);
  if (how === 0) return Buffer.from(JSON.stringify(valid));
  if (how < 3) return spoiled(JSON.stringify(valid), dice);
  return Buffer.from(JSON.stringify(mutated(valid, dice)) ?? "");
}

function headersOf(token: string | undefined, dice: Dice): string[] {
  const lines = token === undefined ? [] : [`Authorization: Bearer ${token}`];
  const type = dice.below(3) === 0 ? dice.pick(TYPES) : "application/json";
  if (type !== "") lines.push(`Content-Type: ${type}`);
  if (dice.below(6) === 0) lines.push(`${dice.pick(HEADERS)}: ${hostileText(dice).replaceAll(UNSENT, "?")}`);
  if (dice.below(80) === 0) lines.push(`X-Long: ${"x".repeat(6_000)}`);
  return lines;
}

/** The whole request; some bodies come in chunks, of a length that is not announced. */
function framed(lines: readonly string[], body: Buffer, dice: Dice): Buffer {
  const isChunked = body.length > 0 && dice.below(10) === 0;
  const length = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
  const head = Buffer.from(`${[...lines, length].join("\r\n")}\r\n\r\n`, "latin1");
  if (!isChunked) return Buffer.concat([head, body]);
  return Buffer.concat([
    head,
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from("\r\n0\r\n\r\n"),
  ]);
}
