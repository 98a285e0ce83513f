import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import { actor, command, openingRoom } from "../support/histories.ts";
import {
  fold,
  folded,
  foldedByTheRules,
  polled,
  rows,
  standingTimers,
  timedRows,
  wholeLog,
} from "../support/ledger.ts";
import { roomObject } from "../support/room.ts";

it("[LOG-3] after any history of commands, refusals and evictions the log folds to the live state", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 40 }), async (commands) => {
      const room = await openingRoom();
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
