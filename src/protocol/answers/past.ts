import { z } from "zod";
import { EVENT_KINDS } from "../../kernel/model.ts";
import { SIGNALS } from "../../kernel/salience.ts";
import { presentAgent } from "./agents.ts";
import { message, shownAction } from "./context.ts";
import { tokenRecord } from "./rooms.ts";
import {
  agentId,
  asOf,
  author,
  chain,
  count,
  hash,
  instant,
  json,
  jsonObject,
  key,
  next,
  revision,
  roomId,
  scope,
  seq,
  timer,
} from "./values.ts";

const OPERATIONS = ["set", "merge", "increment", "push", "delete", "cooldown", "enable", "legacy"] as const;
const place = { scope, key, revision, hash };

/** What an event did to one key, resolved: applying it evaluates nothing. */
export const operation = z.union([
  z.object({
    op: z.enum(["set", "merge", "increment", "push"]),
    ...place,
    value: json.describe("The resulting value."),
    enabled: z.string().optional(),
    timer: timer.optional(),
    cooldown: timer.optional(),
    updated_at: instant.optional(),
  }),
  z.object({ op: z.literal("delete"), ...place }),
  z.object({ op: z.literal("cooldown"), ...place, cooldown: timer }),
  z.object({ op: z.literal("enable"), ...place, slot: z.enum(["timer", "cooldown"]) }),
  z.object({ op: z.literal("legacy"), ...place, value: json.optional() }),
  z.object({ scope, hidden: z.literal(true) }),
]);

const payload = z.object({
  ok: z.boolean(),
  writes: z.array(operation),
  action: key.optional(),
  params: jsonObject.optional(),
  code: z.string().optional().describe("Why the room refused, where `ok` is false."),
  acting: z.literal("room").optional(),
  tokens: z.array(tokenRecord).optional(),
  view: key.optional(),
  value: json.optional(),
  revoked: z.string().optional(),
  origin: z.object({ room: roomId, seq, chain }).optional(),
  legacy: json.optional(),
  migration: jsonObject.optional(),
  highest: z.record(z.string(), count).optional(),
});

export const event = z.object({
  seq,
  kind: z.enum(EVENT_KINDS),
  ts: instant,
  agent: author,
  payload,
  chain: chain.optional().describe("For room and view tokens."),
});

export const leanEvent = z.object({
  seq,
  kind: z.enum(EVENT_KINDS),
  ts: instant,
  agent: author,
  payload: payload.pick({ ok: true, action: true, code: true, acting: true, view: true }).extend({
    writes: z.array(
      z.union([
        z.object({ op: z.enum(OPERATIONS), scope, key }),
        z.object({ scope, hidden: z.literal(true) }),
      ]),
    ),
  }),
});

export const logPage = z.object({ events: z.array(event), next });
export const leanLogPage = z.object({ events: z.array(leanEvent), next });

export const verification = z.union([
  z.object({ ok: z.literal(true), seq, chain }),
  z.object({ ok: z.literal(false), seq: seq.describe("The first event that does not fit.") }),
]);

const historyEntry = z.object({
  seq,
  ts: instant,
  agent: author,
  action: z.string().describe("The action that was invoked, or the event's kind."),
  key,
  op: z.enum(OPERATIONS),
  value: json.optional(),
  timer: timer.optional(),
  cooldown: timer.optional(),
  slot: z.enum(["timer", "cooldown"]).optional(),
  revision,
  hash,
  before: z.object({ revision, hash }).describe("What the key was before."),
});

const historyRest = { entries: z.array(historyEntry), after: count, next };

export const keyHistory = z.object({ scope, key, ...historyRest });
export const prefixHistory = z.object({ scope, prefix: z.string(), ...historyRest });

const pastEntry = z.object({ value: json, revision, hash, updated_at: instant });

export const replay = z.object({
  state: z.record(z.string(), z.record(z.string(), pastEntry)),
  agents: z.record(z.string(), presentAgent),
  actions: z.record(z.string(), shownAction),
  views: z.record(z.string(), json),
  messages: z.object({ count, recent: z.array(message) }),
  _replay: z.object({
    seq,
    total: count.describe("The log's last event."),
    ts: instant.nullish(),
    opaque: z.literal(true).optional(),
  }),
});

export const samples = z.object({
  view: key,
  samples: z.array(z.object({ seq, ts: instant, value: json })),
  next,
});

const signals = z.object(
  Object.fromEntries(SIGNALS.map((signal) => [signal, z.number().min(0).max(1)])) as Record<
    (typeof SIGNALS)[number],
    z.ZodNumber
  >,
);

export const salience = z.object({
  agent: z.string(),
  weights: signals,
  entries: z.array(z.object({ scope, key, score: z.number(), signals })),
  computed_at: instant,
  seq: asOf,
});

export const poll = z.object({
  state: z.array(z.object({ scope, key, value: json, revision, hash, updated_at: instant })),
  resolved: z.record(z.string(), json).describe("The views' values."),
  available: z.record(z.string(), z.boolean()).describe("Whether each action can be invoked now."),
  audit: z.array(event).describe("The newest events."),
  agents: z.record(agentId, presentAgent),
  seq: asOf,
});

export const evaluated = z.object({ expression: z.string(), value: json });
