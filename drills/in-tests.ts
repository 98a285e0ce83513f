import { spawnSync } from "node:child_process";
import type { Counts } from "./drill.ts";
import type { Options } from "./options.ts";
import type { Outcome } from "./run.ts";

/**
 * Drills that need what only the platform's test runner can do, evict an object and ring its alarm: each is a test, of
 * which `npm test` has a short run, and these are its cycles here.
 */
export const TESTED: Readonly<Record<string, { readonly cycles: number; readonly quickCycles: number }>> = {
  evict: { cycles: 5, quickCycles: 1 },
  clock: { cycles: 40, quickCycles: 4 },
  alarm: { cycles: 40, quickCycles: 4 },
};

/** How a test says what it has counted, in a line of its own. */
const LINE = /^drill: (\{.*\})$/m;

/** Runs a drill as the test that it is. */
export function test(name: string, { cycles, seed, quick }: Options): Outcome {
  const runs = cycles ?? TESTED[name]?.[quick ? "quickCycles" : "cycles"] ?? 0;
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(
    "npx",
    ["vitest", "run", `test/drills/${name}.test.ts`, "--disable-console-intercept"],
    { encoding: "utf8", env: { ...process.env, PROOF: JSON.stringify({ runs, seed }), NO_COLOR: "1" } },
  );
  const counted = LINE.exec(stdout)?.[1];
  const good = status === 0 && counted !== undefined;
  return {
    cycles: runs,
    seconds: (performance.now() - begun) / 1000,
    counts: counted === undefined ? {} : (JSON.parse(counted) as Counts),
    faults: { other: good ? 0 : 1 },
    told: good ? [] : [stdout, stderr],
    good,
  };
}
