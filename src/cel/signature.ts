import type { Run } from "./run.ts";
import type { CelValue } from "./values.ts";

/** A function of the language, its receiver counted as the first argument. */
export interface CelFunction {
  readonly least: number;
  readonly most: number;
  /** The result, or undefined when the function does not take arguments of these types. */
  readonly call: (run: Run, values: readonly CelValue[]) => CelValue | undefined;
}

export function takes(count: number, call: CelFunction["call"]): CelFunction {
  return { least: count, most: count, call };
}

export function takesOne(call: (run: Run, value: CelValue) => CelValue | undefined): CelFunction {
  return takes(1, (run, [value = null]) => call(run, value));
}

export function takesFrom(least: number, most: number, call: CelFunction["call"]): CelFunction {
  return { least, most, call };
}

export type Functions = Readonly<Record<string, CelFunction>>;
