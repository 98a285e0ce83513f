import type { Reply } from "../protocol/calls.ts";

/** What a room did since it was loaded: an eviction begins anew. */
export class Tally {
  /** Invocations that came, those of batches one by one. */
  invocations = 0;
  /** Invocations and batches that were refused, by code. */
  readonly refused = new Map<string, number>();

  /** Notes an answer to an invocation, where it is a refusal. */
  answered({ status, body }: Reply): void {
    if (status < 400) return;
    const { error } = JSON.parse(body) as { error: string };
    this.refused.set(error, (this.refused.get(error) ?? 0) + 1);
  }
}
