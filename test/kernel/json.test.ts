import fc from "fast-check";
import { expect, it } from "vitest";
import type { Json } from "../../src/kernel/json.ts";
import { canonicalJson, jsonEqual, jsonFault, jsonObject, own } from "../../src/kernel/json.ts";
import { mergePatch } from "../../src/kernel/merge.ts";
import {
  isAgentId,
  isGrantable,
  isKey,
  isPrivateScope,
  isReservedId,
  isReservedScope,
  isRoomId,
  isScope,
  utf8Bytes,
} from "../../src/kernel/names.ts";

const SEED = { seed: 20260102, numRuns: 500 };

it("[STATE-2] canonical JSON sorts keys by UTF-16 code units (RFC 8785, 3.2.3)", () => {
  const value = JSON.parse(
    '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
  );
  expect(canonicalJson(value)).toBe(
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  );
});

it("[STATE-2] canonical JSON writes numbers, strings and literals as RFC 8785, 3.2.2 does", () => {
  const value = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

it.each([
  ["-0", "0"],
  ["5e-324", "5e-324"],
  ["1.7976931348623157e308", "1.7976931348623157e+308"],
  ["9007199254740991", "9007199254740991"],
  ["295147905179352830000", "295147905179352830000"],
  ["1e21", "1e+21"],
  ["1e-7", "1e-7"],
  ["0.000001", "0.000001"],
])("[STATE-2] the number %s is written %s (RFC 8785, appendix B)", (text, canonical) => {
  expect(canonicalJson(JSON.parse(text))).toBe(canonical);
});

it("[STATE-2] canonical JSON is the same whatever order an object's keys came in, and reads back as the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const shuffled = reversed(value as Json);
      expect(canonicalJson(shuffled)).toBe(canonicalJson(value as Json));
      expect(jsonEqual(shuffled, value as Json)).toBe(true);
      expect(JSON.parse(canonicalJson(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    SEED,
  );
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return jsonObject(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

it("[ROOM-2] canonical JSON takes __proto__ for an ordinary key", () => {
  expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":1},"constructor":2}'))).toBe(
    '{"__proto__":{"a":1},"b":1,"constructor":2}',
  );
});

/** RFC 7396, appendix A: [original, patch, result]. */
const MERGES: readonly (readonly [string, string, string])[] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', "null", "null"],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ["1", '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
  ['{"__proto__":{"a":1}}', '{"__proto__":null}', "{}"],
];

it.each(MERGES)("[ACT-5] %s merged with %s is %s (RFC 7396)", (original, patch, result) => {
  expect(canonicalJson(mergePatch(JSON.parse(original), JSON.parse(patch)))).toBe(
    canonicalJson(JSON.parse(result)),
  );
});

it("[ACT-5] a merge changes neither the target nor the patch, and done twice is done once", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
      const [before, patchBefore] = [JSON.stringify(target), JSON.stringify(patch)];
      const once = mergePatch(target as Json, patch as Json);
      expect([JSON.stringify(target), JSON.stringify(patch)]).toEqual([before, patchBefore]);
      expect(canonicalJson(mergePatch(once, patch as Json))).toBe(canonicalJson(once));
    }),
    SEED,
  );
});

it("[STATE-3] a value is faulty where it is deeper than allowed, beyond ±(2^53−1), or no Unicode", () => {
  const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)]);
  expect(jsonFault(nested(32), 32)).toBe(null);
  expect(jsonFault(nested(33), 32)?.problem).toBe("too_deep");
  expect(jsonFault({ a: [1, Number.MAX_SAFE_INTEGER + 1] }, 32)).toEqual({
    path: ["a", 1],
    problem: "number_out_of_range",
  });
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -(2 ** 53)]) {
    expect(jsonFault(wrong, 32)?.problem).toBe("number_out_of_range");
  }
  for (const right of [2 ** 53 - 1, -(2 ** 53) + 1, 0.1, 5e-324, "😀", "", [], {}])
    expect(jsonFault(right, 32)).toBe(null);
  expect(jsonFault({ "\ud800": 1 }, 32)?.problem).toBe("lone_surrogate");
  expect(jsonFault(["\udc00"], 32)?.problem).toBe("lone_surrogate");
  for (const wrong of [undefined, () => 1, 1n, Symbol("x")])
    expect(jsonFault([wrong], 32)?.problem).toBe("not_json");
});

