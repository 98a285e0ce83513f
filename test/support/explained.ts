import type { Body, Client, TestRoom } from "./room.ts";
import { createRoom } from "./room.ts";

const PUT = {
  id: "put",
  writes: [{ scope: "${params.scope}", key: "${params.key}", value: "${params.value}" }],
};

export interface Setting {
  readonly room: TestRoom;
  readonly ana: Client;
  readonly bob: Client;
}

/** A room with two agents, each with a secret, and the key `phase`. */
export async function setting(): Promise<Setting> {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { secret: "ana-canary" } });
  const bob = await room.join("bob", { state: { secret: "bob-canary" } });
  await ana.do("_register_action", PUT);
  await put(ana, "phase", "plan");
  return { room, ana, bob };
}

export function put(client: Client, key: string, value: Body, scope = "_shared"): Promise<Body> {
  return client.do("put", { scope, key, value });
}

/** The refusal of an action whose `if` is `condition`. */
export async function refusalOf(client: Client, condition: string, params: Body = {}): Promise<Body> {
  await client.do("_register_action", { id: "gated", if: condition, writes: [] });
  return (await client.invoke("gated", params)).body;
}
