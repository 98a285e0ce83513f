import { LIMITS } from "../kernel/limits.ts";

const MINUTE_MS = 60_000;

/** Counts joins without a token: nobody can be held to account for them, so the room takes only so many a minute. */
export class OpenJoins {
  #tokens: number = LIMITS.openJoinsPerMinute;
  #at = 0;

  /** Takes one, or answers in how many seconds there will be one again. */
  take(now: number): number | null {
    const earned = ((now - this.#at) / MINUTE_MS) * LIMITS.openJoinsPerMinute;
    this.#tokens = Math.min(LIMITS.openJoinsPerMinute, this.#tokens + earned);
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return null;
    }
    return Math.max(1, Math.ceil(((1 - this.#tokens) * MINUTE_MS) / LIMITS.openJoinsPerMinute / 1000));
  }
}
