import type { RoomObject } from "../../src/room-object.ts";
import { RoomHolder } from "./room-holder.ts";

/**
 * What takes the place of `cloudflare:workers` where the tests of the rules run in Node, for the mutations: the Worker
 * and its objects in one process. It has no gates, and no eviction of its own accord.
 */
export class DurableObject {
  readonly ctx: DurableObjectState;
  readonly env: Env;

  constructor(ctx: DurableObjectState, env: Env) {
    this.ctx = ctx;
    this.env = env;
  }
}

const holders = new Map<string, RoomHolder>();

/** What holds the object of an id. */
export function holderOf(name: string): RoomHolder {
  const known = holders.get(name);
  if (known) return known;
  const holder = new RoomHolder(async (ctx) => {
    const { RoomObject } = await import("../../src/room-object.ts");
    return new RoomObject(ctx, env);
  });
  holders.set(name, holder);
  return holder;
}

/** A stub, each of whose methods is one of the object. */
function stubOf(name: string): DurableObjectStub<RoomObject> {
  const stub = {
    name,
    fetch: async (url: string, init: RequestInit) =>
      await (await holderOf(name).open()).fetch(new Request(url, init)),
  };
  const get = (_: object, property: string) => {
    if (property in stub) return stub[property as keyof typeof stub];
    // A promise is told from other things by its `then`.
    if (property === "then") return undefined;
    return async (...given: unknown[]) => {
      const object = await holderOf(name).open();
      const method = Reflect.get(object, property) as (...given: unknown[]) => unknown;
      return await method.apply(object, given);
    };
  };
  return new Proxy({}, { get }) as DurableObjectStub<RoomObject>;
}

export const env = {
  AUTH_SECRET: "test-secret-test-secret-test-secret!",
  ROOM_CREATION: "open",
  ROOMS: { idFromName: (name: string) => name, get: stubOf },
} as unknown as Env;

const context = { waitUntil: () => undefined, passThroughOnException: () => undefined };

export const exports = {
  default: {
    async fetch(request: Request): Promise<Response> {
      const { default: worker } = await import("../../src/worker.ts");
      return await worker.fetch(request, env, context as unknown as ExecutionContext);
    },
  },
};
