import { z } from "zod";
import type { JsonObject } from "../../kernel/json.ts";
import { isJsonObject } from "../../kernel/json.ts";
import * as agents from "../answers/agents.ts";
import * as contexts from "../answers/context.ts";
import * as invocations from "../answers/invocations.ts";
import * as past from "../answers/past.ts";
import { refusal, unmet } from "../answers/refusal.ts";
import * as rooms from "../answers/rooms.ts";
import { timer } from "../answers/values.ts";
import { clientFrame, serverFrame } from "../frames.ts";
import * as requests from "../requests.ts";
import { FIELDS } from "./fields.ts";
import { AGENT_ID, ROOM_ID } from "./parameters.ts";

/** Every schema that the document names. */
const SCHEMAS = {
  Error: refusal,
  Unmet: unmet,
  Write: invocations.write,
  Timer: timer,
  CreateRoom: requests.createRoomBody,
  CreatedRoom: rooms.createdRoom,
  Room: rooms.roomInfo,
  RoomStats: rooms.roomStats,
  UpdateRoom: requests.updateRoomBody,
  DeletedRoom: rooms.deletedRoom,
  Join: requests.joinBody,
  Joined: agents.joined,
  UpdateAgent: requests.updateAgentBody,
  ChangedAgent: agents.changedAgent,
  Agent: agents.agent,
  PresentAgent: agents.presentAgent,
  Invoke: requests.invokeBody,
  Invoked: invocations.invoked,
  Invocation: invocations.invocation,
  SentMessage: invocations.sentMessage,
  Deletion: invocations.deletion,
  Registration: invocations.registration,
  DryRun: invocations.dryRun,
  HelpTopics: invocations.helpTopics,
  HelpText: invocations.helpText,
  InvokeMany: requests.invokeManyBody,
  InvokedMany: invocations.invokedMany,
  Context: contexts.context,
  Action: contexts.shownAction,
  Message: contexts.message,
  Evaluate: requests.evalBody,
  Evaluated: past.evaluated,
  Poll: past.poll,
  Triggered: contexts.triggered,
  TimedOut: contexts.timedOut,
  Event: past.event,
  Operation: past.operation,
  FullLogPage: past.logPage,
  LeanEvent: past.leanEvent,
  LeanLogPage: past.leanLogPage,
  Verification: past.verification,
  KeyHistory: past.keyHistory,
  PrefixHistory: past.prefixHistory,
  Replay: past.replay,
  Samples: past.samples,
  Salience: past.salience,
  Fork: requests.forkBody,
  ForkedRoom: rooms.forkedRoom,
  Dump: z.looseObject({ tables: z.record(z.string(), z.array(z.looseObject({}))) }),
  Imported: rooms.imported,
  MintToken: requests.mintTokenBody,
  Token: rooms.tokenRecord,
  MintedToken: rooms.mintedToken,
  TokenList: rooms.tokenList,
  RevokedToken: rooms.revokedToken,
  Migrate: requests.migrationBody,
  Migration: rooms.migration,
  Templates: rooms.templates,
  Template: rooms.template,
  Health: rooms.health,
  ServerFrame: serverFrame,
  ClientFrame: clientFrame,
} as const satisfies Readonly<Record<string, z.ZodType>>;

/** Unions and texts of which there is no schema in zod. */
const COMPOSED = {
  Waited: {
    description: "A refusal stands in the body where it came after the answer had begun [WAIT-6].",
    anyOf: ["Triggered", "TimedOut", "Error"].map(reference),
  },
  LogPage: {
    description: "With `depth=lean` a LeanLogPage.",
    anyOf: ["FullLogPage", "LeanLogPage"].map(reference),
  },
  ScopeHistory: { anyOf: ["PrefixHistory", "KeyHistory"].map(reference) },
  Lines: { type: "string", description: "Lines of JSON: see SPEC.md, [EXPORT-1]." },
  EventStream: {
    type: "string",
    description: "Server-Sent Events: each named by the `type` of the ServerFrame that is its data.",
  },
} as const satisfies Readonly<Record<string, JsonObject>>;

export type SchemaName = keyof typeof SCHEMAS | keyof typeof COMPOSED;

export function reference(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** Every schema of the document by its name, as JSON Schema 2020-12. */
export function componentSchemas(): Record<string, JsonObject> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    unrepresentable: "any",
    uri: (id) => reference(id).$ref,
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === requests.jsonObject) jsonSchema.type = "object";
      if (zodSchema._zod.def.type === "undefined") jsonSchema.not = {};
      // What is true of every JSON key and every number that a room keeps goes without saying.
      if (JSON.stringify(jsonSchema.propertyNames) === '{"type":"string"}') delete jsonSchema.propertyNames;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const plain = JSON.parse(JSON.stringify(schemas)) as Record<string, JsonObject>;
  for (const [name, schema] of Object.entries(plain)) plain[name] = described(name, schema);
  return { ...plain, ...COMPOSED };
}

/** The forms of ids, which the room knows and not the schema. */
const FORMS: Readonly<Partial<Record<string, Readonly<Partial<Record<string, JsonObject>>>>>> = {
  CreateRoom: { id: ROOM_ID },
  Fork: { id: ROOM_ID },
  Join: { id: AGENT_ID },
};

/** A schema with what its fields mean, without what says again what stands around it. */
function described(name: string, schema: JsonObject): JsonObject {
  const { $schema: _, $id: __, id: ___, ...rest } = schema;
  const texts = FIELDS[name];
  if (texts === undefined) return rest;
  const properties = rest.properties;
  if (!isJsonObject(properties)) throw new Error(`${name} has no fields to describe`);
  const fields = Object.entries(properties).map(([field, property]) => {
    const description = texts[field];
    if (description === undefined) throw new Error(`${name}.${field} is not described`);
    return [field, { ...(property as JsonObject), ...FORMS[name]?.[field], description }] as const;
  });
  return { ...rest, properties: Object.fromEntries(fields) };
}
