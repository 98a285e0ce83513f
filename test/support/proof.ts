import { inject } from "vitest";

/** How many histories a proof tries, from which seed. */
export interface Proof {
  readonly runs: number;
  readonly seed: number;
}

declare module "vitest" {
  export interface ProvidedContext {
    /** What `scripts/proof.ts` was asked for, or null in an ordinary run of the tests. */
    readonly proof: Proof | null;
  }
}

/** A long proof has no time limit to speak of, ms. */
export const LONG = 10_000_000;

/** What was asked for on the command line, or `usual`. */
export function proofOf(usual: Proof): Proof {
  return inject("proof") ?? usual;
}
