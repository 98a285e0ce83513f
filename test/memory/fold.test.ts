import fc from "fast-check";
import { expect, it } from "vitest";
import { command, OPENING } from "../support/commands.ts";
import { LONG, proofOf } from "../support/proof.ts";
import { Counts, ToldHistory } from "../support/told-history.ts";

const { runs, seed } = proofOf({ runs: 60, seed: 20260122 });

it(
  "[LOG-3] in memory: after any history, at every seq, the log folds to what is live and to what was",
  () => {
    const counts = new Counts();
    const history = fc.array(command, { minLength: 1, maxLength: 50, size: "max" });
    fc.assert(
      fc.property(history, (commands) => {
        const told = new ToldHistory(counts);
        for (const step of [...OPENING, ...commands]) told.run(step);
        told.end();
      }),
      { seed, numRuns: runs },
    );
    console.log(`fold: seed ${seed}, ${runs} histories in memory\n${counts}`);
    expect(counts.kinds.get("timer")).toBeGreaterThan(runs / 4);
  },
  LONG,
);
