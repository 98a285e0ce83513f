import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import type { CreateRoomCommand } from "../../src/kernel/decide/room.ts";
import type { Caller, Reply } from "../../src/protocol/calls.ts";
import { openStores } from "../../src/storage/stores.ts";
import { GONE } from "./memory-room.ts";
import { roomObject } from "./room.ts";
import type { Call, Failure, Subject, Tables } from "./subject.ts";

/**
 * Takes the clock of the test, and so of the objects that run beside it, out of the platform's hands. It stands far
 * ahead, so that no alarm rings by itself.
 */
export function holdClock(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2040-01-01T00:00:00Z") });
  // What objects say when they end, as they are made to.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
}

export function releaseClock(): void {
  vi.useRealTimers();
  vi.restoreAllMocks();
}

/** A room in a Durable Object, called as the Worker calls it. */
export class ObjectRoom implements Subject {
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  create(command: CreateRoomCommand): Promise<Reply> {
    return this.#object.create(command, false) as Promise<Reply>;
  }

  async call(caller: Caller, call: Call): Promise<Reply> {
    try {
      return (await this.#object.call(caller, call)) as Reply;
    } catch {
      return GONE;
    }
  }

  verify(caller: Caller): Promise<Reply> {
    return this.#object.verify(caller, false) as Promise<Reply>;
  }

  /** The platform may do so twice. */
  async alarm(): Promise<void> {
    for (let times = 0; times < 2; times++) {
      await runDurableObjectAlarm(this.#object).catch(() => undefined);
      await runInDurableObject(this.#object, (object) => object.alarm()).catch(() => undefined);
    }
  }

  async wake(): Promise<void> {
    // Only an object that runs can be evicted.
    await this.look(() => undefined);
    await evictDurableObject(this.#object);
  }

  pass(ms: number): void {
    vi.setSystemTime(Date.now() + ms);
  }

  async fail(how: Failure | null): Promise<void> {
    await runInDurableObject(this.#object, (_, { storage }) => breakNext(storage, how));
  }

  async look<T>(read: (tables: Tables) => T): Promise<T> {
    return await runInDurableObject(this.#object, (_, { storage: { sql } }) =>
      read({ stores: openStores(sql), rows: <R>(query: string) => sql.exec(query).toArray() as R[] }),
    );
  }

  end(): void {}

  get #object() {
    return roomObject(this.#id);
  }
}

/** Has the next transaction of an object fail. */
export function breakNext(storage: DurableObjectStorage, how: Failure | null): void {
  const whole: typeof storage.transactionSync = Object.getPrototypeOf(storage).transactionSync;
  const run = <T>(work: () => T): T => whole.call(storage, work) as T;
  storage.transactionSync = (work) => {
    storage.transactionSync = run;
    if (how === null) return run(work);
    if (how === "crash before") throw new Error("crash");
    const done = run(() => {
      const result = work();
      if (how === "full") throw new Error("database or disk is full");
      if (how === "crash within") throw new Error("crash");
      return result;
    });
    if (how === "crash after") throw new Error("crash");
    return done;
  };
}
