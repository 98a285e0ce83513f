import { mapGet, mapHas, mapKey, mapKeys, mapSize } from "./maps.ts";
import type { Run } from "./run.ts";
import {
  type CelList,
  type CelMap,
  CelType,
  type CelValue,
  Duration,
  isList,
  isMap,
  Timestamp,
  Uint,
} from "./values.ts";

const STEPS_PER_MAP_ENTRY = 4;

/** CEL equality: values of different types differ, numbers of different types compare by value. */
export function equals(run: Run, left: CelValue, right: CelValue): boolean {
  run.charge(1);
  if (typeof left === "string") return typeof right === "string" && textEquals(run, left, right);
  if (left === null || typeof left === "boolean") return left === right;
  const [leftNumber, rightNumber] = [numeric(left), numeric(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) {
    // biome-ignore lint/suspicious/noDoubleEquals: between bigint and number this is the exact comparison by value.
    return leftNumber == rightNumber;
  }
  if (isList(left)) return isList(right) && listEquals(run, left, right);
  if (isMap(left)) return isMap(right) && mapEquals(run, left, right);
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compareBytes(run, left, right) === 0;
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  return left instanceof CelType && right instanceof CelType && left.name === right.name;
}

function textEquals(run: Run, left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  run.chargeText(left.length);
  return left === right;
}

function listEquals(run: Run, left: CelList, right: CelList): boolean {
  if (left.length !== right.length) return false;
  return left.every((item, index) => equals(run, item, right[index] ?? null));
}

function mapEquals(run: Run, left: CelMap, right: CelMap): boolean {
  if (mapSize(run, left) !== mapSize(run, right)) return false;
  const keys = mapKeys(run, left);
  run.charge(keys.length * STEPS_PER_MAP_ENTRY);
  return keys.every(
    (key) => mapHas(right, key) && equals(run, mapGet(left, key) ?? null, mapGet(right, key) ?? null),
  );
}

/** The value of a number of any of the three types, or undefined for what is none. */
function numeric(value: CelValue): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return value instanceof Uint ? value.value : undefined;
}

/**
 * Less than zero, zero or more than zero as `left` stands before, with or after `right`; NaN when one of them is.
 * Undefined when CEL does not order the two.
 */
export function compare(run: Run, left: CelValue, right: CelValue): number | undefined {
  run.charge(1);
  const [leftNumber, rightNumber] = [numeric(left), numeric(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) return compareNumbers(leftNumber, rightNumber);
  if (typeof left === "string" && typeof right === "string") {
    run.chargeText(Math.min(left.length, right.length));
    return compareText(left, right);
  }
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof Timestamp && right instanceof Timestamp) return compareNumbers(left.nanos, right.nanos);
  if (left instanceof Duration && right instanceof Duration) return compareNumbers(left.nanos, right.nanos);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(run, left, right);
  return undefined;
}

function compareNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  // biome-ignore lint/suspicious/noDoubleEquals: between bigint and number this is the exact comparison by value.
  return left == right ? 0 : Number.NaN;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function compareBytes(run: Run, left: Uint8Array, right: Uint8Array): number {
  run.chargeText(Math.min(left.length, right.length));
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** `value in collection`. */
export function contains(run: Run, value: CelValue, collection: CelValue): boolean {
  if (isList(collection)) return collection.some((item) => equals(run, value, item));
  if (!isMap(collection)) return run.noOverload("in", [value, collection]);
  const key = mapKey(value);
  return key !== undefined && mapHas(collection, key);
}
