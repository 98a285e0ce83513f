/** What is to happen, each at a reading of one clock: cheap to change and to ask at thousands of items. */
export class Schedule<T> {
  /** In order of `at`, then of `id`. */
  readonly #items: { readonly at: number; readonly id: string; readonly item: T }[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** When the first item is due, or null where there is none. */
  get first(): number | null {
    return this.#items[0]?.at ?? null;
  }

  /** Adds `item` under `id`, which no other item has. */
  add(at: number, id: string, item: T): void {
    this.#items.splice(this.#place(at, id), 0, { at, id, item });
  }

  remove(at: number, id: string): void {
    const place = this.#place(at, id);
    if (this.#items[place]?.id === id) this.#items.splice(place, 1);
  }

  /** The first `limit` items of those that are due at `now`. */
  due(now: number, limit: number): T[] {
    const due: T[] = [];
    for (const { at, item } of this.#items) {
      if (at > now || due.length === limit) break;
      due.push(item);
    }
    return due;
  }

  #place(at: number, id: string): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#items[middle];
      if (other && (other.at < at || (other.at === at && other.id < id))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
