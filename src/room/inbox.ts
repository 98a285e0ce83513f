import { LIMITS } from "../kernel/limits.ts";
import type { KeyIndex } from "../storage/key-index.ts";
import type { MessageStore, NumberedMessage } from "../storage/message-store.ts";
import type { LiveState } from "./live-state.ts";
import { APPEND_SCOPE } from "./live-state.ts";
import type { Presence } from "./presence.ts";

interface Unread {
  unread: number;
  directed: number;
  /** The cursor and the last number that the counts are of. */
  cursor: number;
  through: number;
}

/** Messages as agents read them: pages of the newest or the next, and how many are unread [CTX-7]. */
export class Inbox {
  readonly #live: LiveState;
  readonly #messages: MessageStore;
  readonly #presence: Presence;
  readonly #unread = new Map<string, Unread>();

  constructor(live: LiveState, messages: MessageStore, presence: Presence) {
    this.#live = live;
    this.#messages = messages;
    this.#presence = presence;
  }

  /** How many messages there are; none is ever deleted. */
  get count(): number {
    return this.#live.count(APPEND_SCOPE);
  }

  /** The highest number of a message: what an import brings may leave numbers out, so it says nothing of their count. */
  get highest(): number {
    return this.#live.highest(APPEND_SCOPE);
  }

  /**
   * The newest `limit` messages or, with `after`, the oldest `limit` after it; oldest first. Fewer where they come to
   * `chars`, by default more than an answer holds: one with as many is refused [HTTP-7].
   */
  page(after: number | null, limit: number, chars: number = LIMITS.answerChars): NumberedMessage[] {
    if (this.highest <= (after ?? 0)) return [];
    if (after === null) return this.#messages.newest(limit, this.highest, chars);
    return this.#messages.after(after, limit, this.highest, chars);
  }

  get(number: number): NumberedMessage | undefined {
    return this.#messages.after(number - 1, 1, number, 0)[0];
  }

  /** The highest number of a message after the event `seq`. */
  highestAt(index: KeyIndex, seq: number): number {
    return this.#messages.highestAt(index, seq, this.highest);
  }

  /** The numbers of the newest `limit` messages up to number `last`, the lowest first. */
  numbers(limit: number, last = this.highest): readonly number[] {
    return this.#messages.newestNumbers(limit, last);
  }

  /** Messages of others beyond the agent's cursor, and those of them that are directed at it. */
  unread(agent: string): { unread: number; directed: number } {
    const cursor = this.#presence.cursor(agent);
    const known = this.#unread.get(agent);
    const valid = known?.cursor === cursor ? known : { unread: 0, directed: 0, cursor, through: cursor };
    const { highest } = this;
    if (valid.through < highest) {
      const since = this.#messages.unread(agent, valid.through, highest);
      valid.unread += since.unread;
      valid.directed += since.directed;
      valid.through = highest;
    }
    this.#unread.set(agent, valid);
    return { unread: valid.unread, directed: valid.directed };
  }

  /** Drops what is in memory: a message that was counted may have been taken back. */
  forget(): void {
    this.#unread.clear();
  }
}
