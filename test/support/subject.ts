import type { CreateRoomCommand } from "../../src/kernel/decide/room.ts";
import type { Caller, Reply, RoomCall } from "../../src/protocol/calls.ts";
import type { Stores } from "../../src/storage/stores.ts";

/** What becomes of the next transaction; an object that crashes in one takes back what it did in that turn. */
export type Failure = "full" | "crash before" | "crash within" | "crash after";

export type Call = Exclude<RoomCall, { call: "deleteRoom" }>;

/** The tables of a room, to be looked at from outside. */
export interface Tables {
  readonly stores: Stores;
  rows<T>(query: string): T[];
}

type Eventually<T> = T | Promise<T>;

/** A room that a proof does things to: one in memory, or a Durable Object. */
export interface Subject {
  create(command: CreateRoomCommand): Eventually<Reply>;
  /** Answers with a status of 500 or more where the room failed. */
  call(caller: Caller, call: Call): Eventually<Reply>;
  verify(caller: Caller): Eventually<Reply>;
  /** What the platform's alarm does, as often as it likes. */
  alarm(): Eventually<void>;
  /** Forgets what is in memory, as an eviction does. */
  wake(): Eventually<void>;
  /** Moves the clock on, in ms. */
  pass(ms: number): void;
  /** Has the next transaction fail; null takes that back. */
  fail(how: Failure | null): Eventually<void>;
  look<T>(read: (tables: Tables) => T): Eventually<T>;
  end(): void;
}
