import type { Counts, Drill } from "./drill.ts";
import { FAULT_KINDS } from "./faults.ts";

/** What came of a drill. */
export interface Outcome {
  readonly cycles: number;
  readonly seconds: number;
  readonly counts: Counts;
  /** Faults by their kind. */
  readonly faults: Counts;
  /** Faults in words, each with its rule, and what broke off the drill itself. */
  readonly told: readonly string[];
  readonly good: boolean;
}

/** Runs a drill for so many cycles, less where it finds a fault. A signal ends its server, too. */
export async function run(drill: Drill, cycles: number): Promise<Outcome> {
  const begun = performance.now();
  const end = () => void drill.stop().then(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  const broken: string[] = [];
  let done = 0;
  try {
    await drill.set();
    for (; done < cycles && !drill.faults.any; done++) await drill.cycle();
    if (!drill.faults.any) await drill.finish();
  } catch (error) {
    broken.push(`the drill broke off: ${error instanceof Error ? error.stack : error}`);
  } finally {
    await drill.stop();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
  }
  return {
    cycles: done,
    seconds: (performance.now() - begun) / 1000,
    counts: drill.counts(),
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, drill.faults.count(kind)])),
    told: [...drill.faults.told, ...broken],
    good: broken.length === 0 && !drill.faults.any,
  };
}
