import { type JsonObject, own } from "../kernel/json.ts";
import type { Run } from "./run.ts";
import { SubstrateMap } from "./substrate-map.ts";
import { type CelMap, type CelValue, type MapKey, Uint } from "./values.ts";

const STEPS_PER_VALUE = 3;

function isWritten(map: CelMap): map is ReadonlyMap<MapKey, CelValue> {
  return map instanceof Map;
}

/** `value` as the key of a map: equal numbers are one key. Undefined for what can be no key. */
export function mapKey(value: CelValue): MapKey | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return value;
    case "number":
      return Number.isInteger(value) ? BigInt(value) : undefined;
    default:
      return value instanceof Uint ? value.value : undefined;
  }
}

/** The entry `key`, or undefined when absent; a map of the substrate answers null for it [CEL-1]. */
export function mapGet(map: CelMap, key: MapKey): CelValue | undefined {
  if (map instanceof SubstrateMap) return typeof key === "boolean" ? null : map.get(String(key));
  if (isWritten(map)) return map.get(key);
  return typeof key === "string" ? own(map, key) : undefined;
}

export function mapHas(map: CelMap, key: MapKey): boolean {
  if (map instanceof SubstrateMap) return typeof key !== "boolean" && map.has(String(key));
  if (isWritten(map)) return map.has(key);
  return typeof key === "string" && Object.hasOwn(map, key);
}

/** The keys of `map`, each charged one step. */
export function mapKeys(run: Run, map: CelMap): MapKey[] {
  if (map instanceof SubstrateMap || isWritten(map)) {
    run.makeList(map.size);
    return [...map.keys()];
  }
  const keys = Object.keys(map);
  run.makeList(keys.length);
  return keys;
}

/** The values of `map`, in the order of its keys, each charged four steps. */
export function mapValues(run: Run, map: CelMap): CelValue[] {
  const keys = mapKeys(run, map);
  run.charge(keys.length * STEPS_PER_VALUE);
  const isJson = !(map instanceof SubstrateMap || isWritten(map));
  return isJson ? Object.values(map) : keys.map((key) => mapGet(map, key) ?? null);
}

/** How many entries `map` has; those of an object are counted, each for one step. */
export function mapSize(run: Run, map: CelMap): number {
  if (map instanceof SubstrateMap || isWritten(map)) return map.size;
  const { length } = Object.keys(map as JsonObject);
  run.charge(length);
  return length;
}
