import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import type { TestRoom } from "./room.ts";
import { roomObject } from "./room.ts";

/** How many derivations the room's object has evaluated since it woke. */
export function evaluations(room: TestRoom): Promise<number> {
  return runInDurableObject(roomObject(room.id), (object) => object.evaluations);
}

/** How many evaluations `work` causes in the room. */
export async function evaluationsOf(room: TestRoom, work: () => Promise<unknown>): Promise<number> {
  const before = await evaluations(room);
  await work();
  return (await evaluations(room)) - before;
}

/** Resolves once the agent is shown with `status`. The spectator looks, so that nobody's heartbeat is touched. */
export async function untilStatus(room: TestRoom, agent: string, status: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const { agents } = await room.viewer.context("?only=agents");
    if (agents[agent].status === status) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect.fail(`${agent} is not ${status}`);
}

/** Resolves once the room's object knows of `count` watchers. */
export async function untilWatchers(room: TestRoom, count: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if ((await watchers(room)) === count) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect.fail(`there are ${await watchers(room)} watchers, not ${count}`);
}

function watchers(room: TestRoom): Promise<number> {
  return runInDurableObject(roomObject(room.id), (object) => object.watchers);
}

/** Has the time of every timer that runs by the wall clock be over, as if the room had slept past it: its alarm is late. */
export async function oversleep(room: TestRoom): Promise<void> {
  const stub = roomObject(room.id);
  await runInDurableObject(stub, (_, { storage }) => {
    for (const slot of ["timer", "cooldown"]) {
      storage.sql.exec(
        `UPDATE state SET ${slot} = json_set(${slot}, '$.expires_at', '2001-01-01T00:00:00.000Z')
         WHERE json_extract(${slot}, '$.expires_at') IS NOT NULL`,
      );
    }
  });
  await evictDurableObject(stub);
}
