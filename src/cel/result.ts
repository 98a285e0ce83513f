import { type Json, type JsonObject, jsonObject } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import { mapGet, mapKeys, mapValues } from "./maps.ts";
import type { Run } from "./run.ts";
import { SubstrateMap } from "./substrate-map.ts";
import { durationText, instantText } from "./time.ts";
import { type CelMap, type CelValue, Duration, isList, isMap, kindOf, Timestamp, Uint } from "./values.ts";

const STEPS_PER_MAP_ENTRY = 4;
/** A character that is written out counts as so many that are read. */
const CHARS_WRITTEN = 2;

/**
 * The result of an expression as JSON [CEL-2]: integers as plain numbers, a timestamp as RFC 3339 text, a duration as
 * text such as `90s`, maps as objects without a prototype. An object that was read leaves as the same reference. Each
 * element is charged one step, 8 characters one, for they are written out and sent, an entry of a map four.
 * @throws Fault for NaN, an infinity, an integer beyond ±(2^53−1), bytes, a type, or nesting beyond `requestDepth`.
 */
export function fromCel(run: Run, value: CelValue, depthLeft: number = LIMITS.requestDepth): Json {
  run.charge(1);
  switch (typeof value) {
    case "string":
      run.chargeText(CHARS_WRITTEN * value.length);
      return value;
    case "number":
      // JSON text has no negative zero: what is stored and read again must be what was answered.
      return Number.isFinite(value) ? value + 0 : run.fail("the result is not a finite number");
    case "bigint":
      return integer(run, value);
    case "boolean":
      return value;
  }
  if (value === null) return value;
  if (value instanceof Uint) return integer(run, value.value);
  if (value instanceof Timestamp) return instantText(run, value);
  if (value instanceof Duration) return durationText(run, value);
  if (depthLeft === 0) return run.fail(`the result is nested deeper than ${LIMITS.requestDepth} levels`);
  if (isList(value)) return value.map((item) => fromCel(run, item, depthLeft - 1));
  return isMap(value)
    ? object(run, value, depthLeft)
    : run.fail(`no result holds a value of type ${kindOf(value)}`);
}

function object(run: Run, map: CelMap, depthLeft: number): Json {
  if (map instanceof SubstrateMap || map instanceof Map) {
    const keys = mapKeys(run, map);
    run.charge(keys.length * STEPS_PER_MAP_ENTRY);
    return jsonObject(
      keys.map((key) => [String(key), fromCel(run, mapGet(map, key) ?? null, depthLeft - 1)]),
    );
  }
  for (const value of mapValues(run, map)) fromCel(run, value, depthLeft - 1);
  return map as JsonObject;
}

function integer(run: Run, value: bigint): number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : run.fail("the result is an integer beyond ±(2^53−1)");
}
