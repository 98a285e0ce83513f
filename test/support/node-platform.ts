import { afterAll, beforeAll } from "vitest";
import type { RoomObject } from "../../src/room-object.ts";
import { MemorySql } from "./memory-sql.ts";

/**
 * What takes the place of `cloudflare:workers` and `cloudflare:test` where mutations run the tests of the front door in
 * Node: the Worker and its objects in one process, over databases in memory. There are no sockets, so that nothing can be
 * watched or waited for, and what goes from the Worker to an object is not copied.
 */

/** An object's own state: its tables, and its one alarm. */
class ObjectState {
  readonly sql = new MemorySql();
  readonly storage: DurableObjectStorage;
  object: RoomObject | null = null;
  alarm: number | null = null;

  constructor() {
    const { sql, transactionSync } = this.sql.storage;
    Object.defineProperty(sql, "databaseSize", { value: 0 });
    this.storage = {
      sql,
      transactionSync,
      sync: async () => undefined,
      getAlarm: async () => this.alarm,
      setAlarm: async (at: number) => this.#set(at),
      deleteAlarm: async () => this.#set(null),
      deleteAll: async () => this.#erase(),
    } as unknown as DurableObjectStorage;
  }

  #set(alarm: number | null): void {
    this.alarm = alarm;
  }

  #erase(): void {
    const tables = this.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    for (const { name } of tables) this.sql.exec(`DROP TABLE IF EXISTS "${name}"`);
  }
}

const objects = new Map<string, ObjectState>();

// What takes long to load is no test's own time. Loaded here it would wait for this module.
beforeAll(() => import("../../src/worker.ts"));
afterAll(() => {
  for (const { sql } of objects.values()) sql.close();
  objects.clear();
});

export class DurableObject {
  readonly ctx: DurableObjectState;
  readonly env: Env;

  constructor(ctx: DurableObjectState, env: Env) {
    this.ctx = ctx;
    this.env = env;
  }
}

Object.assign(globalThis, { WebSocketRequestResponsePair: class {} });

function stateOf(name: string): ObjectState {
  const known = objects.get(name);
  if (known) return known;
  const made = new ObjectState();
  objects.set(name, made);
  return made;
}

function contextOf(state: ObjectState): DurableObjectState {
  const abort = () => {
    state.object = null;
  };
  return {
    storage: state.storage,
    abort,
    blockConcurrencyWhile: (work: () => Promise<unknown>) => work(),
    getWebSockets: () => [],
    setWebSocketAutoResponse: () => undefined,
  } as unknown as DurableObjectState;
}

/** The object of that name, woken where it sleeps. */
async function awake(name: string): Promise<RoomObject> {
  const { RoomObject } = await import("../../src/room-object.ts");
  const state = stateOf(name);
  state.object ??= new RoomObject(contextOf(state), env as unknown as Env);
  return state.object;
}

/** A stub: every method of the object's, asked for when it is called. */
function stubOf(name: string): DurableObjectStub<RoomObject> {
  const method =
    (key: string) =>
    async (...given: unknown[]) => {
      const object = await awake(name);
      const [first, second] = given;
      const asked = key === "fetch" ? [new Request(first as string, second as RequestInit)] : given;
      return await (Reflect.get(object, key) as (...given: unknown[]) => unknown).apply(object, asked);
    };
  return new Proxy(
    { name },
    {
      get: (target, key) => (key === "name" ? target.name : key === "then" ? undefined : method(String(key))),
    },
  ) as unknown as DurableObjectStub<RoomObject>;
}

const nameOf = (stub: object) => String(Reflect.get(stub, "name"));

export const env = {
  AUTH_SECRET: "test-secret-test-secret-test-secret!",
  ROOM_CREATION: "open",
  ROOMS: {
    idFromName: (name: string) => name,
    get: (name: string) => stubOf(name),
  },
};

export const exports = {
  default: {
    async fetch(request: Request): Promise<Response> {
      const { default: worker } = await import("../../src/worker.ts");
      const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
      return await worker.fetch(request, env as unknown as Env, context as unknown as ExecutionContext);
    },
  },
};

export async function evictDurableObject(stub: object): Promise<void> {
  stateOf(nameOf(stub)).object = null;
}

export async function runInDurableObject<T>(
  stub: object,
  work: (object: RoomObject, state: DurableObjectState) => T | Promise<T>,
): Promise<T> {
  const name = nameOf(stub);
  const object = await awake(name);
  return await work(object, contextOf(stateOf(name)));
}

/** Rings the alarm at once, and says whether one was set. */
export async function runDurableObjectAlarm(stub: object): Promise<boolean> {
  const name = nameOf(stub);
  const state = stateOf(name);
  if (state.alarm === null) return false;
  state.alarm = null;
  (await awake(name)).alarm();
  return true;
}
