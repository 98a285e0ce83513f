import type { Json } from "../src/kernel/json.ts";
import type { Answer } from "../workerd/connection.ts";
import { headerOf } from "../workerd/connection.ts";
import type { Promised } from "./ledger.ts";

/** Refusals that are part of the game. */
const EXPECTED = new Set(["precondition_failed", "version_conflict"]);

/** What a drill reads of the answer to an invocation. */
export interface AnswerBody {
  readonly seq?: number;
  readonly writes?: Json;
  readonly error?: string;
  readonly current?: { readonly hash: string };
  /** With which a call is put off: it was not done, and comes again after so many seconds. */
  readonly retry_after_seconds?: number;
}

/** What was answered to a call that one of {@link Asked} describes. */
export type Heard =
  | { readonly outcome: "accepted"; readonly promised: Promised; readonly replayed: boolean }
  | { readonly outcome: "refused"; readonly code: string }
  /** No answer that a call of a drill should get. */
  | { readonly outcome: "strange" };

/** The same for every door: over HTTP, by socket and in a batch the status and the body say the same. */
export function hear(status: number, { seq, writes, error }: AnswerBody, replayed: boolean): Heard {
  if (status === 200 && seq !== undefined && writes !== undefined)
    return { outcome: "accepted", promised: { seq, writes }, replayed };
  if (status === 409 && error !== undefined && EXPECTED.has(error))
    return { outcome: "refused", code: error };
  return { outcome: "strange" };
}

/** Whether an answer over HTTP is one that was given before. */
export function isReplay(answer: Answer): boolean {
  return headerOf(answer, "Idempotency-Replayed") === "true";
}

/** The seq that an answer over HTTP is of. */
export function seqOf(answer: Answer): number {
  return Number(headerOf(answer, "X-Sync-Seq"));
}
