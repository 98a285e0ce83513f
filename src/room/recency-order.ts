import { compareKeys } from "../kernel/order.ts";
import type { StoredEntry } from "../storage/state-store.ts";

interface Dated {
  readonly key: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** The newest first, ties by key. */
function compareDated(left: Dated, right: Dated): number {
  return right.at - left.at || compareKeys(left.key, right.key);
}

/**
 * The keys of a scope by who wrote them last, the newest first: what is most salient is found at the beginning of a few
 * lists, however many entries there are. A write moves one key.
 */
export class RecencyOrder {
  readonly #lists = new Map<string | null, Dated[]>();

  constructor(entries: Iterable<readonly [string, StoredEntry]>) {
    for (const [key, entry] of entries) this.#listOf(entry).push({ key, at: entry.updatedMs });
    for (const list of this.#lists.values()) list.sort(compareDated);
  }

  /** The keys that each writer wrote last. */
  lists(): Iterable<readonly Dated[]> {
    return this.#lists.values();
  }

  add(key: string, entry: StoredEntry): void {
    const list = this.#listOf(entry);
    const dated = { key, at: entry.updatedMs };
    list.splice(placeIn(list, dated), 0, dated);
  }

  remove(key: string, entry: StoredEntry): void {
    const { writer } = entry.provenance;
    const list = this.#listOf(entry);
    list.splice(placeIn(list, { key, at: entry.updatedMs }), 1);
    if (list.length === 0) this.#lists.delete(writer);
  }

  #listOf({ provenance: { writer } }: StoredEntry): Dated[] {
    const list = this.#lists.get(writer) ?? [];
    this.#lists.set(writer, list);
    return list;
  }
}

/** Where `dated` stands in a list, or would stand. */
function placeIn(list: readonly Dated[], dated: Dated): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareDated(list[middle] as Dated, dated) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
