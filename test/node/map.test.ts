import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ActionRecord, Snapshot, ViewRecord } from "../../src/dashboard/live/snapshot.ts";
import { mapOf } from "../../src/dashboard/panels/map/build-map.ts";
import { changesOn, viewsSince } from "../../src/dashboard/panels/map/changes.ts";
import { layoutOf, NODE_HEIGHT, spread } from "../../src/dashboard/panels/map/layout.ts";
import { orderMap } from "../../src/dashboard/panels/map/order-map.ts";
import { Relations } from "../../src/dashboard/panels/map/relations.ts";
import { nodesOf } from "../../src/dashboard/panels/map/room-map.ts";
import { wordsOf } from "../../src/dashboard/panels/map/words.ts";
import { mayBecome } from "../../src/dashboard/panels/map/write-targets.ts";
import { fragmentOf, placeOf } from "../../src/dashboard/place.ts";
import { snapshot as room } from "./snapshot.ts";

const facts = (revision: number, more = {}) => ({
  revision,
  hash: `h${revision}`,
  updated_at: `2026-01-01T00:00:00.${String(revision).padStart(3, "0")}Z`,
  ...more,
});

/** Edges as `kind from → to`, by names. */
function edgesOf(snapshot: Snapshot, filter = ""): string[] {
  const { map } = mapOf(snapshot, filter);
  const { nodes } = new Relations(map);
  const name = (id: string) => {
    const { kind, label, scope } = nodes.get(id) ?? { kind: "gone", label: id, scope: undefined };
    return scope === undefined || kind === "scope" ? label : `${scope}.${label}`;
  };
  return map.edges.map(({ kind, from, to }) => `${name(from)} ${kind} ${name(to)}`);
}

