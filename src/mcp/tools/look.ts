import { z } from "zod";
import type { Refusal } from "../../kernel/errors.ts";
import { refuse } from "../../kernel/errors.ts";
import type { ApiCall } from "../session.ts";
import { refusedAnswer } from "../session.ts";
import { READS, tool } from "../tool.ts";

/** Events or entries of a page where the caller does not say how many. */
const DEFAULT_LIMIT = 50;

const input = {
  what: z.enum([
    "log",
    "history",
    "replay",
    "eval",
    "samples",
    "salience",
    "verify",
    "room",
    "stats",
    "templates",
  ]),
  expr: z.string().optional(),
  scope: z.string().optional(),
  key: z.string().optional(),
  prefix: z.string().optional(),
  seq: z.number().int().min(0).optional(),
  view: z.string().optional(),
  kind: z.string().optional(),
  depth: z.literal("lean").optional(),
  include: z.string().optional(),
  agent: z.string().optional(),
  after: z.number().int().min(0).optional(),
  limit: z.number().int().min(1).optional(),
};

type Arguments = z.output<z.ZodObject<typeof input>>;
type What = Arguments["what"];
type Name = Exclude<keyof Arguments, "what">;

/** What each look needs, and what else it takes. */
const TAKES: Readonly<Record<What, { readonly needs: readonly Name[]; readonly takes: readonly Name[] }>> = {
  log: { needs: [], takes: ["after", "limit", "kind", "agent", "depth"] },
  history: { needs: ["scope"], takes: ["key", "prefix", "after", "limit"] },
  replay: { needs: ["seq"], takes: ["include"] },
  eval: { needs: ["expr"], takes: ["seq"] },
  samples: { needs: ["view"], takes: ["after", "limit"] },
  salience: { needs: [], takes: ["scope", "limit"] },
  verify: { needs: [], takes: [] },
  room: { needs: [], takes: [] },
  stats: { needs: [], takes: [] },
  templates: { needs: [], takes: ["key"] },
};

/** Everything that is read besides a context. */
export const look = tool({
  name: "look",
  title: "Look closer",
  description:
    "log {after?, limit?, kind?, agent?, depth?}: events. history {scope, key? | prefix?}: changes of keys. replay {seq, include?}: the room then. eval {expr, seq?}: a CEL value. samples {view}: its values over time. salience {scope?}: what matters. verify: its chain. room: what it is. stats: its cost. templates {key?}: for create_room.",
  annotations: READS,
  input,
  output: { events: "array", entries: "array", state: "object", next_after: "number" },
  async run(args, session) {
    const fault = lookFault(args);
    if (fault) return refusedAnswer(fault);
    const call = callOf(args);
    const answer = args.what === "templates" ? await session.send(call) : await session.inRoom(call);
    // `next` of a result is a call: the page that follows goes by another name.
    const { next, ...body } = answer.body;
    return next === undefined ? answer : { status: answer.status, body: { ...body, next_after: next } };
  },
});

function lookFault({ what, ...given }: Arguments): Refusal | null {
  const { needs, takes } = TAKES[what];
  const known: readonly string[] = [...needs, ...takes];
  const missing = needs.filter((name) => given[name] === undefined);
  const surplus = Object.entries(given).filter(
    ([name, value]) => value !== undefined && !known.includes(name),
  );
  const [first] = [
    ...missing.map((name) => `${name}: is required to look at ${what}`),
    ...surplus.map(([name]) => `${name}: says nothing of ${what}`),
  ];
  if (first === undefined) return null;
  const list = known.length === 0 ? "nothing else" : known.join(", ");
  return refuse("invalid_request", `${first}.`, { hint: `look at ${what} takes ${list}.` }).refusal;
}

function callOf({
  what,
  expr,
  scope = "",
  key,
  prefix,
  seq,
  view = "",
  kind,
  agent,
  depth,
  include,
  after,
  limit,
}: Arguments): ApiCall {
  const page = { after: after?.toString(), limit: String(limit ?? DEFAULT_LIMIT) };
  const read = (path: readonly string[], query: ApiCall["query"] = {}): ApiCall => ({
    method: "GET",
    path,
    query,
  });
  switch (what) {
    case "log":
      return read(["log"], { ...page, kind, agent, depth });
    case "history":
      return read(["history", scope], { ...page, key, prefix });
    case "replay":
      return read(["replay", String(seq)], { include });
    case "eval":
      return { method: "POST", path: ["eval"], body: { expr, seq } };
    case "samples":
      return read(["samples", view], page);
    case "salience":
      return read(["salience"], { scope: scope || undefined, limit: page.limit });
    case "verify":
      return read(["log", "verify"]);
    case "room":
      return read([]);
    case "stats":
      return read(["stats"]);
    case "templates":
      return read(["templates", ...(key === undefined ? [] : [key])]);
  }
}
