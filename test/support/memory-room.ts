import { hash } from "node:crypto";
import type { CreateRoomCommand } from "../../src/kernel/decide/room.ts";
import { migrate } from "../../src/migrations/run.ts";
import type { Caller, ReplayCall, Reply, TokenClaims } from "../../src/protocol/calls.ts";
import { contextShape } from "../../src/protocol/context-query.ts";
import type { RoomHost } from "../../src/room/ports.ts";
import { Room } from "../../src/room/room.ts";
import { inOneGo } from "../../src/storage/slice.ts";
import type { Stores } from "../../src/storage/stores.ts";
import { openStores } from "../../src/storage/stores.ts";
import { MemorySql } from "./memory-sql.ts";
import type { Call, Failure, Subject, Tables } from "./subject.ts";

/** What an object answers that found its disk full, or that ended in the middle of a call. */
export const FULL: Reply = { status: 507, body: '{"error":"storage_full"}' };
export const GONE: Reply = { status: 500, body: '{"error":"internal"}' };
const NOTHING: Reply = { status: 200, body: "" };

/** What a proof may put in the place of a room's parts, to break it. */
export interface Patches {
  readonly stores?: (stores: Stores) => Stores;
  readonly host?: (host: RoomHost) => RoomHost;
}

/**
 * A room without a platform: the room's own classes over a database in memory, a clock that stands until it is moved, and
 * the shell's treatment of what is thrown. Its randomness is counted, so that a seed is all that a run depends on.
 */
export class MemoryRoom implements Subject {
  readonly sql = new MemorySql();
  stores: Stores;
  /** ms since the epoch. */
  now = Date.parse("2026-01-01T00:00:00Z");
  #failure: Failure | null = null;
  readonly #patches: Patches;
  #room: Room;
  #ids = 0;

  constructor(patches: Patches = {}) {
    this.#patches = patches;
    migrate(this.sql.storage);
    this.stores = this.#openStores();
    this.#room = this.#open();
  }

  create(command: CreateRoomCommand): Reply {
    return this.#guard(() => this.#room.create(command, false));
  }

  call(caller: Caller, call: Call): Reply {
    return this.#guard(() =>
      call.call === "replay" ? inOneGo(this.#room.replay(caller, call)) : this.#room.call(caller, call),
    );
  }

  /** Waits for a condition as if a socket were held: answers what ends that, or null where it was answered at once. */
  wait(caller: Caller, condition: string): (() => void) | null {
    const shape = contextShape({}, {});
    if (!shape.ok) return null;
    const call = { condition, timeout: 25_000, shape: shape.value, include: null };
    const room = this.#room;
    let held: string | null = null;
    this.#guard(() => {
      const begun = room.wait(caller, call, false);
      if ("reply" in begun) return begun.reply;
      room.waits.hold(begun.waiting, { answer: () => undefined });
      held = begun.waiting.id;
      return NOTHING;
    });
    const id = held;
    if (id === null) return null;
    return () => {
      if (this.#room !== room) return;
      this.#guard(() => {
        room.abandonWait(id);
        return NOTHING;
      });
    };
  }

  /** What the platform's alarm does. */
  alarm(): void {
    this.#guard(() => {
      this.#room.doDue();
      return NOTHING;
    });
  }

  get dueAt(): number | null {
    return this.#room.dueAt;
  }

  verify(caller: Caller): Reply {
    return inOneGo(this.#room.verify(caller, false));
  }

  /** Reads the room as it was; `between` is what others do between two slices. */
  replay(caller: Caller, args: ReplayCall, between: () => void): Reply {
    const reading = this.#room.replay(caller, { call: "replay", args, compact: false });
    for (let step = reading.next(); ; step = reading.next()) {
      if (step.done) return step.value;
      between();
    }
  }

  /** Forgets what is in memory, as an eviction does. */
  wake(): void {
    this.stores = this.#openStores();
    this.#room = this.#open();
  }

  pass(ms: number): void {
    this.now += ms;
  }

  fail(how: Failure | null): void {
    this.#failure = how;
  }

  look<T>(read: (tables: Tables) => T): T {
    return read({
      stores: this.stores,
      rows: <R>(query: string) => this.sql.exec(query).toArray() as R[],
    });
  }

  end(): void {
    this.sql.close();
  }

  #openStores(): Stores {
    const stores = openStores(this.sql.storage.sql);
    return this.#patches.stores?.(stores) ?? stores;
  }

  #open(): Room {
    const host: RoomHost = {
      now: () => this.now,
      randomId: () => `id-${++this.#ids}`,
      digest: (text) => hash("sha256", text, "hex"),
      transaction: (work) => this.#transaction(work),
      later: () => undefined,
      isFull: (thrown) => thrown instanceof Error && thrown.message === "full",
    };
    return new Room(this.stores, this.#patches.host?.(host) ?? host);
  }

  #transaction<T>(work: () => T): T {
    const failure = this.#failure;
    this.#failure = null;
    if (failure === "crash before") throw new Error("crash");
    const done = this.sql.transaction(() => {
      const result = work();
      if (failure === "full") throw new Error("full");
      if (failure === "crash within") throw new Error("crash");
      return result;
    });
    if (failure === "crash after") throw new Error("crash");
    return done;
  }

  #guard(work: () => Reply): Reply {
    try {
      return work();
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : "";
      if (message === "full") return FULL;
      if (message !== "crash") throw thrown;
      this.wake();
      return GONE;
    }
  }
}

/** The tokens that a reply hands out, by the kind of each. */
export function claimsOf({ tokens = {} }: Reply): Partial<Record<TokenClaims["kind"], TokenClaims>> {
  return Object.fromEntries(Object.values(tokens).map((claims) => [claims.kind, claims]));
}
