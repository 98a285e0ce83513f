import { z } from "zod";
import { LIMITS } from "../kernel/limits.ts";
import { isRoomId, isScope } from "../kernel/names.ts";
import type { ParamFault } from "../kernel/ports.ts";
import { joinMode, limits, retention, weights } from "./requests.ts";
import { agentId, instant, json, jsonObject, positive } from "./transfer-lines.ts";

const agentRecord = z.strictObject({
  name: z.string().max(256),
  role: z.string().max(256),
  status: z.enum(["active", "left"]),
  grants: z.array(z.string().refine(isScope, "must be a scope")).max(LIMITS.agents),
  joined_at: instant,
  meta: jsonObject.optional(),
  generation: positive,
});

const message = z.looseObject({
  from: agentId.nullable(),
  kind: z.string().min(1),
  body: json,
  to: z.union([agentId, z.array(agentId).min(1).max(LIMITS.messageRecipients)]).optional(),
  reply_to: positive.optional(),
  via: z.string().optional(),
  seq: z.undefined().optional(),
  ts: z.undefined().optional(),
});

const CONFIG: Readonly<Record<string, z.ZodType>> = {
  room: z.strictObject({
    id: z.string().refine(isRoomId, "must be a room id"),
    created_at: instant,
    incarnation: z.string().min(1).max(64),
  }),
  meta: jsonObject,
  join: joinMode,
  retention,
  salience_weights: weights,
  limits,
  dashboard: json,
};

/** Why a value may not stand in a scope whose entries have a form of their own, or null; definitions are checked elsewhere. */
export function reservedValueFault(scope: string, key: string, value: unknown): ParamFault | null {
  const schema = schemaOf(scope, key);
  if (schema === undefined) return null;
  const parsed = schema.safeParse(value);
  if (parsed.success) return null;
  const { path, message: problem } = parsed.error.issues[0] ?? { path: [], message: "is not valid" };
  return { path: ["value", ...path].join("."), problem };
}

function schemaOf(scope: string, key: string): z.ZodType | undefined {
  if (scope === "_agents") return agentRecord;
  if (scope === "_messages") return message;
  if (scope !== "_config") return undefined;
  return Object.hasOwn(CONFIG, key) ? CONFIG[key] : z.never(`there is no setting ${JSON.stringify(key)}`);
}
