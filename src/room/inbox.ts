import type { MessageStore, NumberedMessage } from "../storage/message-store.ts";
import type { LiveState } from "./live-state.ts";
import { APPEND_SCOPE } from "./live-state.ts";
import type { Presence } from "./presence.ts";

interface Unread {
  unread: number;
  directed: number;
  /** The cursor and the last message that the counts are of. */
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

  /** How many messages there are: they are numbered without gaps and none is ever deleted. */
  get count(): number {
    return this.#live.highest(APPEND_SCOPE);
  }

  get(number: number): NumberedMessage | undefined {
    return this.#messages.range(number, number)[0];
  }

  /** The newest `limit` messages or, with `after`, the oldest `limit` after it; oldest first. */
  page(after: number | null, limit: number): NumberedMessage[] {
    if (after === null) return this.#messages.range(Math.max(1, this.count - limit + 1), this.count);
    return this.#messages.range(after + 1, Math.min(after + limit, this.count));
  }

  /** Messages of others beyond the agent's cursor, and those of them that are directed at it. */
  unread(agent: string): { unread: number; directed: number } {
    const cursor = this.#presence.cursor(agent);
    const known = this.#unread.get(agent);
    const valid = known?.cursor === cursor ? known : { unread: 0, directed: 0, cursor, through: cursor };
    if (valid.through < this.count) {
      const since = this.#messages.unread(agent, valid.through, this.count);
      valid.unread += since.unread;
      valid.directed += since.directed;
      valid.through = this.count;
    }
    this.#unread.set(agent, valid);
    return { unread: valid.unread, directed: valid.directed };
  }
}
