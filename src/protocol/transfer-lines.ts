import { z } from "zod";
import type { Json } from "../kernel/json.ts";
import { isJsonObject, jsonFault } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import { PHASES } from "../kernel/migration.ts";
import type { LogEvent, Origin, WriteOperation } from "../kernel/model.ts";
import { EVENT_KINDS } from "../kernel/model.ts";
import { isKey, isPrivateScope, isRoomId, isScope } from "../kernel/names.ts";
import type { ParamFault } from "../kernel/ports.ts";
import { parseJson } from "./parsing.ts";

/** The version of exports that this room writes and takes in. */
export const EXPORT_VERSION = 1;

/** Numbers of entries have at most 15 digits [ACT-16]. */
const MOST_NUMBER = 999_999_999_999_999;

export const instant = z.string().refine(isInstant, "must be an instant in UTC, ISO 8601 with milliseconds");
export const agentId = z.string().refine(isPrivateScope, "must be an agent id");
export const json = z.custom<Json>((value) => value !== undefined, "must be JSON");
export const jsonObject = z.custom<Json>(isJsonObject, "must be an object");
export const positive = z.number().int().positive();
const seq = positive;
const chain = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hex digits");
const hash = z.string().regex(/^[0-9a-f]{16}$/, "must be 16 hex digits");
const scope = z.string().refine(isScope, "must be a scope");
const key = z.string().refine(isKey, "must be a key");
const name = z.string().min(1).max(LIMITS.keyBytes);

function isInstant(text: string): boolean {
  const instant = Date.parse(text);
  return !Number.isNaN(instant) && new Date(instant).toISOString() === text;
}

const effect = z.enum(["delete", "enable"]);
const timer = z.union([
  z.strictObject({ effect, expires_at: instant }),
  z.strictObject({ effect, ticks: z.number().int().min(0), tick_on: z.strictObject({ scope, key }) }),
]);

const place = { scope, key };
const written = {
  ...place,
  value: json,
  revision: positive,
  hash,
  enabled: z.string().max(LIMITS.expressionChars).optional(),
  timer: timer.optional(),
  cooldown: timer.optional(),
};
const version = { revision: positive, hash };

const operation = z.discriminatedUnion("op", [
  z.strictObject({
    op: z.enum(["set", "merge", "increment", "push"]),
    ...written,
    updated_at: instant.optional(),
  }),
  z.strictObject({ op: z.literal("delete"), ...place, revision: z.literal(0), hash: z.literal("") }),
  z.strictObject({
    op: z.literal("cooldown"),
    scope: z.literal("_actions"),
    key,
    ...version,
    cooldown: timer,
  }),
  z.strictObject({ op: z.literal("enable"), ...place, slot: z.enum(["timer", "cooldown"]), ...version }),
  z.strictObject({
    op: z.literal("legacy"),
    ...place,
    value: json.optional(),
    revision: z.literal(0),
    hash: z.literal(""),
  }),
]);

const origin = z.strictObject({ room: z.string().refine(isRoomId, "must be a room id"), seq, chain });
const highest = z.custom<Record<string, number>>(isHighest, "must hold a number for each scope");

function isHighest(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  return Object.entries(value).every(([name, number]) => {
    const isNumber = Number.isSafeInteger(number) && Number(number) > 0 && Number(number) <= MOST_NUMBER;
    return isScope(name) && name !== "_messages" && isNumber;
  });
}

const token = z.strictObject({
  id: name,
  kind: z.enum(["room", "agent", "view", "join"]),
  agent: agentId.optional(),
  label: z.string().max(256).optional(),
  created_at: instant,
  expires_at: instant.optional(),
});

const phase = z.enum(PHASES);
const migration = z.strictObject({
  from: phase,
  to: phase,
  forced: z.literal(true).optional(),
  differences: z.array(jsonObject).optional(),
  difference_count: positive.optional(),
});

const payload = z.strictObject({
  ok: z.boolean(),
  writes: z.array(operation),
  action: name.optional(),
  params: jsonObject.optional(),
  code: name.optional(),
  acting: z.literal("room").optional(),
  tokens: z.array(token).optional(),
  view: key.optional(),
  value: json.optional(),
  revoked: name.optional(),
  origin: origin.optional(),
  legacy: json.optional(),
  migration: migration.optional(),
  highest: highest.optional(),
});

const entry = z.strictObject({ ...written, updated_at: instant });

/** The lines of an export and of a fork's stream, by the field that tells one from another. */
const LINES = {
  sync: z.strictObject({
    sync: z.literal("v8"),
    export: z.literal(EXPORT_VERSION),
    room: z.strictObject({ id: z.string().refine(isRoomId, "must be a room id"), created_at: instant }),
    from: seq,
    to: seq,
    ts: instant,
  }),
  fork: z.strictObject({ fork: origin, ts: instant }),
  checkpoint: z.strictObject({ checkpoint: z.strictObject({ seq, ts: instant, chain }) }),
  highest: z.strictObject({ highest }),
  entry: z.strictObject({ entry }),
  seq: z.strictObject({
    seq,
    kind: z.enum(EVENT_KINDS),
    ts: instant,
    agent: agentId.nullable(),
    payload,
    chain,
  }),
  head: z.strictObject({ head: z.strictObject({ seq, chain }) }),
  end: z.strictObject({ end: z.strictObject({ entries: z.number().int().min(0) }) }),
} as const;

/** A place with all that an entry holds: what a `set` would write. */
export type EntryLine = Omit<WriteOperation, "op"> & { readonly updated_at: string };

interface Line {
  readonly sync: z.output<(typeof LINES)["sync"]>;
  readonly fork: { readonly fork: Origin; readonly ts: string };
  readonly checkpoint: z.output<(typeof LINES)["checkpoint"]>;
  readonly highest: { readonly highest: Readonly<Record<string, number>> };
  readonly entry: { readonly entry: EntryLine };
  readonly seq: LogEvent & { readonly chain: string };
  readonly head: z.output<(typeof LINES)["head"]>;
  readonly end: z.output<(typeof LINES)["end"]>;
}

/** A line that was read, with what tells what it is. */
export type TransferLine = { [Is in keyof Line]: { readonly is: Is; readonly line: Line[Is] } }[keyof Line];

/** An event's operation holds a value five levels deep in its line. */
const LINE_DEPTH = LIMITS.requestDepth + 8;

export type ParsedLine =
  | { readonly ok: true; readonly value: TransferLine }
  | { readonly ok: false; readonly fault: ParamFault };

function faulty(path: string, problem: string): ParsedLine {
  return { ok: false, fault: { path, problem } };
}

/** One line of an export or of a fork's stream, by its schema. The value is as it was read: no schema copies it. */
export function parseLine(text: string): ParsedLine {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return faulty("", "is no JSON");
  }
  const fault = jsonFault(value, LINE_DEPTH);
  if (fault) return faulty(fault.path.join("."), `holds what a room cannot keep exactly: ${fault.problem}`);
  const names = Object.keys(LINES) as (keyof Line)[];
  const is = isJsonObject(value) ? names.find((field) => Object.hasOwn(value, field)) : undefined;
  if (is === undefined) return faulty("", "is none of the lines of an export");
  const parsed = LINES[is].safeParse(value);
  if (parsed.success) return { ok: true, value: { is, line: value } as TransferLine };
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: "is not valid" };
  return faulty(path.join("."), `is not valid: ${message}`);
}
