import { agentRecord, registrarOf } from "../authority.ts";
import { invalid, parseView } from "../definition.ts";
import type { Result } from "../errors.ts";
import { refuse, succeed } from "../errors.ts";
import { valueRefusal } from "../invocation.ts";
import type { Json, JsonObject } from "../json.ts";
import { own } from "../json.ts";
import type { AgentRecord, Operation, TokenRecord } from "../model.ts";
import { agentOf, eventAuthor, isRoom } from "../model.ts";
import { isAgentId, isGrantable, isKey, isReservedAgentId } from "../names.ts";
import { limitsOf } from "../room-limits.ts";
import type { StateReader } from "../state.ts";
import { RunningState, setOperation } from "../state.ts";
import { suggestAgent } from "../suggestion.ts";
import { startTimer } from "../timer.ts";
import type { Decision, DecisionContext, Refused } from "./decision.ts";
import { refusedAt } from "./decision.ts";

export interface JoinCommand {
  readonly id: string;
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  readonly meta?: JsonObject | undefined;
  /** The agent's first private entries. */
  readonly state?: JsonObject | undefined;
  /** Keys of the agent's own scope that anyone may read, each as the view `id.key`. */
  readonly public_keys?: readonly string[] | undefined;
  readonly views?: readonly JsonObject[] | undefined;
}

/** Decides a join: the agent, its first entries, its views and its token, all in one event [AGENT-1, AGENT-2]. */
export function decideJoin(command: JoinCommand, roomIsOpen: boolean, context: DecisionContext): Decision {
  const existing = agentRecord(context.state, command.id);
  const refused = joinRefusal(command.id, existing, roomIsOpen, context);
  if (refused) return refused;
  const running = new RunningState(context.state);
  const record = joinedRecord(command, existing, context.now);
  const agent = recordWrite(context, running, command.id, record);
  if (!agent.ok) return agent;
  const brought = writeState(command, running, context) ?? writeViews(command, running, context);
  if (brought) return brought;
  const token: TokenRecord = {
    id: context.ports.randomId(),
    kind: "agent",
    agent: command.id,
    created_at: context.now,
  };
  return {
    ok: true,
    status: 201,
    event: {
      kind: "agent_join",
      agent: command.id,
      payload: { ok: true, writes: running.operations, tokens: [token] },
    },
    fields: { id: command.id, agent: { id: command.id, ...shownRecord(record) } },
  };
}

/** What an answer shows of an agent's record. */
function shownRecord(record: AgentRecord): JsonObject {
  const { generation: _, ...shown } = record;
  return shown as unknown as JsonObject;
}

function joinRefusal(
  id: string,
  existing: AgentRecord | undefined,
  roomIsOpen: boolean,
  { identity, state }: DecisionContext,
): Refused | null {
  if (isReservedAgentId(id)) {
    return refuse("reserved_id", `The id ${id} means something else in every room.`, {
      hint: "Join with another id.",
    });
  }
  if (!isAgentId(id)) return invalid("id", "must match [A-Za-z0-9][A-Za-z0-9._:@-]{0,63}");
  const isRoomToken = identity.kind === "room";
  if (existing) return rejoinRefusal(id, existing, isRoomToken, agentOf(identity));
  const { agents } = limitsOf(state);
  if (state.count("_agents") >= agents) {
    return refuse("storage_full", `This room holds at most ${agents} agents.`, {
      hint: "Join as an agent that is there with its own token; ids stay taken when agents leave.",
      details: { limit: "agents" },
    });
  }
  if (isRoomToken || identity.kind === "join" || roomIsOpen) return null;
  return refuse("room_token_required", "A new agent joins with a join token or the room token.", {
    hint: "Ask the room's owner for its join token.",
  });
}

function rejoinRefusal(
  id: string,
  existing: AgentRecord,
  isRoomToken: boolean,
  caller: string | null,
): Refused | null {
  if (isRoomToken || (caller === id && existing.status === "active")) return null;
  return refuse("agent_exists", `The agent id ${id} is taken.`, {
    hint: "Join with another id, with the agent's own token, or with the room token.",
  });
}

function joinedRecord(command: JoinCommand, existing: AgentRecord | undefined, now: string): AgentRecord {
  const meta = command.meta ?? existing?.meta;
  return {
    name: command.name ?? existing?.name ?? command.id,
    role: command.role ?? existing?.role ?? "agent",
    status: "active",
    grants: existing?.grants ?? [],
    joined_at: existing?.joined_at ?? now,
    ...(meta === undefined ? {} : { meta }),
    generation: (existing?.generation ?? 0) + 1,
  };
}

function writeState(command: JoinCommand, running: RunningState, context: DecisionContext): Refused | null {
  for (const [key, value] of Object.entries(command.state ?? {})) {
    if (!isKey(key)) return invalid("state", `holds ${JSON.stringify(key)}, which is no key`);
    const fault = valueRefusal(value, `state.${key}`);
    if (fault) return fault;
    running.write(setOperation(running, context.ports.hash, { scope: command.id, key, value }));
  }
  return null;
}

