import type { Refusal } from "./errors.ts";
import { refuse } from "./errors.ts";
import type { ActionDefinition, AgentRecord, Identity } from "./model.ts";
import { agentOf, isRoom } from "./model.ts";
import { isPrivateScope, isScope, isShared, isSystemScope } from "./names.ts";
import { sight } from "./sight.ts";
import type { StateReader } from "./state.ts";
import type { Registrar } from "./timer.ts";

type Refused = { readonly ok: false; readonly refusal: Refusal };

/** Whose authority an invocation's writes rest on [ACT-4]. */
export interface WriteAuthority {
  readonly actionScope: string;
  readonly registrarGrants: readonly string[];
  readonly invoker: string | null;
  /** The room itself, or an agent that was granted `_help`. */
  readonly mayWriteHelp: boolean;
}

export function agentRecord(state: StateReader, agent: string | null): AgentRecord | undefined {
  if (agent === null) return undefined;
  return state.entry("_agents", agent)?.value as unknown as AgentRecord | undefined;
}

/** `agent` as one who registers, with the sight that it has now; null is the room. */
export function registrarOf(state: StateReader, agent: string | null): Registrar {
  const identity = { kind: "room", token: "", acting: agent } as const;
  return { agent, sight: sight(identity, agentRecord(state, agent)) };
}

export function writeAuthority(
  state: StateReader,
  definition: ActionDefinition,
  identity: Identity,
): WriteAuthority {
  const invoker = agentOf(identity);
  return {
    actionScope: definition.scope,
    registrarGrants: agentRecord(state, definition.registered_by)?.grants ?? [],
    invoker,
    mayWriteHelp: isRoom(identity) || (agentRecord(state, invoker)?.grants.includes("_help") ?? false),
  };
}

/** Why a write may not land in `scope`, judged after substitution so that no template reaches around it, or null. */
export function scopeRefusal(
  scope: string,
  appendsNumbered: boolean,
  authority: WriteAuthority,
): Refused | null {
  if (!isScope(scope)) {
    return refuse("invalid_param", `${JSON.stringify(scope)} is no scope.`, {
      hint: "Name a shared scope such as _shared or _tasks, or the caller's own as ${self}.",
      details: { scope },
    });
  }
  return isAllowed(scope, appendsNumbered, authority) ? null : denied(scope, authority);
}

function isAllowed(scope: string, appendsNumbered: boolean, authority: WriteAuthority): boolean {
  if (isSystemScope(scope)) return false;
  if (scope === "_messages") return appendsNumbered;
  if (scope === "_help") return authority.mayWriteHelp;
  if (isShared(scope) || scope === authority.actionScope) return true;
  return scope === authority.invoker || authority.registrarGrants.includes(scope);
}

function denied(scope: string, authority: WriteAuthority): Refused {
  return refuse("scope_denied", `This action has no authority to write to the scope ${scope}.`, {
    hint: hintFor(scope),
    details: { scope, action_scope: authority.actionScope },
  });
}

function hintFor(scope: string): string {
  if (scope === "_messages") return "Append to _messages without a key, or invoke _send_message.";
  if (scope === "_help")
    return "Invoke with the room token, or have the room grant _help to the invoking agent.";
  if (isSystemScope(scope)) return "Use the built-in actions, or PATCH the room for its configuration.";
  return `Register the action under the scope ${scope}, or have its registrar granted ${scope}.`;
}

/** Why the caller may not register under `scope`, or null: a private scope is its agent's and the room's [VIEW-1, ACT-12]. */
export function registrationRefusal(scope: string, identity: Identity): Refused | null {
  if (!isScope(scope)) {
    return refuse("invalid_param", `${JSON.stringify(scope)} is no scope.`, { details: { path: "scope" } });
  }
  const reserved = isSystemScope(scope) || scope === "_messages" || scope === "_help";
  const foreign = isPrivateScope(scope) && !isRoom(identity) && agentOf(identity) !== scope;
  if (!reserved && !foreign) return null;
  return refuse("scope_denied", `The caller may not register under the scope ${scope}.`, {
    hint: "Register under _shared, another shared scope, or the caller's own.",
    details: { path: "scope", scope },
  });
}
