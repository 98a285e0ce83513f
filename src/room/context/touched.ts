import type { Place } from "../../storage/key-index.ts";
import type { Point } from "../derivation.ts";
import { keyPoint, scopePoint } from "../derivations.ts";
import { APPEND_SCOPE } from "../live-state.ts";
import type { ReadModel } from "../read-model.ts";

/** More events, or larger ones, are not looked at one by one: the index tells of each key once. */
const MOST_EVENTS = 256;
const MOST_BYTES = 1024 * 1024;

const NONE: ReadonlySet<string> = new Set();

/** Keys by scope that events touched; messages are left out, which are only ever added. */
export class TouchedKeys {
  readonly #keys = new Map<string, Set<string>>();

  constructor(places: Iterable<Place>) {
    for (const { scope, key } of places) {
      if (scope === APPEND_SCOPE) continue;
      const keys = this.#keys.get(scope);
      if (keys) keys.add(key);
      else this.#keys.set(scope, new Set([key]));
    }
  }

  get scopes(): Iterable<string> {
    return this.#keys.keys();
  }

  of(scope: string): ReadonlySet<string> {
    return this.#keys.get(scope) ?? NONE;
  }

  has({ scope, key }: Place): boolean {
    return this.of(scope).has(key);
  }

  *points(): Iterable<Point> {
    for (const [scope, keys] of this.#keys) {
      yield scopePoint(scope);
      for (const key of keys) yield keyPoint(scope, key);
    }
  }
}

/** The keys that events after `since` touched: read from these events where they are few, else from the index. */
export function touchedSince({ log, index, journal }: ReadModel, since: number): TouchedKeys {
  const isShort = journal.head.seq - since <= MOST_EVENTS && log.bytesAfter(since) <= MOST_BYTES;
  return new TouchedKeys(isShort ? log.placesAfter(since) : touchedIn(index, since));
}

function* touchedIn(index: ReadModel["index"], since: number): Iterable<Place> {
  for (const scope of index.scopes()) {
    if (scope === APPEND_SCOPE) continue;
    for (const key of index.touchedAfter(scope, since)) yield { scope, key };
  }
}
