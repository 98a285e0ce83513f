import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import type { DumpRow } from "../../src/legacy/dump-reader.ts";
import { DumpReader } from "../../src/legacy/dump-reader.ts";

type Outcome = { rows: DumpRow[] } | { code: string };

/** What a reader makes of a text that comes in pieces of at most `size` bytes. */
function read(text: string | Uint8Array, size: number): Outcome {
  const reader = new DumpReader();
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const rows: DumpRow[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const found = reader.push(bytes.subarray(at, at + size));
    if (!found.ok) return { code: found.refusal.code };
    rows.push(...found.value);
  }
  const end = reader.end();
  return end.ok ? { rows: [...rows, ...end.value] } : { code: end.refusal.code };
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
