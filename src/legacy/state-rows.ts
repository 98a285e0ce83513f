import { parseAction, parseView } from "../kernel/definition.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject, own } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { AgentRecord } from "../kernel/model.ts";
import { isAgentId, isKey, isPrivateScope, isReservedId, isScope, isSystemScope } from "../kernel/names.ts";
import { entryNumber } from "../kernel/order.ts";
import { FIRST_GENERATION } from "./agents.ts";
import type { Row } from "./columns.ts";
import { expressionOf, numberOf, textOf, timeOf, Unreadable, valueIn } from "./columns.ts";
import { EPOCH, fitting, REGISTRAR, registrable } from "./definitions.ts";
import type { Told } from "./entities.ts";
import { entityTable } from "./entities.ts";
import { runningTimer } from "./row-timers.ts";

/** A row of `state` as an entry, and what of it is not as it was. */
export interface ReadRow {
  readonly told: Told;
  readonly notes: readonly string[];
}

/** The entry that a row of `state` is at `now`, ms since the epoch [LEGACY-2]. Throws {@link Unreadable}. */
export function stateEntry(row: Row, now: number): ReadRow {
  const [scope, key] = placeOf(row);
  const said = fitting(valueIn(row, "value"));
  if (scope === "_messages") return messageRow(row, key, said, now);
  const isRegistry = entityTable(scope) !== undefined;
  if (isSystemScope(scope) && !isRegistry) throw new Unreadable("its scope is kept for the room itself");
  const value = isRegistry ? registered(scope, key, said) : said;
  const owner = isPrivateScope(scope) ? scope : null;
  const timer = runningTimer(row, { agent: owner, since: timeOf(row, "updated_at") ?? EPOCH });
  const enabled = expressionOf(row, "enabled_expr");
  const told = {
    ...toldOf(row, value),
    ...(enabled === undefined ? {} : { enabled }),
    ...(timer === undefined ? {} : { timer }),
  };
  return { told, notes: [] };
}

function placeOf(row: Row): [string, string] {
  const [scope, key] = [textOf(row, "scope") ?? "", textOf(row, "key") ?? ""];
  if (!isScope(scope)) throw new Unreadable("its scope is none");
  if (!isKey(key)) throw new Unreadable("its key is none");
  return [scope, key];
}

function toldOf(row: Row, value: Json): Told {
  const revision = numberOf(row, "revision") ?? 1;
  const updatedAt = timeOf(row, "updated_at") ?? EPOCH;
  return { value, revision: Math.max(1, revision), updated_at: updatedAt };
}

/** What the room keeps of a message besides who sent what. */
const CHECKED: Readonly<Record<string, (value: Json) => boolean>> = {
  to: isRecipient,
  reply_to: (value) => typeof value === "number" && Number.isInteger(value) && value > 0,
  via: (value) => typeof value === "string",
  seq: () => false,
  ts: () => false,
};

function isRecipient(value: Json): boolean {
  if (!Array.isArray(value)) return typeof value === "string" && isAgentId(value);
  const isShort = value.length > 0 && value.length <= LIMITS.messageRecipients;
  return isShort && value.every((id) => typeof id === "string" && isAgentId(id));
}

/** A message keeps its fields; what a reader could take for something else is left out, and noted. */
function messageRow(row: Row, key: string, value: Json, now: number): ReadRow {
  if (entryNumber(key) === 0) throw new Unreadable("its key is no number of a message");
  const fields = isJsonObject(value) ? value : { body: value };
  const others = Object.entries(fields).filter(([name]) => !["from", "kind", "body"].includes(name));
  const isKept = ([name, field]: [string, Json]) =>
    Object.hasOwn(CHECKED, name) ? CHECKED[name]?.(field) === true : true;
  const from = own(fields, "from");
  const kind = own(fields, "kind");
  const message: JsonObject = {
    from: typeof from === "string" && isPrivateScope(from) ? from : null,
    kind: typeof kind === "string" && kind !== "" ? kind : "chat",
    body: own(fields, "body") ?? null,
    ...Object.fromEntries(others.filter(isKept)),
  };
  const dropped = others.filter((field) => field[1] !== null && !isKept(field));
  const notes = dropped.map(([name]) => `${name} is not what it is in a message: left out`);
  return { told: toldOf(row, message), notes: [...notes, ...hidingNotes(row, now)] };
}

/** A message has neither timer nor gate: one that its timer hides at `now` is none, and what else would hide it is noted. */
function hidingNotes(row: Row, now: number): string[] {
  const gate = expressionOf(row, "enabled_expr");
  const notes = gate === undefined ? [] : ["enabled_expr is left out: a message has no gate"];
  const timer = runningTimer(row, { agent: null, since: timeOf(row, "updated_at") ?? EPOCH });
  if (timer === undefined) return notes;
  const isOver = "expires_at" in timer && Date.parse(timer.expires_at) <= now;
  if (timer.effect === "delete" && isOver) throw new Unreadable("its timer has deleted it");
  if (timer.effect === "enable" && !isOver) throw new Unreadable("its timer has yet to enable it");
  return isOver ? notes : [...notes, "its timer, which would delete it, is left out: a message has none"];
}

/** An entry of `_agents`, `_actions` or `_views` that a room held beside its entity tables already. */
function registered(scope: string, key: string, value: Json): Json {
  if (!isJsonObject(value)) throw new Unreadable("its value is no object");
  if (scope === "_agents") return agentValue(key, value);
  const isFree = scope === "_actions" ? !isReservedId(key) : !key.startsWith("_");
  if (!isFree) throw new Unreadable("its id is kept for the room itself");
  const registeredBy = own(value, "registered_by");
  const agent = typeof registeredBy === "string" && isPrivateScope(registeredBy) ? registeredBy : null;
  const under = registrable(own(value, "scope") ?? "_shared");
  const ports = { expressionFault: () => null, viewFault: () => null, schemaFault: () => null };
  const parse = scope === "_actions" ? parseAction : parseView;
  const parsed = parse(value, under, { ...REGISTRAR, agent }, ports);
  if (!parsed.ok) throw new Unreadable(parsed.refusal.message);
  return parsed.value as unknown as Json;
}

function agentValue(id: string, value: JsonObject): Json {
  if (!isPrivateScope(id)) throw new Unreadable("its id is no agent id");
  const grants = own(value, "grants") ?? [];
  const isList =
    Array.isArray(grants) && grants.every((grant) => typeof grant === "string" && isScope(grant));
  if (!isList) throw new Unreadable("grants is no list of scopes");
  const meta = own(value, "meta");
  const generation = numberOf(value, "generation") ?? FIRST_GENERATION;
  const record: AgentRecord = {
    name: textOf(value, "name") ?? id,
    role: textOf(value, "role") ?? "agent",
    status: own(value, "status") === "left" ? "left" : "active",
    grants: grants as string[],
    joined_at: timeOf(value, "joined_at") ?? EPOCH,
    ...(isJsonObject(meta) && Object.keys(meta).length > 0 ? { meta } : {}),
    generation: Math.max(FIRST_GENERATION, generation),
  };
  return record as unknown as Json;
}
