import { describe, expect, it } from "vitest";
import { chainText } from "../../src/kernel/chain.ts";
import { contested, rivals } from "../../src/kernel/contention.ts";
import { isRetryable } from "../../src/kernel/errors.ts";
import type { Json } from "../../src/kernel/json.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import type { ActionDefinition } from "../../src/kernel/model.ts";
import { nearest } from "../../src/kernel/nearest.ts";
import { paramSchema, paramSchemaFault } from "../../src/kernel/param-schema.ts";
import { decay, provenanceAfter } from "../../src/kernel/provenance.ts";
import { limitsOf } from "../../src/kernel/room-limits.ts";
import { DEFAULT_WEIGHTS, NO_SIGNALS, rounded, scoreOf, weightsOf } from "../../src/kernel/salience.ts";
import { StandingState, standing } from "../support/decisions.ts";

describe("the nearest name", () => {
  it.each<[string, readonly string[], string | undefined]>([
    ["clam", ["claim", "close"], "claim"],
    ["calim", ["claim"], "claim"],
    ["CLAIM", ["claim"], "claim"],
    ["claimm", ["clai", "claim"], "claim"],
    ["claim", ["claim", "clam"], "clam"],
    ["abcd", ["abxy"], undefined],
    ["abcde", ["abcxy"], "abcxy"],
    ["abcde", ["abcdefgh"], undefined],
    ["abcdefghijklmnop", ["abcdefghijklm"], "abcdefghijklm"],
    ["abcdefghijklmnop", ["abcdefghijkl"], undefined],
    ["ab", ["ac"], undefined],
    ["ab", ["AB"], "AB"],
    ["abc", ["abd"], "abd"],
    ["task-1", ["task-2"], undefined],
    ["task-12", ["task-2"], undefined],
    ["tsk-1", ["task-1"], "task-1"],
    ["task", ["task1"], undefined],
    ["bacd", ["abcd"], "abcd"],
    ["aabb", ["abab"], "abab"],
    ["badc", ["abcd"], undefined],
    ["clxb", ["clby"], undefined],
    ["clxb", ["clyx"], undefined],
    ["claim", ["xyclai"], undefined],
    ["claim", ["clam", "cleim", "clxxm"], "clam"],
    ["task-12", ["task-34"], undefined],
    ["x".repeat(64), [`${"x".repeat(63)}y`], `${"x".repeat(63)}y`],
    ["x".repeat(65), [`${"x".repeat(64)}y`], undefined],
    ["claim", [], undefined],
  ])("[HTTP-2] of %s among %j", (name, candidates, near) => {
    expect(nearest(name, candidates)).toBe(near);
  });

  it("[HTTP-2] is looked for among 2,000, and is the first that is equal but for its capitals", () => {
    const crowd = Array.from({ length: 1_999 }, () => "other");
    expect(nearest("claim", [...crowd, "clam"])).toBe("clam");
    expect(nearest("claim", ["clams", ...crowd, "clam"])).toBe("clams");
    expect(nearest("claim", ["other", ...crowd, "clam"])).toBe(undefined);
    expect(nearest("claim", ["Claim", "CLAIM"])).toBe("Claim");
  });
});

describe("the limits of a room", () => {
  const limitsBy = (limits?: Json) =>
    limitsOf(new StandingState({ _config: limits === undefined ? {} : { limits: standing(limits) } }));

  it("[LIMIT-5] are those of everywhere where nothing is set, or no object", () => {
    for (const none of [undefined, null, 5, [1], {}]) expect(limitsBy(none)).toEqual(LIMITS);
  });

  it("[LIMIT-5] are lowered down to 1 by what is a number, and by nothing else", () => {
    const set = {
      entries: 1,
      views: 7,
      agents: 0,
      actions: -1,
      timers: "5",
      waits: true,
      watchers: [3],
      x: 2,
    };
    expect(limitsBy(set)).toEqual({ ...LIMITS, entries: 1, views: 7 });
    expect(limitsBy({ burst: 9_999, subscriptions: 2 })).toEqual({ ...LIMITS, subscriptionsPerSocket: 2 });
  });
});

