import { agentRecord, registrarOf, writeAuthority } from "../authority.ts";
import type { CelFault } from "../cel-fault.ts";
import type { Result } from "../errors.ts";
import { refuse, succeed } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { resolveWrite } from "../invocation.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ActionDefinition, Entry } from "../model.ts";
import { agentOf, eventAuthor } from "../model.ts";
import type { Evaluation, Frame } from "../ports.ts";
import { actionSight, sight } from "../sight.ts";
import { RunningState } from "../state.ts";
import { delayOf, resolveTimer } from "../timer.ts";
import { effectiveWrite } from "../write-template.ts";
import type { Decision, DecisionContext, Refused } from "./decision.ts";

export interface InvokeCommand {
  readonly action: string;
  readonly params: JsonObject;
  /** The hash of the definition that the caller read, to refuse any other [ACT-12]. */
  readonly if_action_hash?: string | undefined;
}

/** Decides an invocation of a registered action: cooldown → enabled → params → if → writes [ACT-2, TIMER-1]. */
export function decideInvoke(command: InvokeCommand, context: DecisionContext): Decision {
  const found = findAction(command, context);
  if (!found.ok) return found;
  const definition = found.value.value as unknown as ActionDefinition;
  const invocation = begin(command, definition, context);
  const frame: Frame = {
    sight: actionSight(definition.scope, agentOf(context.identity), true),
    params: command.params,
    now: context.now,
  };
  const refused =
    delayRefusal(invocation, found.value) ??
    gateRefusal(command, definition, frame, context) ??
    writesRefusal(invocation) ??
    cooldownRefusal(invocation, found.value);
  if (refused) return refused;
  const { agent, ...acting } = eventAuthor(context.identity);
  const writes = invocation.state.operations;
  return {
    ok: true,
    status: 200,
    event: {
      kind: "invoke",
      agent,
      payload: { ok: true, action: command.action, params: command.params, ...acting, writes },
    },
    fields: {},
    ...(definition.result === undefined ? {} : { result: { expression: definition.result, frame } }),
  };
}

function findAction(command: InvokeCommand, context: DecisionContext): Result<Entry> {
  const entry = context.state.entry("_actions", command.action);
  if (!entry) return missing(command.action, context);
  const expected = command.if_action_hash;
  if (expected !== undefined && expected !== entry.hash) {
    return refuse("version_conflict", `The action ${command.action} is no longer what the caller read.`, {
      hint: "Read its definition at GET …/context?only=actions&depth=full and invoke with its hash.",
      details: { action: command.action, expected },
    });
  }
  return succeed(entry);
}

function missing(action: string, { ports }: DecisionContext): Refused {
  const hint = "GET …/context?only=actions lists the actions; _register_action makes one.";
  const id = JSON.stringify(action);
  if (ports.lastEvent("_actions", action)?.kind === "timer") {
    return refuse("action_expired", `The time of the action ${id} is over.`, { hint, help: "timers" });
  }
  return refuse("action_not_found", `There is no action ${id} in this room.`, {
    hint,
    help: "vocabulary_bootstrap",
  });
}

/** Why the action may not be invoked yet, or null. */
function delayRefusal({ action, state, sight }: Invocation, entry: Entry): Refused | null {
  const delay = delayOf(entry, state, sight);
  if (!delay) return null;
  const refusal = refuse("action_cooldown", `The action ${action} cannot be invoked yet.`, {
    hint: `Wait with GET …/wait?condition=actions[${JSON.stringify(action)}].available.`,
    help: "timers",
    details: { ...delay },
  });
  return { ...refusal, clause: { clause: "cooldown" } };
}

/** Begins the timer of `on_invoke`, or says why it cannot be begun. */
function cooldownRefusal(invocation: Invocation, { revision, hash }: Entry): Refused | null {
  const { action, definition, bindings, state } = invocation;
  if (definition.on_invoke === undefined) return null;
  const registrar = registrarOf(state, definition.registered_by);
  const timer = resolveTimer(definition.on_invoke.timer, bindings, registrar, "on_invoke.timer");
  if (!timer.ok) return { ...timer, clause: { clause: "on_invoke" } };
  state.write({ op: "cooldown", scope: "_actions", key: action, revision, hash, cooldown: timer.value });
  return null;
}

function begin(command: InvokeCommand, definition: ActionDefinition, context: DecisionContext): Invocation {
  const { identity, state, now, ports } = context;
  const invoker = agentOf(identity);
  return {
    action: command.action,
    definition,
    bindings: { self: invoker, now, params: command.params },
    authority: writeAuthority(state, definition, identity),
    sight: sight(identity, agentRecord(state, invoker)),
    state: new RunningState(state),
    ports,
  };
}

function gateRefusal(
  command: InvokeCommand,
  definition: ActionDefinition,
  frame: Frame,
  { ports }: DecisionContext,
): Refused | null {
  const { enabled, if: condition, params } = definition;
  if (enabled !== undefined) {
    const evaluation = ports.evaluate(enabled, { ...frame, params: {} });
    if (!holds(evaluation)) return gated("enabled", enabled, evaluation, command.action, frame);
  }
  const fault = params === undefined ? null : ports.paramFault(params, command.params);
  if (fault) {
    const refusal = refuse("invalid_param", `${fault.path} ${fault.problem}.`, {
      hint: `The params of ${command.action} are in GET …/context?only=actions.`,
      details: { path: fault.path },
    });
    return { ...refusal, clause: { clause: "params" } };
  }
  if (condition === undefined) return null;
  const evaluation = ports.evaluate(condition, frame);
  return holds(evaluation) ? null : gated("if", condition, evaluation, command.action, frame);
}

/** Only boolean true is true; an expression that fails counts as false [ACT-2, CEL-3]. */
export function holds(evaluation: Evaluation): boolean {
  return evaluation.ok && evaluation.value === true;
}

function gated(
  clause: "enabled" | "if",
  expression: string,
  evaluation: Evaluation,
  action: string,
  frame: Frame,
): Refused {
  const refusal = refuse(
    clause === "if" ? "precondition_failed" : "action_disabled",
    `The ${clause} of ${action} does not hold now.`,
    {
      hint: "Wait until it does with GET …/wait?condition=….",
      help: "refusals",
      details: { clause, expression, ...(evaluation.ok ? {} : { fault: faultDetails(evaluation.fault) }) },
    },
  );
  return { ...refusal, clause: { clause, expression, frame } };
}

function faultDetails(fault: CelFault): JsonObject {
  return { ...fault } as Record<string, Json>;
}

function writesRefusal(invocation: Invocation): Refused | null {
  for (const [index, write] of invocation.definition.writes.entries()) {
    const path = `writes[${index}]`;
    const resolved = resolveWrite(invocation, effectiveWrite(write), path);
    if (!resolved.ok) return { clause: { clause: path }, ...resolved };
  }
  return null;
}
