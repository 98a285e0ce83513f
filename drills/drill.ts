import type { Site } from "../workerd/server.ts";
import type { Faults } from "./faults.ts";

/** Counts by what was counted. */
export type Counts = Readonly<Record<string, number>>;

/** What is done to a server of its own, cycle after cycle, and checked. */
export interface Drill {
  readonly faults: Faults;
  /** Makes the rooms and those who call them. */
  set(): Promise<void>;
  cycle(): Promise<void>;
  /** Compares all that was ever acknowledged with what there is. */
  finish(): Promise<void>;
  /** Ends the server, if it runs. */
  stop(): Promise<void>;
  /** What was done so far, faults apart. */
  counts(): Counts;
}

/** A kind of drill, by its name on the command line. */
export interface DrillKind {
  readonly cycles: number;
  /** Enough to see that the drill itself works. */
  readonly quickCycles: number;
  make(site: Site, seed: number): Drill;
}

const PATIENCE_MS = 60_000;

/** Fails where a server stays silent. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Counts as text: `12 accepted, 3 refused`. */
export function told(counts: Counts): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");
}
