import fc from "fast-check";
import type { Json, JsonObject } from "../../src/kernel/json.ts";

/** What random rooms hold: few names, so that histories meet, and such as trip code over its own objects. */
export const AGENTS = ["ana", "bob", "constructor"] as const;
const KEYS = ["a", "b", "__proto__", "10", "9", "é"] as const;
export const ACTIONS = ["one", "two", "three", "prototype"] as const;
export const VIEWS = ["v1", "v2", "ana.a"] as const;

const CONDITIONS = [
  "true",
  "state._shared.a != 1",
  'has(state._shared.b) || self == "ana"',
  "false",
] as const;
const EXPRESSIONS = [
  "size(state._shared.keys()) + 1",
  "state._shared.a",
  "[now, self]",
  "params.v",
  "views.v1",
] as const;

/** Hashes of values that {@link value} often is, so that some compare-and-sets succeed. */
const HASHES = ["", "6b86b273ff34fce1", "74234e98afe7498f", "0000000000000000"] as const;

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Json>(null, 1, 1, "x", [], {}, 2.5, { x: 1 }) },
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);
const condition = fc.constantFrom(...CONDITIONS);
const key = fc.constantFrom(...KEYS, "${params.k}", "${params.k}");
const tickOn = fc.constantFrom("_shared.a", "state._shared.10", "_list.1", "self.a", "_shared.__proto__");
const effect = fc.constantFrom("delete", "enable");

/** A few timers that are past or far, most soon over. */
const timer: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ ms: fc.constantFrom<Json>(1, 1_000, 60_000, 3_600_000), effect }),
  fc.record({ at: fc.constantFrom<Json>("2001-01-01", "2026-01-01T01:00:00Z"), effect }),
  { weight: 2, arbitrary: fc.record({ ticks: fc.integer({ min: 1, max: 3 }), tick_on: tickOn, effect }) },
);

const seldom = <T>(arbitrary: fc.Arbitrary<T>, freq = 4): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq });

const templated = fc.oneof(fc.constant<Json>("${params.v}"), fc.constant<Json>({ at: "${now}" }), value);
const mode: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ value: templated }),
  fc.record({ value: fc.constantFrom(...EXPRESSIONS), expr: fc.constant(true) }),
  fc.record({ merge: fc.constantFrom<Json>({ x: "${params.v}", y: null }, "${params.v}", { z: { k: 1 } }) }),
  fc.record({ increment: fc.constantFrom<Json>(1, -2, "${params.v}") }),
  fc.record({ increment: fc.constant(true), value: fc.constantFrom<Json>(3, "${params.v}") }),
  fc.record({ append: fc.constant(true), value: templated }),
  fc.constant<JsonObject>({ delete: true }),
);

const write: fc.Arbitrary<JsonObject> = fc
  .record({
    mode,
    scope: seldom(fc.constantFrom("_list", "${self}", "ana", "_messages", "_help", "_shared"), 2),
    key,
    numbered: fc.boolean(),
    if_hash: seldom(fc.constantFrom(...HASHES, "${params.h}"), 8),
    timer: seldom(timer),
    enabled: seldom(condition, 8),
  })
  .map(({ mode: fields, numbered, scope, key: target, ...rest }) => {
    const isNumbered = fields.append === true && (numbered || scope === "_messages");
    return clean({ ...fields, scope, key: isNumbered ? undefined : target, ...rest });
  });

/** A record without what is undefined in it. */
function clean(fields: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)) as JsonObject;
}

/** Params of `_register_action`. */
export const action: fc.Arbitrary<JsonObject> = fc
  .record({
    id: fc.constantFrom(...ACTIONS),
    scope: seldom(fc.constantFrom("ana", "_list"), 5),
    if: seldom(condition),
    enabled: seldom(condition, 8),
    writes: fc.array(write, { maxLength: 3 }),
    result: seldom(fc.constantFrom(...EXPRESSIONS)),
    timer: seldom(timer, 3),
    on_invoke: seldom(
      timer.map((declared) => ({ timer: declared })),
      3,
    ),
    if_hash: seldom(fc.constantFrom(...HASHES), 8),
  })
  .map((fields) => clean(fields as Record<string, Json | undefined>));

/** Params of `_register_view`. */
export const view: fc.Arbitrary<JsonObject> = fc
  .record({
    id: fc.constantFrom(...VIEWS),
    expr: fc.constantFrom(...EXPRESSIONS),
    scope: seldom(fc.constantFrom("_shared", "ana")),
    enabled: seldom(condition),
    render: seldom(fc.constant<Json>({ type: "metric", temporal: true })),
    timer: seldom(timer, 3),
  })
  .map((fields) => clean(fields as Record<string, Json | undefined>));

/** Params of an invocation of what {@link action} registers. */
export const params: fc.Arbitrary<JsonObject> = fc
  .record({ k: fc.constantFrom(...KEYS), v: value, h: seldom(fc.constantFrom<Json>(...HASHES), 2) })
  .map(clean);

/** Params of a join, but for the id. */
export const arrival = fc.record({
  state: fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 2 }),
  public_keys: fc.shuffledSubarray(["b", "a", "9"]),
});

export { value };
