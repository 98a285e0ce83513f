/** So many commands run in one go before calls that only read get their turn. */
const MOST_TOGETHER = 64;

/**
 * Commands that come while a commit is being confirmed run together when it is: what the platform stores at the end of
 * one turn it stores, and confirms, once. An idle room runs a command at once. Each command has a transaction of its
 * own all the same, and is answered only when the platform has confirmed it.
 */
export class GroupCommit {
  readonly #confirmed: () => Promise<void>;
  readonly #queue: (() => void)[] = [];
  #confirming = false;

  /** `confirmed` resolves when all that was stored so far is safe. */
  constructor(confirmed: () => Promise<void>) {
    this.#confirmed = confirmed;
  }

  run<T>(command: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => {
        try {
          resolve(command());
        } catch (thrown) {
          reject(thrown);
        }
      });
      if (!this.#confirming) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#confirming = true;
    try {
      while (this.#queue.length > 0) {
        for (const command of this.#queue.splice(0, MOST_TOGETHER)) command();
        await this.#confirmed();
      }
    } finally {
      this.#confirming = false;
    }
  }
}
