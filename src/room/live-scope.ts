import { compareKeys } from "../kernel/order.ts";
import { isDormant } from "../kernel/timer.ts";
import type { StoredEntry } from "../storage/state-store.ts";
import { RecencyOrder } from "./recency-order.ts";

/** A scope in memory. Its keys are put in order when they are first asked for, and kept so from then on. */
export class LiveScope {
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
