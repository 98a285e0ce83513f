import { z } from "zod";
import { PHASES } from "../../kernel/migration.ts";
import { joinMode } from "../requests.ts";
import {
  agentId,
  asOf,
  chain,
  count,
  instant,
  json,
  jsonObject,
  roomId,
  scope,
  seq,
  token,
} from "./values.ts";

/** A row of a dump that could not be taken in, or not wholly. */
const aside = z.looseObject({});

const report = {
  phase: z.enum(PHASES),
  counts: z.record(z.string(), count),
  events: count,
  entries: count,
  left_out: z.record(z.string(), count),
  private_messages: count,
};

const importedDump = z.object({
  imported: z.literal(true),
  ...report,
  aside_count: count,
  aside: z.array(aside),
});

export const createdRoom = z.object({
  id: roomId,
  created_at: instant,
  meta: jsonObject,
  join: joinMode,
  seq: asOf,
  token: token.describe("The room token: keep it."),
  view_token: token.describe("Reads everything, writes nothing."),
  join_token: token.describe("Joins as a new agent: hand it to those who are invited."),
  import: importedDump.optional(),
});

export const forkedRoom = createdRoom
  .omit({ import: true })
  .extend({ forked_from: z.object({ room: roomId, seq }) });

export const roomInfo = z.object({
  id: roomId,
  created_at: instant,
  meta: jsonObject,
  join: joinMode,
  seq: asOf,
  agents: count,
  actions: count,
  views: count,
  messages: count,
});

export const roomStats = z.object({
  storage_bytes: count.describe("All that the object stores."),
  log: z.object({
    events: count,
    earliest: seq,
    estimated_bytes: count.describe("Told from the newest 100 events."),
  }),
  state: z.object({
    entries: count,
    chars: count.describe("Of value text, messages apart."),
    scopes: z
      .array(z.object({ scope, entries: count, chars: count }))
      .describe("The 50 with most value text."),
  }),
  messages: count,
  agents: count,
  actions: count,
  views: count,
  timers: count,
  samples: count.describe("Counted up to 10,000."),
  kept_answers: count.describe("For idempotency keys; counted up to 10,000."),
  memory: z.object({
    derivations: count,
    waits: count,
    watchers: count,
    backlog: z
      .object({ events: count, bytes: count })
      .describe("What watchers were sent and have not acknowledged."),
    buckets: count.describe("Callers whose pace is remembered."),
  }),
  activity: z.object({
    since: instant.describe("When the room was loaded."),
    events: count,
    mean_event_chars: count,
    evaluations: count,
    invocations: count,
    refused: z.record(z.string(), count).describe("Refused invocations by code."),
  }),
  seq: asOf,
});

export const deletedRoom = z.object({ deleted: z.literal(true), id: roomId });

const importedExport = z.object({
  imported: z.literal(true),
  seq,
  events: count,
  entries: count,
  origin: z.object({ room: roomId, seq, chain }),
});

export const imported = z.union([importedExport, importedDump.extend({ seq })]);

const difference = z.object({ agent: agentId.nullable(), path: z.string(), legacy: json, v8: json });

export const migration = z.object({
  phase: z.enum(PHASES),
  counts: z.record(z.string(), z.object({ rows: count, entries: count })),
  progress: z.object({ step: count, of: count, entries: count, copied: count }),
  differences: z.array(difference),
  difference_count: count,
  next: z.enum(PHASES).nullish(),
  back: z.enum(PHASES).nullish(),
  imported: z.object(report).nullish(),
  aside_count: count,
  aside: z.array(aside),
  seq: asOf,
});

export const tokenRecord = z.object({
  id: z.string(),
  kind: z.enum(["room", "agent", "view", "join"]),
  agent: agentId.optional(),
  label: z.string().optional(),
  created_at: instant,
  expires_at: instant.optional(),
});

export const mintedToken = tokenRecord.extend({ seq, token });
export const tokenList = z.object({
  tokens: z.array(tokenRecord.extend({ revoked_at: instant.optional() })),
});
export const revokedToken = z.object({ revoked: z.literal(true), id: z.string(), seq: asOf });

const templateHead = { id: z.string(), title: z.string(), description: z.string() };

export const templates = z.object({
  templates: z.array(z.object({ ...templateHead, actions: z.array(z.string()), views: z.array(z.string()) })),
});

/** Actions and views as they are registered. */
export const template = z.object({
  ...templateHead,
  how: z.string().describe("Markdown: how agents play it. The room has it as a help text."),
  actions: z.array(jsonObject),
  views: z.array(jsonObject),
});

export const health = z.object({ ok: z.literal(true), version: z.string() });
