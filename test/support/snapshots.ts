import type { LogEvent, RunningTimer } from "../../src/kernel/model.ts";
import type { StoredEntry } from "../../src/storage/state-store.ts";
import type { Left, Standing } from "./fold.ts";
import { leftOf, RuleFold } from "./fold.ts";

/** A state as texts by place: what it takes to compare two quickly, and to print how they differ. */
export type Snapshot = ReadonlyMap<string, string>;

/** A row of the table `state`. */
export interface StateRow {
  readonly scope: string;
  readonly key: string;
  readonly value: string;
  readonly revision: number;
  readonly hash: string;
  readonly updated_at: string;
  readonly enabled: string | null;
  readonly timer: string | null;
  readonly cooldown: string | null;
}

export const STATE_ROWS = "SELECT * FROM state ORDER BY rowid";
export const CLOCK_ROWS = "SELECT scope, key, count FROM clocks";
export const NUMBER_ROWS = "SELECT scope, highest FROM counters";

export type Clock = (scope: string, key: string) => number;

export function clockOf(rows: readonly { scope: string; key: string; count: number }[]): Clock {
  const counts = new Map(rows.map(({ scope, key, count }) => [`${scope}\0${key}`, count]));
  return (scope, key) => counts.get(`${scope}\0${key}`) ?? 0;
}

const placeOf = (scope: string, key: string) => JSON.stringify([scope, key]);
const textOf = (text: string, entry: Omit<Standing, "value">) => {
  const { revision, hash, updated_at, enabled = null, timer = null, cooldown = null } = entry;
  return JSON.stringify([revision, hash, updated_at, enabled, leftText(timer), leftText(cooldown), text]);
};

/** Actions and views stand in order of registration [ROOM-4]: `places` are in that order. */
function noteOrder(state: Map<string, string>, places: readonly string[]): void {
  for (const scope of ["_actions", "_views"])
    state.set(`order of ${scope}`, places.filter((place) => place.startsWith(`["${scope}"`)).join());
}

function leftText(left: Left | null): string | null {
  if (left === null) return null;
  if ("expires_at" in left) return `${left.effect} ${left.expires_at}`;
  return `${left.effect} ${left.left} ${left.tick_on.scope} ${left.tick_on.key}`;
}

/** What the log says, told event by event, with the state as it was after each. */
export class Told {
  readonly #fold = new RuleFold();
  readonly #states: Snapshot[] = [ofRows([], () => 0)];
  readonly #events: LogEvent[] = [];

  get seq(): number {
    return this.#states.length - 1;
  }

  /** The highest number that a key of each scope ever was. */
  get highest(): Snapshot {
    return new Map([...this.#fold.highest].map(([scope, number]) => [scope, String(number)]));
  }

  /** Takes the next event. Throws where one was left out. */
  take(event: LogEvent): void {
    if (event.seq !== this.seq + 1) throw new Error(`seq ${event.seq} follows ${this.seq}`);
    this.#fold.take(event);
    this.#events.push(event);
    const state = new Map(this.#states.at(-1));
    // An event changes what it writes, and what ticks on it.
    for (const [place, { value, ...rest }] of this.#fold.entries)
      if (!state.has(place) || rest.timer || rest.cooldown || this.#touches(event, place))
        state.set(place, textOf(JSON.stringify(value), rest));
    for (const place of state.keys()) if (!this.#fold.entries.has(place)) state.delete(place);
    noteOrder(state, [...this.#fold.entries.keys()]);
    this.#states.push(state);
  }

  /** The state after the event `seq`. */
  at(seq: number): Snapshot {
    return this.#states[seq] ?? new Map();
  }

  /** The index of the events after `first`: a row for each key that one touched, and no other [LOG-4]. */
  index(first: number): Snapshot {
    const told = new Map<string, string>();
    for (const { seq, payload } of this.#events.slice(first)) {
      for (const { op, scope, key } of payload.writes) {
        const place = JSON.stringify([scope, key, seq]);
        const isWrite = op !== "cooldown" && op !== "enable";
        told.set(place, isWrite || told.get(place) === "1" ? "1" : "0");
      }
    }
    return told;
  }

  #touches({ payload }: LogEvent, place: string): boolean {
    return payload.writes.some(({ scope, key }) => placeOf(scope, key) === place);
  }
}

/** The live state as its table has it. */
export function ofRows(rows: readonly StateRow[], clock: Clock): Snapshot {
  const left = (text: string | null) =>
    text === null ? {} : leftOf(JSON.parse(text) as RunningTimer, clock);
  const found = new Map(
    rows.map(({ scope, key, value, enabled, timer, cooldown, ...rest }) => [
      placeOf(scope, key),
      textOf(value, {
        ...rest,
        ...(enabled === null ? {} : { enabled }),
        ...(timer === null ? {} : { timer: left(timer) as Left }),
        ...(cooldown === null ? {} : { cooldown: left(cooldown) as Left }),
      }),
    ]),
  );
  noteOrder(found, [...found.keys()]);
  return found;
}

/** Entries of a store that are live, or were. */
export function ofEntries(
  entries: Iterable<readonly [scope: string, key: string, entry: StoredEntry]>,
  clock: Clock,
): Snapshot {
  const found = new Map<string, string>();
  for (const [scope, key, { text, revision, hash, updated_at, enabled, timer, cooldown }] of entries) {
    const rest = {
      ...{ revision, hash, updated_at },
      ...(enabled === undefined ? {} : { enabled }),
      ...(timer && { timer: leftOf(timer, clock) }),
      ...(cooldown && { cooldown: leftOf(cooldown, clock) }),
    };
    found.set(placeOf(scope, key), textOf(text, rest));
  }
  noteOrder(found, [...found.keys()]);
  return found;
}

/** Throws where two states differ, and says where. */
export function same(what: string, found: Snapshot, told: Snapshot): void {
  const places = new Set([...found.keys(), ...told.keys()]);
  const differing = [...places].filter((place) => found.get(place) !== told.get(place));
  if (differing.length === 0) return;
  const lines = differing.map((place) => {
    return `${place}\n  found ${found.get(place) ?? "nothing"}\n  log   ${told.get(place) ?? "nothing"}`;
  });
  throw new Error(`${what}:\n${lines.join("\n")}`);
}
