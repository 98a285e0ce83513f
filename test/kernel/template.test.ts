import fc from "fast-check";
import { expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/kernel/json.ts";
import { canonicalJson } from "../../src/kernel/json.ts";
import type { Bindings } from "../../src/kernel/template.ts";
import { fillName, fillObject, fillValue, isPlaceholder } from "../../src/kernel/template.ts";

const NOW = "2026-01-02T03:04:05.678Z";
const SEED = { seed: 20260103, numRuns: 500 };

function bindings(params: JsonObject = {}, self: string | null = "ana"): Bindings {
  return { self, now: NOW, params };
}

function fill(template: Json, params: JsonObject = {}, self: string | null = "ana"): Json | string {
  const filled = fillValue(template, bindings(params, self), "null");
  return filled.ok ? filled.value : filled.refusal.code;
}

it("[ACT-6] self, now and params are substituted inside a text", () => {
  expect(fill("${self} at ${now}: ${params.a}${params.b.c}", { a: "x", b: { c: 1 } })).toBe(
    `ana at ${NOW}: x1`,
  );
});

it("[ACT-6] a text that is one placeholder and nothing else keeps any JSON as it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(fill("${params.v}", { v: value as Json })).toBe(value);
    }),
    SEED,
  );
});

it("[ACT-6] what was substituted is never expanded again, wherever it lands", () => {
  const hostile = fc.oneof(
    fc.constantFrom(
      "${self}",
      "${params.w}",
      "${now}",
      "$${self}",
      "${",
      "}",
      "$&",
      "$1",
      "$$",
      "$`",
      "${params.v}",
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(hostile, hostile, (v, w) => {
      expect(fill("${params.v}|${params.w}", { v, w })).toBe(`${v}|${w}`);
      expect(fill("${params.v}", { v, w })).toBe(v);
      const name = fillName("k.${params.v}", bindings({ v, w }), "key");
      expect(name).toEqual({ ok: true, value: `k.${v}` });
      expect(fill({ "k.${params.v}": ["${params.w}"] }, { v, w })).toEqual({ [`k.${v}`]: [w] });
    }),
    SEED,
  );
});

it("[ACT-6] two texts that together look like a placeholder are none", () => {
  expect(fill("$${params.a}", { a: "{self}" })).toBe("${self}");
  expect(fill("${params.a}self}", { a: "${" })).toBe("${self}");
});

it.each([
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "length",
  "a.length",
  "a.constructor",
  "s.length",
  "l.length",
  "l.-1",
  "l.00",
  "l.1.x",
])("[ACT-6] params.%s is no own property and counts as missing", (path) => {
  expect(fill(`\${params.${path}}`, { a: {}, s: "text", l: [1, 2] })).toBe(null);
  expect(fill(`<\${params.${path}}>`, { a: {}, s: "text", l: [1, 2] })).toBe("<>");
});

it("[ACT-6] own properties of any name and places of a list are reached", () => {
  const params = JSON.parse('{"__proto__": {"constructor": 7}, "l": [{"x": 1}, {"x": 2}]}') as JsonObject;
  expect(fill("${params.__proto__.constructor}", params)).toBe(7);
  expect(fill("${params.l.1.x}", params)).toBe(2);
});

it("[ACT-6] a missing parameter is null as a whole value and empty inside a text", () => {
  expect(fill(["${params.no}", "<${params.no}>", { k: "${params.no.deeper}" }])).toEqual([
    null,
    "<>",
    { k: null },
  ]);
});

it("[ACT-5] in a merge a missing whole-value parameter leaves its field out, at any depth", () => {
  const filled = fillObject(
    { a: "${params.no}", b: { c: "${params.no}", d: "<${params.no}>" }, e: null },
    bindings(),
    "omit",
  );
  expect(filled.ok && canonicalJson(filled.value)).toBe('{"b":{"d":"<>"},"e":null}');
});

it("[ACT-5] in a merge a parameter that is null is null, and removes", () => {
  const filled = fillObject({ a: "${params.a}" }, bindings({ a: null }), "omit");
  expect(filled.ok && canonicalJson(filled.value)).toBe('{"a":null}');
});

it.each(["${params.no}", "a.${params.no}.b", "${params.nothing}"])(
  "[ACT-6] %s in a scope or key is missing_param",
  (template) => {
    const filled = fillName(template, bindings({ nothing: null }), "key");
    expect(filled).toMatchObject({ ok: false, refusal: { code: "missing_param" } });
  },
);

it("[ACT-6] self is missing_param in a scope or key, and null as a value, for a caller that is no agent", () => {
  expect(fillName("${self}", bindings({}, null), "scope")).toMatchObject({
    ok: false,
    refusal: { code: "missing_param" },
  });
  expect([fill("${self}", {}, null), fill("<${self}>", {}, null)]).toEqual([null, "<>"]);
});

it.each([
  "${}",
  "${ self }",
  "${Self}",
  "${params}",
  "${params.}",
  "${params.{a}}",
  "$self",
  "{self}",
  "${state._shared.x}",
  "${self",
])("%s is no placeholder and stays as it is", (text) => {
  expect(fill(text, { a: 1 })).toBe(text);
  expect(fill(`<${text}>`, { a: 1 })).toBe(`<${text}>`);
});

it("[ACT-6] object keys are substituted, and an object that a parameter brings is not", () => {
  const brought = { "${self}": "${now}" };
  expect(fill({ "${self}": "${params.o}" }, { o: brought })).toEqual({ ana: brought });
});

it("[ACT-6] one placeholder and nothing else is told from other templates", () => {
  const templates = [
    "${self}",
    "${now}",
    "${params.a.b}",
    "x${self}",
    "${self} ",
    "${other}",
    "",
    1,
    null,
    ["${self}"],
  ];
  expect(templates.map(isPlaceholder)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

it("[ACT-6] a list is indexed by canonical decimals, and what is no object has no members", () => {
  const params = { list: ["a", "b"], text: "ab", nothing: null };
  expect(fill("${params.list.1}|${params.list.01}|${params.list.1x}|${params.list.length}", params)).toBe(
    "b|||",
  );
  expect(fill("${params.text.length}|${params.text.0}|${params.nothing.a}", params)).toBe("||");
});

it("[ACT-6] a missing or null part of a text is empty, and what is no text is its JSON", () => {
  expect(fill("a${params.none}b${params.nothing}c${self}", { nothing: null }, null)).toBe("abc");
  expect(fill("${params.n} ${params.yes} ${params.list}", { n: 1.5, yes: true, list: [1, "a"] })).toBe(
    '1.5 true [1,"a"]',
  );
});

it("[ACT-6] a name needs all of its placeholders, and says which is the first that it lacks", () => {
  const name = (template: string, params: JsonObject, self: string | null = null) =>
    fillName(template, bindings(params, self), "key");
  expect(name("${self}.${params.a}", {})).toEqual({
    ok: false,
    refusal: {
      code: "missing_param",
      message: "The key needs ${self}, and the caller is no agent.",
      hint: "Invoke with an agent's token.",
      details: { placeholder: "${self}" },
    },
  });
  expect(name("k.${params.a}.${params.b}", { a: null, b: 1 })).toEqual({
    ok: false,
    refusal: {
      code: "missing_param",
      message: "The key needs ${params.a}, and the invocation does not supply it.",
      hint: "Pass params.a.",
      details: { placeholder: "${params.a}" },
    },
  });
  expect(name("k.${params.a}.${params.b}", { a: 0, b: ["x"] })).toEqual({ ok: true, value: 'k.0.["x"]' });
});

it("[ACT-6] a key that lacks its placeholder refuses the whole, however deep", () => {
  const lacking = { "${params.none}": 1 };
  for (const template of [lacking, [lacking], { a: lacking }, [[{ a: [lacking] }]]]) {
    const filled = fillValue(template, bindings(), "null");
    expect(filled.ok ? null : filled.refusal.message).toBe(
      "The object key needs ${params.none}, and the invocation does not supply it.",
    );
  }
});