function writeViews(command: JoinCommand, running: RunningState, context: DecisionContext): Refused | null {
  const views = [...publicViews(command), ...(command.views ?? [])];
  const { views: most } = limitsOf(context.state);
  for (const [index, declared] of views.entries()) {
    const id = own(declared, "id");
    if (typeof id !== "string" || !isKey(id) || id.startsWith("_")) {
      return invalid(`views[${index}].id`, "must be a view id that does not begin with an underscore");
    }
    const scope = own(declared, "scope") ?? command.id;
    if (scope !== command.id) {
      return invalid(`views[${index}].scope`, "must be the joining agent's own scope");
    }
    const existing = running.entry("_views", id)?.value as JsonObject | undefined;
    if (existing && own(existing, "registered_by") !== command.id) {
      return refuse("view_exists", `The view ${id} belongs to another.`, { hint: "Choose another view id." });
    }
    if (!existing && running.count("_views") >= most) {
      return refuse("storage_full", `This room holds at most ${most} views.`, {
        hint: "Join with fewer views, or delete one that is not used with _delete_view.",
        details: { limit: "views" },
      });
    }
    const written = writeView(id, declared, command.id, running, context);
    if (!written.ok) return written;
  }
  return null;
}

function writeView(
  id: string,
  declared: JsonObject,
  agent: string,
  running: RunningState,
  { ports, now }: DecisionContext,
): Result<null> {
  const registrar = registrarOf(running, agent);
  const view = parseView(declared, agent, registrar, ports);
  if (!view.ok) return refusedAt(`views.${id}`, view);
  const timer = startTimer(view.value.timer, now, registrar);
  if (!timer.ok) return refusedAt(`views.${id}`, timer);
  const target = { scope: "_views", key: id, value: view.value as unknown as Json };
  running.write(
    setOperation(running, ports.hash, target, timer.value === undefined ? {} : { timer: timer.value }),
  );
  return succeed(null);
}

function publicViews({ id, public_keys: keys = [] }: JoinCommand): JsonObject[] {
  return keys.map((key) => ({
    id: `${id}.${key}`,
    expr: `state[${JSON.stringify(id)}][${JSON.stringify(key)}]`,
  }));
}

export interface UpdateAgentCommand {
  readonly agent: string;
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  readonly meta?: JsonObject | undefined;
  readonly grants?: readonly string[] | undefined;
}

/** Decides a change to an agent's record: by the room, or by the agent itself for all but its grants [AUTH-3]. */
export function decideUpdateAgent(command: UpdateAgentCommand, context: DecisionContext): Decision {
  const record = managedRecord(command.agent, context);
  if (!record.ok) return record;
  if (command.grants !== undefined && !isRoom(context.identity)) {
    return refuse("room_token_required", "Only the room token grants scopes.", {
      hint: "Leave out grants, or call with the room token.",
    });
  }
  const wrong = command.grants?.find((scope) => !isGrantable(scope));
  if (wrong !== undefined) {
    return invalid("grants", `holds ${JSON.stringify(wrong)}: grant an agent's private scope, or _help`);
  }
  const { agent: _, ...changes } = command;
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  return writeRecord("agent_update", command.agent, { ...record.value, ...given }, context);
}

/** Decides a leave: the id stays reserved, and what the agent made stays its own [AGENT-3]. */
export function decideLeave(agent: string, context: DecisionContext): Decision {
  const record = managedRecord(agent, context);
  if (!record.ok) return record;
  const left: AgentRecord = {
    ...record.value,
    status: "left",
    grants: [],
    generation: record.value.generation + 1,
  };
  return writeRecord("agent_leave", agent, left, context);
}

/** The record of an agent that the caller may manage: the agent itself, or any for the room token. */
function managedRecord(agent: string, { identity, state }: DecisionContext): Result<AgentRecord> {
  const caller = agentOf(identity);
  if (!isRoom(identity) && caller !== agent) {
    return refuse("identity_mismatch", `Only ${agent} itself or the room token may do this.`, {
      hint: "Call with that agent's token or the room token.",
    });
  }
  const record = agentRecord(state, agent);
  if (record && record.status === "active") return succeed(record);
  return agentNotFound(agent, state);
}

/** The refusal of an id that is no agent's, or of one that has left; with the nearest that is. */
export function agentNotFound(agent: string, state: StateReader) {
  const message = `There is no agent ${JSON.stringify(agent)} in this room now.`;
  const { refusal } = refuse("agent_not_found", message, {
    hint: "GET …/context?only=agents lists the agents.",
  });
  return { ok: false, refusal: suggestAgent(refusal, agent, state) } as const;
}

function writeRecord(
  kind: "agent_update" | "agent_leave",
  agent: string,
  record: AgentRecord,
  context: DecisionContext,
): Decision {
  const running = new RunningState(context.state);
  const written = recordWrite(context, running, agent, record);
  if (!written.ok) return written;
  const { agent: author, ...acting } = eventAuthor(context.identity);
  return {
    ok: true,
    status: 200,
    event: { kind, agent: author, payload: { ok: true, ...acting, writes: running.operations } },
    fields: { agent: { id: agent, ...shownRecord(record) } },
  };
}

function recordWrite(
  context: DecisionContext,
  running: RunningState,
  agent: string,
  record: AgentRecord,
): Result<Operation> {
  const value = record as unknown as Json;
  const fault = valueRefusal(value, "agent");
  if (fault) return fault;
  const operation = setOperation(running, context.ports.hash, { scope: "_agents", key: agent, value });
  running.write(operation);
  return succeed(operation);
}
