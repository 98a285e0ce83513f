import { inject } from "vitest";
import type { Proof } from "./provided.ts";

/** In ms: a long proof has no limit to speak of. */
export const TIME_LIMIT = (inject("proof") === null ? 60_000 : 10_000_000) * inject("patience");

/** In ms: after it a counterexample is told as small as it is by then. */
export const SHRINK_LIMIT = 0.75 * TIME_LIMIT;

/** What was asked for on the command line, or `usual`. */
export function proofOf(usual: Proof): Proof {
  return inject("proof") ?? usual;
}
