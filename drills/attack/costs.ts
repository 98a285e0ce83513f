import { ComputedMap } from "../../src/cel/computed-map.ts";
import { Meter } from "../../src/cel/meter.ts";
import { compile, evaluate } from "../../src/cel/program.ts";
import type { CelValue } from "../../src/cel/values.ts";
import { Timestamp, toCel } from "../../src/cel/values.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import type { Dice } from "../random.ts";
import { FURNITURE, hostileExpression } from "./hostile-expressions.ts";

/** Entries that stand in a room's state. */
const bulk = new ComputedMap(
  Object.fromEntries(Object.entries(FURNITURE).map(([key, value]) => [key, () => toCel(value)])),
);
const empty = new ComputedMap({});
const ROOTS: Readonly<Record<string, CelValue>> = {
  state: new ComputedMap({ _bulk: () => bulk }),
  views: bulk,
  self: "ana",
  params: {},
  now: Timestamp.fromMilliseconds(Date.UTC(2026, 0, 31)),
};
const roots = { root: (name: string) => ROOTS[name] ?? empty };

/** What an expression takes at its least, of some times. */
export interface Cost {
  readonly text: string;
  /** Of the process: other work of the machine is not in it. */
  readonly cpuMs: number;
  readonly steps: number;
}

/** Compiles and evaluates `text` once. */
function once(text: string): Cost {
  const meter = new Meter(LIMITS.expressionSteps);
  const begun = process.cpuUsage();
  const compiled = compile(text);
  if (compiled.ok) evaluate(compiled.program, roots, meter);
  const { user, system } = process.cpuUsage(begun);
  return { text, cpuMs: (user + system) / 1_000, steps: meter.used };
}

const ASKED_AGAIN = 40;
const TIMES_AGAIN = 5;

/** The costliest of `count` hostile expressions, evaluated in this process, the costliest first. */
export function costliest(count: number, dice: Dice): Cost[] {
  const first = Array.from({ length: count }, () => once(hostileExpression(dice)));
  const dear = first.sort((one, other) => other.cpuMs - one.cpuMs).slice(0, ASKED_AGAIN);
  return dear
    .map(({ text }) => {
      const again = Array.from({ length: TIMES_AGAIN }, () => once(text));
      return again.reduce((least, cost) => (cost.cpuMs < least.cpuMs ? cost : least));
    })
    .sort((one, other) => other.cpuMs - one.cpuMs);
}