describe("the graph of a room", () => {
  const actionRecords: Record<string, ActionRecord> = {
    claim: {
      if: "state._tasks[params.key] != null && views.open > 0",
      writes: [
        { scope: "_claims", key: "${params.key}", value: "self", expr: true },
        { scope: "_tasks", append: true, value: 1 },
        { key: "phase", increment: 1 },
        { scope: "${self}", key: "mood", merge: {} },
      ],
    },
    drop: { scope: "_claims", writes: [{ scope: null, key: "${params.key}", delete: true, append: false }] },
    say: { writes: [{ scope: "_messages", append: true, value: "x" }] },
  };
  const viewRecords: Record<string, ViewRecord> = {
    open: { scope: "_shared", expr: "size(state._tasks)" },
    phase: { scope: "_shared", expr: "state._shared.phase", enabled: "views.open > 0" },
    "ana.mood": { scope: "ana", expr: "state.self.mood" },
    talk: { scope: "_shared", expr: "messages.count" },
  };
  const views = { _contested: { "_claims:${params.key}": ["claim", "drop"] } };
  const declared = { actionRecords, viewRecords, views };

  it("[ACT-5] writes end at keys as they are written, reads at keys, scopes and views", () => {
    expect(edgesOf(room(declared))).toEqual([
      "claim write _claims.${params.key}",
      "claim write _tasks.next number",
      "claim write _shared.phase",
      "claim write ${self}.mood",
      "claim check _tasks",
      "claim check open",
      "drop write _claims.${params.key}",
      "say write _messages.next number",
      "open read _tasks",
      "phase read _shared.phase",
      "phase read open",
      "ana.mood read ana.mood",
      "talk read _messages",
    ]);
  });

  it("[ACT-11] a contested target is marked as `_contested` writes it, and so are its edges alone", () => {
    const { map } = mapOf(room(declared), "");
    const marked = nodesOf(map).filter((node) => node.contestedBy);
    expect(marked.map(({ label, scope }) => `${scope}:${label}`)).toEqual(["_claims:${params.key}"]);
    const edges = map.edges.filter((edge) => edge.isContested).map(({ from }) => from);
    expect(edges).toEqual(["action claim", "action drop"]);
    const words = wordsOf(marked[0]!, new Relations(map));
    expect(words).toBe("Contested: claim, drop write it. Written by claim, drop.");
  });

  it("a key is tied to the patterns that it may be one of, and to what reads its scope whole", () => {
    const state = { _claims: { 7: 1 }, _tasks: { 7: {} }, ana: { mood: 1 } };
    const relations = new Relations(mapOf(room({ ...declared, state }), "").map);
    const around = relations.around('key ["_tasks","7"]');
    expect([...around]).toEqual(expect.arrayContaining(["view open", "action claim", "next _tasks"]));
    expect([...around]).not.toContain("action drop");
    expect(relations.around("action drop")).toContain('key ["_claims","7"]');
    expect(relations.around('key ["ana","mood"]')).toContain('key ["${self}","mood"]');
    expect(wordsOf(relations.nodes.get("action claim")!, relations)).toBe(
      "Writes _claims.${params.key}, _tasks.next number, _shared.phase, ${self}.mood. Reads _tasks, open.",
    );
  });

  it("of ten thousand keys the newest are shown, the others as one node", () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `k${index}`);
    const bulk = Object.fromEntries(keys.map((key) => [key, 1]));
    const times = Object.fromEntries(keys.map((key, index) => [key, facts(index % 997)]));
    const snapshot = room({ ...declared, state: { _bulk: bulk, _tasks: {} }, facts: { _bulk: times } });
    const { map, counts } = mapOf(snapshot, "");
    const group = map.groups.find(({ heading }) => heading.scope === "_bulk")!;
    expect(group.rows.length).toBe(13);
    expect(group.rows[0]?.label).toBe("k996");
    expect(counts.get("more _bulk")).toBe(9_988);
    const found = mapOf(snapshot, "K4321").map;
    expect(nodesOf(found).map(({ label }) => label)).toEqual(["_bulk", "k4321"]);
  });

  it("a filter keeps what it finds and what is linked with it", () => {
    expect(edgesOf(room(declared), "drop")).toEqual(["drop write _claims.${params.key}"]);
    const { map } = mapOf(room(declared), "_tasks");
    expect(nodesOf(map).map(({ label }) => label)).toEqual(["claim", "_tasks", "next number", "open"]);
  });

  it("private scopes that no text names stand together; each agent sees its own", () => {
    const state = { ana: { mood: 1 }, ben: { mood: 2 }, _shared: {} };
    const labels = nodesOf(mapOf(room({ ...declared, state }), "").map).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["ana", "${self}", "ben.mood"]));
    expect(labels).not.toContain("ana.mood.mood");
    const eyes = mapOf(room({ ...declared, state: { self: { mood: 1 } }, self: "ana" }), "").map;
    expect(eyes.groups.map(({ heading }) => heading.label)).toContain("ana");
  });
});

describe("the drawing", () => {
  const template = JSON.parse(readFileSync("src/templates/task-queue.json", "utf8"));
  const byId = <T extends { id: string }>(list: readonly T[]) =>
    Object.fromEntries(list.map((each) => [each.id, { scope: "_shared", ...each }]));
  const queue = room({ actionRecords: byId(template.actions), viewRecords: byId(template.views) });

  it("the same room is drawn in the same order, with fewer crossings than as it was declared", () => {
    const plain = mapOf(queue, "").map;
    const ordered = orderMap(plain);
    expect(orderMap(mapOf(queue, "").map)).toEqual(ordered);
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [index, 1]));
    const held = { ...queue, state: { _zed: { z: 1 }, _results: many, _tasks: { 1: 1 } } };
    const linked = (map: typeof plain) =>
      nodesOf(map).filter(({ id }) => map.edges.some((edge) => edge.from === id || edge.to === id));
    expect(linked(orderMap(mapOf(held, "").map))).toEqual(linked(ordered));
    const crossings = (map: typeof plain) => {
      const { boxes } = layoutOf(map, new Relations(map), 1000);
      const ends = map.edges.flatMap(({ kind, from, to }) => {
        const [start, end] = [boxes.get(from)!, boxes.get(to)!];
        return start.x < end.x && kind !== "read" ? [[start.y, end.y] as const] : [];
      });
      return ends.flatMap((a) => ends.filter((b) => a[0] < b[0] && a[1] > b[1])).length;
    };
    expect(crossings(ordered)).toBeLessThan(crossings(plain));
  });

  it("nothing stands over anything else, in a wide panel and on a phone", () => {
    const map = orderMap(mapOf(queue, "").map);
    for (const width of [360, 1_100, 4_000]) {
      const { boxes, height, ...layout } = layoutOf(map, new Relations(map), width);
      const all = [...boxes.values()];
      expect(all.length).toBe(nodesOf(map).length);
      for (const box of all) {
        expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
        expect(box.y + NODE_HEIGHT).toBeLessThanOrEqual(height);
        const over = all.filter(
          (other) => other !== box && other.x === box.x && Math.abs(other.y - box.y) < NODE_HEIGHT,
        );
        expect(over).toEqual([]);
      }
    }
  });

  it("neighbours that want one place stand around it, and what wants none follows", () => {
    expect(spread([100, 100, 100], 10)).toEqual([90, 100, 110]);
    expect(spread([0, 0], 10)).toEqual([0, 10]);
    expect(spread([50, null, 52, 200], 10)).toEqual([41, 51, 61, 200]);
    expect(spread([], 10)).toEqual([]);
  });
});

