import type { Run } from "./run.ts";
import { difference, duration, timestamp } from "./time.ts";
import { type CelValue, Duration, isList, Timestamp, Uint } from "./values.ts";

export type Arithmetic = "+" | "-" | "*" | "/" | "%";

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

/** @throws Fault when `value` is no 64-bit integer. */
export function int(run: Run, value: bigint): bigint {
  return value >= MIN_INT && value <= MAX_INT ? value : run.fail("integer overflow");
}

/** @throws Fault when `value` is no unsigned 64-bit integer. */
export function uint(run: Run, value: bigint): Uint {
  return value >= 0n && value <= MAX_UINT ? new Uint(value) : run.fail("unsigned integer overflow");
}

/** `left operator right`: integers as in CEL; where a JSON number takes part, numbers as in JSON [CEL-2]. */
export function calculate(run: Run, operator: Arithmetic, left: CelValue, right: CelValue): CelValue {
  if (typeof left === "bigint" && typeof right === "bigint")
    return int(run, integers(run, operator, left, right));
  if (left instanceof Uint && right instanceof Uint) {
    return uint(run, integers(run, operator, left.value, right.value));
  }
  if (typeof left === "number" || typeof right === "number") {
    const [a, b] = [toNumber(left), toNumber(right)];
    if (a !== undefined && b !== undefined) return doubles(run, operator, a, b);
  }
  const result =
    operator === "+" ? add(run, left, right) : operator === "-" ? subtract(run, left, right) : undefined;
  return result ?? run.noOverload(operator, [left, right]);
}

function toNumber(value: CelValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof Uint ? Number(value.value) : undefined;
}

function integers(run: Run, operator: Arithmetic, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0n ? run.fail("division by zero") : left / right;
    case "%":
      return right === 0n ? run.fail("modulus by zero") : left % right;
  }
}

function doubles(run: Run, operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return right === 0 ? run.fail("modulus by zero") : left % right;
  }
}

function add(run: Run, left: CelValue, right: CelValue): CelValue | undefined {
  if (typeof left === "string" && typeof right === "string") {
    run.makeText(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    run.makeList(left.length + right.length);
    return left.concat(right);
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    run.makeText(left.length + right.length);
    const joined = new Uint8Array(left.length + right.length);
    joined.set(left);
    joined.set(right, left.length);
    return joined;
  }
  if (left instanceof Timestamp && right instanceof Duration) return timestamp(run, left.nanos + right.nanos);
  if (left instanceof Duration && right instanceof Timestamp) return timestamp(run, left.nanos + right.nanos);
  if (left instanceof Duration && right instanceof Duration) return duration(run, left.nanos + right.nanos);
  return undefined;
}

function subtract(run: Run, left: CelValue, right: CelValue): CelValue | undefined {
  if (left instanceof Timestamp && right instanceof Timestamp) return difference(run, left, right);
  if (left instanceof Timestamp && right instanceof Duration) return timestamp(run, left.nanos - right.nanos);
  if (left instanceof Duration && right instanceof Duration) return duration(run, left.nanos - right.nanos);
  return undefined;
}

export function negate(run: Run, value: CelValue): CelValue {
  if (typeof value === "number") return -value;
  return typeof value === "bigint" ? int(run, -value) : run.noOverload("-", [value]);
}
