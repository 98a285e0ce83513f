import { signal } from "@preact/signals";
import type { Room } from "../../client/main.ts";
import { SyncError } from "../../client/main.ts";
import type { Snapshot } from "../live/snapshot.ts";
import { snapshotOfReplay } from "./past-snapshot.ts";

/** All that panels read of a room besides what a replay shows anyway. */
const INCLUDE = ["_actions", "_views", "_agents", "_messages", "_config", "_help"] as const;

/** So many moments are kept: steps back and forth are not asked for again. */
const MOST_KEPT = 48;

/** A room as it was. One replay is asked for at a time, and of the wishes that come meanwhile only the newest counts. */
export class PastRoom {
  /** The moment that was asked for last and is there. */
  readonly snapshot = signal<Snapshot | null>(null);
  readonly failure = signal<unknown>(null);
  /** The first moment that the room remembers. */
  readonly earliest = signal(0);
  readonly #room: Room;
  readonly #end = new AbortController();
  /** In the order in which they were asked for. */
  readonly #kept = new Map<number, Snapshot>();
  /** The moment that is to be seen in the end; null is none. */
  #target: number | null = null;
  #isAsking = false;

  constructor(room: Room) {
    this.#room = room;
  }

  close(): void {
    this.#target = null;
    this.#end.abort();
  }

  /** Shows the room after event `seq`; `self` is whose eyes these are. */
  show(seq: number, self: string): void {
    this.#target = seq;
    this.failure.value = null;
    const known = this.#kept.get(seq);
    if (known) this.snapshot.value = known;
    else if (!this.#isAsking) void this.#ask(self);
  }

  /** Looks at no moment any more. */
  leave(): void {
    this.#target = null;
    this.snapshot.value = null;
    this.failure.value = null;
  }

  async #ask(self: string): Promise<void> {
    this.#isAsking = true;
    for (let seq = this.#target; seq !== null; seq = this.#missing()) {
      try {
        const replay = await this.#room.replay(seq, { include: INCLUDE, signal: this.#end.signal });
        const was = this.snapshot.value ?? [...this.#kept.values()].at(-1) ?? null;
        const shown = snapshotOfReplay(replay, self, was);
        this.#keep(seq, shown);
        // On the way to another moment it is shown as well, but not in place of one that was at hand.
        if (this.#target === seq || this.#missing() !== null) this.snapshot.value = shown;
      } catch (error) {
        if (!this.#end.signal.aborted) this.#fail(error);
      }
    }
    this.#isAsking = false;
  }

  /** The moment that is wished for and not there. */
  #missing(): number | null {
    const target = this.#target;
    return target === null || this.#kept.has(target) ? null : target;
  }

  #keep(seq: number, snapshot: Snapshot): void {
    this.#kept.set(seq, snapshot);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** What the room has forgotten is shown from where it begins; any other failure ends the wish. */
  #fail(error: unknown): void {
    const first = SyncError.is(error, "compacted") ? error.details.earliest : undefined;
    const isNews = typeof first === "number" && first - 1 > this.earliest.value;
    if (isNews) this.earliest.value = first - 1;
    else this.failure.value = error;
    this.#target = isNews ? first - 1 : null;
  }
}