describe("what just changed", () => {
  const actionRecords = {
    set: { if: "state._shared.x == null", writes: [{ key: "${params.key}", value: 1 }] },
    drop: { writes: [{ key: "${params.key}", delete: true }] },
  };
  const viewRecords = {
    x: { scope: "_shared", expr: "state._shared.x" },
    clock: { scope: "_shared", expr: "now" },
  };
  const shown = (invocations: number) => ({ available: true, enabled: true, description: null, invocations });
  const at = (x: { readonly via: string } | null, set: number, drop: number) =>
    room({
      actionRecords,
      viewRecords,
      state: { _shared: x ? { x: 1 } : {} },
      facts: { _shared: x ? { x: facts(1, x) } : {} },
      views: { x: [x], clock: [] },
      actions: { set: shown(set), drop: shown(drop) },
    });
  const changed = (was: Snapshot, now: Snapshot) =>
    [...changesOn(new Relations(mapOf(now, "").map), was, now, viewsSince(was, now))].sort();
  const [none, written] = [at(null, 0, 0), at({ via: "set" }, 1, 0)];

  it("the key, its pattern, the action that did it, its edge, and the view that shows it; no clock", () => {
    expect(changed(none, written)).toEqual([
      "action set",
      'key ["_shared","${params.key}"]',
      'key ["_shared","x"]',
      'read view x key ["_shared","x"]',
      "view x",
      'write action set key ["_shared","${params.key}"]',
    ]);
    expect(changed(written, at({ via: "set" }, 1, 0))).toEqual([]);
  });

  it("a deleted key, by the action that was invoked", () => {
    const dropped = changed(written, at(null, 1, 1));
    expect(dropped).toContain('write action drop key ["_shared","${params.key}"]');
    expect(dropped).not.toContain("action set");
  });
});

it("[ACT-6] a template may become what fits its fixed parts; a hostile one takes no longer", () => {
  expect(mayBecome("${params.a}-${self}", "x-y")).toBe(true);
  expect(mayBecome("${params.a}-${self}", "xy")).toBe(false);
  expect(mayBecome("a${self}a", "a")).toBe(false);
  expect(mayBecome("plain", "plain")).toBe(true);
  expect(mayBecome("${other}", "x")).toBe(false);
  expect(mayBecome("${self}a".repeat(20), `${"a".repeat(250)}b`)).toBe(false);
});

it("an address names a panel, what is chosen in it and a moment, whatever the names are", () => {
  const places = [
    { panel: "state", item: ["_sh@red", "a/b#=%"], at: 12 },
    { panel: "actions", item: ["<b>é"], at: null },
    { panel: "map", item: [], at: null },
  ];
  for (const place of places) expect(placeOf(fragmentOf(place))).toEqual(place);
  expect(fragmentOf({ panel: "actions", item: ["claim_task"], at: null })).toBe("#actions/claim_task");
  expect(placeOf("#token=room_x").panel).toBe("");
  expect(placeOf("#state/%zz").item).toEqual(["%zz"]);
});
