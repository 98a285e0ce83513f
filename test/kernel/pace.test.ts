import fc from "fast-check";
import { expect, it } from "vitest";
import { LoopGuard } from "../../src/kernel/loop-guard.ts";
import type { EventKind, LogEvent, Operation } from "../../src/kernel/model.ts";
import { TokenBucket } from "../../src/kernel/token-bucket.ts";

const SEED = { seed: 20260201, numRuns: 300 };
const RATE = { perSecond: 100, burst: 200 };

/** A bucket as callers use it: whether `count` were let through. */
function taken(bucket: TokenBucket, count: number, now: number, rate = RATE): boolean {
  if (bucket.lacks(count, rate, now) !== null) return false;
  bucket.take(count, rate, now);
  return true;
}

it("[LIMIT-1] in any span no more is let through than the burst and what the span earns", () => {
  const call = fc.record({ after: fc.nat(400), count: fc.integer({ min: 1, max: 120 }) });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
      const bucket = new TokenBucket();
      const done: { at: number; count: number }[] = [];
      let now = 5_000;
      for (const { after, count } of calls) {
        now += after;
        if (taken(bucket, count, now)) done.push({ at: now, count });
      }
      for (const [from, { at }] of done.entries()) {
        let sum = 0;
        for (const next of done.slice(from)) {
          sum += next.count;
          expect(sum).toBeLessThanOrEqual(RATE.burst + ((next.at - at) / 1000) * RATE.perSecond + 1e-6);
        }
      }
    }),
    SEED,
  );
});

it("[LIMIT-2] whoever waits as long as it was told is let through", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }), (counts) => {
      const bucket = new TokenBucket();
      let now = 0;
      for (const count of counts) {
        now += (bucket.lacks(count, RATE, now) ?? 0) * 1000;
        expect(taken(bucket, count, now)).toBe(true);
      }
    }),
    SEED,
  );
});

