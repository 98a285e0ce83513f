/** What is done in one go before others get their turn; each may take up to its own budget. */
const IDS_PER_SLICE = 64;
const TICK_MS = 1_000;

export interface AgendaParts {
  /** Called before each slice. */
  readonly begin: () => void;
  /** Whether others should have their turn before more is done. */
  readonly isLong: () => boolean;
  readonly work: (id: string) => void;
  /** Runs `work` after `ms`, out of line. */
  readonly later: (ms: number, work: () => void) => void;
}

/**
 * Work by id, done now but in slices that let others in between, and some of it again each second: what reads the
 * clock changes without an event. What work on one id makes due joins the slices in place of beginning one inside it.
 */
export class Agenda {
  readonly #parts: AgendaParts;
  readonly #due = new Set<string>();
  readonly #ticking = new Set<string>();
  #running = false;
  #tickPlanned = false;

  constructor(parts: AgendaParts) {
    this.#parts = parts;
  }

  /** Adds ids to be worked on by the next {@link run}. */
  add(ids: Iterable<string>): void {
    for (const id of ids) this.#due.add(id);
  }

  /** Works on what is due, if that is not being done already. */
  run(): void {
    if (!this.#running) this.#slice();
  }

  /** Works on what is due when whoever has the turn now has finished. */
  runLater(): void {
    if (this.#running) return;
    this.#running = true;
    this.#parts.later(0, () => this.#slice());
  }

  /** Says whether `id` is to be worked on each second. */
  tick(id: string, ticking: boolean): void {
    if (!ticking) this.#ticking.delete(id);
    else this.#ticking.add(id);
    this.#planTick();
  }

  drop(id: string): void {
    this.#due.delete(id);
    this.#ticking.delete(id);
  }

  #slice(): void {
    this.#running = true;
    this.#parts.begin();
    let left = IDS_PER_SLICE;
    try {
      for (const id of this.#due) {
        if (left-- === 0 || this.#parts.isLong()) break;
        this.#due.delete(id);
        this.#parts.work(id);
      }
    } finally {
      this.#running = false;
    }
    if (this.#due.size > 0) this.runLater();
  }

  #planTick(): void {
    if (this.#tickPlanned || this.#ticking.size === 0) return;
    this.#tickPlanned = true;
    this.#parts.later(TICK_MS, () => {
      this.#tickPlanned = false;
      this.add(this.#ticking);
      this.run();
      this.#planTick();
    });
  }
}
