import { z } from "zod";
import type { Json, JsonObject } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import { PHASES } from "../kernel/migration.ts";
import { CONFIG_KEYS } from "../kernel/model.ts";
import { isKey, isScope } from "../kernel/names.ts";
import type { Setting } from "../kernel/room-limits.ts";
import { LOWERABLE, SETTINGS } from "../kernel/room-limits.ts";
import { SIGNALS } from "../kernel/salience.ts";

/** Any JSON. Bodies are checked for what a room can keep before any schema sees them, so nothing is copied here. */
export const json = z.custom<Json>((value) => value !== undefined, "must be JSON");
export const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be an object",
);
const shortText = z.string().max(256);
export const joinMode = z.enum(["token", "open"]);

export const createRoomBody = z
  .object({
    id: z.string().optional(),
    meta: jsonObject.optional(),
    join: joinMode.optional(),
    /** A dump of the original system. */
    import: jsonObject.optional(),
    /** The id of the template that the room begins with. */
    template: z.string().optional(),
  })
  .refine(({ import: dump, template }) => dump === undefined || template === undefined, {
    path: ["template"],
    error: "cannot stand beside import, which brings a vocabulary of its own",
  });

export const retention = z.union([
  z.strictObject({ events: z.number().int().min(1) }),
  z.strictObject({ days: z.number().positive().max(36_500) }),
]);
/** How much each signal of salience counts; what is not named counts as it does by default [CTX-8]. */
export const weights = z.partialRecord(z.enum(SIGNALS), z.number().min(0).max(1));
/** The panels of a room's page, by the names that its addresses have for them. */
export const PANELS = [
  "surfaces",
  "map",
  "state",
  "agents",
  "messages",
  "actions",
  "views",
  "log",
  "console",
] as const;
/** How a room's page is laid out [DASH-10]. */
const dashboard = z.strictObject(
  {
    title: shortText.exactOptional(),
    panels: z.array(z.enum(PANELS)).max(PANELS.length).exactOptional(),
    home: z.enum(PANELS).exactOptional(),
  },
  { error: ({ code }) => (code === "unrecognized_keys" ? "has title, panels and home only" : undefined) },
);
function lowered(setting: Setting) {
  const most = LIMITS[LOWERABLE[setting]];
  const error = `must be a whole number from 1 to ${most}`;
  return z.int({ error }).min(1, error).max(most, error).exactOptional();
}

/** Limits that the room lowers; what is not named is as it is everywhere [LIMIT-5]. */
export const limits = z.strictObject(
  Object.fromEntries(SETTINGS.map((setting) => [setting, lowered(setting)])) as Record<
    Setting,
    ReturnType<typeof lowered>
  >,
  {
    error: ({ code }) =>
      code === "unrecognized_keys" ? `may hold ${SETTINGS.join(", ")} and nothing else` : undefined,
  },
);
const settings = {
  ...Object.fromEntries(CONFIG_KEYS.map((key) => [key, json.optional()])),
  limits: limits.nullish(),
  retention: retention.nullish(),
  salience_weights: weights.nullish(),
  dashboard: dashboard.nullish(),
};

