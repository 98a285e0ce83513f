import { signal } from "@preact/signals";
import type { EventKind, LogEvent, Room } from "../../../client/main.ts";

/** So many seqs a request covers. */
const SPAN = 500;
/** So many requests one wish for older events may cost, where a filter finds none. */
const MOST_SPANS = 8;

/** Which events are wanted. */
export interface LogFilter {
  readonly agent: string;
  readonly kind: EventKind | "";
}

/** The log from its end: what comes anew, and older events as far as they are asked for. */
export class LogReader {
  /** The newest first. */
  readonly events = signal<readonly LogEvent[]>([]);
  readonly isReading = signal(false);
  readonly failure = signal<unknown>(null);
  /** Whether older events may be there. */
  readonly hasOlder = signal(true);
  readonly #room: Room;
  readonly #filter: LogFilter;
  readonly #end = new AbortController();
  /** What has been read: the events after `#oldest` up to `#newest`. */
  #oldest: number;
  #newest: number;

  constructor(room: Room, filter: LogFilter, seq: number) {
    this.#room = room;
    this.#filter = filter;
    this.#oldest = seq;
    this.#newest = seq;
  }

  close(): void {
    this.#end.abort();
  }

  /** Whether what was read reaches `seq`, or is not far behind. */
  reaches(seq: number): boolean {
    if (seq === this.#newest) return true;
    return seq > this.#oldest && seq <= this.#newest + MOST_SPANS * SPAN;
  }

  /** Reads on to `seq`. */
  async newer(seq: number): Promise<void> {
    await this.#guard(async () => {
      while (this.#newest < seq) {
        const last = Math.min(this.#newest + SPAN, seq);
        const page = await this.#page(this.#newest, last);
        this.#newest = last;
        this.events.value = [...page.toReversed(), ...this.events.value];
      }
    });
  }

  /** Reads the events before those that have been read. */
  async older(): Promise<void> {
    await this.#guard(async () => {
      for (let spans = 0; spans < MOST_SPANS && this.#oldest > 0; spans++) {
        const first = Math.max(0, this.#oldest - SPAN);
        const page = await this.#page(first, this.#oldest);
        this.#oldest = first;
        this.events.value = [...this.events.value, ...page.toReversed()];
        if (page.length > 0) break;
      }
      this.hasOlder.value = this.#oldest > 0;
    });
  }

  async #page(after: number, last: number): Promise<readonly LogEvent[]> {
    const { agent, kind } = this.#filter;
    const { events } = await this.#room.logPage({
      after,
      limit: SPAN,
      agent: agent === "" ? undefined : agent,
      kind: kind === "" ? undefined : kind,
      signal: this.#end.signal,
    });
    return events.filter(({ seq }) => seq <= last);
  }

  async #guard(read: () => Promise<void>): Promise<void> {
    if (this.isReading.value) return;
    this.isReading.value = true;
    try {
      await read();
    } catch (error) {
      if (!this.#end.signal.aborted) this.#stop(error);
    } finally {
      this.isReading.value = false;
    }
  }

  /** The room has forgotten what came before: what is there is all that can be shown. */
  #stop(error: unknown): void {
    this.hasOlder.value = false;
    this.failure.value = error;
  }
}
