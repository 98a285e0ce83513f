import { describe, expect, it } from "vitest";
import type { Json } from "../../src/kernel/json.ts";
import type { Entry, EventPayload, LogEvent, Operation } from "../../src/kernel/model.ts";
import type { Writing } from "../../src/kernel/provenance.ts";
import type { StateReader, StateWriter } from "../../src/kernel/state.ts";
import { apply, isTick, isWrite, RunningState, setOperation } from "../../src/kernel/state.ts";

const TS = "2026-01-02T03:04:05.678Z";
const EARLIER = "2025-01-01T00:00:00.000Z";
const AT = { scope: "_shared", key: "k" } as const;

function entry(value: Json, more: Partial<Entry> = {}): Entry {
  return { value, revision: 1, hash: `hash of ${value}`, updated_at: EARLIER, ...more };
}

/** A state that keeps what it is told, in the order in which it is told it. */
class Told implements StateWriter, StateReader {
  readonly told: unknown[] = [];
  readonly held: Record<string, Record<string, Entry>>;
  readonly clocks: Record<string, number>;

  constructor(held: Record<string, Record<string, Entry>> = {}, clocks: Record<string, number> = {}) {
    this.held = held;
    this.clocks = clocks;
  }

  entry(scope: string, key: string): Entry | undefined {
    return this.held[scope]?.[key];
  }

  entries(scope: string): Iterable<readonly [string, Entry]> {
    return Object.entries(this.held[scope] ?? {});
  }

  count(scope: string): number {
    return Object.keys(this.held[scope] ?? {}).length;
  }

  highest(scope: string): number {
    return scope === "_messages" ? 4 : 0;
  }

  clock(scope: string, key: string): number {
    return this.clocks[`${scope}.${key}`] ?? 0;
  }

  put(scope: string, key: string, after: Entry, writing?: Writing): void {
    this.told.push(["put", scope, key, after, writing]);
  }

  remove(scope: string, key: string): void {
    this.told.push(["remove", scope, key]);
  }

  tick(scope: string, key: string): void {
    this.told.push(["tick", scope, key]);
    const name = `${scope}.${key}`;
    if (name in this.clocks) this.clocks[name] = (this.clocks[name] ?? 0) + 1;
  }

  reach(scope: string, number: number): void {
    this.told.push(["reach", scope, number]);
  }
}

function fold(state: Told, writes: Operation[], more: Partial<EventPayload> = {}): unknown[] {
  const event: LogEvent = {
    seq: 9,
    kind: "invoke",
    ts: TS,
    agent: "ana",
    payload: { ok: true, writes, ...more },
  };
  apply(state, event);
  return state.told;
}

const writing = { seq: 9, writer: "ana", via: "act" };
const set: Operation = { op: "set", ...AT, value: 1, revision: 2, hash: "h" };
const gone: Operation = { op: "delete", ...AT, revision: 0, hash: "" };
const cooled: Operation = {
  op: "cooldown",
  scope: "_actions",
  key: "a",
  revision: 1,
  hash: "h",
  cooldown: { effect: "enable", expires_at: TS },
};
const enabled: Operation = {
  op: "enable",
  scope: "_actions",
  key: "a",
  slot: "timer",
  revision: 1,
  hash: "h",
};
const recorded: Operation = { op: "legacy", ...AT, value: 3, revision: 0, hash: "" };

