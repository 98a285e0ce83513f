import fc from "fast-check";
import { valuesOf } from "./json-schema-values.ts";
import type { DescribedCall, ServedDocument } from "./openapi-document.ts";
import type { Body } from "./room.ts";

/** A request that is yet to be given the ids and tokens of a world. */
export interface Drawn {
  readonly call: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly type: string | undefined;
  readonly body: Body;
  /** Draws from what the world offers. */
  readonly choice: number;
  readonly spoiling: Spoiling;
}

/** How a request that fits the document is spoiled. */
export type Spoiling =
  | {
      readonly how:
        | "nothing"
        | "no token"
        | "wrong method"
        | "no body"
        | "huge body"
        | "half a body"
        | "bad url";
    }
  | { readonly how: "token"; readonly of: string }
  | { readonly how: "field" | "path" | "query"; readonly which: number; readonly value: Body }
  | { readonly how: "missing"; readonly which: number }
  | { readonly how: "extra"; readonly name: string; readonly value: Body }
  | { readonly how: "header"; readonly name: string; readonly value: string };

const TOKENS = ["owner", "ana", "ben", "viewer", "joiner", "foreign", "forged", "old", "left"];

const HEADERS = [
  ["Content-Type", "text/plain"],
  ["Content-Type", "application/x-ndjson"],
  ["Content-Type", "multipart/form-data"],
  ["Idempotency-Key", ""],
  ["Idempotency-Key", "k".repeat(257)],
  ["Last-Event-ID", "-1"],
  ["Last-Event-ID", "999999999999999"],
  ["Accept", "image/png"],
  ["Upgrade", "h2c"],
  ["Authorization", "Basic YTpi"],
  ["Authorization", "Bearer"],
  ["X-Sync-Create-Token", "create_nothing"],
  ["X-Sync-Socket", "%7B%7D"],
] as const;

const WRONG = [
  "",
  "x".repeat(5000),
  "\u0000",
  "__proto__",
  "-1",
  "1e9",
  "999999999999999",
  "null",
  "é😀",
  "a/b",
  "%",
];

const wrongValue = fc.oneof(
  fc.constantFrom<Body>(...WRONG, null, true, -1, 1.5, 1e300, [], {}, ["a"], { a: { b: [null] } }),
  fc.jsonValue({ maxDepth: 3 }),
);

const spoiling: fc.Arbitrary<Spoiling> = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Spoiling>({ how: "nothing" }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Spoiling>({ how: "no token" }, { how: "wrong method" }, { how: "no body" }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Spoiling>({ how: "half a body" }, { how: "bad url" }) },
  { weight: 1, arbitrary: fc.constant<Spoiling>({ how: "huge body" }) },
  { weight: 6, arbitrary: fc.record({ how: fc.constant("token" as const), of: fc.constantFrom(...TOKENS) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      how: fc.constantFrom("field" as const, "path" as const, "query" as const),
      which: fc.nat(20),
      value: wrongValue,
    }),
  },
  { weight: 4, arbitrary: fc.record({ how: fc.constant("missing" as const), which: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      how: fc.constant("extra" as const),
      name: fc.string({ maxLength: 9 }),
      value: wrongValue,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...HEADERS).map(([name, value]): Spoiling => ({ how: "header", name, value })),
  },
);

/** Parameters as a URL or a header has them: lists with commas. */
function texts(values: Body): Record<string, string> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)]),
  );
}

/** Requests for one call, valid and broken, from what the document says of it. */
function requestsFor(document: ServedDocument, call: DescribedCall): fc.Arbitrary<Drawn> {
  const part = (place: string) => {
    const own = call.parameters.filter((parameter) => parameter.in === place);
    const values = own.map((parameter) => {
      const fitting = valuesOf(document, parameter.schema);
      const { example } = parameter;
      return [
        parameter.name,
        example === undefined ? fitting : fc.oneof(fitting, fc.constant(example)),
      ] as const;
    });
    const required = own.filter((parameter) => parameter.required).map((parameter) => parameter.name);
    const all = fc.record(Object.fromEntries(values), { requiredKeys: required });
    // Most calls are made with few of their parameters.
    const few = fc.record(Object.fromEntries(values.filter(([name]) => required.includes(name))));
    return fc.oneof({ weight: 2, arbitrary: few }, all).map(texts);
  };
  const bodies = call.content.map(([type, schema]) =>
    valuesOf(document, schema).map((body) => ({ type, body })),
  );
  const none = fc.constant({ type: undefined, body: undefined });
  const body = fc.oneof(...(bodies.length > 0 ? bodies : [none]), ...(call.bodyRequired ? [] : [none]));
  return fc
    .tuple(part("path"), part("query"), part("header"), body, fc.nat(), spoiling)
    .map(([path, query, headers, sent, choice, spoiled]) => ({
      call: call.id,
      path,
      query,
      headers,
      ...sent,
      choice,
      spoiling: spoiled,
    }));
}

/** Requests for every call of the document. */
export function requestsOf(document: ServedDocument): fc.Arbitrary<Drawn> {
  return fc.oneof(...document.calls.map((call) => requestsFor(document, call)));
}
