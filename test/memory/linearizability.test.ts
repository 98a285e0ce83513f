import { expect, it } from "vitest";
import { historyInMemory } from "../support/key-histories.ts";
import { faultyKey, told } from "../support/key-object.ts";
import { proofOf, TIME_LIMIT } from "../support/proof.ts";

const { runs, seed } = proofOf({ runs: 60, seed: 20260124 });

it(
  "[LOG-1] clients that call a room in memory at once see one order, through crashes, evictions and a full disk",
  async () => {
    const counts = { operations: 0, unanswered: 0, full: 0 };
    for (let run = 0; run < runs; run++) {
      const history = await historyInMemory(seed + run);
      const faulty = faultyKey(history);
      if (faulty !== null) expect.fail(`seed ${seed + run}:\n${told(history, faulty)}`);
      counts.operations += history.length;
      counts.unanswered += history.filter(({ output }) => output === null).length;
      counts.full += history.filter(({ output }) => output === "full").length;
    }
    const { operations, unanswered, full } = counts;
    console.log(
      `linear: seed ${seed}, ${runs} histories in memory, none rejected: ${operations} operations, ` +
        `${unanswered} not answered, ${full} refused by a full disk`,
    );
  },
  TIME_LIMIT,
);
