import { describe, expect, it } from "vitest";
import type { Json, LeanEvent, Replay, Shown } from "../../src/client/main.ts";
import { applyDelta } from "../../src/client/main.ts";
import { completionAt } from "../../src/dashboard/panels/console/completion.ts";
import { EntryTexts, StateRows } from "../../src/dashboard/panels/state/state-rows.ts";
import { groupsOf } from "../../src/dashboard/panels/surfaces/surface.ts";
import { fieldsOf, paramsOf, sampleOf } from "../../src/dashboard/parts/param-fields.ts";
import { layoutOf } from "../../src/dashboard/room/layout.ts";
import { snapshotOfReplay } from "../../src/dashboard/time/past-snapshot.ts";
import { barPaths, bucketSpan, stripRows } from "../../src/dashboard/time/strip-rows.ts";
import { snapshot } from "./snapshot.ts";

it("[CTX-3] what a delta leaves alone, or tells again as it was, stays the same object", () => {
  const _context = { request: {} };
  const earlier: Shown = {
    self: "",
    state: { _shared: { a: { deep: [1, { x: 2 }] }, b: 1 }, _tasks: { one: { title: "t" } }, _votes: {} },
    views: { list: [1, 2], clock: "10:00" },
    agents: { ana: { status: "active" } },
    _context,
  };
  const delta: Shown = {
    self: "",
    state: { _shared: { a: { deep: [1, { x: 2 }, 3] }, b: 1 } },
    views: { list: [1, 2], clock: "10:01" },
    agents: {},
    _context: { ..._context, deleted: { state: { _votes: [] } } },
  };
  const now = applyDelta(earlier, delta);
  expect(now.state?._tasks).toBe(earlier.state?._tasks);
  expect(now.state?._votes).toBe(earlier.state?._votes);
  expect(now.agents).toBe(earlier.agents);
  expect(now.views?.list).toBe(earlier.views?.list);
  expect(now.views?.clock).toBe("10:01");
  expect(now.state?._shared?.a).toEqual({ deep: [1, { x: 2 }, 3] });
  const second = ({ state }: Shown) =>
    (state?._shared?.a as { deep: readonly unknown[] } | undefined)?.deep[1];
  expect(second(now)).toBe(second(earlier));
  const same = applyDelta(now, { self: "", state: {}, views: { clock: "10:01" }, agents: {}, _context });
  expect(same.state).toBe(now.state);
  expect(same.views).toBe(now.views);
});

describe("[ACT-1] parameters as a form", () => {
  const declared = {
    name: { type: "string", required: true, description: "who" },
    size: { type: "integer", minimum: 2, maximum: 9, default: 3 },
    kind: { enum: ["a", 7, null] },
    loud: { type: "boolean" },
    list: { type: "array", required: true },
    any: { type: "any" },
  };

  it("each in its own way, of both forms of a declaration", () => {
    const fields = fieldsOf(declared);
    expect(fields.map(({ input }) => input)).toEqual([
      "text",
      "number",
      "choice",
      "switch",
      "json",
      "anything",
    ]);
    expect(fields.map(({ isRequired }) => isRequired)).toEqual([true, false, false, false, true, false]);
    expect(fields[1]).toMatchObject({ initial: "3", hint: "a whole number, at least 2, at most 9" });
    const whole = fieldsOf({ type: "object", properties: { n: { type: "number" } }, required: ["n"] });
    expect(whole).toMatchObject([{ name: "n", input: "number", isRequired: true }]);
    expect(fieldsOf(undefined)).toEqual([]);
  });

  it("texts become JSON; what does not says so", () => {
    const fields = fieldsOf(declared);
    const texts = { name: "12", kind: "7", loud: "false", list: "[1]", any: "as text" };
    expect(paramsOf(fields, texts)).toEqual({
      ok: true,
      params: { name: "12", size: 3, kind: 7, loud: false, list: [1], any: "as text" },
    });
    expect(paramsOf(fields, { size: "two", list: "{" })).toEqual({
      ok: false,
      faults: { name: "is required", size: "is not a number", list: "is not JSON" },
    });
    expect(sampleOf(declared)).toEqual({ name: "x", list: [] });
  });
});

