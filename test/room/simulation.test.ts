import { afterAll, beforeAll, expect, it } from "vitest";
import { holdClock, releaseClock } from "../support/object-room.ts";
import { proofOf, TIME_LIMIT } from "../support/proof.ts";
import type { Tally } from "../support/simulation.ts";
import { Simulation } from "../support/simulation.ts";

const { runs, seed } = proofOf({ runs: 4, seed: 20260127 });
const STEPS = 100;

beforeAll(holdClock);
afterAll(releaseClock);

async function run(own: number, tally: Tally): Promise<void> {
  let step = 0;
  try {
    const simulation = await Simulation.begin(own, tally);
    for (step = 1; step <= STEPS; step++) {
      await simulation.step();
      if (step % 10 === 0) await simulation.compare();
    }
  } catch (thrown) {
    throw new Error(`seed ${own}, step ${step}`, { cause: thrown });
  }
}

it(
  "[LOG-1] [ACT-2] [ACT-5] [TIMER-3] a room answers and holds what a model of it does, however often its object ends",
  async () => {
    const tally: Tally = { calls: 0, refusals: new Map(), broken: 0, upsets: 0 };
    for (let own = seed; own < seed + runs; own++) await run(own, tally);
    const { calls, broken, upsets } = tally;
    const refusals = [...tally.refusals].sort().map(([code, count]) => `${code} ${count}`);
    console.log(
      `simulation: seed ${seed}, ${runs} runs of ${STEPS} steps: ${calls} calls as predicted, ` +
        `${broken} whose transaction failed, ${upsets} evictions, aborts and alarms\nrefused: ${refusals.join(", ")}`,
    );
    expect(broken).toBeGreaterThan(0);
  },
  TIME_LIMIT,
);
