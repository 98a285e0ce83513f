import fc from "fast-check";
import { expect, it } from "vitest";
import { OPENING } from "../support/commands.ts";
import { Comparisons, DeltaHistory } from "../support/delta-history.ts";
import type { Look, Step } from "../support/delta-steps.ts";
import { looks, step } from "../support/delta-steps.ts";
import type { Patches } from "../support/memory-room.ts";
import { MemoryRoom } from "../support/memory-room.ts";
import { proofOf, SHRINK_LIMIT, TIME_LIMIT } from "../support/proof.ts";

const { runs, seed } = proofOf({ runs: 60, seed: 20260124 });
const steps = fc.array(step, { minLength: 20, maxLength: 100, size: "max" });

/** Has what changed be read from the index, as where there were too many events to look at each. */
const FROM_INDEX: Patches = {
  stores(stores) {
    Object.assign(stores.log, { bytesAfter: () => Number.POSITIVE_INFINITY });
    return stores;
  },
};

function tell(
  looking: readonly Look[],
  history: readonly Step[],
  patches: Patches = {},
  counts = new Comparisons(),
): void {
  const room = new MemoryRoom(patches);
  const told = new DeltaHistory(counts, room, looking);
  for (const next of [...OPENING, ...history]) told.run(next);
  room.end();
}

it(
  "[CTX-3] [ROOM-4] what changed since any seq makes of the answer of then the answer of now, for every token",
  () => {
    const counts = new Comparisons();
    fc.assert(
      fc.property(looks, steps, fc.constantFrom({}, FROM_INDEX), (looking, history, patches) =>
        tell(looking, history, patches, counts),
      ),
      {
        seed,
        numRuns: runs,
        interruptAfterTimeLimit: SHRINK_LIMIT,
        markInterruptAsFailure: true,
      },
    );
    console.log(`delta: seed ${seed}, ${runs} histories in memory\n${JSON.stringify(counts)}`);
    expect(counts.deltas).toBeGreaterThan(runs * 5);
    expect(counts.compacted).toBeGreaterThan(0);
  },
  TIME_LIMIT,
);
