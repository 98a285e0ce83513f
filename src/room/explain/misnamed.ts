import { BUILTINS } from "../../kernel/decide/builtins.ts";
import type { Refusal } from "../../kernel/errors.ts";
import type { Json, JsonObject } from "../../kernel/json.ts";
import { isJsonObject, own } from "../../kernel/json.ts";
import { nearest } from "../../kernel/nearest.ts";
import { paramSchema } from "../../kernel/param-schema.ts";
import { suggest, suggested } from "../../kernel/suggestion.ts";
import type { InvokeCall } from "../../protocol/calls.ts";
import type { ReadModel } from "../read-model.ts";

/** A call that is longer is left for the caller to write. */
const MOST_CALL_CHARS = 300;

/**
 * The refusal of an invocation with the parameter, or the value of an enumeration, that the caller probably meant: a
 * parameter that the action does not declare counts as another's misspelling only beside one that is missing.
 */
export function suggestParam(model: ReadModel, call: InvokeCall, refusal: Refusal): Refusal {
  const schema = schemaOf(model, call.action);
  const path = pathIn(refusal);
  const value = path?.reduce<Json | undefined>(member, call.params);
  const choices = path && enumerated(schema, path);
  if (path && choices && typeof value === "string") {
    const place = { path: ["params", ...path].join("."), from: value, among: choices };
    return suggest(refusal, place, (to) => next(call, path.length === 1 ? { [path[0] ?? ""]: to } : null));
  }
  return suggestName(call, refusal, declaredNames(schema), path?.[0]);
}

function suggestName(
  call: InvokeCall,
  refusal: Refusal,
  declared: readonly string[],
  named: string | undefined,
): Refusal {
  const given = Object.keys(call.params);
  const isGiven = named !== undefined && given.includes(named);
  const wanted = named === undefined || isGiven ? declared : [named];
  const unknown = given.filter((name) => !declared.includes(name));
  for (const from of unknown) {
    const to = nearest(
      from,
      wanted.filter((name) => !given.includes(name)),
    );
    if (to === undefined) continue;
    const { [from]: value = null, ...others } = call.params;
    const renamed = next({ ...call, params: others }, { [to]: value });
    return suggested(refusal, { path: `params.${from}`, from, to }, renamed);
  }
  return refusal;
}

/** The call with `changed` among its parameters, where that can be written in a line. */
function next(call: InvokeCall, changed: JsonObject | null): string {
  const body = changed && JSON.stringify({ params: { ...call.params, ...changed } });
  if (body === null || body.length > MOST_CALL_CHARS) return "Pass that.";
  return `POST …/actions/${encodeURIComponent(call.action)}/invoke with ${body}.`;
}

function schemaOf(model: ReadModel, action: string): JsonObject {
  const declared = BUILTINS.get(action)?.params ?? model.actions.definition(action)?.params;
  return declared === undefined ? {} : paramSchema(declared);
}

function declaredNames(schema: JsonObject): string[] {
  const properties = own(schema, "properties");
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

/** The place in the parameters that a refusal names, by its path or as the placeholder that lacks it. */
function pathIn({ details }: Refusal): string[] | undefined {
  const { path, placeholder } = details ?? {};
  const text = typeof placeholder === "string" ? placeholder.slice(2, -1) : path;
  if (typeof text !== "string") return undefined;
  return (text.startsWith("params.") ? text.slice("params.".length) : text).split(".");
}

function member(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(name)];
  return isJsonObject(value) ? own(value, name) : undefined;
}

/** The texts that the schema allows at a path of properties, or undefined where it names none. */
function enumerated(schema: JsonObject, path: readonly string[]): string[] | undefined {
  let at: Json | undefined = schema;
  for (const name of path) {
    const properties: Json | undefined = isJsonObject(at) ? own(at, "properties") : undefined;
    at = isJsonObject(properties) ? own(properties, name) : undefined;
  }
  const choices = isJsonObject(at) ? own(at, "enum") : undefined;
  return Array.isArray(choices) ? choices.filter((choice) => typeof choice === "string") : undefined;
}
