import { isJsonObject } from "../kernel/json.ts";
import type { ActionDefinition, Entry, ViewDefinition } from "../kernel/model.ts";
import { expressionFault } from "../room/expressions.ts";
import { schemaFault } from "../room/params.ts";
import type { Row } from "./columns.ts";
import { textOf } from "./columns.ts";

/** What of a row its entry does not hold. */
export function lostOf(row: Row, { value }: Pick<Entry, "value">): string[] {
  const isLost =
    textOf(row, "render_json") !== null && isJsonObject(value) && !Object.hasOwn(value, "render");
  return isLost ? ["render_json has no type: left out"] : [];
}

/**
 * What of an entry does not work: expressions that do not compile count as false, or fail where a value is asked for, and
 * parameters that are no schema check nothing [LEGACY-7].
 */
export function problemsOf(scope: string, entry: Pick<Entry, "value" | "enabled">): string[] {
  const problems = [...problem("enabled_expr", entry.enabled)];
  if (!isJsonObject(entry.value)) return problems;
  if (scope === "_actions") problems.push(...actionProblems(entry.value as unknown as ActionDefinition));
  if (scope === "_views") {
    const { expr, enabled } = entry.value as unknown as ViewDefinition;
    problems.push(...problem("expr", expr), ...problem("enabled_expr", enabled));
  }
  return problems;
}

function actionProblems(definition: ActionDefinition): string[] {
  const { params, writes, enabled, result } = definition;
  const fault = params === undefined ? null : schemaFault(params);
  return [
    ...problem("if_expr", definition.if),
    ...problem("enabled_expr", enabled),
    ...problem("result_expr", result),
    ...(fault === null ? [] : [`${fault.path} ${fault.problem}: it checks nothing`]),
    ...writes.flatMap((write, index) => [
      ...(write.expr ? problem(`writes[${index}].value`, String(write.value)) : []),
      ...problem(`writes[${index}].enabled`, write.enabled ?? undefined),
    ]),
  ];
}

function problem(where: string, expression: string | undefined): string[] {
  const fault = expression === undefined ? null : expressionFault(expression);
  return fault === null ? [] : [`${where} does not compile: ${fault.message}`];
}
