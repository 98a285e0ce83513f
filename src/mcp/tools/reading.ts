import { z } from "zod";
import type { JsonObject } from "../../kernel/json.ts";
import { isJsonObject } from "../../kernel/json.ts";
import { contextArguments } from "../hints.ts";
import type { Answer } from "../session.ts";
import { READS, tool } from "../tool.ts";

/** Tokens of a context where the caller names no budget: a few pages, twice of which hosts still show whole. */
export const DEFAULT_BUDGET = 4_000;

/** Seconds. Hosts give up on a call after a minute. */
const WAIT_DEFAULT_S = 25;
const WAIT_MOST_S = 50;

const count = z.number().int().min(0).optional();
const names = z.array(z.string()).optional();

const shape = {
  budget: z.number().int().min(1).optional(),
  since: count,
  only: names,
};

const SECTIONS = {
  seq: "number",
  state: "object",
  views: "object",
  actions: "object",
  messages: "object",
} as const;

export const context = tool({
  name: "context",
  title: "Read the room",
  description:
    "All you may see: state by scope (self: your own), views, agents, actions (params, available), messages. budget: tokens at most (default 4000, what matters most first; _context.elided has the arguments that fetch the rest). since: the seq of your last read, for changes alone. only, expand: sections or state.<scope>. depth: lean, full (definitions, hashes) or usage. meta: who wrote what.",
  annotations: READS,
  input: {
    ...shape,
    expand: names,
    include: names,
    depth: z.enum(["lean", "full", "usage"]).optional(),
    meta: z.boolean().optional(),
    messages_after: count,
    messages_limit: count,
  },
  output: SECTIONS,
  async run(args, session) {
    const query = shapeQuery(args);
    return withArguments(await session.inRoom({ method: "GET", path: ["context"], query }));
  },
});

export const wait = tool({
  name: "wait",
  title: "Wait until a condition holds",
  description:
    "Block until a CEL condition holds, as messages.directed_unread > 0, views.open > 0 or actions.claim.available; then context as by budget, since, only. Do this in place of polling. Out of time (timeout_seconds, default 25, at most 50) it returns triggered false: call it again as next says.",
  annotations: READS,
  input: { condition: z.string(), timeout_seconds: z.number().min(0).optional(), ...shape },
  output: { triggered: "boolean", context: "object", unmet: "array", seq: "number" },
  async run(args, session) {
    const seconds = Math.min(args.timeout_seconds ?? WAIT_DEFAULT_S, WAIT_MOST_S);
    const query = {
      ...shapeQuery(args),
      condition: args.condition,
      timeout: String(Math.round(seconds * 1000)),
    };
    const answer = withArguments(await session.inRoom({ method: "GET", path: ["wait"], query }));
    // After two seconds the status is sent, and a refusal is told in the body alone [WAIT-6].
    const { error, triggered } = answer.body;
    if (typeof error === "string") return { status: Math.max(answer.status, 400), body: answer.body };
    return triggered === false ? withNext(answer, args) : answer;
  },
});

interface Shape {
  readonly budget?: number | undefined;
  readonly [name: string]: unknown;
}

/** The parameters of a context as a query: lists with commas. */
function shapeQuery({ budget = DEFAULT_BUDGET, condition, timeout_seconds, ...args }: Shape) {
  const given = Object.entries({ ...args, budget }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** The same wait once more: nothing of it was kept, so it goes on as it began. */
function withNext({ status, body }: Answer, args: object): Answer {
  const again = JSON.parse(JSON.stringify(args)) as JsonObject;
  return { status, body: { ...body, next: { tool: "wait", arguments: again } } };
}

/** A context in which what was left out is fetched by arguments of this tool, in place of a query. */
function withArguments({ status, body }: Answer): Answer {
  const inner = isJsonObject(body.context) ? body.context : null;
  if (inner) return { status, body: { ...body, context: toldElisions(inner) } };
  return { status, body: toldElisions(body) };
}

function toldElisions(body: JsonObject): JsonObject {
  const { _context: about } = body;
  if (!isJsonObject(about) || !Array.isArray(about.elided)) return body;
  const elided = about.elided.map((each) => {
    if (!isJsonObject(each) || typeof each.query !== "string") return each;
    const { query, ...rest } = each;
    return { ...rest, arguments: contextArguments(query) };
  });
  return { ...body, _context: { ...about, elided } };
}
