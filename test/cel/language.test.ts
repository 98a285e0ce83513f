import { describe, expect, it } from "vitest";
import type { Json } from "../../src/kernel/json.ts";
import { answerOf, errorOf, mapOf, stateOf } from "./world.ts";

describe("expressions that authors write daily", () => {
  const given = {
    state: stateOf({ _shared: { done: 1, key: "k" }, _tasks: { t1: {}, t2: {} } }),
    views: mapOf({ open: 3, "w1-load": 0.5 }),
    actions: mapOf({ claim: { available: true } }),
    agents: mapOf({ w1: { status: "active" } }),
    messages: { count: 4, unread: 2, directed_unread: 0 },
  };

  it.each<[string, Json]>([
    ['string(state._shared.done) + " of " + string(state._tasks.size())', "1 of 2"],
    ["messages.unread > 0", true],
    ['self == "w1"', true],
    ['"key" in state._shared ? state._shared.key : 0', "k"],
    ["true ? 1 : 'a'", 1],
    ["[].all(x, x > 0)", true],
    ["[].exists(x, x > 0)", false],
    ["[].map(x, x)", []],
    ["[1, 2].map(x, x * 2)", [2, 4]],
    ["[1, 2, 3].map(x, x > 1, x * 2)", [4, 6]],
    ["[1, 2, 3].filter(x, x > 1)", [2, 3]],
    ["[1, 2, 3].exists_one(x, x > 2)", true],
    ["[[1, 2], [3]].map(row, row.map(x, x + size(row)))", [[3, 4], [4]]],
    ['has({"a": 1}.a)', true],
    ['has({"a": 1}.b)', false],
    ["views.open", 3],
    ['views["w1-load"]', 0.5],
    ["actions.claim.available", true],
    ['agents.w1.status == "active"', true],
    ["[1, 'a', null, true]", [1, "a", null, true]],
    ["1 == 'a'", false],
    ["null == false", false],
    ["cel.bind(x, 2, x * x)", 4],
    ["room.seq", 7],
    ["type(1) == int && type(params) == map && type(null) == null_type", true],
    ["'abc'.matches('^a.c$') && matches('abc', 'b')", true],
  ])("[CEL-4] %s", (text, value) => {
    expect(answerOf(text, given)).toEqual(value);
  });
});

describe("functions beyond standard CEL", () => {
  it.each<[string, Json]>([
    ["sum([1, 2, 3])", 6],
    ["[1.5, 2].sum()", 3.5],
    ["sum([])", 0],
    ["min([3, 1, 2])", 1],
    ["max(3, 7.5, 2)", 7.5],
    ["['b', 'a'].min()", "a"],
    ["sort([3, 1.5, 2])", [1.5, 2, 3]],
    ["['b', 'a', 'c'].sort()", ["a", "b", "c"]],
    ["'abc'.charAt(1)", "b"],
    ["'a😀b'.charAt(2)", "b"],
    ["'a😀b'.indexOf('b')", 2],
    ["'abab'.lastIndexOf('ab')", 2],
    ["'a,b,c'.split(',')", ["a", "b", "c"]],
    ["'a,b,c'.split(',', 2)", ["a", "b,c"]],
    ["['a', 'b'].join('-')", "a-b"],
    ["'AbC'.lowerAscii() + 'AbÇ'.upperAscii()", "abcABÇ"],
    ["'aaa'.replace('a', 'b', 2)", "bba"],
    ["'tacocat'.substring(4)", "cat"],
    ["'tacocat'.substring(0, 4)", "taco"],
    ["'  x '.trim()", "x"],
    ["'abc'.reverse()", "cba"],
    ["[1, 2].reverse()", [2, 1]],
    ["'%s has %d, %.2f'.format(['a', 3, 1.239])", "a has 3, 1.24"],
    ["[math.abs(-2), math.ceil(1.2), math.floor(1.8), math.round(-2.5)]", [2, 2, 1, -3]],
    ["timestamp('2026-01-31T23:30:00Z').getDate('Europe/Berlin')", 1],
    ["timestamp('2026-01-31T23:30:00Z').getHours('+01:00')", 0],
  ])("[CEL-4] %s", (text, value) => {
    expect(answerOf(text)).toEqual(value);
  });

  it.each(["min([])", "sort([1, 'a'])", "sum(['a', 1])", "max([null, 1])"])("[CEL-4] refuses %s", (text) => {
    expect(errorOf(text).code).toBe("cel_error");
  });
});

describe("a long text", () => {
  const needles = ["abcdefghijklmnopqrstuvwxyz0123456789", "aab".repeat(12), `${"a".repeat(33)}b`];

  it.each(needles)("[CEL-4] is found as a short one is: %s", (sought) => {
    const nearly = sought.slice(0, -1);
    for (const text of [nearly, sought, `${nearly}${sought}`, `x${sought}${sought}y${nearly}z${sought}!`]) {
      for (const from of [0, 1, sought.length, text.length]) {
        const found =
          "[params.text.indexOf(params.sought, params.from), params.text.lastIndexOf(params.sought, params.from)]";
        expect(answerOf(found, { params: { text, sought, from: Math.min(from, text.length) } })).toEqual([
          text.indexOf(sought, from),
          text.lastIndexOf(sought, from),
        ]);
      }
      expect(answerOf("params.text.split(params.sought)", { params: { text, sought } })).toEqual(
        text.split(sought),
      );
    }
  });
});

describe("what is equal, and what comes first", () => {
  it.each<[string, Json]>([
    ["[[1] == [1, 2], [1, null] == [1], {'a': 1} == {'b': 1}, {'a': null} == {'b': null}]", false],
    ["[1 == [1], [1] == 1, 1 == now, now == 1, 1 == int, int == 1, null == 0, false == 0]", false],
    ["[int == string, int == [1], b'a' == 'a', now == duration('1s'), duration('1s') == now]", false],
    ["[1.0 <= double('NaN'), double('NaN') >= 1.0, double('NaN') == double('NaN')]", false],
    ["[b'a' < b'ab', b'ab' > b'aa', false < true, 'a' < 'ab', 2u > 1, 1 < 1.5, int == int]", true],
    ["[true in state._shared, null in state._shared, 1 in params, [1] in params, true in params]", false],
  ])("[CEL-4] each of %s is %j", (text, value) => {
    const state = stateOf({ _shared: { true: 1, null: 1, undefined: 1 } });
    expect([...new Set(answerOf(text, { state, params: { 1: 1, true: 1 } }) as Json[])]).toEqual([value]);
  });

  it("[CEL-1] keys that are no text: a number is one in a scope, and nothing else is", () => {
    const state = stateOf({ _shared: { true: 1, 7: 2 } });
    expect(answerOf("[state._shared[true], state._shared[7], 7 in state._shared]", { state })).toEqual([
      null,
      2,
      true,
    ]);
    expect(errorOf("params[1]", { params: { 1: 1 } }).code).toBe("cel_error");
  });

  it("[CEL-2] the edges of whole numbers", () => {
    expect(answerOf("18446744073709551614u + 1u == 18446744073709551615u")).toBe(true);
    expect(errorOf("18446744073709551615u + 1u").message).toBe("unsigned integer overflow");
    for (const text of ["5 % 0", "5u % 0u", "5.0 % 0.0"])
      expect(errorOf(text).message).toBe("modulus by zero");
    expect(errorOf("-'a'").message).toBe("no such overload: -(string)");
  });
});