export const forkBody = z.object({
  id: z.string().optional(),
  /** The seq of the event after which the new room begins. */
  at: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

export const updateRoomBody = z.object({
  meta: jsonObject.optional(),
  join: joinMode.optional(),
  config: z.strictObject(settings).optional(),
});

/** Views as a list of definitions, or by id: an expression, or a definition. */
const joinViews = z.union([z.array(jsonObject).max(LIMITS.views), jsonObject]);

export const joinBody = z.object({
  id: z.string(),
  agent: z.string().optional(),
  name: shortText.optional(),
  role: shortText.optional(),
  meta: jsonObject.optional(),
  state: jsonObject.optional(),
  public_keys: z.array(z.string()).max(LIMITS.views).optional(),
  views: joinViews.optional(),
});

export const updateAgentBody = z.object({
  name: shortText.optional(),
  role: shortText.optional(),
  meta: jsonObject.optional(),
  grants: z.array(z.string()).max(LIMITS.agents).optional(),
});

export const invokeBody = z.object({
  params: jsonObject.nullish(),
  agent: z.string().nullish(),
  idempotency_key: z.string().min(1).max(LIMITS.idempotencyKeyBytes).nullish(),
  dry_run: z.boolean().nullish(),
  if_action_hash: z.string().nullish(),
});

export const invokeManyBody = z.object({
  invocations: z
    .array(
      z.object({
        action: z.string().refine(isKey, "must be 1 to 256 bytes without control characters"),
        params: jsonObject.nullish(),
        idempotency_key: z.string().min(1).max(LIMITS.idempotencyKeyBytes).nullish(),
        if_action_hash: z.string().nullish(),
      }),
    )
    .min(1)
    .max(LIMITS.invocationsPerBatch),
  atomic: z.boolean().nullish(),
  agent: z.string().nullish(),
});

export const evalBody = z.object({
  expr: z.string(),
  agent: z.string().nullish(),
  /** The event after which the room is asked. */
  seq: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});

export const migrationBody = z.object({ to: z.enum(PHASES), force: z.boolean().optional() });

export const mintTokenBody = z
  .object({
    kind: z.enum(["room", "agent", "view", "join"]),
    agent: z.string().optional(),
    label: shortText.optional(),
    /** Seconds. */
    expires_in: z.number().int().positive().max(LIMITS.tokenLifetimeMaxSeconds).optional(),
  })
  .refine((body) => body.kind !== "agent" || body.agent !== undefined, {
    path: ["agent"],
    error: "is required for a token of kind agent",
  });

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const list = z.string().transform((text) => text.split(",").filter((item) => item !== ""));
const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, "must be a whole number")
  .transform(Number);

const depth = z.enum(["lean", "full", "usage"]);
const elision = z.enum(["none"]);
const tokens = z.number().int().min(1).max(LIMITS.budgetTokens);
const mostMessages = z.number().int().min(0).max(LIMITS.messagesPerRead);

export const contextQuery = z.object({
  agent: z.string().optional(),
  only: list.optional(),
  depth: depth.optional(),
  include: list.optional(),
  messages_after: wholeNumber.optional(),
  messages_limit: wholeNumber.pipe(mostMessages).optional(),
  messages: flag.optional(),
  actions: flag.optional(),
  expand: list.optional(),
  elision: elision.optional(),
  since: wholeNumber.optional(),
  budget: wholeNumber.pipe(tokens).optional(),
  meta: flag.optional(),
});

const listOrText = z.union([z.array(z.string()).max(LIMITS.views), list]);

/** The parameters of {@link contextQuery} as a frame brings them: lists as lists or texts, numbers as numbers. */
export const contextFields = {
  agent: z.string().nullish(),
  only: listOrText.optional(),
  depth: depth.optional(),
  include: listOrText.optional(),
  messages_after: z.number().int().min(0).optional(),
  messages_limit: mostMessages.optional(),
  messages: z.boolean().optional(),
  actions: z.boolean().optional(),
  expand: listOrText.optional(),
  elision: elision.optional(),
  since: z.number().int().min(0).optional(),
  budget: tokens.optional(),
  meta: z.boolean().optional(),
  compact: z.boolean().optional(),
};

export const waitQuery = contextQuery.extend({
  condition: z.string().min(1),
  timeout: wholeNumber.optional(),
});

const page = {
  after: wholeNumber.optional(),
  limit: wholeNumber.pipe(z.number().min(1)).optional(),
};

/** How much a page of the log tells of each event [LOG-12]. */
export const LOG_DEPTHS = ["full", "lean"] as const;

export const logQuery = z.object({
  ...page,
  kind: z.string().optional(),
  agent: z.string().optional(),
  depth: z.enum(LOG_DEPTHS).optional(),
});

/** Reserved scopes that a replay shows when they are asked for [LOG-10]. */
export const REPLAYED_SCOPES = ["_actions", "_views", "_agents", "_messages", "_config", "_help"] as const;

export const replayQuery = z.object({
  agent: z.string().optional(),
  include: list.pipe(z.array(z.enum(REPLAYED_SCOPES))).optional(),
});

export const samplesQuery = z.object({ ...page, agent: z.string().optional() });
export const salienceQuery = z.object({
  scope: z.string().refine(isScope, "must be a scope").optional(),
  limit: wholeNumber.pipe(z.number().min(1).max(LIMITS.rankedKeys)).optional(),
  agent: z.string().optional(),
});
export const historyQuery = z.object({
  ...page,
  agent: z.string().optional(),
  prefix: z.string().optional(),
  key: z.string().optional(),
});

/** What a watcher may be sent without asking [WATCH-1]. */
export const FEEDS = ["events", "views", "presence"] as const;

export const watchQuery = z.object({
  agent: z.string().optional(),
  since: wholeNumber.optional(),
  only: list.pipe(z.array(z.enum(FEEDS))).optional(),
});
export const agentQuery = z.object({ agent: z.string().optional() });
