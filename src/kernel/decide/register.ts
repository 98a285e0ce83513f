import { registrarOf, registrationRefusal } from "../authority.ts";
import { rivals } from "../contention.ts";
import { definitionId, optionalText, parseAction, parseView } from "../definition.ts";
import type { Result } from "../errors.ts";
import { refuse, succeed } from "../errors.ts";
import { valueRefusal } from "../invocation.ts";
import type { Json, JsonObject } from "../json.ts";
import { jsonEqual, jsonObject, own } from "../json.ts";
import type { ActionDefinition, Entry, EventKind, Operation, Timer, ViewDefinition } from "../model.ts";
import { agentOf, eventAuthor, isRoom } from "../model.ts";
import { isPrivateScope } from "../names.ts";
import { limitsOf } from "../room-limits.ts";
import { setOperation } from "../state.ts";
import { carriedOn, startTimer } from "../timer.ts";
import type { Accepted, Decision, DecisionContext } from "./decision.ts";

/** The two things that are registered, and the scope that each lives in. */
const KINDS = {
  action: { scope: "_actions", register: "register_action", remove: "delete_action", most: "actions" },
  view: { scope: "_views", register: "register_view", remove: "delete_view", most: "views" },
} as const;
type Registered = keyof typeof KINDS;

/** Decides `_register_action`: the definition becomes an entry of `_actions`, in one event. */
export function decideRegisterAction(params: JsonObject, context: DecisionContext): Decision {
  const place = prepare("action", params, context);
  if (!place.ok) return place;
  const { id, scope, existing } = place.value;
  const registrar = registrarOf(context.state, agentOf(context.identity));
  const parsed = parseAction(params, scope, registrar, context.ports);
  if (!parsed.ok) return parsed;
  const competing = rivals(context.state, id, parsed.value);
  return register("action", id, parsed.value, existing, context, competing);
}

/** Decides `_register_view`: the definition becomes an entry of `_views`, in one event. */
export function decideRegisterView(params: JsonObject, context: DecisionContext): Decision {
  const place = prepare("view", params, context);
  if (!place.ok) return place;
  const { id, scope, existing } = place.value;
  const registrar = registrarOf(context.state, agentOf(context.identity));
  const parsed = parseView(params, scope, registrar, context.ports);
  if (!parsed.ok) return parsed;
  return register("view", id, parsed.value, existing, context, jsonObject());
}

interface Place {
  readonly id: string;
  readonly scope: string;
  readonly existing: Entry | undefined;
}

function prepare(what: Registered, params: JsonObject, context: DecisionContext): Result<Place> {
  const id = definitionId(params);
  if (!id.ok) return id;
  const declared = optionalText(params, "scope");
  if (!declared.ok) return declared;
  const standard = what === "view" ? (agentOf(context.identity) ?? "_shared") : "_shared";
  const scope = declared.value ?? standard;
  const denied = registrationRefusal(scope, context.identity);
  if (denied) return denied;
  const existing = context.state.entry(KINDS[what].scope, id.value);
  const unproven = proofRefusal(what, id.value, existing, params, context);
  if (unproven) return unproven;
  const most = limitsOf(context.state)[KINDS[what].most];
  if (!existing && context.state.count(KINDS[what].scope) >= most) {
    return refuse("storage_full", `This room holds at most ${most} ${KINDS[what].most}.`, {
      hint: `Delete one that is not used with _delete_${what}.`,
      details: { limit: KINDS[what].most },
    });
  }
  return succeed({ id: id.value, scope, existing });
}

/**
 * Why the caller may not redefine or delete what is there, or null. What another registered takes the room's authority
 * or the hash of its definition as proof that it was read; what stands under a private scope is its owner's [ACT-12].
 */