it("completion knows roots, scopes, keys and what must be quoted", () => {
  const room = snapshot({
    state: { _shared: { turn: { who: "ana" }, "a key": 1 }, _tasks: {} },
    views: { "ana.mood": 1, open: 2 },
  });
  const at = (text: string) => completionAt(text, text.length, room);
  expect(at("size(st")).toEqual({ from: 5, options: ["state"] });
  expect(at("state._")?.options).toEqual(["_shared", "_tasks"]);
  expect(at("1 + state._shared.tu")).toEqual({ from: 18, options: ["turn"] });
  expect(at("state._shared.turn.")?.options).toEqual(["who"]);
  expect(at("state._shared.a")).toEqual({ from: 13, options: ['["a key"]'] });
  expect(at('views["an')).toEqual({ from: 5, options: ['["ana.mood"]'] });
  expect(at("state._shared.turn")).toBeNull();
  expect(at("1 + ")).toBeNull();
});

it("the tree closes what other panels show; a filter opens what it finds", () => {
  const room = snapshot({ state: { _shared: { a: "Tea", b: 1 }, _views: { v: {} }, _help: {} } });
  const texts = new EntryTexts();
  const told = (toggled: string[], filter = "") => {
    const rows = new StateRows(room, new Set(toggled), filter, texts);
    return Array.from({ length: rows.count }, (_, line) => {
      const row = rows.at(line);
      return row?.kind === "entry" ? row.key : row?.scope;
    });
  };
  expect(told([])).toEqual(["_shared", "a", "b", "_views"]);
  expect(told(["_shared", "_views"])).toEqual(["_shared", "_views", "v"]);
  expect(told([], "tea")).toEqual(["_shared", "a"]);
});

it("[VIEW-5] a section takes the views that it names, or those that follow; a hidden view is no surface", () => {
  const render = (type: string, options = {}) => ({ render: { type, label: type, ...options } });
  const room = snapshot({
    viewRecords: {
      first: render("metric"),
      named: render("section", { views: ["last", "hidden"] }),
      loose: render("metric"),
      open: render("section"),
      after: render("watch"),
      hidden: render("watch"),
      last: render("watch"),
      plain: {},
    },
    views: { first: 1, named: "", loose: 1, open: "", after: 1, last: 1, plain: 1 },
  });
  const told = groupsOf(room).map(({ section, surfaces }) => [
    section?.id ?? null,
    surfaces.map(({ id }) => id),
  ]);
  expect(told).toEqual([
    [null, ["first"]],
    ["named", ["last"]],
    [null, ["loose"]],
    ["open", ["after"]],
  ]);
});

it("[DASH-10] the panels that a room names come first, the others follow, and what is no layout is passed over", () => {
  const known = ["surfaces", "state", "log"].map((id) => ({ id }));
  const told = (setting: Parameters<typeof layoutOf>[0]) => {
    const { title, panels, home } = layoutOf(setting, known);
    return [title, panels.map(({ id }) => id).join(" "), home?.id];
  };
  expect(told(undefined)).toEqual([null, "surfaces state log", "surfaces"]);
  expect(told({ title: "Wall", panels: ["log", "map", "log"], home: "state" })).toEqual([
    "Wall",
    "log surfaces state",
    "state",
  ]);
  expect(told({ panels: ["log"] })).toEqual([null, "log surfaces state", "log"]);
  for (const other of [null, 7, "log", ["log"], { rows: [] }, { title: 1, panels: {}, home: "none" }])
    expect(told(other)).toEqual([null, "surfaces state log", "surfaces"]);
});

