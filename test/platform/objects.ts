import type { RoomObject } from "../../src/room-object.ts";
import { holderOf } from "./workers.ts";

/** What takes the place of `cloudflare:test` where the tests run in Node. */
export async function runInDurableObject<T>(
  stub: { readonly name?: string },
  work: (object: RoomObject, ctx: DurableObjectState) => T,
): Promise<Awaited<T>> {
  const holder = holderOf(stub.name ?? "");
  return await work(await holder.open(), holder.ctx);
}

export async function evictDurableObject(stub: { readonly name?: string }): Promise<void> {
  holderOf(stub.name ?? "").evict();
}

export async function runDurableObjectAlarm(stub: { readonly name?: string }): Promise<boolean> {
  return await holderOf(stub.name ?? "").ring();
}
