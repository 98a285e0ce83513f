import { calculate } from "./arithmetic.ts";
import { CodePoints } from "./code-points.ts";
import { compare } from "./comparison.ts";
import { mapGet, mapKeys, mapSize, mapValues } from "./maps.ts";
import type { Run } from "./run.ts";
import { type CelFunction, type Functions, takesFrom, takesOne } from "./signature.ts";
import {
  type CelList,
  type CelMap,
  type CelValue,
  Duration,
  isList,
  isMap,
  type MapKey,
  Uint,
} from "./values.ts";

const MOST_ARGUMENTS = 32;
const STEPS_PER_ENTRY = 3;

function size(run: Run, value: CelValue): CelValue | undefined {
  if (typeof value === "string") return BigInt(new CodePoints(run, value).length);
  if (value instanceof Uint8Array || isList(value)) return BigInt(value.length);
  return isMap(value) ? BigInt(mapSize(run, value)) : undefined;
}

/** A list of `{key, value}`. */
function entries(run: Run, map: CelMap): CelList {
  const keys = mapKeys(run, map);
  run.charge(keys.length * STEPS_PER_ENTRY);
  return keys.map(
    (key) =>
      new Map<MapKey, CelValue>([
        ["key", key],
        ["value", mapGet(map, key) ?? null],
      ]),
  );
}

/** The sum of a list of numbers, or of durations; 0 when it is empty. */
function sum(run: Run, list: CelList): CelValue {
  run.charge(list.length);
  return list.reduce<CelValue>((total, item) => calculate(run, "+", total, item), zeroLike(list[0]));
}

function zeroLike(first: CelValue | undefined): CelValue {
  if (first instanceof Uint) return new Uint(0n);
  return first instanceof Duration ? new Duration(0n) : 0n;
}

function order(run: Run, name: string, left: CelValue, right: CelValue): number {
  return compare(run, left, right) ?? run.noOverload(name, [left, right]);
}

/** The least (`sign` 1) or greatest (`sign` -1) of a list. */
function extreme(name: "min" | "max", sign: 1 | -1) {
  return (run: Run, list: CelList): CelValue => {
    const [first, ...others] = list;
    if (first === undefined) return run.fail(`${name}() of an empty list`);
    return others.reduce((best, item) => (order(run, name, item, best) * sign < 0 ? item : best), first);
  };
}

/** The list in ascending order: numbers, or strings, or other values of one kind that CEL orders. */
function sort(run: Run, list: CelList): CelValue {
  run.makeList(list.length);
  return list.toSorted((left, right) => order(run, "sort", left, right));
}

function ofList(apply: (run: Run, list: CelList) => CelValue): CelFunction {
  return takesOne((run, list) => (isList(list) ? apply(run, list) : undefined));
}

/** `name(list)` or `name(a, b, …)`. */
function ofListOrArguments(apply: (run: Run, list: CelList) => CelValue): CelFunction {
  return takesFrom(1, MOST_ARGUMENTS, (run, values) => {
    const [first = null] = values;
    return apply(run, values.length === 1 && isList(first) ? first : values);
  });
}

const min = extreme("min", 1);
const max = extreme("max", -1);

export const LEAST = ofListOrArguments(min);
export const GREATEST = ofListOrArguments(max);

export const COLLECTION_FUNCTIONS: Functions = {
  size: takesOne(size),
  sum: ofList(sum),
  sort: ofList(sort),
  min: LEAST,
  max: GREATEST,
};

export const COLLECTION_METHODS: Functions = {
  size: takesOne(size),
  sum: ofList(sum),
  sort: ofList(sort),
  min: ofList(min),
  max: ofList(max),
  keys: takesOne((run, value) => (isMap(value) ? mapKeys(run, value) : undefined)),
  values: takesOne((run, value) => (isMap(value) ? mapValues(run, value) : undefined)),
  entries: takesOne((run, value) => (isMap(value) ? entries(run, value) : undefined)),
};
