import { describe, expect, it } from "vitest";
import { type CelValue, Uint } from "../../src/cel/values.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import { answerOf, errorOf, NOW, NotedMap, stateOf } from "./world.ts";

describe("numbers", () => {
  const state = stateOf({ _shared: { turn: 1, score: 2.5, items: ["a", "b", "c"] }, self: { load: 0.3 } });

  it("[CEL-2] mixes JSON numbers and integer literals in arithmetic", () => {
    expect(answerOf("state._shared.turn + 1", { state })).toBe(2);
    expect(answerOf("10 - state._shared.turn", { state })).toBe(9);
    expect(answerOf("state._shared.score * 2", { state })).toBe(5);
    expect(answerOf("state.self.load * 10", { state })).toBe(3);
    expect(answerOf("state._shared.turn % 2", { state })).toBe(1);
    expect(answerOf("-state._shared.turn", { state })).toBe(-1);
  });

  it("[CEL-2] compares them by value", () => {
    expect(
      answerOf("state._shared.turn == 1 && state._shared.turn < 2 && 3 >= state._shared.score", { state }),
    ).toBe(true);
    expect(answerOf("state._shared.turn in [1, 2]", { state })).toBe(true);
    expect(answerOf("[1, 2] == [1.0, 2.0] && {1: 2} == {1: 2.0}")).toBe(true);
  });

  it("[CEL-2] indexes lists by JSON numbers, whole ones only", () => {
    expect(answerOf("state._shared.items[state._shared.turn]", { state })).toBe("b");
    expect(errorOf("state._shared.items[state._shared.score]", { state }).code).toBe("cel_error");
    expect(errorOf("state._shared.items[3]", { state }).message).toBe("index out of bounds");
  });

  it("[CEL-2] divides JSON numbers as real numbers, and integers of the text as CEL does", () => {
    expect(answerOf("state._shared.turn / 2", { state })).toBe(0.5);
    expect(answerOf("1 / state._shared.score", { state })).toBe(0.4);
    expect(answerOf("7 / 2")).toBe(3);
    expect(errorOf("1 / 0").message).toBe("division by zero");
  });

  it("[CEL-2] writes a whole JSON number without a fraction", () => {
    expect(
      answerOf("string(state._shared.turn) + ' of ' + string(state._shared.items.size())", { state }),
    ).toBe("1 of 3");
    expect(answerOf('"turn %d".format([state._shared.turn])', { state })).toBe("turn 1");
  });

  it("[CEL-2] lets numbers leave as plain JSON numbers", () => {
    expect(answerOf("[1, 2u, 1.5, size('abc')]")).toEqual([1, 2, 1.5, 3]);
    expect(answerOf("{1: true, 'a': 2}")).toEqual({ 1: true, a: 2 });
    expect(answerOf("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([
    ["double('NaN')", "not a finite number"],
    ["1.0 / 0.0", "not a finite number"],
    ["[params.n / 0]", "not a finite number"],
    ["9007199254740992", "an integer beyond"],
    ["b'abc'", "of type bytes"],
    ["{'a': int}", "of type type"],
  ])("[CEL-2] refuses the result of %s", (text, reason) => {
    const error = errorOf(text, { params: { n: 1 } });
    expect(error.code).toBe("cel_error");
    expect(error.message).toContain(reason);
  });

  it("[CEL-2] lets negative zero leave as zero, as JSON text has it", () => {
    expect(answerOf("-params.zero", { params: { zero: 0 } })).toBe(0);
  });

  it("[CEL-2] lets a timestamp leave as RFC 3339 and a duration as seconds", () => {
    expect(answerOf("now")).toBe("2026-01-31T12:00:00.000Z");
    expect(answerOf("now - timestamp('2026-01-31T11:58:30Z')")).toBe("90s");
    expect(answerOf("now > timestamp('2026-01-31T11:00:00Z') + duration('30m')")).toBe(true);
  });

  it("[CEL-2] refuses what overflows 64 bits", () => {
    expect(errorOf("9223372036854775807 + 1").message).toBe("integer overflow");
    expect(errorOf("9223372036854775808").code).toBe("invalid_cel");
    expect(answerOf("-9223372036854775808 < 0")).toBe(true);
  });
});

describe("what is nested", () => {
  const most = LIMITS.requestDepth;

  function nested(levels: number, within: (inner: CelValue) => CelValue, innermost: CelValue = 1): CelValue {
    return levels === 0 ? innermost : within(nested(levels - 1, within, innermost));
  }

  it.each<[string, string, (inner: CelValue) => CelValue, number]>([
    ["lists", "params", (inner) => [1, inner], most],
    ["objects", "params", (inner) => ({ a: 1, b: inner }) as CelValue, most],
    ["a map around objects", "{'a': params}", (inner) => ({ b: inner }) as CelValue, most - 1],
    ["maps of the room", "params", (inner) => new NotedMap({ a: inner }), most],
  ])("[CEL-7] leaves to 48 levels and no deeper: %s", (_, text, within, levels) => {
    expect(() => answerOf(text, { params: nested(levels, within) })).not.toThrow();
    const error = errorOf(text, { params: nested(levels + 1, within) });
    expect([error.code, error.message]).toEqual(["cel_error", "the result is nested deeper than 48 levels"]);
  });

  it("[CEL-7] counts what leaves as text or as a number for no level of its own", () => {
    for (const innermost of [NOW, new Uint(1n), "a", null]) {
      expect(() => answerOf("params", { params: nested(most, (inner) => [inner], innermost) })).not.toThrow();
    }
  });

  it("[CEL-2] leaves as the same object that was read", () => {
    const object = { a: { b: [1] } };
    expect(answerOf("params", { params: object })).toBe(object);
  });
});
