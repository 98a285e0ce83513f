import type { Message } from "../../../client/main.ts";

/** The threads that messages make by answering one another, each named by the message that it began with. */
export class Threads {
  readonly #roots = new Map<number, number>();
  readonly #sizes = new Map<number, number>();

  /** `messages` stand in their order: an answer comes after what it answers, which may not have been read. */
  constructor(messages: readonly Message[]) {
    for (const { seq, reply_to } of messages) {
      const root = reply_to === undefined ? seq : (this.#roots.get(reply_to) ?? reply_to);
      this.#roots.set(seq, root);
      this.#sizes.set(root, (this.#sizes.get(root) ?? 0) + 1);
    }
  }

  /** The thread that a message belongs to. */
  of(seq: number): number {
    return this.#roots.get(seq) ?? seq;
  }

  /** How many messages of a thread have been read. */
  size(root: number): number {
    return this.#sizes.get(root) ?? 0;
  }
}
