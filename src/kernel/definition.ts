import { refuseCel } from "./cel-fault.ts";
import type { Refusal, Result } from "./errors.ts";
import { refuse, succeed } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { isJsonObject, own } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { ActionDefinition, ViewDefinition, WriteTemplate } from "./model.ts";
import { isKey, isReservedId } from "./names.ts";
import type { Ports } from "./ports.ts";
import type { Registrar } from "./timer.ts";
import { invalidTimer, optionalTimer } from "./timer.ts";
import { parseWrite } from "./write-template.ts";

type OnInvoke = NonNullable<ActionDefinition["on_invoke"]>;
type Refused = { readonly ok: false; readonly refusal: Refusal };

/** What checking a definition asks for. */
export type DefinitionPorts = Pick<Ports, "expressionFault" | "viewFault" | "schemaFault">;

/** A parameter of a built-in action that is not what it must be. */
export function invalid(path: string, problem: string): Refused {
  return refuse("invalid_param", `${path} ${problem}.`, { details: { path } });
}

/** The optional text at `name`, null counting as absent. */
export function optionalText(params: JsonObject, name: string): Result<string | undefined> {
  const value = own(params, name);
  if (value === undefined || value === null) return succeed(undefined);
  return typeof value === "string" ? succeed(value) : invalid(name, "must be a string");
}

/** The optional expression at `name` of `params`, checked [CEL-4]; `path` is how a refusal names it. */
function optionalExpression(
  params: JsonObject,
  name: string,
  path: string,
  ports: DefinitionPorts,
): Result<string | undefined> {
  const text = optionalText(params, name);
  if (!text.ok) return invalid(path, "must be a string that holds a CEL expression");
  if (text.value === undefined) return text;
  const fault = ports.expressionFault(text.value);
  return fault ? refuseCel(fault, path) : text;
}

/** The timer of `on_invoke`: unless it says otherwise, the action is enabled again when it fires. */
function parseOnInvoke(params: JsonObject, registrar: Registrar): Result<{ on_invoke?: OnInvoke }> {
  const declared = own(params, "on_invoke") ?? null;
  if (declared === null) return succeed({});
  if (!isJsonObject(declared)) return invalidTimer("on_invoke", "must be an object with a timer");
  const timer = optionalTimer(declared, "timer", "on_invoke.timer", { registrar, effect: "enable" });
  if (!timer.ok) return timer;
  return succeed(timer.value === undefined ? {} : { on_invoke: { timer: timer.value } });
}

/** The id of an action or view that is registered, deleted or redefined. */
export function definitionId(params: JsonObject): Result<string> {
  const id = own(params, "id");
  if (typeof id !== "string" || !isKey(id)) {
    return invalid("id", `must be a string of 1 to ${LIMITS.keyBytes} bytes without control characters`);
  }
  if (isReservedId(id)) {
    return refuse("reserved_id", `The id ${JSON.stringify(id)} is kept for the room itself.`, {
      hint: "Choose an id that does not begin with an underscore and is not help.",
    });
  }
  return succeed(id);
}

/** The optional texts and expressions of a definition, by name; absent ones are left out. */
function collect(
  params: JsonObject,
  texts: readonly string[],
  expressions: readonly string[],
  ports: DefinitionPorts,
): Result<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of [...texts, ...expressions]) {
    const value = texts.includes(name)
      ? optionalText(params, name)
      : optionalExpression(params, name, name, ports);
    if (!value.ok) return value;
    if (value.value !== undefined) found[name] = value.value;
  }
  return succeed(found);
}

/** The action that `_register_action` declares, less its id. */
export function parseAction(
  params: JsonObject,
  scope: string,
  registrar: Registrar,
  ports: DefinitionPorts,
): Result<ActionDefinition> {
  const timer = optionalTimer(params, "timer", "timer", { registrar });
  if (!timer.ok) return timer;
  const onInvoke = parseOnInvoke(params, registrar);
  if (!onInvoke.ok) return onInvoke;
  const parts = collect(params, ["description", "intent"], ["if", "enabled", "result"], ports);
  if (!parts.ok) return parts;
  const declared = own(params, "params") ?? null;
  if (declared !== null && !isJsonObject(declared)) return invalid("params", "must be an object");
  const fault = declared === null ? null : ports.schemaFault(declared);
  if (fault) return invalid(fault.path, fault.problem);
  const writes = parseWrites(own(params, "writes"), registrar, ports);
  if (!writes.ok) return writes;
  return succeed({
    scope,
    ...parts.value,
    ...(declared === null ? {} : { params: declared }),
    writes: writes.value,
    ...(timer.value === undefined ? {} : { timer: timer.value }),
    ...onInvoke.value,
    registered_by: registrar.agent,
  });
}

function parseWrites(
  value: Json | undefined,
  registrar: Registrar,
  ports: DefinitionPorts,
): Result<WriteTemplate[]> {
  if (!Array.isArray(value)) return invalid("writes", "must be a list of writes, empty for none");
  if (value.length > LIMITS.writesPerAction) {
    return refuse("too_large", `An action declares at most ${LIMITS.writesPerAction} writes.`, {
      hint: "Split the writes over several actions, to be invoked in one batch.",
      details: { limit: "writesPerAction" },
    });
  }
  const writes: WriteTemplate[] = [];
  for (const [index, item] of value.entries()) {
    const write = parseWrite(item, `writes[${index}]`, registrar, ports);
    if (!write.ok) return write;
    writes.push(write.value);
  }
  return succeed(writes);
}

/** The view that `_register_view` or a join declares, less its id. */
export function parseView(
  params: JsonObject,
  scope: string,
  registrar: Registrar,
  ports: DefinitionPorts,
): Result<ViewDefinition> {
  const timer = optionalTimer(params, "timer", "timer", { registrar });
  if (!timer.ok) return timer;
  const parts = collect(params, ["description"], ["expr", "enabled"], {
    ...ports,
    expressionFault: ports.viewFault,
  });
  if (!parts.ok) return parts;
  const { expr, ...others } = parts.value;
  if (expr === undefined) return invalid("expr", "must be a CEL expression");
  const render = own(params, "render") ?? null;
  if (render !== null && (!isJsonObject(render) || typeof own(render, "type") !== "string")) {
    return invalid("render", "must be an object with a type");
  }
  return succeed({
    scope,
    expr,
    ...others,
    ...(render === null ? {} : { render }),
    ...(timer.value === undefined ? {} : { timer: timer.value }),
    registered_by: registrar.agent,
  });
}
