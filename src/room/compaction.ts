import { refuse } from "../kernel/errors.ts";
import type { Entry, LogEvent, Retention, RunningTimer } from "../kernel/model.ts";
import type { StateWriter } from "../kernel/state.ts";
import { apply } from "../kernel/state.ts";
import type { Checkpoint, CheckpointStore } from "../storage/checkpoint-store.ts";
import type { KeyIndex } from "../storage/key-index.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { SampleStore } from "../storage/sample-store.ts";
import type { StateStore } from "../storage/state-store.ts";
import { StoredEntry } from "../storage/state-store.ts";
import { Earliest } from "./earliest.ts";
import { APPEND_SCOPE } from "./live-state.ts";
import type { ReadModel } from "./read-model.ts";

/** Why events after `after` cannot be read, or null: what lies behind the checkpoint was forgotten. */
export function reachRefusal({ seq }: Checkpoint, after: number | null) {
  if (after === null || after >= seq) return null;
  return refuse("compacted", `This room has forgotten its events up to ${seq}.`, {
    hint: `Read from after=${seq}, or the room as it is with GET …/context.`,
    details: { earliest: seq + 1 },
  });
}

export interface CompactionParts {
  readonly model: ReadModel;
  readonly log: LogStore;
  readonly index: KeyIndex;
  readonly base: StateStore;
  readonly samples: SampleStore;
  readonly checkpoint: CheckpointStore;
  readonly transaction: <T>(work: () => T) => T;
}

/** Events that are forgotten before others get their turn. */
const EVENTS_PER_SLICE = 250;
const DAY_MS = 24 * 60 * 60_000;
/** By age, events are forgotten so often at most: each alarm has a price. */
const EVERY_MS = 60 * 60_000;

/**
 * Forgets old events, where `_config.retention` says so: they are folded into the base, the state as of a checkpoint,
 * from which the events that are left rebuild what there is [LOG-3, LOG-6].
 */
export class Compaction {
  readonly #parts: CompactionParts;
  readonly #due = new Earliest();
  #isFresh = true;

  constructor(parts: CompactionParts) {
    this.#parts = parts;
  }

  /** When there may be something to forget, ms since the epoch, or null. */
  get dueAt(): number | null {
    return this.#due.at;
  }

  /** Plans what an event asks for. */
  note({ payload }: LogEvent): void {
    const { model } = this.#parts;
    const isSetNow = payload.writes.some(({ scope, key }) => scope === "_config" && key === "retention");
    if (isSetNow || (this.#due.at === null && this.#retention !== undefined)) this.#plan(model.now());
  }

  /** Forgets a slice of what is too old at `now`, ms since the epoch. */
  run(now: number): void {
    if (!this.#isFresh && !this.#due.isDue(now)) return;
    this.#isFresh = false;
    const { model, log, transaction } = this.#parts;
    const excess = this.#excess(now);
    if (excess > 0) {
      const { seq } = model.checkpoint;
      const events = log.page({ after: seq, limit: Math.min(excess, EVENTS_PER_SLICE) });
      transaction(() => this.#forget(events));
    }
    this.#plan(now);
  }

  get #retention(): Retention | undefined {
    return this.#parts.model.live.entry("_config", "retention")?.value as Retention | undefined;
  }

  /** How many events are more than are to be kept; the newest always is. */
  #excess(now: number): number {
    const { model, log } = this.#parts;
    const retention = this.#retention;
    if (retention === undefined) return 0;
    const { seq: first } = model.checkpoint;
    const last = model.journal.head.seq;
    const byCount = "events" in retention ? last - first - retention.events : 0;
    const byAge =
      "days" in retention ? log.countBefore(first, ageLimit(retention.days, now), EVENTS_PER_SLICE) : 0;
    return Math.min(Math.max(byCount, byAge), last - first - 1);
  }

  /** By count, events are forgotten some at a time; by age, each hour. */
  #plan(now: number): void {
    const { model, log } = this.#parts;
    this.#due.reset([]);
    const retention = this.#retention;
    if (retention === undefined) return;
    const excess = this.#excess(now);
    const worthIt = "events" in retention ? Math.min(100, Math.ceil(retention.events / 10)) : 1;
    if (excess >= worthIt) this.#due.note(now);
    else if ("days" in retention) {
      const oldest = log.page({ after: model.checkpoint.seq, limit: 1 })[0];
      const expires = oldest ? Date.parse(oldest.ts) + retention.days * DAY_MS : now;
      this.#due.note(Math.max(expires, now + EVERY_MS));
    }
  }

  #forget(events: readonly (LogEvent & { readonly chain: string })[]): void {
    const { log, index, samples, base, checkpoint } = this.#parts;
    const state = new BaseState(base);
    for (const event of events) {
      apply(state, event);
      for (const { scope, key } of event.payload.writes) index.remove(event.seq, scope, key);
      if (event.payload.view !== undefined) samples.remove(event.payload.view, event.seq);
    }
    const last = events.at(-1);
    if (!last) return;
    log.forget(last.seq);
    checkpoint.set({ seq: last.seq, ts: last.ts, chain: last.chain });
  }
}

function ageLimit(days: number, now: number): string {
  return new Date(now - days * DAY_MS).toISOString();
}

/**
 * The base as a fold writes it. Messages stay where they are: none ever changes. Its clocks all read 0, so that what has
 * ticked lies before: a tick moves the beginning of each timer that counts it.
 */
class BaseState implements StateWriter {
  readonly #base: StateStore;
  /** Where timers tick, by place: each is ticked once, however often it was set. */
  #ticking: Map<string, { scope: string; key: string }> | undefined;

  constructor(base: StateStore) {
    this.#base = base;
  }

  entry(scope: string, key: string): StoredEntry | undefined {
    return this.#base.get(scope, key);
  }

  clock(): number {
    return 0;
  }

  put(scope: string, key: string, entry: Entry): void {
    if (scope === APPEND_SCOPE) return;
    const { value, ...rest } = entry;
    this.#base.put(scope, key, new StoredEntry(JSON.stringify(value), rest, value));
    if (ticksOf(entry).length > 0) this.#ticking?.set(placeOf(scope, key), { scope, key });
  }

  remove(scope: string, key: string): void {
    this.#base.remove(scope, key);
  }

  /** What numbers there have been is known as of now, and need not be known of the past. */
  reach(): void {}

  tick(scope: string, key: string): void {
    this.#ticking ??= new Map(this.#base.timed().map((place) => [placeOf(place.scope, place.key), place]));
    for (const place of this.#ticking.values()) {
      const entry = this.entry(place.scope, place.key);
      if (entry) this.#tickEntry(place, entry, scope, key);
    }
  }

  #tickEntry(place: { scope: string; key: string }, entry: StoredEntry, scope: string, key: string): void {
    const moved = (timer: RunningTimer | undefined) => {
      if (!timer || "expires_at" in timer) return timer;
      const isTicked = timer.tick_on.scope === scope && timer.tick_on.key === key;
      return isTicked ? { ...timer, since: timer.since - 1 } : timer;
    };
    const timers = { timer: moved(entry.timer), cooldown: moved(entry.cooldown) };
    this.#base.put(place.scope, place.key, entry.withTimers(timers));
  }
}

function ticksOf({ timer, cooldown }: Entry) {
  return [timer, cooldown].filter((running) => running !== undefined && !("expires_at" in running));
}

/** Scopes and keys hold no control characters, so that no two places look alike. */
function placeOf(scope: string, key: string): string {
  return `${scope}\0${key}`;
}
