import type { Dice } from "../../drills/random.ts";

/** More than any chain of promises between two turns is long. */
const SETTLING = 50;

/** Decides which of those who wait goes on next: all that is by chance in a history of its own. */
export class Turns {
  readonly #dice: Dice;
  readonly #waiting: (() => void)[] = [];

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives turns until `work` is done; `between` runs before each. */
  async until<T>(work: Promise<T>, between: () => void): Promise<T> {
    let isDone = false;
    const settled = work.finally(() => {
      isDone = true;
    });
    await this.#settle();
    while (!isDone) {
      const [resume] = this.#waiting.splice(this.#dice.below(this.#waiting.length), 1);
      if (!resume) throw new Error("nobody waits for a turn, and nobody is done");
      between();
      resume();
      await this.#settle();
    }
    return await settled;
  }

  async #settle(): Promise<void> {
    for (let times = 0; times < SETTLING; times++) await null;
  }
}
