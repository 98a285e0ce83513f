import type { Json, JsonObject } from "../kernel/json.ts";
import { own } from "../kernel/json.ts";
import type { Entry, ViewDefinition } from "../kernel/model.ts";
import type { Row } from "./columns.ts";
import { agentOf, expressionOf, objectOf, textOf, timeOf, Unreadable } from "./columns.ts";
import { definedId, definedScope, EPOCH, fitting } from "./definitions.ts";
import type { Told } from "./entities.ts";
import { definitionTimers, timerColumns } from "./row-timers.ts";

/** The entry of `_views` that a row of `views` is. */
export function viewEntry(row: Row): Told {
  const id = definedId(row);
  if (id.startsWith("_")) throw new Unreadable("its id is kept for the room's own views");
  const expr = expressionOf(row, "expr");
  if (expr === undefined) throw new Unreadable("it has no expression");
  const registeredBy = agentOf(row, "registered_by");
  const createdAt = timeOf(row, "created_at") ?? EPOCH;
  const { declared, timer } = definitionTimers(row, { agent: registeredBy, since: createdAt });
  const description = textOf(row, "description");
  const enabled = expressionOf(row, "enabled_expr");
  const render = renderOf(row);
  const definition: ViewDefinition = {
    scope: definedScope(row),
    expr,
    ...(description === null ? {} : { description }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(render === undefined ? {} : { render }),
    ...(declared === undefined ? {} : { timer: declared }),
    registered_by: registeredBy,
  };
  return {
    value: fitting(definition as unknown as Json),
    revision: 1,
    updated_at: createdAt,
    ...(timer === undefined ? {} : { timer }),
  };
}

/** What shows the view. One without a type shows nothing. */
function renderOf(row: Row): JsonObject | undefined {
  const render = objectOf(row, "render_json");
  return render !== undefined && typeof own(render, "type") === "string" ? render : undefined;
}

/** The columns of a view's row that follow from its entry. */
export function viewColumns(entry: Entry, clock: (scope: string, key: string) => number): Row {
  const { scope, expr, description, enabled, render, registered_by, timer } =
    entry.value as unknown as ViewDefinition;
  return {
    scope,
    description: description ?? null,
    expr,
    enabled_expr: enabled ?? null,
    render_json: render === undefined ? null : JSON.stringify(render),
    ...timerColumns(timer, entry.timer, clock),
    registered_by,
    version: entry.revision,
  };
}
