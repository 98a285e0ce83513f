/** Keys that are read before others get their turn. */
const KEYS_PER_SLICE = 1_000;
/** Characters of JSON text that take as long as one key. */
const CHARS_PER_KEY = 256;

/** How much of a long piece of work has been done since others had their turn: counted, for the clock stands still meanwhile. */
export class Slice {
  #keys = 0;

  /** Notes what was done, and yields where that is enough. */
  *note(keys: number, chars = 0): Generator<void, void> {
    this.#keys += keys + chars / CHARS_PER_KEY;
    if (this.#keys < KEYS_PER_SLICE) return;
    this.#keys = 0;
    yield;
  }
}

/** Does all of a piece of work that could be done in slices. */
export function inOneGo<T>(steps: Iterator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
