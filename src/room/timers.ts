import type { DueTimer } from "../kernel/decide/timers.ts";
import type { Entry, RunningTimer, TickTimer } from "../kernel/model.ts";
import type { TimerStore } from "../storage/timer-store.ts";
import { Schedule } from "./schedule.ts";

/** The timers of an entry. */
type Timed = Pick<Entry, "timer" | "cooldown">;

const SLOTS = ["timer", "cooldown"] as const;
const NONE: Timed = {};

/** The clock of one key, and the timers that tick on it by the reading at which they fire. */
interface TickClock {
  count: number;
  readonly schedule: Schedule<DueTimer>;
}

/** Every live timer by when it fires, loaded when it is first asked for and kept beside live state from then on. */
class TimerIndex {
  readonly byTime = new Schedule<DueTimer>();
  readonly #clocks = new Map<string, TickClock>();
  /** Clocks that have reached a timer of theirs. */
  readonly #reached = new Set<TickClock>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clock({ scope, key }: TickTimer["tick_on"]): TickClock | undefined {
    return this.#clocks.get(place(scope, key));
  }

  /** Sets a clock as it was stored. */
  setClock(target: TickTimer["tick_on"], count: number): void {
    const clock = this.#clockOf(target);
    clock.count = count;
    this.#look(clock);
  }

  tick(clock: TickClock): void {
    clock.count += 1;
    this.#look(clock);
  }

  add(timer: RunningTimer, due: DueTimer): void {
    this.#size += 1;
    const clock = "expires_at" in timer ? undefined : this.#clockOf(timer.tick_on);
    (clock?.schedule ?? this.byTime).add(instantOf(timer), idOf(due), due);
    if (clock) this.#look(clock);
  }

  /** Answers whether that was the last timer on its clock, which ends with it. */
  remove(timer: RunningTimer, due: DueTimer): boolean {
    this.#size -= 1;
    if ("expires_at" in timer) {
      this.byTime.remove(instantOf(timer), idOf(due));
      return false;
    }
    const clock = this.#clockOf(timer.tick_on);
    clock.schedule.remove(instantOf(timer), idOf(due));
    this.#look(clock);
    if (clock.schedule.size > 0) return false;
    this.#clocks.delete(place(timer.tick_on.scope, timer.tick_on.key));
    return true;
  }

  /** At most `limit` timers that are due at `now`, ms since the epoch, or by their clocks. */
  due(now: number, limit: number): DueTimer[] {
    const due = this.byTime.due(now, limit);
    for (const { count, schedule } of this.#reached) {
      if (due.length < limit) due.push(...schedule.due(count, limit - due.length));
    }
    return due;
  }

  #clockOf({ scope, key }: TickTimer["tick_on"]): TickClock {
    const known = this.#clocks.get(place(scope, key));
    if (known) return known;
    const clock: TickClock = { count: 0, schedule: new Schedule() };
    this.#clocks.set(place(scope, key), clock);
    return clock;
  }

  #look(clock: TickClock): void {
    const { first } = clock.schedule;
    if (first !== null && first <= clock.count) this.#reached.add(clock);
    else this.#reached.delete(clock);
  }
}

type TimerTable = Pick<TimerStore, "timed" | "clocks" | "putClock" | "removeClock">;

/** The room's live timers, and the clocks of the keys on which some of them tick [TIMER-2, TIMER-3]. */
export class Timers {
  readonly #store: TimerTable;
  #loaded: TimerIndex | undefined;

  constructor(store: TimerTable) {
    this.#store = store;
  }

  get size(): number {
    return this.#index.size;
  }

  /** When the next timer is due by the wall clock, ms since the epoch, or null. */
  get nextAt(): number | null {
    return this.#index.byTime.first;
  }

  /** At most `limit` timers that are due at `now`, ms since the epoch, or whose ticks are over. */
  due(now: number, limit: number): DueTimer[] {
    return this.#index.due(now, limit);
  }

  /** What the clock of a key reads, 0 where it has none. */
  clock(scope: string, key: string): number {
    return this.#index.clock({ scope, key })?.count ?? 0;
  }

  tick(scope: string, key: string): void {
    const clock = this.#index.clock({ scope, key });
    if (!clock) return;
    this.#index.tick(clock);
    this.#store.putClock({ scope, key, count: clock.count });
  }

  /**
   * Follows an entry that is about to change in the table. What it will have is added before what it had is removed, so
   * that a clock goes on for a timer that is set anew.
   */
  replace(scope: string, key: string, before: Timed = NONE, after: Timed = NONE): void {
    for (const slot of SLOTS) {
      const timer = after[slot];
      if (timer && timer !== before[slot]) this.#index.add(timer, { scope, key, slot });
    }
    for (const slot of SLOTS) {
      const timer = before[slot];
      if (timer && timer !== after[slot]) this.#remove(timer, { scope, key, slot });
    }
  }

  /** Drops what is in memory, to be loaded anew. */
  forget(): void {
    this.#loaded = undefined;
  }

  get #index(): TimerIndex {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  #load(): TimerIndex {
    const index = new TimerIndex();
    for (const { count, ...target } of this.#store.clocks()) index.setClock(target, count);
    const running = this.#store.timed().flatMap(({ scope, key, ...timers }) =>
      SLOTS.flatMap((slot) => {
        const timer = timers[slot];
        return timer ? [{ timer, due: { scope, key, slot } }] : [];
      }),
    );
    running.sort((left, right) => instantOf(left.timer) - instantOf(right.timer));
    for (const { timer, due } of running) index.add(timer, due);
    return index;
  }

  #remove(timer: RunningTimer, due: DueTimer): void {
    const isLast = this.#index.remove(timer, due);
    if (!isLast || "expires_at" in timer) return;
    this.#store.removeClock(timer.tick_on.scope, timer.tick_on.key);
  }
}

/** When a timer fires: ms since the epoch, or the reading of its clock. */
function instantOf(timer: RunningTimer): number {
  return "expires_at" in timer ? Date.parse(timer.expires_at) : timer.since + timer.ticks;
}

/** Scopes and keys hold no control characters, so that no two places look alike. */
function place(scope: string, key: string): string {
  return `${scope}\0${key}`;
}

function idOf({ scope, key, slot }: DueTimer): string {
  return `${place(scope, key)}\0${slot}`;
}
