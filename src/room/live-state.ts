import type { Entry } from "../kernel/model.ts";
import { isReservedScope } from "../kernel/names.ts";
import { compareKeys, entryNumber } from "../kernel/order.ts";
import type { Writing } from "../kernel/provenance.ts";
import { provenanceAfter } from "../kernel/provenance.ts";
import type { StateReader, StateWriter } from "../kernel/state.ts";
import type { StateTable } from "../storage/state-store.ts";
import { REGISTRIES, StoredEntry } from "../storage/state-store.ts";
import { LiveScope } from "./live-scope.ts";
import type { Timers } from "./timers.ts";

/** The scope that only ever grows: it stays in SQLite and is read entry by entry. */
export const APPEND_SCOPE = "_messages";

/** So many look-ups of keys that are not there cost what loading a scope of some thousand entries costs. */
const MOST_MISSED = 32;

interface Total {
  entries: number;
  chars: number;
}

/** What of the live state cannot be told from the entries that a transaction touched. */
export interface LiveMark {
  readonly totals: Map<string, Total>;
  readonly hadTimers: boolean;
}

/**
 * The live state: an entry is read when it is first asked for, a scope when it is first asked for its keys, and both answer
 * from memory then, beside their table, which every change is written through to. So what a room that wakes has to read is
 * what it is asked for, not what it holds.
 */
export class LiveState implements StateReader, StateWriter {
  /** The timers of its entries. */
  readonly timers: Timers;
  readonly #store: StateTable;
  readonly #scopes = new Map<string, LiveScope>();
  /** Entries that have been read of scopes that have not. */
  readonly #single = new Map<string, Map<string, StoredEntry>>();
  /** How often keys of such a scope were asked for that have no entry. */
  readonly #missed = new Map<string, number>();
  readonly #highest = new Map<string, number>();
  #totals: Map<string, Total> | undefined;

  constructor(store: StateTable, timers: Timers) {
    this.#store = store;
    this.timers = timers;
  }

  entry(scope: string, key: string): StoredEntry | undefined {
    if (scope === APPEND_SCOPE) return this.#store.get(scope, key);
    const loaded = this.#scopes.get(scope);
    return loaded ? loaded.entries.get(key) : this.#readSingle(scope, key);
  }

  *entries(scope: string): Iterable<readonly [string, StoredEntry]> {
    const live = this.#scope(scope);
    for (const key of live.keys()) {
      const entry = live.entries.get(key);
      if (entry) yield [key, entry];
    }
  }

  /** The keys of a scope in the room's order. */
  keys(scope: string): readonly string[] {
    return this.#scope(scope).keys();
  }

  /** A scope's keys and values as the text of one JSON object, hidden entries among them. */
  text(scope: string): string {
    return this.#scope(scope).text();
  }

  /** The keys of a scope that each writer wrote last, the newest first. */
  byRecency(scope: string): Iterable<readonly { readonly key: string }[]> {
    return this.#scope(scope).byRecency().lists();
  }

  hasGates(scope: string): boolean {
    return this.#scope(scope).gated.size > 0;
  }

  /** The entries of a scope that are shown only while a gate holds, or once a timer has fired. */
  *gated(scope: string): Iterable<readonly [string, StoredEntry]> {
    const { gated, entries } = this.#scope(scope);
    for (const key of gated) {
      const entry = entries.get(key);
      if (entry) yield [key, entry];
    }
  }

  count(scope: string): number {
    return this.#total(scope).entries;
  }

  highest(scope: string): number {
    const known = this.#highest.get(scope) ?? this.#store.highest(scope);
    this.#highest.set(scope, known);
    return known;
  }

  clock(scope: string, key: string): number {
    return this.timers.clock(scope, key);
  }

  tick(scope: string, key: string): void {
    this.timers.tick(scope, key);
  }

