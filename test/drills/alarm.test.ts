import { evictDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Dice } from "../../drills/random.ts";
import { holdClock, releaseClock } from "../support/object-room.ts";
import { proofOf, TIME_LIMIT } from "../support/proof.ts";
import { roomObject } from "../support/room.ts";
import { HOUR, TimedRoom } from "../support/timed-room.ts";

const { runs, seed } = proofOf({ runs: 1, seed: 20260301 });
const ROUNDS = 12;

beforeAll(holdClock);
afterAll(releaseClock);

/** Calls and alarms at once, some late by up to ten hours, some on an object that has just woken. */
async function round(timed: TimedRoom, dice: Dice): Promise<number> {
  const late = dice.below(4) === 0 ? 10 * HOUR : HOUR / 4;
  vi.setSystemTime(Date.now() + dice.below(late));
  if (dice.below(3) === 0) {
    await timed.room.viewer.call("");
    await evictDurableObject(roomObject(timed.room.id));
  }
  const rings = 1 + dice.below(3);
  const deeds = Array.from({ length: 4 }, () => () => timed.act());
  const alarms = Array.from({ length: rings }, () => () => timed.ring());
  const together: (() => Promise<unknown>)[] =
    dice.below(2) === 0 ? [...alarms, ...deeds] : [...deeds, ...alarms];
  await Promise.all(together.map((work) => work()));
  return rings;
}

it(
  "[TIMER-2] an alarm that rings twice, late and while calls are made fires each timer once",
  async () => {
    const counts = { calls: 0, alarms: 0, events: 0, fired: 0 };
    for (let run = 0; run < runs; run++) {
      const dice = new Dice(seed + run);
      const timed = await TimedRoom.open(dice.fork());
      for (let number = 0; number < ROUNDS; number++) counts.alarms += await round(timed, dice);
      vi.setSystemTime(Date.now() + 2 * HOUR);
      for (let times = 0; times < 3; times++) await timed.ring();
      const { events, fired } = await timed.check();
      counts.calls += timed.calls;
      counts.events += events;
      counts.fired += fired;
    }
    console.log(`drill: ${JSON.stringify(counts)}`);
    expect(counts.fired).toBeGreaterThan(runs * ROUNDS);
  },
  TIME_LIMIT,
);
