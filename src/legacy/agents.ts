import type { Json } from "../kernel/json.ts";
import type { AgentRecord, Entry } from "../kernel/model.ts";
import { isPrivateScope, isScope } from "../kernel/names.ts";
import type { Row } from "./columns.ts";
import { expressionOf, jsonOf, objectOf, textOf, timeOf, Unreadable } from "./columns.ts";
import { EPOCH } from "./definitions.ts";
import type { Told } from "./entities.ts";

/** The first generation of an agent: its old bearer string is good for it, and for no later one. */
export const FIRST_GENERATION = 1;

/** The entry of `_agents` that a row of `agents` is. What the agent was last seen doing is no part of it. */
export function agentEntry(row: Row): Told {
  const id = textOf(row, "id") ?? "";
  if (!isPrivateScope(id)) throw new Unreadable("its id is no agent id");
  const joinedAt = timeOf(row, "joined_at") ?? EPOCH;
  const meta = objectOf(row, "meta");
  const enabled = expressionOf(row, "enabled_expr");
  const record: AgentRecord = {
    name: textOf(row, "name") ?? id,
    role: textOf(row, "role") ?? "agent",
    status: textOf(row, "status") === "left" ? "left" : "active",
    grants: grantsOf(row),
    joined_at: joinedAt,
    ...(meta === undefined || Object.keys(meta).length === 0 ? {} : { meta }),
    generation: FIRST_GENERATION,
  };
  return {
    value: record as unknown as Json,
    revision: 1,
    updated_at: joinedAt,
    ...(enabled === undefined ? {} : { enabled }),
  };
}

function grantsOf(row: Row): string[] {
  const grants = jsonOf(row, "grants") ?? [];
  const isList =
    Array.isArray(grants) && grants.every((grant) => typeof grant === "string" && isScope(grant));
  if (!isList) throw new Unreadable("grants is no list of scopes");
  return grants as string[];
}

/** The columns of an agent's row that follow from its entry. */
export function agentColumns({ value, enabled }: Entry): Row {
  const { name, role, status, grants, joined_at, meta } = value as unknown as AgentRecord;
  return {
    name,
    role,
    status,
    grants: JSON.stringify(grants),
    joined_at,
    meta: JSON.stringify(meta ?? {}),
    enabled_expr: enabled ?? null,
  };
}