describe("[DASH-8] the past", () => {
  const entry = (value: Json, revision: number, hash: string) => ({
    value,
    revision,
    hash,
    updated_at: "then",
  });
  const replay = (seq: number, state: Replay["state"]): Replay => ({
    state,
    agents: {},
    actions: {},
    views: { list: [1, { two: 2 }] },
    messages: { count: 0, recent: [] },
    _replay: { seq, total: 9, ts: "2026-11-23T09:00:00.000Z" },
  });

  it("what has the same revision and hash is the same object, and so is a scope that did not change", () => {
    const message = entry({ from: "ana", kind: "chat", body: "hi" }, 1, "m");
    const first = snapshotOfReplay(
      replay(3, {
        _shared: { a: entry({ deep: 1 }, 1, "x"), b: entry([1], 1, "y") },
        ana: { mood: entry({ is: "good" }, 1, "z") },
        _messages: { 1: message },
      }),
      "ana",
      null,
    );
    const second = snapshotOfReplay(
      replay(4, {
        _shared: { a: entry({ deep: 1 }, 1, "x"), b: entry([1], 2, "y"), __proto__: entry(1, 1, "p") },
        ana: { mood: entry({ is: "good" }, 1, "z") },
        _messages: { 1: message },
      }),
      "ana",
      first,
    );
    expect(second.state._shared).not.toBe(first.state._shared);
    expect(second.state._shared?.a).toBe(first.state._shared?.a);
    expect(second.state._shared?.b).not.toBe(first.state._shared?.b);
    expect(second.facts._shared?.b?.revision).toBe(2);
    expect(second.state.self).toBe(first.state.self);
    expect(second.state.ana).toBeUndefined();
    expect(second.messages).toBe(first.messages);
    expect(first.messages).toMatchObject([{ seq: 1, body: "hi", ts: "then" }]);
    expect(second.views.list).toBe(first.views.list);
    expect(second).toMatchObject({ seq: 4, ts: "2026-11-23T09:00:00.000Z" });
  });

  it("what old events told has no hash: it is never taken for the same", () => {
    const told = (value: Json) => replay(1, { _shared: { a: entry(value, 0, "") } });
    const first = snapshotOfReplay(told("old"), "", null);
    expect(snapshotOfReplay(told("new"), "", first).state._shared?.a).toBe("new");
  });

  it("the strip has a row for each of the most active, one for the others, and the room's", () => {
    const event = (seq: number, agent: string | null, ok = true): LeanEvent => ({
      seq,
      kind: "invoke",
      ts: "",
      agent,
      payload: { ok, writes: [] },
    });
    const many = Array.from({ length: 8 }, (_, n) => event(n + 5, `agent${n}`));
    const events = [event(1, null), event(2, "ana"), event(3, "ana", false), event(4, "ana"), ...many];
    const rows = stripRows(events, { first: 0, last: 12 }, 4);
    expect(rows.map(({ title, total, refused }) => [title, total, refused])).toEqual([
      ["ana", 3, 1],
      ...Array.from({ length: 5 }, (_, n) => [`agent${n}`, 1, 0]),
      ["3 others", 3, 0],
      ["room", 1, 0],
    ]);
    expect(rows[0]?.buckets.map(({ count, refused }) => [count, refused])).toEqual([
      [2, 1],
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
    expect([0, 1, 2, 3].map((bucket) => bucketSpan(bucket, { first: 0, last: 12 }, 4))).toEqual([
      { first: 1, last: 3 },
      { first: 4, last: 6 },
      { first: 7, last: 9 },
      { first: 10, last: 12 },
    ]);
    for (let seq = 8; seq <= 17; seq++) {
      const span = { first: 7, last: 17 };
      const [row] = stripRows([event(seq, "ana")], span, 4);
      const bucket = row?.buckets.findIndex(({ count }) => count === 1) ?? -1;
      const { first, last } = bucketSpan(bucket, span, 4);
      expect(seq >= first && seq <= last, `${seq} in ${first} to ${last}`).toBe(true);
    }
    const paths = barPaths(rows[0]!, 2, { width: 100, height: 10 });
    expect(paths.done.match(/z/g)).toHaveLength(2);
    expect(paths.refused.match(/z/g)).toHaveLength(1);
  });
});
