import { parseAction, parseView } from "../../kernel/definition.ts";
import { valueRefusal } from "../../kernel/invocation.ts";
import type { JsonObject } from "../../kernel/json.ts";
import { isJsonObject, jsonEqual, own } from "../../kernel/json.ts";
import { LIMITS } from "../../kernel/limits.ts";
import type { ActionDefinition, Entry, Operation, Timer, WriteOperation } from "../../kernel/model.ts";
import { CONFIG_KEYS } from "../../kernel/model.ts";
import { isPrivateScope, isReservedId, isScope, isSystemScope } from "../../kernel/names.ts";
import { entryNumber } from "../../kernel/order.ts";
import type { ParamFault, Ports } from "../../kernel/ports.ts";
import { sight } from "../../kernel/sight.ts";
import type { StateReader } from "../../kernel/state.ts";
import { reservedValueFault } from "../../protocol/reserved-values.ts";

/** What the check of an operation is made from. */
export interface OperationContext {
  /** The state before the operation. */
  readonly state: Pick<StateReader, "entry" | "highest">;
  /** The instant of its event, ISO 8601. */
  readonly ts: string;
  readonly ports: Pick<Ports, "hash" | "schemaFault">;
}

/**
 * Why an operation cannot have come about in a room, or null: a chain proves that a log was not changed since it was
 * made, and not that a room made it. The operation's form has been checked. Expressions are not compiled: one that a
 * later version of the language refuses counts as failing, here as everywhere.
 */
export function operationFault(operation: Operation, context: OperationContext): ParamFault | null {
  const { scope, key } = operation;
  const before = context.state.entry(scope, key);
  switch (operation.op) {
    case "legacy":
      return null;
    case "delete":
      return deletionFault(scope, key, before);
    case "cooldown":
      return movedFault(operation, before) ?? cooldownFault(operation.cooldown, before, context);
    case "enable": {
      const isRunning = before?.[operation.slot]?.effect === "enable";
      return (
        movedFault(operation, before) ?? (isRunning ? null : fault("slot", "holds no timer that enables"))
      );
    }
    default:
      return (
        valueFault(operation, context) ??
        revisionFault(operation, before, context) ??
        modeFault(operation, before) ??
        placeFault(operation, context) ??
        timersFault(operation, context)
      );
  }
}

function fault(path: string, problem: string): ParamFault {
  return { path, problem };
}

function deletionFault(scope: string, key: string, before: Entry | undefined): ParamFault | null {
  const stays =
    scope === "_agents" ||
    scope === "_messages" ||
    (scope === "_config" && !(CONFIG_KEYS as readonly string[]).includes(key));
  if (stays) return fault("key", "names an entry that is never deleted");
  return before ? null : fault("key", "names no entry that could be deleted");
}

/** What moves an entry's timers leaves its value as it is. */
function movedFault(
  { revision, hash }: Pick<Operation, "revision" | "hash">,
  before: Entry | undefined,
): ParamFault | null {
  if (before?.revision !== revision) return fault("revision", "is not that of the entry");
  return before.hash === hash ? null : fault("hash", "is not that of the entry");
}

function cooldownFault(timer: Timer, before: Entry | undefined, context: OperationContext) {
  const definition = before?.value as ActionDefinition | undefined;
  if (definition?.on_invoke === undefined) return fault("key", "names no action with a cooldown");
  return timerFault("cooldown", timer, context);
}

function valueFault({ value, hash }: WriteOperation, { ports }: OperationContext): ParamFault | null {
  const refused = valueRefusal(value, "value");
  if (refused) return fault("value", refused.refusal.message);
  return ports.hash(value) === hash ? null : fault("hash", "is not the hash of the value");
}

/** What is brought from elsewhere keeps its revision and its age, and comes into a place where nothing was. */
function revisionFault(
  { revision, updated_at: updatedAt }: WriteOperation,
  before: Entry | undefined,
  { ts }: OperationContext,
): ParamFault | null {
  if (updatedAt === undefined) {
    return revision === (before?.revision ?? 0) + 1 ? null : fault("revision", "does not follow");
  }
  if (before) return fault("key", "names an entry that is there already");
  return updatedAt <= ts ? null : fault("updated_at", "is later than its event");
}

