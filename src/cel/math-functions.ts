import { int, negate } from "./arithmetic.ts";
import { GREATEST, LEAST } from "./collection-functions.ts";
import type { Run } from "./run.ts";
import { type CelFunction, type Functions, takes } from "./signature.ts";
import { type CelValue, Uint } from "./values.ts";

/** A function of doubles that leaves integers as they are. */
function ofNumber(apply: (value: number) => number): CelFunction {
  return takes(1, (_run, [value]) => {
    if (typeof value === "bigint" || value instanceof Uint) return value;
    return typeof value === "number" ? apply(value) : undefined;
  });
}

/** Half away from zero, where the platform rounds half up. */
function round(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

function abs(run: Run, value: CelValue | undefined): CelValue | undefined {
  if (typeof value === "number") return Math.abs(value);
  if (typeof value === "bigint") return value < 0n ? negate(run, value) : int(run, value);
  return value instanceof Uint ? value : undefined;
}

export const MATH_FUNCTIONS: Functions = {
  "math.abs": takes(1, (run, [value]) => abs(run, value)),
  "math.ceil": ofNumber(Math.ceil),
  "math.floor": ofNumber(Math.floor),
  "math.round": ofNumber(round),
  "math.trunc": ofNumber(Math.trunc),
  "math.sqrt": takes(1, (_run, [value]) =>
    typeof value === "number" || typeof value === "bigint" ? Math.sqrt(Number(value)) : undefined,
  ),
  "math.least": LEAST,
  "math.greatest": GREATEST,
};
