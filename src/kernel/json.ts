/** Any JSON value. Objects may have own keys of any name: read them with `Object.hasOwn`, build them with {@link jsonObject}. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** An object without a prototype, so that a key named `__proto__` is an ordinary key. */
export function jsonObject(entries: Iterable<readonly [string, Json]> = []): JsonObject {
  const object: JsonObject = Object.create(null);
  for (const [key, value] of entries) object[key] = value;
  return object;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own property `key` of `object`, or undefined: inherited names such as `constructor` are absent. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Why a value may not be stored, with its path from the root, or null when it may. */
export interface JsonFault {
  readonly path: readonly (string | number)[];
  readonly problem: "too_deep" | "number_out_of_range" | "lone_surrogate" | "not_json";
}

/**
 * The first reason why `value` is no JSON that a room can keep exactly [STATE-3]: nested deeper than `maxDepth`
 * levels, an integer beyond ±(2^53−1), NaN, an infinity, a lone surrogate in a string or key, or no JSON at all.
 */
export function jsonFault(value: unknown, maxDepth: number): JsonFault | null {
  return faultAt(value, maxDepth, []);
}

function faultAt(value: unknown, depthLeft: number, path: (string | number)[]): JsonFault | null {
  switch (typeof value) {
    case "boolean":
      return null;
    case "string":
      return value.isWellFormed() ? null : { path, problem: "lone_surrogate" };
    case "number":
      return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? null : { path, problem: "number_out_of_range" };
    case "object":
      if (value === null) return null;
      if (depthLeft === 0) return { path, problem: "too_deep" };
      return Array.isArray(value) ? arrayFault(value, depthLeft, path) : objectFault(value, depthLeft, path);
    default:
      return { path, problem: "not_json" };
  }
}

function arrayFault(array: readonly unknown[], depthLeft: number, path: (string | number)[]) {
  for (let index = 0; index < array.length; index++) {
    const fault = faultAt(array[index], depthLeft - 1, [...path, index]);
    if (fault) return fault;
  }
  return null;
}

function objectFault(object: object, depthLeft: number, path: (string | number)[]): JsonFault | null {
  for (const [key, item] of Object.entries(object)) {
    if (!key.isWellFormed()) return { path, problem: "lone_surrogate" };
    const fault = faultAt(item, depthLeft - 1, [...path, key]);
    if (fault) return fault;
  }
  return null;
}

/** Canonical JSON (RFC 8785): keys sorted by UTF-16 code units, no white space, ECMAScript numbers and strings. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(own(value, key) ?? null)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Whether two JSON values are the same value, key order aside. */
export function jsonEqual(left: Json, right: Json): boolean {
  return left === right || canonicalJson(left) === canonicalJson(right);
}