it("[LIMIT-1] a clock that stands still or is set back earns nothing, and a lower rate holds at once", () => {
  const bucket = new TokenBucket();
  expect([taken(bucket, 200, 9_000), taken(bucket, 1, 9_000), taken(bucket, 1, 1_000)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(taken(bucket, 1, 9_010)).toBe(true);
  const full = new TokenBucket();
  taken(full, 1, 0);
  expect(taken(full, 6, 0, { perSecond: 1, burst: 5 })).toBe(false);
});

const PER_MINUTE = 10;

function event(agent: string | null, key: string, extra: Partial<LogEvent> = {}, op = "set"): LogEvent {
  const write = { op, scope: "_shared", key, value: 1, revision: 1, hash: "" } as Operation;
  return { seq: 1, ts: "", kind: "invoke", agent, payload: { ok: true, writes: [write] }, ...extra };
}

/** How many of these events, one after the other at one instant, are let through before one is not. */
function passed(events: readonly LogEvent[], perMinute = PER_MINUTE): number {
  const guard = new LoopGuard();
  let count = 0;
  for (const each of events) {
    if (each.agent !== null && guard.lacks(each.agent, perMinute, 0) !== null) break;
    guard.note(each, perMinute, 0);
    count += 1;
  }
  return count;
}

function alternating(count: number, of: (turn: number, agent: string) => LogEvent): LogEvent[] {
  return Array.from({ length: count }, (_, turn) => of(turn, turn % 2 === 0 ? "ana" : "ben"));
}

it("[LIMIT-4] two agents that answer each other are stopped at the limit, however many calls a turn takes", () => {
  expect(passed(alternating(50, (_, agent) => event(agent, "turn")))).toBe(PER_MINUTE + 2);
  const twice = alternating(50, (_, agent) => event(agent, "turn")).flatMap((each) => [each, each]);
  expect(passed(twice)).toBe(2 * (PER_MINUTE + 2));
  const messages = alternating(50, (turn, agent) => {
    const write = { op: "set", scope: "_messages", key: String(turn), value: {}, revision: 1, hash: "" };
    return event(agent, "", { kind: "message", payload: { ok: true, writes: [write as Operation] } });
  });
  expect(passed(messages)).toBe(PER_MINUTE + 2);
});

it("[LIMIT-4] workers of one queue are no loop: each writes its own tasks, and both count", () => {
  expect(passed(alternating(200, (turn, agent) => event(agent, `task${turn}`)))).toBe(200);
  expect(passed(alternating(200, (_, agent) => event(agent, "done", {}, "increment")))).toBe(200);
});

it("[LIMIT-4] anyone else who acts ends a loop, but not a timer", () => {
  const loop = alternating(PER_MINUTE + 1, (_, agent) => event(agent, "turn"));
  const withInput = (input: LogEvent) => passed([...loop, input, ...loop, input, ...loop]);
  const whole = 3 * loop.length;
  expect(withInput(event("cem", "other"))).toBe(whole + 2);
  expect(withInput(event(null, "other"))).toBe(whole + 2);
  const acting = { ok: true, writes: [], acting: "room" } as const;
  expect(withInput(event("ana", "other", { payload: acting }))).toBe(whole + 2);
  const timer = event(null, "turn", { kind: "timer" satisfies EventKind });
  expect(withInput(timer)).toBeLessThan(whole);
});

it("[LIMIT-4] whatever happens, whoever waits as long as it was told goes on, and a lone agent always", () => {
  const step = fc.record({
    agent: fc.constantFrom("ana", "ben", "cem", null),
    key: fc.constantFrom("turn", "board", "log"),
    after: fc.nat(2_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const guard = new LoopGuard();
      let now = 0;
      for (const { agent, key, after } of steps) {
        now += after;
        if (agent !== null) {
          now += (guard.lacks(agent, PER_MINUTE, now) ?? 0) * 1000;
          expect(guard.lacks(agent, PER_MINUTE, now)).toBeNull();
        }
        guard.note(event(agent, key), PER_MINUTE, now);
        if (agent !== null) expect(guard.lacks(agent, PER_MINUTE, now)).toBeNull();
      }
    }),
    SEED,
  );
});

it("[LIMIT-4] the one that is stopped is told when it goes on: one answer at a time", () => {
  const guard = new LoopGuard();
  for (const each of alternating(PER_MINUTE + 2, (_, agent) => event(agent, "turn"))) {
    expect(guard.lacks(each.agent as string, PER_MINUTE, 0)).toBeNull();
    guard.note(each, PER_MINUTE, 0);
  }
  expect(guard.lacks("ana", PER_MINUTE, 0)).toBe(60 / PER_MINUTE);
  expect(guard.lacks("ana", PER_MINUTE, 5_999)).not.toBeNull();
  expect(guard.lacks("ana", PER_MINUTE, 6_000)).toBeNull();
});

it("[LIMIT-4] what the room samples is nobody's input, and an agent and the room are no two agents", () => {
  const sampled = alternating(50, (_, agent) => event(agent, "turn")).flatMap((each) => [
    each,
    event(null, "other", { kind: "sample" }),
  ]);
  expect(passed(sampled)).toBe(2 * (PER_MINUTE + 2));
  const room = alternating(50, (_, agent) => event(agent === "ben" ? null : agent, "turn"));
  expect(passed(room)).toBe(room.length);
});

it("[LIMIT-4] of a turn the first 256 places count", () => {
  const turns = (others: number) =>
    alternating(30, (turn, agent) => {
      const { payload } = event(agent, "turn");
      const before = Array.from(
        { length: others },
        (_, n) => event(agent, `${turn} ${n}`).payload.writes,
      ).flat();
      return event(agent, "", { payload: { ...payload, writes: [...before, ...payload.writes] } });
    });
  expect(passed(turns(255))).toBe(PER_MINUTE + 2);
  expect(passed(turns(256))).toBe(30);
});
