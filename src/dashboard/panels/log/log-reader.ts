import { signal } from "@preact/signals";
import type { EventKind, LogEvent, LogPage, Room } from "../../../client/main.ts";
import { SyncError } from "../../../client/main.ts";

/** So many seqs a request covers. */
const SPAN = 500;
/** So many requests one wish for older events may cost, where a filter finds none. */
const MOST_SPANS = 8;

/** Which events are wanted. */
export interface LogFilter {
  readonly agent: string;
  readonly kind: EventKind | "";
}

/** Where events are read from: those after a seq, up to a last one, in the order of the log. */
export type ReadPage = (after: number, last: number, signal: AbortSignal) => Promise<readonly LogEvent[]>;

/** The log of a room by a filter. */
export function logPages(room: Room, { agent, kind }: LogFilter): ReadPage {
  return async (after, last, signal) => {
    const events: LogEvent[] = [];
    let from: number | undefined = after;
    while (from !== undefined && from < last) {
      const page: LogPage = await room.logPage({
        after: from,
        limit: SPAN,
        agent: agent === "" ? undefined : agent,
        kind: kind === "" ? undefined : kind,
        signal,
      });
      events.push(...page.events);
      from = page.next;
    }
    return events.filter(({ seq }) => seq <= last);
  };
}

/** How a reader goes through the log. */
interface Walk {
  readonly read: ReadPage;
  /** The seq that it begins at. */
  readonly seq: number;
  /** Whether spans grow where little is found: each is one look into the room's index. */
  readonly isIndexed: boolean;
}

/** The log from a seq: what comes anew, and older events as far as they are asked for. */
export class LogReader {
  /** The newest first. */
  readonly events = signal<readonly LogEvent[]>([]);
  readonly isReading = signal(false);
  readonly failure = signal<unknown>(null);
  /** Whether older events may be there. */
  readonly hasOlder = signal(true);
  /** How many events have come to stand before the first that was read. */
  grown = 0;
  readonly #walk: Walk;
  readonly #end = new AbortController();
  #span = SPAN;
  /** What has been read: the events after `#oldest` up to `#newest`. */
  #oldest: number;
  #newest: number;

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#oldest = walk.seq;
    this.#newest = walk.seq;
  }

  /** Events up to this seq have been read. */
  get newest(): number {
    return this.#newest;
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
        const page = await this.#walk.read(this.#newest, last, this.#end.signal);
        this.#newest = last;
        this.grown += page.length;
        this.events.value = [...page.toReversed(), ...this.events.value];
      }
    });
  }

  /** Reads the next of the newer events, where the reader began in the past. */
  async someNewer(seq: number): Promise<void> {
    await this.newer(Math.min(seq, this.#newest + SPAN));
  }

  /** Reads the events before those that have been read. */
  async older(): Promise<void> {
    await this.#guard(async () => {
      for (let spans = 0; spans < MOST_SPANS && this.#oldest > 0; spans++) {
        const first = Math.max(0, this.#oldest - this.#span);
        const page = await this.#walk.read(first, this.#oldest, this.#end.signal);
        this.#oldest = first;
        this.events.value = [...this.events.value, ...page.toReversed()];
        if (this.#walk.isIndexed && page.length < SPAN / 10) this.#span *= 4;
        if (page.length > 0 && !(this.#walk.isIndexed && page.length < SPAN / 10)) break;
      }
      this.hasOlder.value = this.#oldest > 0;
    });
  }

  async #guard(read: () => Promise<void>): Promise<void> {
    if (this.isReading.value) return;
    this.isReading.value = true;
    try {
      await read();
      this.failure.value = null;
    } catch (error) {
      if (!this.#end.signal.aborted) this.#note(error);
    } finally {
      this.isReading.value = false;
    }
  }

  /** Where the room has forgotten what came before, what is there is all that can be shown. */
  #note(error: unknown): void {
    if (SyncError.is(error, "compacted")) this.hasOlder.value = false;
    this.failure.value = error;
  }
}
