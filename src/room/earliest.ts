/**
 * The earliest of many instants that come and go, ms since the epoch, as a lower bound: what went leaves it too early
 * rather than too late. Whoever finds nothing due at it says what is left.
 */
export class Earliest {
  #at: number | null = null;

  get at(): number | null {
    return this.#at;
  }

  note(at: number | undefined): void {
    if (at !== undefined && (this.#at === null || at < this.#at)) this.#at = at;
  }

  isDue(now: number): boolean {
    return this.#at !== null && this.#at <= now;
  }

  /** Begins anew from the instants that are left. */
  reset(instants: Iterable<number | undefined>): void {
    this.#at = null;
    for (const at of instants) this.note(at);
  }
}

/** The earliest of instants of which some may be absent. */
export function earliestOf(instants: readonly (number | null)[]): number | null {
  const earliest = new Earliest();
  for (const at of instants) earliest.note(at ?? undefined);
  return earliest.at;
}
