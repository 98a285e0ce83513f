import { z } from "zod";
import { SECTIONS } from "../context-shape.ts";
import { presentAgent } from "./agents.ts";
import { unmet } from "./refusal.ts";
import {
  agentId,
  asOf,
  author,
  count,
  hash,
  instant,
  json,
  jsonObject,
  key,
  revision,
  seq,
} from "./values.ts";

/** An action as its reader may invoke it. `depth=full` adds its definition, `depth=usage` how it was used. */
export const shownAction = z.object({
  available: z.boolean().describe("Whether its `if` holds for the reader, with no parameters."),
  enabled: z.boolean(),
  description: z.string().nullish(),
  params: jsonObject.optional().describe("Parameter name → JSON Schema, or one whole JSON Schema."),
  builtin: z.literal(true).optional(),
  scope: z.string().optional(),
  intent: z.string().optional(),
  if: z.string().optional(),
  writes: z.array(jsonObject).optional(),
  result: z.string().optional(),
  timer: jsonObject.optional(),
  on_invoke: jsonObject.optional(),
  registered_by: agentId.nullish(),
  hash: hash.optional(),
  invocations: count.optional(),
  last_invoked_by: agentId.nullish(),
  last_invoked_at: instant.nullish(),
});

/** A message keeps what further fields its sender gave it. */
export const message = z.looseObject({
  seq: z.number().int().min(0).describe("Its number among the messages."),
  from: author,
  kind: z.string(),
  body: json,
  to: z.union([agentId, z.array(agentId)]).optional(),
  reply_to: count.optional(),
  via: key.optional(),
  ts: instant,
});

const messages = z.object({
  count,
  unread: count,
  directed_unread: count,
  recent: z.array(message),
});

const entryMeta = z.object({
  revision,
  hash,
  updated_at: instant,
  writer: author,
  via: key.nullish(),
  seq,
  writers: z.array(agentId.nullable()),
  velocity: z.number(),
  score: z.number(),
});

const actionMeta = z.object({
  invocations: count,
  last_invoked_at: instant.nullish(),
  last_invoked_by: agentId.nullish(),
  contested: z.array(z.string()),
});

const meta = z.object({
  state: z.record(z.string(), z.record(z.string(), entryMeta)),
  actions: z.record(z.string(), actionMeta),
});

const deleted = z.object({
  state: z.record(z.string(), z.array(key)).optional(),
  scopes: z.array(z.string()).optional(),
  views: z.array(key).optional(),
  actions: z.array(key).optional(),
  agents: z.array(agentId).optional(),
});

const about = z.object({
  sections: z.array(z.enum(SECTIONS)),
  depth: z.enum(["lean", "full", "usage"]),
  elided: z.array(z.object({ part: z.string(), count, query: z.string() })),
  deleted: deleted.optional().describe("With `since`: what is gone."),
  before: z
    .record(z.string(), z.record(z.string(), z.string().nullable()))
    .optional()
    .describe("With `since`: before which member a new one stands; null is the end."),
  help: z.array(key).describe("Help keys that matter now."),
  request: jsonObject.describe("The query as it was understood."),
});

const sections = {
  state: z.record(z.string(), z.record(z.string(), json)).optional().describe("Values by scope and key."),
  views: z.record(z.string(), json).optional().describe("Values by view."),
  agents: z.record(z.string(), presentAgent).optional(),
  actions: z.record(z.string(), shownAction).optional(),
  messages: messages.optional(),
  self: z.string().describe('The reader\'s own id; "" for room and view tokens.'),
};

/** Everything that one reader may see, shaped as it asked. */
export const context = z.object({
  ...sections,
  meta: meta.optional(),
  seq: asOf,
  _context: about,
});

/** What a wait brings: the whole context, or the sections that `include` named. */
const brought = {
  ...sections,
  self: sections.self.optional(),
  _context: about.optional(),
  context: context.optional(),
};

export const triggered = z.object({
  triggered: z.literal(true),
  condition: z.string(),
  seq: asOf,
  ...brought,
});

export const timedOut = z.object({
  triggered: z.literal(false),
  timeout: z.literal(true),
  elapsed_ms: count,
  seq: asOf,
  unmet: z.array(unmet).describe("The clauses that were still false."),
  unmet_left_out: count.optional(),
  ...brought,
});
