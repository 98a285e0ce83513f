import type {
  Entry,
  LogEvent,
  Operation,
  RunningTimer,
  TickTimer,
  Timer,
  TimerEffect,
  WriteOperation,
} from "../../src/kernel/model.ts";
import type { StateWriter } from "../../src/kernel/state.ts";
import { apply } from "../../src/kernel/state.ts";

/** State as a plain map, for folding a log into. */
export class PlainState implements StateWriter {
  readonly entries = new Map<string, Entry>();
  readonly #clocks = new Map<string, number>();

  entry(scope: string, key: string): Entry | undefined {
    return this.entries.get(JSON.stringify([scope, key]));
  }

  clock(scope: string, key: string): number {
    return this.#clocks.get(JSON.stringify([scope, key])) ?? 0;
  }

  tick(scope: string, key: string): void {
    const place = JSON.stringify([scope, key]);
    const reading = this.#clocks.get(place);
    if (reading !== undefined) this.#clocks.set(place, reading + 1);
  }

  put(scope: string, key: string, entry: Entry): void {
    this.entries.set(JSON.stringify([scope, key]), entry);
    this.#keepClocks();
  }

  remove(scope: string, key: string): void {
    this.entries.delete(JSON.stringify([scope, key]));
    this.#keepClocks();
  }

  reach(): void {}

  /** The keys on which timers tick now have clocks, and no others. */
  #keepClocks(): void {
    const ticking = [...this.entries.values()].flatMap(({ timer, cooldown }) =>
      [timer, cooldown].flatMap((one) => (one && "ticks" in one ? [one.tick_on] : [])),
    );
    const places = new Set(ticking.map(({ scope, key }) => JSON.stringify([scope, key])));
    for (const place of places) if (!this.#clocks.has(place)) this.#clocks.set(place, 0);
    for (const place of this.#clocks.keys()) if (!places.has(place)) this.#clocks.delete(place);
  }
}

/** A running timer as what is left of it, whatever its clock reads. */
export type Left =
  | { readonly effect: TimerEffect; readonly expires_at: string }
  | { readonly effect: TimerEffect; readonly tick_on: TickTimer["tick_on"]; left: number };

/** An entry with its timers as what is left of them. */
export interface Standing extends Omit<Entry, "timer" | "cooldown"> {
  timer?: Left;
  cooldown?: Left;
}

export function leftOf(timer: RunningTimer, clock: (scope: string, key: string) => number): Left {
  if ("expires_at" in timer) return timer;
  const { effect, ticks, tick_on, since } = timer;
  return { effect, tick_on, left: ticks - (clock(tick_on.scope, tick_on.key) - since) };
}

export function fold(events: readonly LogEvent[]): Map<string, Standing> {
  const state = new PlainState();
  for (const event of events) apply(state, event);
  const clock = state.clock.bind(state);
  const standing = ({ timer, cooldown, ...entry }: Entry): Standing => ({
    ...entry,
    ...(timer && { timer: leftOf(timer, clock) }),
    ...(cooldown && { cooldown: leftOf(cooldown, clock) }),
  });
  return new Map([...state.entries].map(([place, entry]) => [place, standing(entry)]));
}

/**
 * The same fold written anew from the rules, which also counts revisions [STATE-1] and what is left of each timer
 * [TIMER-3] by itself: what the room and {@link fold} share, the function that applies an event, is judged by it.
 */
export class RuleFold {
  readonly entries = new Map<string, Standing>();
  /** The highest number that a key of each scope ever was. */
  readonly highest = new Map<string, number>();

  take({ ts, payload }: LogEvent): void {
    for (const operation of payload.writes) if (!isBrought(operation)) this.#tick(operation);
    for (const [scope, number] of Object.entries(payload.highest ?? {})) this.#reach(scope, number);
    for (const operation of payload.writes) {
      const { op, scope, key } = operation;
      const place = JSON.stringify([scope, key]);
      const before = this.entries.get(place);
      if (op === "legacy") continue;
      if (op === "delete") this.entries.delete(place);
      else if (op === "enable") delete before?.[operation.slot];
      else if (op === "cooldown") before!.cooldown = set(operation.cooldown);
      else this.#write(place, operation, ts);
      if (/^[1-9]\d{0,14}$/.test(key)) this.#reach(scope, Number(key));
    }
  }

  #reach(scope: string, number: number): void {
    this.highest.set(scope, Math.max(this.highest.get(scope) ?? 0, number));
  }

  #write(place: string, operation: WriteOperation, ts: string): void {
    const { value, hash, enabled, timer, cooldown, updated_at = ts } = operation;
    const counted = (this.entries.get(place)?.revision ?? 0) + 1;
    const revision = isBrought(operation) ? operation.revision : counted;
    this.entries.set(place, {
      ...{ value, revision, hash, updated_at },
      ...(enabled === undefined ? {} : { enabled }),
      ...(timer && { timer: set(timer) }),
      ...(cooldown && { cooldown: set(cooldown) }),
    });
  }

  /** Every write, deletes included, counts for the timers that tick on its key. */
  #tick({ op, scope, key }: Operation): void {
    if (op === "cooldown" || op === "enable" || op === "legacy") return;
    for (const { timer, cooldown } of this.entries.values()) {
      for (const one of [timer, cooldown])
        if (one && "left" in one && one.tick_on.scope === scope && one.tick_on.key === key) one.left -= 1;
    }
  }
}

/** What a fork brings keeps its revision and age, and is no write that ticks [FORK-2]. */
function isBrought(operation: Operation): boolean {
  return "updated_at" in operation;
}

export function foldedByTheRules(events: readonly LogEvent[]): Map<string, Standing> {
  const folded = new RuleFold();
  for (const event of events) folded.take(event);
  return folded.entries;
}

function set(timer: Timer): Left {
  if ("expires_at" in timer) return timer;
  return { effect: timer.effect, tick_on: timer.tick_on, left: timer.ticks };
}

/** Of a folded log, the entries on which timers run, and those timers. */
export function standingTimers(folded: ReadonlyMap<string, Standing>): Record<string, unknown> {
  const found = [...folded].flatMap(([place, { timer, cooldown }]) =>
    timer || cooldown ? [[place, { timer: timer ?? null, cooldown: cooldown ?? null }] as const] : [],
  );
  return Object.fromEntries(found);
}
