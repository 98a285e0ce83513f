import type { Entry } from "../kernel/model.ts";
import { compareKeys, entryNumber } from "../kernel/order.ts";
import type { Writing } from "../kernel/provenance.ts";
import { provenanceAfter } from "../kernel/provenance.ts";
import type { StateReader, StateWriter } from "../kernel/state.ts";
import { isDormant } from "../kernel/timer.ts";
import type { StateTable } from "../storage/state-store.ts";
import { StoredEntry } from "../storage/state-store.ts";
import { RecencyOrder } from "./recency-order.ts";
import type { Timers } from "./timers.ts";

/** Scopes whose entries stand in order of registration instead of key order [ROOM-4]. */
const REGISTRIES = new Set(["_actions", "_views"]);

/** The scope that only ever grows: it stays in SQLite and is read entry by entry. */
export const APPEND_SCOPE = "_messages";

/** A scope in memory. Its keys are put in order when they are first asked for, and kept so from then on. */
class LiveScope {
  readonly entries: Map<string, StoredEntry>;
  readonly #registry: boolean;
  /** The keys of the entries that are shown only while a gate holds, or once a timer has fired. */
  readonly gated = new Set<string>();
  #keys: string[] | undefined;
  #text: string | undefined;
  #recency: RecencyOrder | undefined;

  constructor(entries: Iterable<readonly [string, StoredEntry]>, registry: boolean) {
    this.entries = new Map(entries);
    this.#registry = registry;
    for (const [key, entry] of this.entries) if (isGated(entry)) this.gated.add(key);
  }

  keys(): readonly string[] {
    this.#keys ??= this.#registry ? [...this.entries.keys()] : [...this.entries.keys()].sort(compareKeys);
    return this.#keys;
  }

  /** Every key with its value as one JSON object, made when it is next asked for after a change. */
  text(): string {
    if (this.#text === undefined) {
      const members = this.keys().map((key) => `${JSON.stringify(key)}:${this.entries.get(key)?.text}`);
      this.#text = `{${members.join(",")}}`;
    }
    return this.#text;
  }

  /** The keys by who wrote them last, the newest first; kept in order once it has been asked for. */
  byRecency(): RecencyOrder {
    this.#recency ??= new RecencyOrder(this.entries);
    return this.#recency;
  }

  put(key: string, entry: StoredEntry): void {
    this.#text = undefined;
    this.#reorder(key, entry);
    if (!this.entries.has(key)) this.#keys?.splice(this.#place(key, this.#keys), 0, key);
    if (isGated(entry)) this.gated.add(key);
    else this.gated.delete(key);
    this.entries.set(key, entry);
  }

  remove(key: string): void {
    this.#text = undefined;
    this.#reorder(key, undefined);
    this.gated.delete(key);
    if (!this.entries.delete(key) || !this.#keys) return;
    const at = this.#registry ? this.#keys.indexOf(key) : this.#place(key, this.#keys);
    this.#keys.splice(at, 1);
  }

  #reorder(key: string, entry: StoredEntry | undefined): void {
    const before = this.entries.get(key);
    if (before) this.#recency?.remove(key, before);
    if (entry) this.#recency?.add(key, entry);
  }

  /** Where `key` stands, or would stand, among `keys`: a registry's newest is its last. */
  #place(key: string, keys: readonly string[]): number {
    if (this.#registry) return keys.length;
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(keys[middle] as string, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isGated(entry: StoredEntry): boolean {
  return entry.enabled !== undefined || isDormant(entry);
}

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
 * The live state: each scope is loaded when it is first touched and then answers from memory, beside its table, which
 * every change is written through to.
 */
export class LiveState implements StateReader, StateWriter {
  /** The timers of its entries. */
  readonly timers: Timers;
  readonly #store: StateTable;
  readonly #scopes = new Map<string, LiveScope>();
  readonly #highest = new Map<string, number>();
  #totals: Map<string, Total> | undefined;

  constructor(store: StateTable, timers: Timers) {
    this.#store = store;
    this.timers = timers;
  }

  entry(scope: string, key: string): StoredEntry | undefined {
    if (scope === APPEND_SCOPE) return this.#store.get(scope, key);
    return this.#scope(scope).entries.get(key);
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
    if (scope !== APPEND_SCOPE) this.#scope(scope).put(key, stored);
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
    this.#scope(scope).remove(key);
  }

  /** Drops what is in memory, to be loaded anew: after a transaction failed, memory may hold what the table does not. */
  forget(): void {
    this.#scopes.clear();
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
      const stored = scope === APPEND_SCOPE ? undefined : this.#store.get(scope, key);
      if (stored) this.#scopes.get(scope)?.put(key, stored);
      else this.#scopes.get(scope)?.remove(key);
    }
    this.#totals = mark.totals;
    if (mark.hadTimers || this.timers.size > 0) this.timers.forget();
  }

  #scope(scope: string): LiveScope {
    const known = this.#scopes.get(scope);
    if (known) return known;
    const loaded = new LiveScope(this.#store.load(scope), REGISTRIES.has(scope));
    this.#scopes.set(scope, loaded);
    return loaded;
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
