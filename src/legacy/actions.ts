import type { Json, JsonObject } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { ActionDefinition, Entry, WriteTemplate } from "../kernel/model.ts";
import { isReservedId } from "../kernel/names.ts";
import { parseWrite } from "../kernel/write-template.ts";
import type { Row } from "./columns.ts";
import { agentOf, expressionOf, jsonOf, objectOf, textOf, timeOf, Unreadable } from "./columns.ts";
import { definedId, definedScope, EPOCH, fitting, REGISTRAR } from "./definitions.ts";
import type { Told } from "./entities.ts";
import { definitionTimers, timerColumns } from "./row-timers.ts";

/** The entry of `_actions` that a row of `actions` is. Its writes stand as they were declared. */
export function actionEntry(row: Row): Told {
  const id = definedId(row);
  if (isReservedId(id)) throw new Unreadable("its id is kept for the room's own actions");
  const registeredBy = agentOf(row, "registered_by");
  const createdAt = timeOf(row, "created_at") ?? EPOCH;
  const timers = definitionTimers(row, { agent: registeredBy, since: createdAt });
  const { declared, onInvoke, timer, cooldown } = timers;
  const definition: ActionDefinition = {
    scope: definedScope(row),
    ...present("description", textOf(row, "description") ?? undefined),
    ...present("intent", textOf(row, "intent") ?? undefined),
    ...present("if", expressionOf(row, "if_expr")),
    ...present("enabled", expressionOf(row, "enabled_expr")),
    ...present("result", expressionOf(row, "result_expr")),
    ...present("params", objectOf(row, "params_json")),
    writes: writesOf(jsonOf(row, "writes_json") ?? []),
    ...present("timer", declared),
    ...(onInvoke === undefined ? {} : { on_invoke: { timer: onInvoke } }),
    registered_by: registeredBy,
  };
  return {
    value: fitting(definition as unknown as Json),
    revision: 1,
    updated_at: createdAt,
    ...present("timer", timer),
    ...present("cooldown", cooldown),
  };
}

function present<Name extends string, T>(name: Name, value: T | undefined): { [Key in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: T };
}

/** Declared writes, if the room can do them. An expression that does not compile fails when it is evaluated. */
function writesOf(declared: Json): readonly WriteTemplate[] {
  if (!Array.isArray(declared)) throw new Unreadable("writes_json is no list");
  if (declared.length > LIMITS.writesPerAction) throw new Unreadable("writes_json holds too many writes");
  for (const [index, item] of declared.entries()) {
    const write = parseWrite(item, `writes[${index}]`, REGISTRAR, { expressionFault: () => null });
    if (!write.ok) throw new Unreadable(write.refusal.message);
  }
  return declared as unknown as readonly WriteTemplate[];
}

/** The columns of an action's row that follow from its entry. */
export function actionColumns(entry: Entry, clock: (scope: string, key: string) => number): Row {
  const definition = entry.value as unknown as ActionDefinition;
  const { scope, description, params, writes, registered_by, on_invoke, timer } = definition;
  const running = entry.cooldown ?? entry.timer;
  return {
    scope,
    description: description ?? null,
    if_expr: definition.if ?? null,
    enabled_expr: definition.enabled ?? null,
    result_expr: definition.result ?? null,
    writes_json: JSON.stringify(writes),
    params_json: params === undefined ? null : JSON.stringify(params as JsonObject),
    ...timerColumns(entry.cooldown === undefined ? timer : on_invoke?.timer, running, clock),
    on_invoke_timer_json: on_invoke === undefined ? null : JSON.stringify(on_invoke.timer),
    registered_by,
    version: entry.revision,
  };
}
