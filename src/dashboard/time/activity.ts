import type { Signal } from "@preact/signals";
import { signal } from "@preact/signals";
import type { LeanEvent, LeanLogPage, Room } from "../../client/main.ts";
import { SyncError } from "../../client/main.ts";

/** So many events a request covers. */
const SPAN = 5_000;
/** So many events are read, the newest: what lies before is not drawn. */
const MOST = 50_000;

/** The log's events without their values: from its end back, and on as more come. */
export class Activity {
  /** In order. */
  readonly events = signal<readonly LeanEvent[]>([]);
  /** The events after this seq have been read. */
  readonly from: Signal<number>;
  /** The room remembers what happened after this seq. */
  readonly earliest = signal(0);
  readonly failure = signal<unknown>(null);
  readonly #room: Room;
  readonly #end = new AbortController();
  /** No event up to this one is read. */
  readonly #floor: number;
  #through: number;
  #head: number;
  #isReading = false;

  /** `head` is the log's last event. */
  constructor(room: Room, head: number) {
    this.#room = room;
    this.#head = head;
    this.#through = head;
    this.#floor = Math.max(0, head - MOST);
    this.from = signal(head);
  }

  close(): void {
    this.#end.abort();
  }

  /** Reads on to the event `head`, and back as far as is drawn. */
  async read(head: number): Promise<void> {
    this.#head = Math.max(this.#head, head);
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      for (;;) {
        if (this.#through < this.#head) await this.#onward();
        else if (this.from.value > Math.max(this.#floor, this.earliest.value)) await this.#back();
        else break;
      }
    } catch (error) {
      if (!this.#end.signal.aborted) this.failure.value = error;
    } finally {
      this.#isReading = false;
    }
  }

  async #onward(): Promise<void> {
    const head = this.#head;
    const events = await this.#span(this.#through, head);
    this.#through = head;
    this.events.value = [...this.events.value, ...events];
  }

  async #back(): Promise<void> {
    const first = Math.max(this.#floor, this.earliest.value, this.from.value - SPAN);
    try {
      const events = await this.#span(first, this.from.value);
      this.events.value = [...events, ...this.events.value];
      this.from.value = first;
    } catch (error) {
      const earliest = SyncError.is(error, "compacted") ? error.details.earliest : undefined;
      if (typeof earliest !== "number" || earliest - 1 <= this.earliest.value) throw error;
      this.earliest.value = earliest - 1;
    }
  }

  /** The events after `after` up to `last`: pages of large ones end early. */
  async #span(after: number, last: number): Promise<LeanEvent[]> {
    const { signal } = this.#end;
    const events: LeanEvent[] = [];
    for (let next: number | undefined = after; next !== undefined && next < last; ) {
      const limit = Math.min(SPAN, last - next);
      const page: LeanLogPage = await this.#room.logPage({ after: next, limit, depth: "lean", signal });
      events.push(...page.events);
      next = page.next;
    }
    return events;
  }
}
