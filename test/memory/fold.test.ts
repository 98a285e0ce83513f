import fc from "fast-check";
import { expect, it } from "vitest";
import { command, OPENING } from "../support/commands.ts";
import { MemoryRoom } from "../support/memory-room.ts";
import { LONG, proofOf } from "../support/proof.ts";
import { Counts, ToldHistory } from "../support/told-history.ts";

const { runs, seed } = proofOf({ runs: 60, seed: 20260122 });
const history = fc.array(command, { minLength: 1, maxLength: 50, size: "max" });

it(
  "[LOG-3] [LOG-4] after any history, at every seq, the log folds to what is live and to what was",
  async () => {
    const counts = new Counts();
    const property = fc.asyncProperty(history, async (commands) => {
      const told = await ToldHistory.begin(counts, new MemoryRoom(), "room");
      for (const step of [...OPENING, ...commands]) await told.run(step);
      await told.end();
    });
    await fc.assert(property, { seed, numRuns: runs });
    console.log(`fold: seed ${seed}, ${runs} histories in memory\n${counts}`);
    expect(counts.kinds.get("timer")).toBeGreaterThan(runs / 4);
  },
  LONG,
);
