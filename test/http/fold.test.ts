import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import { OPENING, command as random } from "../support/commands.ts";
import { fold, foldedByTheRules, standingTimers } from "../support/fold.ts";
import { actor, command, openingRoom } from "../support/histories.ts";
import { folded, polled, rows, timedRows, wholeLog } from "../support/ledger.ts";
import { holdClock, ObjectRoom, releaseClock } from "../support/object-room.ts";
import { TIME_LIMIT } from "../support/proof.ts";
import { roomObject } from "../support/room.ts";
import { Counts, ToldHistory } from "../support/told-history.ts";

it("[LOG-3] [TPL-1] after any history of commands, refusals and evictions the log folds to the live state", {
  timeout: TIME_LIMIT,
}, async () => {
  const template = fc.constantFrom({}, { template: "turn-game" });
  const commands = fc.array(command, { minLength: 10, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(template, commands, async (furnished, commands) => {
      const room = await openingRoom(furnished);
      for (const run of commands) await run(room, actor(room));
      const events = await wholeLog(room.owner);
      expect(fold(events)).toEqual(foldedByTheRules(events));
      expect(folded(events)).toEqual(await polled(room.owner));
      expect(standingTimers(fold(events))).toEqual(await timedRows(room.id));
      await evictDurableObject(roomObject(room.id));
      expect(folded(events)).toEqual(await polled(room.owner));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      const [counted] = await rows(room.id, "SELECT count(*) AS n, count(DISTINCT chain) AS chains FROM log");
      expect(counted).toEqual({ n: events.length, chains: events.length });
    }),
    { seed: 20260120, numRuns: 25, endOnFailure: true },
  );
});

it("[LOG-3] commands that come at once fold to the live state as well", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 40 }), async (commands) => {
      const room = await openingRoom();
      const runs = commands.map((run) => Promise.resolve(run(room, actor(room))).catch(() => undefined));
      await Promise.all(runs);
      const events = await wholeLog(room.owner);
      expect(folded(events)).toEqual(await polled(room.owner));
    }),
    { seed: 20260121, numRuns: 10, endOnFailure: true },
  );
});

it("[LOG-3] [LOG-4] in the object, too, the log folds at every seq to what is live and to what was", async () => {
  const counts = new Counts();
  let rooms = 0;
  holdClock();
  const property = fc.asyncProperty(fc.array(random, { minLength: 10, maxLength: 40 }), async (commands) => {
    const id = `told-${++rooms}`;
    const told = await ToldHistory.begin(counts, new ObjectRoom(id), id);
    for (const step of [...OPENING, ...commands]) await told.run(step);
    await told.end();
  });
  try {
    await fc.assert(property, { seed: 20260123, numRuns: 12 });
  } finally {
    releaseClock();
  }
  expect(counts.failed).toBeGreaterThan(0);
});
