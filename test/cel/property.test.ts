import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/kernel/json.ts";
import { canonicalJson } from "../../src/kernel/json.ts";
import { answerOf, mapOf } from "./world.ts";

const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "length"));
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.constant(null),
    fc.boolean(),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.array(tie("json"), { maxLength: 5 }),
    fc.dictionary(key, tie("json"), { maxKeys: 5, noNullPrototype: false }),
  ),
}));

const small = fc.integer({ min: -1_000, max: 1_000 });
/** A whole number as it is written in the text, and as JSON brings it. */
const written = (number: number) => (number < 0 ? `(${number})` : String(number));

describe("values", () => {
  it("[CEL-2] leave as they came", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(answerOf("params", { params: value }))).toBe(canonicalJson(value));
        expect(canonicalJson(answerOf("[params.x][0]", { params: { x: value } }))).toBe(canonicalJson(value));
        expect(canonicalJson(answerOf("views.x", { views: mapOf({ x: value }) }))).toBe(canonicalJson(value));
      }),
    );
  });

  it("[CEL-5] are searched for long texts as for short ones", () => {
    const few = fc.string({ unit: fc.constantFrom("a", "a", "a", "b"), minLength: 20, maxLength: 150 });
    fc.assert(
      fc.property(few, few, few, fc.nat(60), (before, sought, after, from) => {
        const params = { text: before + sought + after + sought, sought, from };
        const text = params.text;
        expect(
          answerOf(
            `[params.text.contains(params.sought + 'c'), params.text.indexOf(params.sought), params.text.indexOf(params.sought, params.from),
              params.text.lastIndexOf(params.sought), params.text.lastIndexOf(params.sought, params.from),
              params.text.split(params.sought), params.text.replace(params.sought, '-')]`,
            { params },
          ),
        ).toEqual([
          ...[false, text.indexOf(sought), text.indexOf(sought, from), text.lastIndexOf(sought)],
          ...[text.lastIndexOf(sought, from), text.split(sought), text.replaceAll(sought, "-")],
        ]);
      }),
    );
  });

  it("[CEL-2] equal themselves and their copies", () => {
    fc.assert(
      fc.property(json, (value) => {
        const params = { a: value, b: structuredClone(value) };
        expect(
          answerOf("params.a == params.b && params.a in [params.b] && !(params.a != params.b)", { params }),
        ).toBe(true);
      }),
    );
  });

  it("[CEL-1] answer `in`, `has`, keys and size as their own keys say", () => {
    fc.assert(
      fc.property(fc.dictionary(key, json), key, (object, name) => {
        const params = { object, name };
        expect(answerOf("params.name in params.object", { params })).toBe(Object.hasOwn(object, name));
        expect(answerOf("params.object.keys()", { params })).toEqual(Object.keys(object));
        expect(answerOf("params.object.entries().all(e, params.object[e.key] == e.value)", { params })).toBe(
          true,
        );
      }),
    );
  });
});

describe("numbers", () => {
  it("[CEL-2] of the text and of JSON give the same sums, differences, products and comparisons", () => {
    fc.assert(
      fc.property(
        small,
        small,
        fc.constantFrom("+", "-", "*", "<", "<=", ">", ">=", "==", "!="),
        (a, b, operator) => {
          const params = { a, b };
          const ofText = answerOf(`${written(a)} ${operator} ${written(b)}`);
          expect(answerOf(`params.a ${operator} ${written(b)}`, { params })).toBe(ofText);
          expect(answerOf(`${written(a)} ${operator} params.b`, { params })).toBe(ofText);
          expect(answerOf(`params.a ${operator} params.b`, { params })).toBe(ofText);
        },
      ),
    );
  });

  it("[CEL-2] divide as real numbers where one is of JSON", () => {
    fc.assert(
      fc.property(
        small,
        small.filter((b) => b !== 0),
        (a, b) => {
          expect(answerOf(`params.a / ${written(b)}`, { params: { a } })).toBeCloseTo(a / b);
          expect(answerOf(`${written(a)} / ${written(b)}`)).toBeCloseTo(Math.trunc(a / b));
        },
      ),
    );
  });

  it("[CEL-2] sort, and have a least and a greatest, whichever kind they are", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(small, fc.boolean()), { minLength: 1, maxLength: 20 }), (items) => {
        const numbers = items.map(([number]) => number);
        const list = `[${items.map(([number, isInt], index) => (isInt ? written(number) : `params[${index}]`)).join(", ")}]`;
        const sorted = numbers.toSorted((a, b) => a - b);
        expect(answerOf(`sort(${list})`, { params: numbers })).toEqual(sorted);
        expect(answerOf(`[min(${list}), max(${list})]`, { params: numbers })).toEqual([
          sorted[0],
          sorted.at(-1),
        ]);
      }),
    );
  });
});
