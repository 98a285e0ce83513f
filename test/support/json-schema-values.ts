import fc from "fast-check";
import type { Part, ServedDocument } from "./openapi-document.ts";

/** Rooms keep no number that is not exact. */
const exact = (_: string, value: unknown) =>
  typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER ? 0 : value;

const anyJson = fc
  .jsonValue({ maxDepth: 2, stringUnit: "grapheme" })
  .map((value): Part => JSON.parse(JSON.stringify(value), exact));

/** Lists and objects are made no larger than that. */
const MOST_ITEMS = 3;

/** Values that fit a schema of the document; for a schema that nothing fits, undefined. */
export function valuesOf(document: ServedDocument, given: Part, depth = 0): fc.Arbitrary<Part> {
  const schema = document.follow(given);
  if (schema.not !== undefined) return fc.constant(undefined);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return fc.oneof(...options.map((each: Part) => valuesOf(document, each, depth + 1)));
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type: string) => valuesOf(document, { ...schema, type }, depth)));
  }
  switch (schema.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer(boundsOf(schema));
    case "number":
      return fc.double({ ...boundsOf(schema), noNaN: true });
    case "string":
      return textsOf(schema);
    case "array":
      return fc.array(valuesOf(document, schema.items ?? {}, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS),
      });
    case "object":
      return objectsOf(document, schema, depth);
    default:
      return anyJson;
  }
}

function boundsOf({ minimum, maximum, exclusiveMinimum }: Part) {
  const min = minimum ?? (exclusiveMinimum === undefined ? -1000 : exclusiveMinimum + 1);
  return { min, max: Math.max(min, Math.min(maximum ?? 1_000_000, 1_000_000)) };
}

function textsOf({ pattern, minLength = 0, maxLength = 20 }: Part): fc.Arbitrary<string> {
  if (pattern === undefined) {
    return fc.string({
      unit: "grapheme",
      minLength,
      maxLength: Math.max(minLength, Math.min(maxLength, 20)),
    });
  }
  const fits = (text: string) => text.length >= minLength && text.length <= 64;
  return fc
    .stringMatching(new RegExp(pattern), { size: "-1" })
    .map((text) => text.toWellFormed())
    .filter(fits);
}

function objectsOf(document: ServedDocument, schema: Part, depth: number): fc.Arbitrary<Part> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, valuesOf(document, each, depth + 1)]),
  );
  const named = fc.record(fields, { requiredKeys: depth > 3 ? required : required });
  const isOpen = additionalProperties !== false && Object.keys(properties).length === 0;
  if (!isOpen) return named.map(withoutUndefined);
  const others = fc.dictionary(
    fc.string({ maxLength: 8 }),
    valuesOf(document, additionalProperties ?? {}, depth + 1),
    {
      maxKeys: MOST_ITEMS,
    },
  );
  return fc.tuple(others, named).map(([rest, own]) => withoutUndefined({ ...rest, ...own }));
}

function withoutUndefined(object: Part): Part {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
