import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";

/** So many commands run in one go before calls that only read get their turn. */
const MOST_TOGETHER = 64;

/** After so many commands that each came alone it is taken that nobody else calls, and looked again after as many. */
const ALONE = 8;

interface Queued {
  readonly run: () => void;
  readonly bytes: number;
}

/**
 * Commands that come while a commit is being confirmed run together when it is: what the platform stores at the end of
 * one turn it stores, and confirms, once. An idle room runs a command at once. Each command has a transaction of its
 * own all the same, and the platform lets no answer out before it has confirmed what that command stored.
 *
 * To hear of a confirmation costs the object a turn: one caller, who sends the next command when the last is answered, is
 * spared most of them.
 */
export class GroupCommit {
  readonly #confirmed: () => Promise<void>;
  readonly #queue: Queued[] = [];
  /** What the queued commands bring. */
  #bytes = 0;
  #confirming = false;
  /** Commands in a row that ran alone. */
  #alone = 0;

  /** `confirmed` resolves when all that was stored so far is safe. */
  constructor(confirmed: () => Promise<void>) {
    this.#confirmed = confirmed;
  }

  /** Whether one more command may wait for its turn: those that wait are held in memory, with the `bytes` that each brings. */
  hasSpace(bytes: number): boolean {
    return this.#queue.length < LIMITS.queuedCommands && this.#bytes + bytes <= LIMITS.queuedBytes;
  }

  run<T>(command: () => T, bytes = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        try {
          resolve(command());
        } catch (thrown) {
          reject(thrown);
        }
      };
      this.#queue.push({ run, bytes });
      this.#bytes += bytes;
      if (!this.#confirming) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#confirming = true;
    try {
      while (this.#queue.length > 0) {
        const together = this.#queue.splice(0, MOST_TOGETHER);
        for (const { run, bytes } of together) {
          this.#bytes -= bytes;
          run();
        }
        this.#alone = together.length > 1 ? 0 : this.#alone + 1;
        if (this.#expectsOthers) await this.#confirmed();
      }
    } finally {
      this.#confirming = false;
    }
  }

  get #expectsOthers(): boolean {
    return this.#alone < ALONE || this.#alone % ALONE === 0;
  }
}

/** What a command is told that cannot wait for its turn any more [LIMIT-3]. */
export function overloaded(): Refusal {
  return refuse(
    "overloaded",
    "More is asked of this room than it can store just now, and nothing was done.",
    {
      hint: "Repeat the call after 1 s, and then less often; many invocations in one batch are stored together.",
      details: { limit: "queuedCommands", retry_after_seconds: 1 },
    },
  ).refusal;
}
