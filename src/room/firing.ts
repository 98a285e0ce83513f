import { decideTimers } from "../kernel/decide/timers.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { Journal } from "./journal.ts";
import type { LiveState } from "./live-state.ts";
import type { Commit } from "./parts.ts";

export interface FiringParts {
  readonly live: LiveState;
  readonly journal: Journal;
  readonly commit: Commit;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Whether what was thrown says that the disk is full. */
  readonly isFull: (thrown: unknown) => boolean;
}

/** After a full disk kept timers from firing: each attempt costs what is in memory. */
const RETRY_MS = 5_000;

/** Fires the timers that are due, before anything else is answered [LOG-8, TIMER-2]. */
export class Firing {
  readonly #parts: FiringParts;
  #notBefore = 0;

  constructor(parts: FiringParts) {
    this.#parts = parts;
  }

  /** When there is something to fire, ms since the epoch, or null. */
  get dueAt(): number | null {
    const { nextAt } = this.#parts.live.timers;
    return nextAt === null ? null : Math.max(nextAt, this.#notBefore);
  }

  /** Commits what is due by now; doing it twice does no more. A full disk puts it off, so that reads go on. */
  fire(): void {
    const { live, journal, commit, now, isFull } = this.#parts;
    const nowMs = now();
    if (live.timers.nextAt === null || nowMs < this.#notBefore) return;
    const ts = journal.instant(nowMs);
    const due = live.timers.due(Date.parse(ts), LIMITS.timersPerEvent);
    if (due.length === 0) return;
    try {
      commit(decideTimers(due, live), ts, () => {});
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown;
      this.putOff(RETRY_MS);
    }
  }

  /** Fires nothing for so many ms. */
  putOff(ms: number): void {
    this.#notBefore = this.#parts.now() + ms;
  }
}
