import { expect } from "vitest";
import type { Caller } from "../../src/protocol/calls.ts";
import { Room } from "../../src/room/room.ts";
import type { WatchRecord } from "../../src/room/watch/watcher.ts";
import { openStores } from "../../src/storage/stores.ts";
import type { Body } from "./room.ts";

/** A room over the tables of an object, inside it, whose clock and work out of line the test owns. */
export class InnerRoom {
  readonly room: Room;
  /** What is to be run out of line: nothing is, unless the test does. */
  readonly later: (() => void)[] = [];

  constructor(state: DurableObjectState, clock: { now: number }) {
    this.room = new Room(openStores(state.storage.sql), {
      now: () => clock.now,
      randomId: () => crypto.randomUUID(),
      digest: (text) => text.length.toString(16).padStart(64, "0"),
      transaction: (work) => state.storage.transactionSync(work),
      later: (_ms, work) => void this.later.push(work),
      isFull: () => false,
    });
  }

  /** Watches presence, by a socket that keeps what it is sent. */
  watch(caller: Caller): InnerSocket | string {
    const begun = this.room.watch.begin(caller, { since: null, feeds: ["presence"] });
    if (!begun.ok) return begun.refusal.code;
    const socket = new InnerSocket(this.room, begun.value);
    this.room.watch.open(begun.value, socket, null);
    return socket;
  }

  /** Takes a watcher back, as after a sleep. */
  restore(record: WatchRecord): InnerSocket {
    const socket = new InnerSocket(this.room, record);
    this.room.watch.restore(record, socket);
    this.room.establish();
    return socket;
  }
}

/** A socket of an {@link InnerRoom}. */
export class InnerSocket {
  readonly record: WatchRecord;
  readonly #room: Room;
  frames: Body[] = [];
  closed: number | null = null;

  constructor(room: Room, record: WatchRecord) {
    this.#room = room;
    this.record = record;
  }

  ask(frame: Body): void {
    this.#room.watch.handle(this.record.id, JSON.stringify(frame));
  }

  /** What it was sent since this was called last, less what is said of `agent`. */
  taken(agent?: string): Body[] {
    const frames = this.frames.filter((frame) => agent === undefined || frame.agent !== agent);
    this.frames = [];
    return frames;
  }

  send(text: string): void {
    expect(this.closed).toBeNull();
    this.frames.push(JSON.parse(text));
  }

  close(code: number): void {
    this.closed = code;
  }

  remember(): void {}
}
