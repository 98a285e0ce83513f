import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import type { DumpItem, DumpRow } from "../../src/legacy/dump-reader.ts";
import { DumpReader } from "../../src/legacy/dump-reader.ts";
import { wholeLog } from "../support/ledger.ts";
import type { Dump } from "../support/legacy.ts";
import { evict, importDump, imported, madeDump, sides } from "../support/legacy.ts";
import type { Body, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

type Outcome = { rows: DumpRow[] } | { code: string };

function rowsIn(items: readonly DumpItem[]): DumpRow[] {
  return items.filter((item) => item.row !== null);
}

/** What a reader makes of a text that comes in pieces of at most `size` bytes. */
function read(text: string | Uint8Array, size: number): Outcome {
  const reader = new DumpReader();
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const rows: DumpRow[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const found = reader.push(bytes.subarray(at, at + size));
    if (!found.ok) return { code: found.refusal.code };
    rows.push(...rowsIn(found.value));
  }
  const end = reader.end();
  return end.ok ? { rows: [...rows, ...rowsIn(end.value)] } : { code: end.refusal.code };
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const row = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
const tables = fc.dictionary(fc.string({ unit: "binary" }), fc.array(row, { maxLength: 4 }), { maxKeys: 4 });
const size = fc.integer({ min: 1, max: 40 });

describe("a dump in pieces", () => {
  it("[LEGACY-1] gives the rows that parsing it whole gives, wherever it is cut", () => {
    const property = fc.property(tables, fc.jsonValue(), size, fc.boolean(), (named, other, most, pretty) => {
      const text = JSON.stringify({ before: other, tables: named, "": [other] }, null, pretty ? 2 : 0);
      const whole = Object.entries((JSON.parse(text) as { tables: Record<string, JsonObject[]> }).tables);
      const rows = whole.flatMap(([table, found]) => found.map((each) => ({ table, row: each })));
      expect(read(text, most)).toEqual({ rows });
    });
    fc.assert(property, { numRuns: 120 });
  });

  it("[LEGACY-7] is refused exactly where parsing it whole refuses it", () => {
    const noise = fc.constantFrom(...'{}[],:"\\0-1e.+tn u\u0007', "00", "\\u12", "tru");
    const property = fc.property(tables, fc.nat(), noise, fc.nat(3), size, (named, where, put, cut, most) => {
      const text = JSON.stringify({ tables: named, more: [1.5e-7, true, null, 'a\\"\u00e9'] });
      const at = where % text.length;
      const changed = text.slice(0, at) + put + text.slice(at + cut);
      const outcome = read(changed, most);
      // What is JSON and no dump any more is refused for that.
      if (!parses(changed))
        expect(outcome, changed).toMatchObject({ code: expect.stringMatching(/^invalid_/) });
      else expect("rows" in outcome || outcome.code === "invalid_request", changed).toBe(true);
    });
    fc.assert(property, { numRuns: 250 });
  });

  it.each([
    ["", "invalid_json"],
    ["[]", "invalid_request"],
    ["7", "invalid_request"],
    ["{}", "invalid_request"],
    ['{"tables":[]}', "invalid_request"],
    ['{"tables":{"rooms":{}}}', "invalid_request"],
    ['{"tables":{"rooms":[1]}}', "invalid_request"],
    ['{"tables":{"rooms":[],"rooms":[]}}', "invalid_request"],
    ['{"tables":{},"tables":{}}', "invalid_request"],
    ['{"tables":{}} x', "invalid_json"],
    ['{"tables":{}', "invalid_json"],
    [`{"a":${"[".repeat(600)}`, "invalid_json"],
    [`{"tables":{"state":[{"value":"${"x".repeat(LIMITS.importLineBytes)}"}]}}`, "too_large"],
  ])("[LEGACY-7] %.40s is refused", (text, code) => {
    expect(read(text, 64 * 1024)).toEqual({ code });
  });

  it("[LEGACY-7] that is not UTF-8 is refused", () => {
    expect(read(new Uint8Array([123, 34, 255, 34]), 2)).toEqual({ code: "invalid_json" });
  });
});

/** The room as it was created: a fold, its tokens and its tables tell of nothing else. */
async function expectUntouched(room: TestRoom, before: Body): Promise<void> {
  expect(await wholeLog(room.owner)).toEqual(before);
  expect((await room.owner.call("/tokens")).body.tokens).toHaveLength(3);
  expect((await room.owner.call("/migration")).body).toMatchObject({ phase: "v8", next: null });
  expect((await sides(room.id)).rows).toEqual({ agents: null, actions: null, views: null });
}

describe("a dump that is none", () => {
  const broken: [string, (dump: Dump) => unknown, number, Body][] = [
    ["an unknown table", (dump) => ({ tables: { ...dump.tables, votes: [{}] } }), 400, { table: "votes" }],
    [
      "an unknown table without rows",
      (dump) => ({ tables: { ...dump.tables, log: [] } }),
      400,
      { table: "log" },
    ],
    ["another room", () => madeDump({ agents: [{ id: "ana" }] }), 400, { error: "invalid_request" }],
    ["no row of the room", ({ tables }) => ({ tables: { ...tables, rooms: [] } }), 400, {}],
    ["broken JSON", (dump) => JSON.stringify(dump).slice(0, -20), 400, { error: "invalid_json" }],
    ["an export's lines", () => '{"sync":"v8"}\n{"seq":1}\n', 400, { error: "invalid_json" }],
    ["no tables", () => ({ rooms: [] }), 400, { error: "invalid_request" }],
    [
      "a column that no table has",
      ({ tables }) => ({ tables: { ...tables, agents: [{ id: "a", "x y": 1 }] } }),
      400,
      {},
    ],
    [
      "a column of ours",
      ({ tables }) => ({ tables: { ...tables, agents: [{ id: "a", v8_json: "{}" }] } }),
      400,
      {},
    ],
  ];

  it.each(broken)("[LEGACY-7, HTTP-3] %s gets a 4xx, and imports nothing", async (_, make, status, body) => {
    const dump = madeDump({ agents: [{ id: "ana" }], state: [{ key: "k", value: "1" }] });
    const room = await createRoom({ id: dump.room_id });
    const before = await wholeLog(room.owner);
    const answer = await importDump(room, make(dump));
    expect(answer.body).toMatchObject({ error: expect.stringMatching(/^invalid_/), ...body });
    expect(answer.status).toBe(status);
    await expectUntouched(room, before);
    await evict(room.id);
    await expectUntouched(room, before);
    expect((await importDump(room, dump)).status).toBe(200);
  });

  it("[LEGACY-7] says of which columns and tables nothing is made", async () => {
    const dump = madeDump({
      agents: [{ id: "ana", wat: 1, version_v4: "x", last_seen_seq: 0 }],
      actions: [{ id: "a", intent: "known", v8: null }],
      state: [{ key: "k", value: "1", "x; drop table": 1, sort_key: null, version_v5: "y" }],
      tokens: [],
    });
    const { report } = await imported(dump);
    expect(report.left_out).toEqual({
      "agents.wat": 1,
      "actions.v8": 1,
      "state.x; drop table": 1,
      tokens: 0,
    });
  });

  it("[LEGACY-1] goes into a room once, and only where nothing has happened", async () => {
    const dump = madeDump({ agents: [{ id: "ana" }] });
    const { room } = await imported(dump);
    expect((await importDump(room, dump)).body.error).toBe("room_not_empty");
    const other = await createRoom();
    const agent = await other.join("ana");
    expect((await importDump(other, dump)).body.error).toBe("room_not_empty");
    expect((await importDump({ ...other, owner: agent }, dump)).body.error).toBe("room_token_required");
  });

  it("[LEGACY-1] more than a room may hold is refused with the limit", async () => {
    const state = Array.from({ length: 70 }, (_, index) => ({
      key: `k${index}`,
      value: `"${"x".repeat(255_000)}"`,
    }));
    const dump = madeDump({ state });
    const room = await createRoom({ id: dump.room_id });
    expect((await importDump(room, dump)).body).toMatchObject({ error: "too_large", limit: "stateBytes" });
    expect(await wholeLog(room.owner)).toHaveLength(1);
  });
});
