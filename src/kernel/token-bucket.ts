/** How fast a {@link TokenBucket} fills, and how much it holds. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * A token bucket: full at first, it fills evenly and holds no more than its burst. It has no clock: `now` is ms since any
 * instant, and may stand still or be set back, which earns nothing.
 */
export class TokenBucket {
  /** Null for a bucket that nothing was taken from yet: it is full, whatever the rate. */
  #tokens: number | null = null;
  #at = 0;

  /** In how many whole seconds `count` can be taken, or null where they can be now. More than the burst never can. */
  lacks(count: number, rate: Rate, now: number): number | null {
    const missing = count - this.#level(rate, now);
    return missing <= 0 ? null : Math.max(1, Math.ceil(missing / rate.perSecond));
  }

  /** Takes `count`, of which {@link lacks} says that they are there. */
  take(count: number, rate: Rate, now: number): void {
    this.#tokens = Math.max(0, this.#level(rate, now) - count);
    this.#at = now;
  }

  /** What the bucket holds. A rate that was lowered meanwhile holds for what is in it, too. */
  #level({ perSecond, burst }: Rate, now: number): number {
    if (this.#tokens === null) return burst;
    const earned = (Math.max(0, now - this.#at) / 1000) * perSecond;
    return Math.min(burst, this.#tokens + earned);
  }
}
