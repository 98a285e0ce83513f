import { expect, it } from "vitest";
import type { Delivered } from "../../drills/doors.ts";
import { Faults } from "../../drills/faults.ts";
import { Ledger } from "../../drills/ledger.ts";
import { readOptions } from "../../drills/options.ts";
import { Dice } from "../../drills/random.ts";
import { isFrame, PLACES, tornFrame, tornRequest } from "../../drills/tears.ts";
import { TimerLedger } from "../../drills/timer-ledger.ts";
import { Twins } from "../../drills/twins.ts";
import type { EventPayload, LogEvent } from "../../src/kernel/model.ts";

const ASKED = { mark: "ana.1", agent: "ana", action: "confide", params: { mark: "ana.1" } };
const done = (seq: number, replayed: boolean): Delivered => ({
  status: 200,
  body: { seq, writes: [] },
  replayed,
});
const refused: Delivered = { status: 409, body: { error: "precondition_failed" }, replayed: false };

/** What is found in the deliveries of one call, moment after moment. */
function foundIn(...moments: readonly (readonly Delivered[])[]): readonly string[] {
  const faults = new Faults();
  const twins = new Twins(new Ledger("r", faults), faults);
  for (const deliveries of moments) twins.take(ASKED, deliveries);
  return faults.told;
}

it("[ACT-9] the drill accepts a call that is done once, however often it is delivered", () => {
  expect(foundIn([done(3, false), done(3, true)], [done(3, true), done(3, true)])).toEqual([]);
  expect(foundIn([refused, refused], [refused, done(4, false), done(4, true)])).toEqual([]);
});

it("[ACT-9] the drill finds a delivery that is done anew, told otherwise, or refused though it is done", () => {
  expect(foundIn([done(3, false), done(4, false)])).toEqual([
    expect.stringMatching(/^doubled: .*2 times at once/),
  ]);
  expect(foundIn([done(3, false)], [done(5, false)])).toEqual([expect.stringMatching(/^doubled: /)]);
  expect(foundIn([done(3, false), done(4, true)])).toEqual([expect.stringMatching(/repeated is done anew/)]);
  expect(foundIn([done(3, false)], [refused])).toEqual([expect.stringMatching(/which is done, is refused/)]);
  expect(foundIn([{ status: 500, body: {}, replayed: false }])).toEqual([
    expect.stringMatching(/^other: \[HTTP-3\]/),
  ]);
});

it("[ACT-8] the drill finds a call without a key that is not as many events as deliveries", () => {
  const event = (seq: number, copy: string): LogEvent => ({
    ...{ seq, kind: "invoke", ts: "2026-01-01T00:00:00.000Z", agent: "ana" },
    payload: { ok: true, action: "once", params: { copy }, writes: [] },
  });
  const faults = new Faults();
  const twins = new Twins(new Ledger("r", faults), faults);
  twins.takeKeyless("a", [done(2, false), done(1, false)]);
  twins.takeKeyless("b", [done(3, false), done(4, false)]);
  twins.compareKeyless([event(1, "a"), event(2, "a"), event(3, "b")]);
  expect(faults.told).toEqual([expect.stringMatching(/b, answered with 3,4, is in the log as 3/)]);
});

it("[HTTP-3] what is torn is a beginning of what is whole, and only a whole one may be done", () => {
  const request = { path: "/rooms/r", token: "t", body: "x".repeat(200) };
  const dice = new Dice(1);
  const tear = (place: (typeof PLACES)[number]) =>
    isFrame(place) ? tornFrame(place, request.body, dice) : tornRequest(place, request, dice);
  const whole = { frame: tear("before the answer to a frame"), request: tear("before the answer") };
  for (const place of PLACES) {
    const { bytes, isWhole } = tear(place);
    const { bytes: all } = isFrame(place) ? whole.frame : whole.request;
    expect(isWhole, place).toBe(place.includes("answer"));
    // Chunks and fragments say the same in another way.
    if (/chunk|fragment/.test(place)) continue;
    expect(all.subarray(0, bytes.length).equals(bytes), place).toBe(true);
    expect(bytes.length === all.length, place).toBe(isWhole);
  }
});

const AT = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`;
const set = { op: "set", scope: "_s", key: "k", value: 1, revision: 1, hash: "" } as const;
const lent = { ...set, timer: { effect: "delete", expires_at: AT(10) } } as const;
const gone = { op: "delete", scope: "_s", key: "k", revision: 0, hash: "" } as const;

/** What is found in a log of these events, of which each has its minute, and that is looked at in minute 30. */
function foundInLog(...events: readonly [kind: "invoke" | "timer", minute: number, write: object][]) {
  const faults = new Faults();
  const ledger = new TimerLedger(faults);
  for (const [index, [kind, minute, write]] of events.entries()) {
    const payload = { ok: true, writes: [write] } as unknown as EventPayload;
    ledger.take({ seq: index + 1, kind, ts: AT(minute), agent: null, payload });
  }
  ledger.end(AT(30));
  return faults.told;
}

it("[TIMER-2] the drill accepts timers that fire once, or are cleared before", () => {
  expect(foundInLog(["invoke", 0, lent], ["timer", 10, gone])).toEqual([]);
  expect(foundInLog(["invoke", 0, lent], ["invoke", 5, set])).toEqual([]);
});

it("[TIMER-2] [LOG-2] the drill finds timers that fire twice, never or early, and times that run backwards", () => {
  const twice = foundInLog(["invoke", 0, lent], ["timer", 10, gone], ["timer", 11, gone]);
  expect(twice).toEqual([expect.stringMatching(/^doubled: \[TIMER-2\] 3 fires/)]);
  expect(foundInLog(["invoke", 0, lent])).toEqual([expect.stringMatching(/^lost: .*never fires/)]);
  expect(foundInLog(["invoke", 0, lent], ["timer", 9, gone])).toEqual([
    expect.stringMatching(/before its time/),
  ]);
  expect(foundInLog(["invoke", 5, set], ["invoke", 4, set])).toEqual([expect.stringMatching(/\[LOG-2\]/)]);
});

it("a drill that is not there is refused, and all stands for every one", () => {
  expect(readOptions(["all", "--seed", "3"], ["a", "b"])).toMatchObject({
    drills: ["a", "b"],
    seed: 3,
    cycles: null,
  });
  for (const args of [[], ["c"], ["a", "--cycles", "x"]])
    expect(() => readOptions(args, ["a", "b"])).toThrow();
});