it("[ROOM-2] the size of a text is that of its UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
    }),
    SEED,
  );
});

it("[ROOM-2] room ids, agent ids, scopes and keys are told apart", () => {
  for (const id of ["self", "admin"])
    expect([isAgentId(id), isPrivateScope(id), isScope(id)]).toEqual([true, false, false]);
  for (const id of ["a", "a:b@c.d_e-f", "0", "constructor", "a".repeat(64)])
    expect([isAgentId(id), isScope(id)]).toEqual([true, true]);
  for (const id of ["", "_a", ":a", "a b", "a\n", "a~", "é", "a".repeat(65)])
    expect([id, isAgentId(id)]).toEqual([id, false]);
  for (const scope of ["_shared", "__proto__", "_a"])
    expect([isScope(scope), isPrivateScope(scope)]).toEqual([true, false]);
  for (const scope of ["_", "_a b", "_\u0000", `_${"a".repeat(65)}`])
    expect([scope, isScope(scope)]).toEqual([scope, false]);
  expect([isRoomId("a~b"), isRoomId("a:b"), isRoomId("a\n"), isRoomId("_a")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(["a", "a/b?#%", "😀", " "].map(isKey)).toEqual([true, true, true, true]);
  expect(["", "\u0000", "a\u009f", "\ud800", "a".repeat(257)].map(isKey)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

it("[ROOM-2] own reads own properties and nothing inherited", () => {
  expect([own({}, "constructor"), own(JSON.parse('{"__proto__":1}'), "__proto__")]).toEqual([undefined, 1]);
});

it("[ROOM-2] a key has 256 bytes at most, however few characters they are", () => {
  const keys = [
    "a".repeat(256),
    "é".repeat(128),
    "é".repeat(129),
    "€".repeat(85),
    "€".repeat(86),
    "😀".repeat(64),
    "😀".repeat(65),
  ];
  expect(keys.map(isKey)).toEqual([true, true, false, true, false, true, false]);
  expect(["\u007f", "\u0080", "\u07ff", "\u0800", "\uffff"].map(utf8Bytes)).toEqual([1, 2, 2, 3, 3]);
});

it("[AUTH-3] grants are of private scopes and of the help", () => {
  const scopes = ["ana", "_help", "_shared", "_config", "self", "admin", "a b", ""];
  expect(scopes.map(isGrantable)).toEqual([true, true, false, false, false, false, false, false]);
});

it("[ACT-12] ids that are the room's own, or that no URL can name, are reserved", () => {
  const ids = ["_x", "help", ".", "..", "x_", "helper", "...", "a.b"];
  expect(ids.map(isReservedId)).toEqual([true, true, true, true, false, false, false, false]);
  expect(["_messages", "_help", "_config", "_shared", "ana"].map(isReservedScope)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

it("[STATE-3] values are as deep as they may be, and no deeper; equal in any order of their keys", () => {
  expect([jsonFault([true], 1), jsonFault([[]], 1)?.problem, jsonFault({ a: {} }, 1)?.problem]).toEqual([
    null,
    "too_deep",
    "too_deep",
  ]);
  expect(jsonFault([null, true, [1, { a: "\ud800" }]], 8)).toEqual({
    path: [2, 1, "a"],
    problem: "lone_surrogate",
  });
  expect([
    jsonEqual({ a: 1, b: [2] }, { b: [2], a: 1 }),
    jsonEqual([1, 2], [2, 1]),
    jsonEqual("a", "b"),
  ]).toEqual([true, false, false]);
});