function modeFault({ op, value }: WriteOperation, before: Entry | undefined): ParamFault | null {
  const was = before?.value ?? null;
  switch (op) {
    case "merge":
      return isJsonObject(value) ? null : fault("value", "cannot come of a merge");
    case "increment":
      return typeof value === "number" && (was === null || typeof was === "number")
        ? null
        : fault("value", "cannot come of an increment");
    case "push": {
      const length = was === null ? 1 : Array.isArray(was) ? was.length + 1 : 2;
      const isPushed = Array.isArray(value) && value.length === length;
      return isPushed ? null : fault("value", "cannot come of an append");
    }
    default:
      return null;
  }
}

/** What the entries of a reserved scope must be: the room reads them as its own settings, agents and definitions. */
function placeFault(operation: WriteOperation, { state, ports }: OperationContext): ParamFault | null {
  const { op, scope, key, value } = operation;
  if (scope === "_audit") return fault("scope", "holds no entries");
  if (scope === "_actions" || scope === "_views") return definitionFault(operation, ports);
  if (scope === "_agents" && !isPrivateScope(key)) return fault("key", "must be an agent id");
  if (scope === "_messages") {
    // The original system's messages may have gaps.
    const isLater = isBrought(operation) && entryNumber(key) > state.highest(scope);
    const isNext = key === String(state.highest(scope) + 1);
    if (op !== "set" || !(isNext || isLater)) return fault("key", "must be the number of the next message");
  }
  return reservedValueFault(scope, key, value);
}

const EVERYTHING = sight({ kind: "view", token: "" }, undefined);

/** What was written elsewhere and is only brought: by a fork, or from the original system. */
function isBrought({ updated_at: updatedAt }: WriteOperation): boolean {
  return updatedAt !== undefined;
}

/**
 * A definition is what declaring it again would make of it. Of the original system's, parameters may be no schema, and
 * writes stand as they were declared.
 */
function definitionFault(operation: WriteOperation, ports: OperationContext["ports"]): ParamFault | null {
  const { scope, key, value } = operation;
  const isFree = scope === "_actions" ? !isReservedId(key) : !key.startsWith("_");
  if (!isFree) return fault("key", "is kept for the room itself");
  if (!isJsonObject(value)) return fault("value", "must be a definition");
  const registrable = own(value, "scope");
  if (typeof registrable !== "string" || !isRegistrable(registrable)) {
    return fault("value.scope", "must be a scope to register under");
  }
  const agent = own(value, "registered_by") ?? null;
  if (agent !== null && (typeof agent !== "string" || !isPrivateScope(agent))) {
    return fault("value.registered_by", "must be an agent id or null");
  }
  const parse = scope === "_actions" ? parseAction : parseView;
  const registrar = { agent, sight: EVERYTHING };
  const schemaFault = isBrought(operation) ? () => null : ports.schemaFault;
  const parsed = parse(value, registrable, registrar, {
    expressionFault: () => null,
    viewFault: () => null,
    schemaFault,
  });
  if (!parsed.ok) return fault("value", parsed.refusal.message);
  const whole = { ...(parsed.value as unknown as JsonObject) };
  if (isBrought(operation) && value.writes !== undefined) whole.writes = value.writes;
  return jsonEqual(whole, value) ? null : fault("value", "holds more than a definition");
}

function isRegistrable(scope: string): boolean {
  return isScope(scope) && !isSystemScope(scope) && scope !== "_messages" && scope !== "_help";
}

function timersFault(operation: WriteOperation, context: OperationContext): ParamFault | null {
  const { scope, enabled, timer, cooldown } = operation;
  const isRegistry = scope === "_actions" || scope === "_views";
  const isReserved = isSystemScope(scope) || scope === "_messages";
  if (enabled !== undefined && isReserved && scope !== "_agents")
    return fault("enabled", "cannot stand there");
  if (timer && isReserved && !isRegistry) return fault("timer", "cannot stand there");
  if (cooldown && scope !== "_actions") return fault("cooldown", "cannot stand there");
  return timerFault("timer", timer, context) ?? timerFault("cooldown", cooldown, context);
}

function timerFault(path: string, timer: Timer | undefined, { ts }: OperationContext): ParamFault | null {
  if (!timer || !("expires_at" in timer)) return null;
  const isNear = Date.parse(timer.expires_at) - Date.parse(ts) <= LIMITS.timerMaxMs;
  return isNear ? null : fault(`${path}.expires_at`, "is more than ten years ahead");
}