describe("folding an event", () => {
  it("[LOG-3] a write leaves its value, revision and hash, at the event's instant, and tells who wrote", () => {
    expect(fold(new Told(), [set], { action: "act" })).toStrictEqual([
      ["tick", "_shared", "k"],
      ["put", "_shared", "k", { value: 1, revision: 2, hash: "h", updated_at: TS }, writing],
    ]);
    expect(fold(new Told(), [set]).at(-1)).toEqual(
      expect.arrayContaining([{ seq: 9, writer: "ana", via: null }]),
    );
  });

  it("[LOG-3] what was brought from elsewhere is as old as it was, and nothing ticks by it", () => {
    const brought = { ...set, updated_at: EARLIER, enabled: "true" };
    const after = { value: 1, revision: 2, hash: "h", updated_at: EARLIER, enabled: "true" };
    expect(fold(new Told(), [brought], { action: "act" })).toStrictEqual([
      ["put", "_shared", "k", after, writing],
    ]);
  });

  it("[LOG-3] a delete removes the entry, and ticks", () => {
    expect(fold(new Told({ _shared: { k: entry(1) } }), [gone])).toStrictEqual([
      ["tick", "_shared", "k"],
      ["remove", "_shared", "k"],
    ]);
  });

  it("[TIMER-3] a timer that an event sets does not count the event's own writes", () => {
    const timer = { effect: "delete", ticks: 2, tick_on: { scope: "_shared", key: "n" } } as const;
    const counted: Operation = { op: "set", scope: "_shared", key: "n", value: 0, revision: 1, hash: "h" };
    const told = fold(new Told({}, { "_shared.n": 4 }), [{ ...set, timer, cooldown: timer }, counted]);
    const running = { ...timer, since: 5 };
    const after = { value: 1, revision: 2, hash: "h", updated_at: TS, timer: running, cooldown: running };
    expect(told[2]).toStrictEqual(["put", "_shared", "k", after, { ...writing, via: null }]);
  });

  it("[TIMER-8] a cooldown begins beside the timer and leaves value, revision, hash and time as they are", () => {
    const timer = { effect: "delete", expires_at: TS } as const;
    const before = entry(1, { timer, enabled: "true" });
    expect(fold(new Told({ _actions: { a: before } }), [cooled])).toStrictEqual([
      ["put", "_actions", "a", { ...before, cooldown: { effect: "enable", expires_at: TS } }, undefined],
    ]);
  });

  it.each(["timer", "cooldown"] as const)(
    "[TIMER-2] a %s that enables empties its own slot alone",
    (slot) => {
      const running = { effect: "enable", expires_at: TS } as const;
      const before = entry(1, { timer: running, cooldown: running });
      const { [slot]: _, ...rest } = before;
      expect(fold(new Told({ _actions: { a: before } }), [{ ...enabled, slot }])).toStrictEqual([
        ["put", "_actions", "a", rest, undefined],
      ]);
    },
  );

  it("[LOG-3] what moves the timers of an absent entry makes none", () => {
    expect(fold(new Told(), [cooled, enabled])).toStrictEqual([
      ["remove", "_actions", "a"],
      ["remove", "_actions", "a"],
    ]);
  });

  it("[LEGACY-1] what the original system recorded leaves the state alone", () => {
    const before = entry(1, { timer: { effect: "delete", expires_at: TS } });
    expect(fold(new Told({ _shared: { k: before } }), [recorded])).toStrictEqual([
      ["put", "_shared", "k", before, undefined],
    ]);
  });

  it("[LOG-3] the highest numbers that an event tells are reached", () => {
    expect(fold(new Told(), [], { highest: { _messages: 7, _votes: 2 } })).toStrictEqual([
      ["reach", "_messages", 7],
      ["reach", "_votes", 2],
    ]);
  });

  it("[TIMER-3] writes and deletes tick, what moves timers and what is brought does not", () => {
    const all = [
      set,
      { ...set, op: "push" } as Operation,
      gone,
      { ...set, updated_at: TS },
      cooled,
      enabled,
      recorded,
    ];
    expect(all.map(isWrite)).toEqual([true, true, true, true, false, false, false]);
    expect(all.map(isTick)).toEqual([true, true, true, false, false, false, false]);
  });
});

describe("a state that is written over", () => {
  const base = () =>
    new Told({ _shared: { k: entry(1), n: entry(2) }, _votes: { 3: entry(0) } }, { "_shared.n": 6 });
  const named = (running: RunningState, scope: string) =>
    [...running.entries(scope)].map(([key, { value }]) => [key, value]);

  it("[ACT-5] a later write of an invocation sees the earlier ones", () => {
    const running = new RunningState(base());
    expect([running.entry("_shared", "k")?.value, running.entry("_new", "k")]).toEqual([1, undefined]);
    running.write({ ...set, value: 5 });
    running.write({ op: "delete", scope: "_shared", key: "n", revision: 0, hash: "" });
    running.write({ op: "set", scope: "_shared", key: "m", value: 8, revision: 1, hash: "h" });
    expect(running.entry("_shared", "k")).toEqual({ value: 5, revision: 2, hash: "h", updated_at: "" });
    expect(running.entry("_shared", "n")).toBeUndefined();
    expect(named(running, "_shared")).toEqual([
      ["k", 5],
      ["m", 8],
    ]);
    expect(named(running, "_votes")).toEqual([["3", 0]]);
    expect(running.operations.map(({ op, key }) => [op, key])).toEqual([
      ["set", "k"],
      ["delete", "n"],
      ["set", "m"],
    ]);
    expect(running.clock("_shared", "n")).toBe(6);
  });

  it("[ACT-5] counts what there is after what was written", () => {
    const running = new RunningState(base());
    const counts = () => [running.count("_shared"), running.count("_votes")];
    expect(counts()).toEqual([2, 1]);
    running.write(set);
    expect(counts()).toEqual([2, 1]);
    running.write({ ...set, key: "m" });
    expect(counts()).toEqual([3, 1]);
    running.write(gone);
    expect(counts()).toEqual([2, 1]);
    running.write({ ...gone, key: "absent" });
    expect(counts()).toEqual([2, 1]);
  });

  it("[ACT-8] the highest number is of the base and of what was written", () => {
    const running = new RunningState(base());
    expect([running.highest("_messages"), running.highest("_votes")]).toEqual([4, 0]);
    running.write({ ...set, scope: "_messages", key: "3" });
    expect(running.highest("_messages")).toBe(4);
    running.write({ ...set, scope: "_messages", key: "12" });
    running.write({ ...set, scope: "_messages", key: "name" });
    expect([running.highest("_messages"), running.highest("_votes")]).toEqual([12, 0]);
  });

  it("[STATE-1] a plain write follows the revision that there is, from 1", () => {
    const hash = (value: Json) => `hash of ${value}`;
    const timer = { effect: "delete", expires_at: TS } as const;
    expect(setOperation(base(), hash, { ...AT, value: 4 })).toStrictEqual({
      op: "set",
      ...AT,
      value: 4,
      revision: 2,
      hash: "hash of 4",
    });
    const fresh = setOperation(base(), hash, { ...AT, key: "new", value: 4 }, { timer });
    expect(fresh).toMatchObject({ key: "new", revision: 1, timer });
  });
});