describe("salience", () => {
  it("[CTX-8] takes weights from 0 to 1 from the room, and the others as they are", () => {
    const weights = weightsOf({
      recency: 0,
      dependency: 1,
      authorship: 1.1,
      directed: -0.1,
      contest: "1",
      more: 1,
    });
    expect(weights).toEqual({ ...DEFAULT_WEIGHTS, recency: 0, dependency: 1 });
    expect([weightsOf(undefined), weightsOf([])]).toEqual([DEFAULT_WEIGHTS, DEFAULT_WEIGHTS]);
  });

  it("[CTX-8] is the sum of what speaks for a key, to four decimals", () => {
    const half = { ...NO_SIGNALS, dependency: 0.5, delta: 1 };
    expect(rounded(scoreOf(DEFAULT_WEIGHTS, half))).toBe(0.35);
    expect(scoreOf(DEFAULT_WEIGHTS, NO_SIGNALS)).toBe(0);
    expect([rounded(0.123_45), rounded(2 / 3)]).toEqual([0.1235, 0.6667]);
  });
});

describe("where a value came from", () => {
  const FIVE_MINUTES = 300_000;

  it("[CTX-5] a first write is its own", () => {
    const writing = { seq: 4, writer: "ana", via: "go" };
    expect(provenanceAfter(undefined, writing, 0)).toEqual({ ...writing, writers: ["ana"], velocity: 1 });
  });

  it("[CTX-5] further writes put their writer first, each once, and what was busy fades by half in five minutes", () => {
    expect([decay(0), decay(FIVE_MINUTES), decay(2 * FIVE_MINUTES), decay(-1)]).toEqual([1, 0.5, 0.25, 1]);
    const provenance = { seq: 4, writer: "ana", via: null, writers: ["ana", null, "bob"], velocity: 2 };
    const next = (writer: string | null) =>
      provenanceAfter({ provenance, updatedMs: 1_000 }, { seq: 5, writer, via: "go" }, 1_000 + FIVE_MINUTES);
    expect(next("ana")).toEqual({
      seq: 5,
      writer: "ana",
      via: "go",
      writers: provenance.writers,
      velocity: 2,
    });
    expect(next("bob").writers).toEqual(["bob", "ana", null]);
    expect(next(null).writers).toEqual([null, "ana", "bob"]);
    expect(next("cy").writers).toEqual(["cy", "ana", null, "bob"]);
  });

  it("[CTX-5] so many writers are remembered, the last first", () => {
    let known = provenanceAfter(undefined, { seq: 1, writer: "w0", via: null }, 0);
    for (let seq = 2; seq <= 200; seq++) {
      known = provenanceAfter({ provenance: known, updatedMs: 0 }, { seq, writer: `w${seq}`, via: null }, 0);
    }
    const { length } = known.writers;
    expect(length).toBeLessThan(200);
    expect(known.writers).toEqual(Array.from({ length }, (_, index) => `w${200 - index}`));
  });

  it("[LOG-6] an event's chain is of the one before it and of all that is stored of it", () => {
    const event = { seq: 2, kind: "invoke", ts: "t", agent: "ana" } as const;
    expect(chainText("before", event, "{}")).toBe('before\n[2,"invoke","t","ana"]\n{}');
  });
});

it("[HTTP-2] only what may succeed later is retryable", () => {
  const codes = ["rate_limited", "quota_exceeded", "action_cooldown", "overloaded", "storage_full"] as const;
  expect(codes.map(isRetryable)).toEqual([true, true, true, true, true]);
  expect((["internal", "version_conflict", "invalid_json"] as const).map(isRetryable)).toEqual([
    false,
    false,
    false,
  ]);
});

describe("contention", () => {
  const action = (...writes: ActionDefinition["writes"]) => ({ scope: "_s", writes, registered_by: null });
  const actions = {
    a: standing(action({ key: "k", value: 1 }, { scope: "_o", key: "k", value: 1 })),
    b: standing(action({ key: "k", delete: true }, { append: true, value: 1 })),
    c: standing(action({ append: true, value: 1 })),
  };
  const state = new StandingState({ _actions: actions });

  it("[ACT-11] is of targets that two actions write, appends apart", () => {
    expect(contested(state)).toEqual({ "_s:k": ["a", "b"] });
    expect(rivals(state, "b", actions.b.value as ActionDefinition)).toEqual({ "_s:k": ["a"] });
    expect(rivals(state, "n", actions.b.value as ActionDefinition)).toEqual({ "_s:k": ["a", "b"] });
    expect(rivals(state, "n", actions.c.value as ActionDefinition)).toEqual({});
  });
});

