import { signal } from "@preact/signals";
import type { Message, Room } from "../../../client/main.ts";
import { isJsonObject } from "../../live/json-object.ts";
import type { Session } from "../../live/session.ts";

/** So many numbers, or events, a request covers. */
const SPAN = 500;
/** So many requests one wish for older messages may cost, where there are gaps. */
const MOST_SPANS = 20;

/** Where the oldest message that is known stands: its number, and the seq of its event. */
export interface Oldest {
  readonly number: number;
  readonly seq: number;
}

/** Messages before those that a page has at first, as far as they are asked for. It moves nobody's cursor [DASH-11]. */
export class OlderMessages {
  /** The oldest first. */
  readonly messages = signal<readonly Message[]>([]);
  readonly isReading = signal(false);
  readonly failure = signal<unknown>(null);
  readonly hasOlder = signal(true);
  readonly #room: Room;
  readonly #readSpan: (end: number) => Promise<readonly Message[]>;
  readonly #isByEvent: boolean;
  #end: number | null = null;

  constructor({ room, role }: Session) {
    this.#room = room;
    // A context would move an agent's cursor; a history does not, but knows nothing of what the room has forgotten.
    this.#isByEvent = role === "agent";
    this.#readSpan = this.#isByEvent ? (end) => this.#byEvents(end) : (end) => this.#byNumbers(end);
  }

  /** Reads some that come before all that are known, of which `oldest` was the first of the page's own. */
  async read(oldest: Oldest): Promise<void> {
    if (this.isReading.value) return;
    this.isReading.value = true;
    try {
      let end = this.#end ?? (this.#isByEvent ? oldest.seq : oldest.number);
      for (let spans = 0; spans < MOST_SPANS && end > 1; spans++) {
        const found = await this.#readSpan(end);
        end = Math.max(1, end - SPAN);
        this.#end = end;
        this.messages.value = [...found, ...this.messages.value];
        if (found.length > 0) break;
      }
      this.hasOlder.value = end > 1;
    } catch (error) {
      this.failure.value = error;
      this.hasOlder.value = false;
    } finally {
      this.isReading.value = false;
    }
  }

  async #byNumbers(end: number): Promise<readonly Message[]> {
    const { messages } = await this.#room.context({
      only: ["messages"],
      messagesAfter: Math.max(0, end - 1 - SPAN),
      messagesLimit: SPAN,
    });
    return messages.recent.filter(({ seq }) => seq < end);
  }

  async #byEvents(end: number): Promise<readonly Message[]> {
    const found: Message[] = [];
    const after = Math.max(0, end - 1 - SPAN);
    for await (const { seq, key, ts, value } of this.#room.history("_messages", { after, limit: SPAN })) {
      if (seq >= end) break;
      if (isJsonObject(value)) found.push({ ...(value as unknown as Message), seq: Number(key), ts });
    }
    return found;
  }
}
