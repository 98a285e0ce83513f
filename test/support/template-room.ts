import { expect } from "vitest";
import type { Body, Client, TestRoom } from "./room.ts";
import { createRoom } from "./room.ts";

/** The longest lease that a template gives. */
export const LEASE = { lease_ms: 3_600_000 };

export const [UNMET, BAD] = ["precondition_failed", "invalid_param"];

/** A room that begins with a template, and three agents in it. */
export async function begun(
  template: string,
): Promise<{ room: TestRoom; ana: Client; ben: Client; cid: Client }> {
  const room = await createRoom({ template });
  return { room, ana: await room.join("ana"), ben: await room.join("ben"), cid: await room.join("cid") };
}

/** Which error each of these attempts is answered, and that none has changed anything. */
export async function refusals(
  client: Client,
  ...attempts: [action: string, params?: Body][]
): Promise<string[]> {
  const { state } = await client.context();
  const codes: string[] = [];
  for (const [action, params] of attempts) codes.push((await client.invoke(action, params)).body.error);
  expect((await client.context()).state).toEqual(state);
  return codes;
}

export async function views({ viewer }: TestRoom): Promise<Body> {
  return (await viewer.context()).views;
}