  /** The scopes that hold entries, in the room's order. */
  scopes(): string[] {
    const held = [...this.#allTotals()].filter(([, total]) => total.entries > 0);
    return held.map(([scope]) => scope).sort(compareKeys);
  }

  /** Entries and characters of value text outside the append scope, for the limits of a room. */
  size(): Total {
    const size = { entries: 0, chars: 0 };
    for (const [scope, total] of this.#allTotals()) {
      if (scope === APPEND_SCOPE) continue;
      size.entries += total.entries;
      size.chars += total.chars;
    }
    return size;
  }

  /** The `count` scopes with most characters of value text, the largest first. */
  largest(count: number): ({ readonly scope: string } & Readonly<Total>)[] {
    const totals = [...this.#allTotals()].map(([scope, total]) => ({ scope, ...total }));
    return totals.sort((left, right) => right.chars - left.chars).slice(0, count);
  }

  put(scope: string, key: string, entry: Entry, writing?: Writing): void {
    const { value, ...rest } = entry;
    const existing = this.entry(scope, key);
    const at = Date.parse(entry.updated_at);
    const provenance = writing ? provenanceAfter(existing, writing, at) : existing?.provenance;
    const stored = new StoredEntry(JSON.stringify(value), { ...rest, provenance }, value);
    this.#count(scope, stored.text.length, existing);
    this.timers.replace(scope, key, existing, stored);
    this.#store.put(scope, key, stored);
    this.#keep(scope, key, stored);
    this.reach(scope, entryNumber(key));
  }

  reach(scope: string, number: number): void {
    if (number <= this.highest(scope)) return;
    this.#highest.set(scope, number);
    this.#store.raiseHighest(scope, number);
  }

  remove(scope: string, key: string): void {
    const existing = this.entry(scope, key);
    if (!existing) return;
    const total = this.#total(scope);
    total.entries -= 1;
    total.chars -= existing.text.length;
    this.timers.replace(scope, key, existing);
    this.#store.remove(scope, key);
    this.#keep(scope, key, undefined);
  }

  /** Drops what is in memory, to be loaded anew: after a transaction failed, memory may hold what the table does not. */
  forget(): void {
    this.#scopes.clear();
    this.#single.clear();
    this.#missed.clear();
    this.#highest.clear();
    this.#totals = undefined;
    this.timers.forget();
  }

  /** Marks the state as it is, for {@link takeBack}. */
  mark(): LiveMark {
    const totals = [...this.#allTotals()].map(([scope, total]) => [scope, { ...total }] as const);
    return { totals: new Map(totals), hadTimers: this.timers.size > 0 };
  }

  /** Puts the entries at `places` back as the tables have them, after a transaction that changed only these was undone. */
  takeBack(mark: LiveMark, places: readonly { readonly scope: string; readonly key: string }[]): void {
    for (const { scope, key } of places) {
      this.#highest.delete(scope);
      // What is put back into a registry would stand at its end.
      if (REGISTRIES.has(scope)) this.#scopes.delete(scope);
      this.#keep(scope, key, scope === APPEND_SCOPE ? undefined : this.#store.get(scope, key));
    }
    this.#totals = mark.totals;
    if (mark.hadTimers || this.timers.size > 0) this.timers.forget();
  }

  #scope(scope: string): LiveScope {
    const known = this.#scopes.get(scope);
    if (known) return known;
    const loaded = new LiveScope(this.#store.load(scope), REGISTRIES.has(scope));
    this.#scopes.set(scope, loaded);
    this.#single.delete(scope);
    this.#missed.delete(scope);
    return loaded;
  }

  /** Keys without an entry cannot be remembered, for there is no end of them: a scope that is asked for many is loaded. */
  #readSingle(scope: string, key: string): StoredEntry | undefined {
    const known = this.#single.get(scope)?.get(key);
    if (known || !this.#allTotals().get(scope)?.entries) return known;
    const read = this.#store.get(scope, key);
    if (read) this.#keep(scope, key, read);
    else this.#miss(scope);
    return read;
  }

  #miss(scope: string): void {
    const missed = (this.#missed.get(scope) ?? 0) + 1;
    this.#missed.set(scope, missed);
    if (missed >= MOST_MISSED || isReservedScope(scope)) this.#scope(scope);
  }

  /** Has memory hold what the table does. */
  #keep(scope: string, key: string, entry: StoredEntry | undefined): void {
    if (scope === APPEND_SCOPE) return;
    const loaded = this.#scopes.get(scope);
    if (loaded && entry) loaded.put(key, entry);
    else if (loaded) loaded.remove(key);
    else if (!entry) this.#single.get(scope)?.delete(key);
    else {
      const single = this.#single.get(scope) ?? new Map<string, StoredEntry>();
      this.#single.set(scope, single.set(key, entry));
    }
  }

  #allTotals(): Map<string, Total> {
    this.#totals ??= this.#store.totals();
    return this.#totals;
  }

  #total(scope: string): Total {
    const totals = this.#allTotals();
    const total = totals.get(scope) ?? { entries: 0, chars: 0 };
    totals.set(scope, total);
    return total;
  }

  #count(scope: string, chars: number, existing: StoredEntry | undefined): void {
    const total = this.#total(scope);
    total.chars += chars - (existing?.text.length ?? 0);
    if (!existing) total.entries += 1;
  }
}
