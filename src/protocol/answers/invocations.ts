import { z } from "zod";
import { HELP_KEYS } from "../../kernel/help-keys.ts";
import { message } from "./context.ts";
import { read, refusalFields, suggestion, unmet } from "./refusal.ts";
import {
  agentId,
  author,
  count,
  hash,
  instant,
  json,
  jsonObject,
  key,
  revision,
  scope,
  seq,
  timer,
} from "./values.ts";

/** What became of one key; of a scope that the invoker may not read, only that something did. */
export const write = z.union([
  z.object({ scope, key, value: json, revision, hash, timer: timer.optional() }),
  z.object({ scope, key, revision, hash }),
  z.object({ scope, key, deleted: z.literal(true) }),
  z.object({ scope, hidden: z.literal(true) }),
]);

const cooldown = z
  .object({
    available_at: instant.optional(),
    expires_at: instant.optional(),
    ticks_remaining: count.optional(),
  })
  .describe("Until when the action cannot be invoked again.");

const outcome = {
  invoked: z.literal(true),
  action: key,
  agent: author,
  params: jsonObject,
  writes: z.array(write),
  cooldown: cooldown.optional(),
  seq,
};

/** An action that was invoked. */
export const invocation = z.object({
  ...outcome,
  result: json.optional().describe("What the action's `result` is worth after the writes."),
});

export const sentMessage = z.object({
  ...outcome,
  message,
  warning: z.literal("unknown_recipient").optional(),
  unknown: z.array(agentId).optional(),
  suggestion: suggestion.optional(),
});

/** The answer to `_delete_action` and `_delete_view`. */
export const deletion = z.object({ ...outcome, deleted: z.literal(true), id: key });

const warning = z.enum(["competing_write_targets", "action_redefined", "view_redefined"]);

/** The answer to `_register_action` and `_register_view`. */
export const registration = z.object({
  ...outcome,
  id: key,
  definition: jsonObject,
  hash,
  revision,
  value: json.optional().describe("What a view is worth."),
  warning: warning.optional(),
  warnings: z.array(warning).optional(),
  competing: z
    .record(z.string(), z.array(key))
    .optional()
    .describe("Targets that other actions write, too, and which."),
  changed: z.array(z.string()).optional().describe("The fields of the definition that are new."),
});

const helpHead = { invoked: z.literal(true), action: z.literal("help") };

export const helpTopics = z.object({
  ...helpHead,
  keys: z.array(key),
  usage: z.string(),
  topics: z.array(z.object({ key, summary: z.string().nullish(), source: z.enum(["builtin", "room"]) })),
});

export const helpText = z.object({
  ...helpHead,
  key: z.union([z.enum(HELP_KEYS), key]),
  content: json,
  hash,
  version: hash,
  revision,
  source: z.enum(["builtin", "room"]),
  writer: z.object({ agent: author, action: key.nullish(), seq }).optional(),
});

const dryRunHead = {
  dry_run: z.literal(true),
  invoked: z.literal(false),
  action: z.string(),
  agent: author,
};

/** What an invocation would do; nothing was changed. */
export const dryRun = z.union([
  z.object({
    ...dryRunHead,
    allowed: z.literal(true),
    writes: z.array(write),
    cooldown: cooldown.optional(),
  }),
  z.looseObject({
    ...dryRunHead,
    allowed: z.literal(false),
    ...refusalFields,
    clause: z.string().optional(),
    expression: z.string().optional(),
    unmet: z.array(unmet).optional(),
    reads: z.array(read).optional(),
  }),
]);

/** What an invocation answers with 200: an action's own answer, or a built-in's. */
export const invoked = z.union([invocation, sentMessage, deletion, helpTopics, helpText, dryRun]);

export const invokedMany = z.object({
  results: z.array(
    z.object({
      status: z.number().int().min(200).max(599),
      body: z.looseObject({}).describe("What the single call would have answered."),
      replayed: z.literal(true).optional(),
    }),
  ),
  seq: seq.nullish().describe("Null where nothing was committed."),
});
