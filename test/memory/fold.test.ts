import fc from "fast-check";
import { expect, it } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { PastStore } from "../../src/storage/past-store.ts";
import type { Command } from "../support/commands.ts";
import { command, OPENING } from "../support/commands.ts";
import { MemoryRoom } from "../support/memory-room.ts";
import { proofOf, SHRINK_LIMIT, TIME_LIMIT } from "../support/proof.ts";
import type { Call } from "../support/subject.ts";
import { Counts, ToldHistory } from "../support/told-history.ts";

const { runs, seed } = proofOf({ runs: 60, seed: 20260122 });
const history = fc.array(command, { minLength: 1, maxLength: 50, size: "max" });

async function tell(commands: readonly Command[], counts = new Counts()): Promise<void> {
  const told = await ToldHistory.begin(counts, new MemoryRoom(), "room");
  for (const step of [...OPENING, ...commands]) await told.run(step);
  await told.end();
}

it(
  "[LOG-3] [LOG-4] after any history, at every seq, the log folds to what is live and to what was",
  async () => {
    const counts = new Counts();
    const property = fc.asyncProperty(history, (commands) => tell(commands, counts));
    await fc.assert(property, {
      seed,
      numRuns: runs,
      interruptAfterTimeLimit: SHRINK_LIMIT,
      markInterruptAsFailure: true,
    });
    console.log(`fold: seed ${seed}, ${runs} histories in memory\n${counts}`);
    expect(counts.kinds.get("timer")).toBeGreaterThan(runs / 4);
  },
  TIME_LIMIT,
);

const owner = (call: Call): Command => ({ do: "call", by: { token: "room", as: null }, call });
const invoke = (action: string, params: JsonObject) =>
  owner({ call: "invoke", args: { action, params }, compact: false });
const set = (k: string) => invoke("one", { k, v: 1 });
/** Everything but the newest event is forgotten. */
const FORGET: readonly Command[] = [
  { do: "pass", ms: 3_600_000 },
  owner({ call: "updateRoom", args: { config: { retention: { days: 0.01 } } }, compact: false }),
  { do: "alarm" },
];

// What random histories have found.

it("[LOG-3] [TIMER-3] a timer that was set anew before it was folded into the base ticks once a write", async () => {
  const again = invoke("three", { k: "none", v: 1 });
  await tell([again, { do: "pass", ms: 1_000 }, again, set("a"), ...FORGET]);
});

it("[LOG-3] [TIMER-1] an action that is redefined to be dormant is so in the past, though its old cooldown is over", async () => {
  const timer = { ticks: 1, tick_on: "_shared.a", effect: "enable" };
  const on_invoke = { timer: { ms: 1_000 } };
  const dormant = invoke("_register_action", { id: "three", writes: [], timer, on_invoke });
  await tell([invoke("three", { k: "a", v: 1 }), dormant, { do: "pass", ms: 1_000 }, set("b")]);
});

it("[LOG-3] [ROOM-4] the past keeps the order of registration of what was registered before the log begins", async () => {
  await tell([...FORGET, invoke("_register_view", { id: "ana.a", expr: "1" }), set("a")]);
});

it("[LOG-3] [ROOM-4] views that came with one join stand in its order in the past", async () => {
  const args = { id: "ana", public_keys: ["c", "b"] };
  const view = invoke("_register_view", { id: "ana.c", expr: "1" });
  await tell([owner({ call: "join", args, compact: false }), view]);
});

// What they come to too rarely, or never.

it("[LOG-3] [TIMER-1] an action that was dormant and is invoked has only its cooldown in the past", async () => {
  const timer = { ms: 1_000, effect: "enable" };
  const doze = invoke("_register_action", { id: "doze", writes: [], timer, on_invoke: { timer } });
  const wake: Command = { do: "pass", ms: 2_000 };
  await tell([doze, wake, { do: "alarm" }, invoke("doze", {}), set("a"), wake, { do: "alarm" }, set("a")]);
});

it("[LOG-3] [TIMER-4] an entry keeps its gate in the past when its timer has fired", async () => {
  const timer = { ms: 1_000, effect: "enable" };
  const writes = [{ key: "gated", value: 1, enabled: "state._shared.a == 1", timer }];
  const put = [invoke("_register_action", { id: "put", writes }), invoke("put", {})];
  await tell([...put, { do: "pass", ms: 2_000 }, { do: "alarm" }, set("a")]);
});

it("[LOG-3] [TIMER-3] a timer that has ticked more often than events are read at once has so many left", async () => {
  const timer = { ticks: 2_000, tick_on: "_shared.a", effect: "delete" };
  const lend = invoke("_register_action", { id: "lend", writes: [{ key: "lent", value: 1, timer }] });
  const invocations = Array.from({ length: 100 }, () => ({ action: "one", params: { k: "a", v: 1 } }));
  const many = owner({ call: "invokeMany", args: { invocations, atomic: false }, compact: false });
  const ticks = Array.from({ length: 6 }, (): Command[] => [many, { do: "pass", ms: 1_000 }]);
  const room = new MemoryRoom();
  const told = await ToldHistory.begin(new Counts(), room, "room");
  for (const step of [...OPENING, lend, invoke("lend", {}), ...ticks.flat()]) await told.run(step);
  const { stores } = room;
  const { seq } = stores.log.head();
  const past = new PastStore({ ...stores, seq });
  expect(past.get("_shared", "lent")?.timer).toMatchObject({ ticks: 2_000, since: -600 });
  room.end();
});
