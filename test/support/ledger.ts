import { runInDurableObject } from "cloudflare:test";
import type {
  Entry,
  LogEvent,
  Operation,
  RunningTimer,
  TickTimer,
  Timer,
  TimerEffect,
} from "../../src/kernel/model.ts";
import type { StateWriter } from "../../src/kernel/state.ts";
import { apply } from "../../src/kernel/state.ts";
import type { Body, Client } from "./room.ts";
import { roomObject } from "./room.ts";

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

/** The whole log as the room token reads it, page by page. */
export async function wholeLog(owner: Client, limit = 500): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { body }: Body = await owner.call(`/log?limit=${limit}&after=${after}`);
    events.push(...body.events);
    after = body.next;
  }
  return events;
}

/** A running timer as what is left of it, whatever its clock reads. */
type Left =
  | { readonly effect: TimerEffect; readonly expires_at: string }
  | { readonly effect: TimerEffect; readonly tick_on: TickTimer["tick_on"]; left: number };

/** An entry with its timers as what is left of them. */
interface Standing extends Omit<Entry, "timer" | "cooldown"> {
  timer?: Left;
  cooldown?: Left;
}

function leftOf(timer: RunningTimer, clock: (scope: string, key: string) => number): Left {
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
export function foldedByTheRules(events: readonly LogEvent[]): Map<string, Standing> {
  const entries = new Map<string, Standing>();
  for (const { ts, payload } of events) {
    for (const operation of payload.writes) if (!isBrought(operation)) tickByTheRules(entries, operation);
    for (const operation of payload.writes) {
      const place = JSON.stringify([operation.scope, operation.key]);
      const before = entries.get(place);
      if (operation.op === "delete") entries.delete(place);
      else if (operation.op === "enable") delete before?.[operation.slot];
      else if (operation.op === "cooldown") before!.cooldown = set(operation.cooldown);
      else {
        const { value, hash, enabled, timer, cooldown, updated_at = ts } = operation;
        const revision = isBrought(operation) ? operation.revision : (before?.revision ?? 0) + 1;
        entries.set(place, {
          ...{ value, revision, hash, updated_at },
          ...(enabled === undefined ? {} : { enabled }),
          ...(timer && { timer: set(timer) }),
          ...(cooldown && { cooldown: set(cooldown) }),
        });
      }
    }
  }
  return entries;
}

/** What a fork brings keeps its revision and age, and is no write that ticks [FORK-2]. */
function isBrought(operation: Operation): boolean {
  return "updated_at" in operation;
}

function set(timer: Timer): Left {
  if ("expires_at" in timer) return timer;
  return { effect: timer.effect, tick_on: timer.tick_on, left: timer.ticks };
}

/** Every write, deletes included, counts for the timers that tick on its key. */
function tickByTheRules(entries: ReadonlyMap<string, Standing>, { op, scope, key }: Operation): void {
  if (op === "cooldown" || op === "enable") return;
  for (const { timer, cooldown } of entries.values()) {
    for (const one of [timer, cooldown])
      if (one && "left" in one && one.tick_on.scope === scope && one.tick_on.key === key) one.left -= 1;
  }
}

/** Of a folded log, the entries on which timers run, and those timers. */
export function standingTimers(folded: ReadonlyMap<string, Standing>): Record<string, Body> {
  const found = [...folded].flatMap(([place, { timer, cooldown }]) =>
    timer || cooldown ? [[place, { timer: timer ?? null, cooldown: cooldown ?? null }] as const] : [],
  );
  return Object.fromEntries(found);
}

/** The timers that run in the room, as its tables have them. */
export async function timedRows(room: string): Promise<Record<string, Body>> {
  const clocks = await rows(room, "SELECT scope, key, count FROM clocks");
  const clock = (scope: string, key: string) =>
    clocks.find((row) => row.scope === scope && row.key === key)?.count ?? 0;
  const read = (text: string | null) => (text === null ? null : leftOf(JSON.parse(text), clock));
  const found = await rows(room, "SELECT scope, key, timer, cooldown FROM state");
  return Object.fromEntries(
    found
      .filter(({ timer, cooldown }) => timer !== null || cooldown !== null)
      .map(({ scope, key, timer, cooldown }) => [
        JSON.stringify([scope, key]),
        { timer: read(timer), cooldown: read(cooldown) },
      ]),
  );
}

/** An agent's entry as it is recorded: what presence adds on reading is taken away again [LOG-7]. */
function recorded(value: Body): Body {
  const { waiting_on: _, last_heartbeat: __, generation: ___, ...record } = value;
  return record;
}

type Comparable = Record<string, Body>;

/**
 * Entries by place, in one form for what was folded and what was polled; messages are polled elsewhere, and dormant
 * entries not at all.
 */
export function folded(events: readonly LogEvent[]): Comparable {
  const found: Comparable = {};
  for (const [place, { value, revision, hash, updated_at, timer }] of fold(events)) {
    const scope = JSON.parse(place)[0];
    if (timer?.effect === "enable" && scope !== "_actions") continue;
    if (scope !== "_messages")
      found[place] = { value: scope === "_agents" ? recorded(value) : value, revision, hash, updated_at };
  }
  return found;
}

export async function polled(owner: Client): Promise<Comparable> {
  const { state } = (await owner.call("/poll")).body;
  return Object.fromEntries(
    state.map(({ scope, key, value, ...rest }: Body) => [
      JSON.stringify([scope, key]),
      { value: scope === "_agents" ? recorded(value) : value, ...rest },
    ]),
  );
}

/** Rows of one of the room's own tables. */
export async function rows(room: string, query: string): Promise<Body[]> {
  return await runInDurableObject(roomObject(room), (_, { storage }) => storage.sql.exec(query).toArray());
}