function proofRefusal(
  what: Registered,
  id: string,
  existing: Entry | undefined,
  params: JsonObject,
  { identity }: DecisionContext,
) {
  const expected = own(params, "if_hash") ?? own(params, "if_version") ?? null;
  if (expected !== null && typeof expected !== "string") {
    return refuse("invalid_param", "if_hash must be a string.", { details: { path: "if_hash" } });
  }
  const where = what === "action" ? "context?only=actions&depth=full" : `history/_views/${id}`;
  const hint = `Read its definition and hash at GET …/${where} and pass the hash as if_hash.`;
  const definition = existing?.value as unknown as ActionDefinition | ViewDefinition | undefined;
  const caller = agentOf(identity);
  if (definition && !isRoom(identity) && definition.registered_by !== caller) {
    if (isPrivateScope(definition.scope) && definition.scope !== caller) {
      return refuse("scope_denied", `The ${what} ${id} belongs to ${definition.scope}.`, {
        hint: "Choose another id.",
      });
    }
    if (definition.scope !== caller && expected !== existing?.hash) {
      return refuse("proof_of_read_required", `The ${what} ${id} was registered by another.`, { hint });
    }
  }
  if (expected === null || expected === (existing?.hash ?? "")) return null;
  return refuse("version_conflict", `The ${what} ${id} is not what the caller read.`, {
    hint,
    details: { id, expected },
  });
}

function register(
  what: Registered,
  id: string,
  definition: ActionDefinition | ViewDefinition,
  existing: Entry | undefined,
  context: DecisionContext,
  competing: JsonObject,
): Decision {
  const value = definition as unknown as JsonObject;
  const fault = valueRefusal(value, "definition");
  if (fault) return fault;
  const timers = timersOf(definition, existing, context);
  if (!timers.ok) return timers;
  const target = { scope: KINDS[what].scope, key: id, value };
  const write = setOperation(context.state, context.ports.hash, target, timers.value);
  const warnings = [
    ...(Object.keys(competing).length > 0 ? ["competing_write_targets"] : []),
    ...(existing ? [`${what}_redefined`] : []),
  ];
  return accept(context, KINDS[what].register, `_register_${what}`, write, {
    status: 201,
    fields: {
      id,
      definition: value,
      hash: write.hash,
      revision: write.revision,
      ...(warnings.length > 0 ? { warning: warnings[0] as string, warnings } : {}),
      ...(Object.keys(competing).length > 0 ? { competing } : {}),
      ...(existing ? { changed: changedFields(existing.value as JsonObject, value) } : {}),
    },
  });
}

/** The definition's own timer, and the cooldown that runs already: nobody ends it by registering the action anew. */
function timersOf(
  definition: ActionDefinition | ViewDefinition,
  existing: Entry | undefined,
  { state, now }: DecisionContext,
): Result<{ timer?: Timer; cooldown?: Timer }> {
  const timer = startTimer(definition.timer, now, registrarOf(state, definition.registered_by));
  if (!timer.ok) return timer;
  const running = "on_invoke" in definition ? existing?.cooldown : undefined;
  return succeed({
    ...(timer.value === undefined ? {} : { timer: timer.value }),
    ...(running === undefined ? {} : { cooldown: carriedOn(running, state) }),
  });
}

function changedFields(before: JsonObject, after: JsonObject): Json[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !jsonEqual(own(before, name) ?? null, own(after, name) ?? null));
}

/** Decides `_delete_action` and `_delete_view`. */
export function decideDelete(what: Registered, params: JsonObject, context: DecisionContext): Decision {
  const id = definitionId(params);
  if (!id.ok) return id;
  const { scope, remove } = KINDS[what];
  const existing = context.state.entry(scope, id.value);
  if (!existing) {
    return refuse(`${what}_not_found`, `There is no ${what} ${JSON.stringify(id.value)} in this room.`, {
      hint: `GET …/context?only=${what}s lists the ${what}s.`,
    });
  }
  const unproven = proofRefusal(what, id.value, existing, params, context);
  if (unproven) return unproven;
  const operation: Operation = { op: "delete", scope, key: id.value, revision: 0, hash: "" };
  return accept(context, remove, `_delete_${what}`, operation, {
    status: 200,
    fields: { deleted: true, id: id.value },
  });
}

function accept(
  context: DecisionContext,
  kind: EventKind,
  action: string,
  operation: Operation,
  answer: Pick<Accepted, "status" | "fields">,
): Accepted {
  const { agent, ...acting } = eventAuthor(context.identity);
  return {
    ok: true,
    event: { kind, agent, payload: { ok: true, action, ...acting, writes: [operation] } },
    ...answer,
  };
}