describe("parameters", () => {
  it("[ACT-1] of the short form and of a whole schema mean the same", () => {
    const name = { type: "string", required: true, pattern: "^a", format: "email" };
    const inner = {
      type: "object",
      properties: { x: { required: true }, y: { type: ["any"] } },
      required: ["z"],
    };
    const short = {
      name,
      any: { type: "any" },
      inner,
      list: { items: { type: "any" }, anyOf: [{ required: true }] },
      odd: 1,
    };
    expect(paramSchema(short)).toEqual({
      type: "object",
      properties: {
        name: { type: "string", format: "pattern:^a" },
        any: {},
        inner: { type: "object", properties: { x: {}, y: {} }, required: ["z", "x"] },
        list: { items: {}, anyOf: [{}] },
        odd: {},
      },
      required: ["name"],
    });
    const whole = {
      type: "object",
      properties: { a: { required: true, not: { type: "any" } } },
      additionalProperties: false,
    };
    expect(paramSchema(whole)).toEqual({
      type: "object",
      properties: { a: { not: {} } },
      additionalProperties: false,
      required: ["a"],
    });
  });

  const object = "must be a JSON Schema object";
  const types = "must be one of string, number, integer, boolean, object, array, null, any";
  const deep = (levels: number): object => (levels === 0 ? {} : { not: deep(levels - 1) });
  it.each<[object, string, string]>([
    [{ a: 1 }, "params.a", object],
    [{ a: { not: 1 } }, "params.a.not", object],
    [{ a: { items: 1 } }, "params.a.items", object],
    [{ a: { anyOf: [] } }, "params.a.anyOf", "must be a list of schemas"],
    [{ a: { oneOf: {} } }, "params.a.oneOf", "must be a list of schemas"],
    [{ a: { allOf: [{}, 1] } }, "params.a.allOf.1", object],
    [{ a: { properties: [] } }, "params.a.properties", "must be an object of schemas"],
    [{ a: { properties: { b: 1 } } }, "params.a.properties.b", object],
    [
      { a: { pattern: 1 } },
      "params.a.pattern",
      "must be a regular expression in RE2 syntax of at most 256 characters that does not repeat too much",
    ],
    [
      { a: { pattern: "no" } },
      "params.a.pattern",
      "must be a regular expression in RE2 syntax of at most 256 characters that does not repeat too much",
    ],
    [{ a: { enum: 1 } }, "params.a.enum", "must be a list"],
    [{ a: { required: 1 } }, "params.a.required", "must be true, or a list of names in a whole schema"],
    [{ a: { required: [1] } }, "params.a.required", "must be true, or a list of names in a whole schema"],
    [{ a: { multipleOf: 0 } }, "params.a.multipleOf", "must be a number above 0"],
    [{ a: { multipleOf: "1" } }, "params.a.multipleOf", "must be a number above 0"],
    [{ a: { minLength: "1" } }, "params.a.minLength", "must be a number"],
    [{ a: { maximum: "1" } }, "params.a.maximum", "must be a number"],
    [{ a: { exclusiveMinimum: true } }, "params.a.exclusiveMinimum", "must be a number"],
    [{ a: { type: "text" } }, "params.a.type", types],
    [{ a: { type: [] } }, "params.a.type", types],
    [{ a: { type: ["string", 1] } }, "params.a.type", types],
    [{ type: "object", properties: { a: 1 } }, "params.properties.a", object],
    [{ a: deep(17) }, `params.a${".not".repeat(17)}`, "is nested deeper than 16 schemas"],
  ])("[ACT-1] %j is refused where it is wrong", (params, path, problem) => {
    expect(paramSchemaFault(params as never, (pattern) => pattern !== "no")).toEqual({ path, problem });
  });

  it("[ACT-1] takes what costs no more than its size, and names it where it does not know another", () => {
    const plain = {
      type: ["string", "null", "any"],
      enum: [],
      const: 1,
      title: 1,
      default: 1,
      multipleOf: 0.5,
      minItems: 1,
    };
    const nested = {
      items: true,
      additionalProperties: {},
      anyOf: [{}],
      pattern: "a",
      required: false,
      allOf: [{}],
    };
    expect(
      paramSchemaFault({ a: plain, b: nested, c: { required: ["x"] }, d: deep(16) as never }, () => true),
    ).toBe(null);
    const unknown = paramSchemaFault({ a: { $ref: "#" } }, () => true);
    expect(unknown?.path).toBe("params.a.$ref");
    expect(unknown?.problem).toMatch(
      /^is not among the supported keywords \(properties, .*, maxProperties\)$/,
    );
  });
});
