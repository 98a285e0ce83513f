import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject, jsonFault, own } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import { isPrivateScope } from "../kernel/names.ts";
import { instantOf } from "../kernel/timer.ts";
import { parseJson } from "../protocol/parsing.ts";

/** A row of the original system: columns that hold JSON hold it as text. */
export type Row = JsonObject;

/** A row cannot become an entry: why is its message. */
export class Unreadable extends Error {}

/** The column as text; null where it is null or not there. */
export function textOf(row: Row, column: string): string | null {
  const value = own(row, column) ?? null;
  if (value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The text of an expression, or undefined for none. */
export function expressionOf(row: Row, column: string): string | undefined {
  const text = textOf(row, column);
  return text === null || text === "" ? undefined : text;
}

/** What the JSON in the column says; undefined where the column is null, empty or not there. */
export function jsonOf(row: Row, column: string): Json | undefined {
  const text = textOf(row, column);
  if (text === null || text === "") return undefined;
  try {
    return kept(parseJson(text), column) ?? undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw new Unreadable(`${column} is no JSON`);
    throw thrown;
  }
}

/** {@link jsonOf} for a column that holds an object. */
export function objectOf(row: Row, column: string): JsonObject | undefined {
  const value = jsonOf(row, column);
  if (value === undefined || isJsonObject(value)) return value;
  throw new Unreadable(`${column} holds no object`);
}

/** The JSON that a text is, or else the text itself [LEGACY-2]. */
export function valueIn(row: Row, column: string): Json {
  const text = textOf(row, column) ?? "null";
  let value: unknown = text;
  try {
    value = parseJson(text);
  } catch {
    // Raw text is a value, too.
  }
  return kept(value, column);
}

/** The column as a whole number, or null. */
export function numberOf(row: Row, column: string): number | null {
  const value = own(row, column) ?? null;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

/** The column as an instant, ISO 8601 with milliseconds in UTC; null where it is none. Without a zone it is UTC. */
export function timeOf(row: Row, column: string): string | null {
  const at = instantOf(own(row, column) ?? null);
  return at === null ? null : new Date(at).toISOString();
}

/** The column as the id of an agent, or null for the room: of it the original system also spoke as "admin". */
export function agentOf(row: Row, column: string): string | null {
  const text = textOf(row, column);
  return text !== null && isPrivateScope(text) ? text : null;
}

const PROBLEMS = {
  too_deep: "is nested too deep",
  number_out_of_range: "holds a number beyond ±(2^53−1)",
  lone_surrogate: "holds half of a surrogate pair",
  not_json: "is no JSON",
} as const;

/** `value`, if a room can keep it exactly [STATE-3]. */
export function kept(value: unknown, what: string): Json {
  const fault = jsonFault(value, LIMITS.valueDepth);
  if (fault) throw new Unreadable(`${what} ${PROBLEMS[fault.problem]}`);
  return value as Json;
}
