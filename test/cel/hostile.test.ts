import { describe, expect, it } from "vitest";
import { Meter } from "../../src/cel/meter.ts";
import type { Json } from "../../src/kernel/json.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import { mapOf, outcome, stateOf } from "./world.ts";

const long = "a".repeat(30_000);
const params = {
  n: 3,
  list: Array.from({ length: 20_000 }, (_, index) => index),
  object: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, { n: [index] }])),
  long,
  huge: "é😀".repeat(40_000),
  words: Array.from({ length: 5_000 }, (_, index) => `a long common prefix ${(index * 7_919) % 5_003}`),
  spaces: " ".repeat(30_000),
} satisfies Json;

const given = {
  params,
  state: stateOf({ _tasks: params.object, _shared: { secret: "canary" } }),
  views: mapOf(params.object),
};

const THIRTY = `[${Array.from({ length: 30 }, (_, index) => index).join(",")}]`;
const doubled = (operator: (name: string) => string, levels: number, start: string) => {
  const names = Array.from({ length: levels }, (_, index) => `v${index}`);
  const inner = names.map(
    (name, index) => `cel.bind(${name}, ${index === 0 ? start : operator(`v${index - 1}`)}, `,
  );
  return `${inner.join("")}v${levels - 1}${")".repeat(levels)}`;
};

/** Each needs more than an expression may take, of steps, characters or elements. */
const BOMBS = [
  "params.list.map(x, params.list.map(y, x + y))",
  "params.list.all(x, params.list.all(y, x + y >= 0))",
  "params.list.exists(x, params.list.exists(y, x + y < 0))",
  "params.list.filter(x, params.list.exists_one(y, x == y))",
  "params.list.map(x, params.object == params.object)",
  "params.list.map(x, params.list == params.list)",
  "params.list.map(x, {'a': params.object} == {'a': params.object})",
  "params.list.map(x, -1 in params.list)",
  "params.list.map(x, 'none' in params.words)",
  "params.list.map(x, sort(params.words))",
  "params.list.map(x, params.list.sort())",
  "params.list.map(x, min(params.words))",
  "params.list.map(x, sum(params.list))",
  "params.list.map(x, params.list + params.list)",
  "params.list.map(x, params.list.reverse())",
  "params.list.map(x, params.long + params.long)",
  "params.list.map(x, params.long.contains('b' + params.long.substring(0, 15000)))",
  "params.list.map(x, params.long.indexOf('b'))",
  "params.list.map(x, params.huge.lastIndexOf('x'))",
  "params.list.map(x, params.long.lastIndexOf(params.long.substring(0, 15000) + 'b'))",
  "params.list.map(x, params.long.split(params.long.substring(0, 9000) + 'b' + params.long.substring(0, 9000)))",
  "params.list.map(x, params.huge.charAt(7))",
  "params.list.map(x, params.huge.size())",
  "params.list.map(x, params.long.split('').size())",
  "params.list.map(x, params.long.replace('a', 'b'))",
  "params.long.replace('', 'bbbbbbbb')",
  "params.long.replace('a', params.long)",
  "params.list.map(x, params.words.join(params.long))",
  "params.words.join(params.words.join(''))",
  "params.list.map(x, params.long.upperAscii().lowerAscii())",
  "params.list.map(x, params.spaces.trim())",
  "params.list.map(x, strings.quote(params.long))",
  "params.list.map(x, bytes(params.long) + b'a')",
  "params.list.map(x, string(bytes(params.long)))",
  "params.list.map(x, '%s'.format([params.object]))",
  "'%s%s%s'.format([params.long, params.long, params.long])",
  "params.list.map(x, '%.100f%.100f%.100f%.100f'.format([0.1, 0.2, 0.3, 0.4]))",
  "params.list.map(x, params.long.matches('(a?){100}(a){100}b'))",
  "params.list.map(x, params.long.matches('(a+a+)+b'))",
  "params.list.map(x, params.long.matches('.{900}b'))",
  "params.list.map(x, 'abc'.matches('(?i)[\\\\pL\\\\pN]{20}' + string(x)))",
  "params.list.map(x, 'abc'.matches('a{900}' + string(x)))",
  "'abc'.matches('(?i)[é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣][é-힣]')",
  "params.list.map(x, timestamp('2026-01-31T12:00:00Z').getHours('Europe/Berlin'))",
  "params.list.map(x, timestamp('2026-01-31T12:00:00Z') + duration('1h2m3.456789s'))",
  "params.list.map(x, string(duration('1h2m3.456789s')) + string(timestamp(x)))",
  "params.list.map(x, params.object.keys())",
  "params.list.map(x, params.object.values())",
  "params.list.map(x, params.object.entries())",
  "params.list.map(x, params.object.size())",
  "params.list.map(x, state._tasks.keys())",
  "params.list.map(x, state._tasks == views)",
  "params.list.map(x, x.a || x.b || true)",
  "params.list.exists(x, x.a)",
  "[1, 2, 3, 4, 5, 6, 7, 8].map(x, params.object)",
  "params.list.map(x, params.huge)",
  "[1, 2, 3, 4, 5, 6, 7, 8].map(x, state)",
  doubled((name) => `${name} + ${name}`, 4, "params.list"),
  doubled((name) => `${name} + ${name}`, 4, "params.long"),
  doubled((name) => `[${name}, ${name}, ${name}, ${name}]`, 9, THIRTY),
  doubled((name) => `{'a': ${name}, 'b': ${name}, 'c': ${name}}`, 9, THIRTY),
  doubled((name) => `[${name}, ${name}, ${name}, ${name}].map(x, x)`, 8, THIRTY),
] as const;

/** Bombs that go off while they are computed, and not only when their result is written out. */
const WHILE_RUNNING = BOMBS.filter((text) => text.includes("params.list.") && !text.endsWith("params.huge)"));

describe("bombs", () => {
  it.each(BOMBS)("[CEL-5] ends over its budget: %s", (text) => {
    const answer = outcome(text, given);
    expect(answer.ok ? "a value" : answer.error.code).toBe("cel_budget_exceeded");
  });

  it.each(WHILE_RUNNING)("[CEL-5] is not made true by what absorbs errors: %s", (bomb) => {
    for (const text of [
      `(${bomb}) == 1 || true`,
      `true && ((${bomb}) == 1 || true)`,
      `!((${bomb}) == 1 && false)`,
      `{'a': ${bomb}}.a == 1 || true`,
    ]) {
      const answer = outcome(text, given);
      expect(answer.ok ? "a value" : answer.error.code).toBe("cel_budget_exceeded");
    }
  });

  it.each([
    "[1, 2].exists(i, params.list.all(y, y + i >= 0) || true)",
    "[1, 2].all(i, !(params.list.all(y, y + i >= 0) && false))",
  ])("[CEL-5] is not made true by a macro around it: %s", (text) => {
    const answer = outcome(text, given, new Meter(20_000));
    expect(answer.ok ? "a value" : answer.error.code).toBe("cel_budget_exceeded");
  });
});

describe("texts that are too large", () => {
  it.each<[string, string]>([
    ["a text", `'${"a".repeat(LIMITS.expressionChars)}'`],
    ["nodes", Array.from({ length: 300 }, () => "1").join("+")],
    ["a list", `[${Array.from({ length: 101 }, () => "1").join(",")}]`],
    ["a map", `{${Array.from({ length: 101 }, (_, index) => `${index}:1`).join(",")}}`],
    ["depth of parentheses", `${"(".repeat(25)}1${")".repeat(25)}`],
    ["depth of lists", `${"[".repeat(25)}${"]".repeat(25)}`],
    ["depth of selections", `params${".a".repeat(30)}`],
    ["depth of conditions", `${"true ? 1 : ".repeat(30)}1`],
    ["depth of macros", "[1].map(x, [1].map(y, [1].map(z, 1)))"],
    ["a wall of parentheses", "(".repeat(4_000)],
    ["a wall of brackets", "[".repeat(4_000)],
    ["a wall of braces", "{".repeat(4_000)],
    ["a wall of minus signs", `${"-".repeat(4_000)}1`],
    ["a wall of negations", `${"!".repeat(4_000)}true`],
    ["a wall of calls", "size(".repeat(800)],
    ["a wall of conditions", "1?".repeat(2_000)],
    ["half a surrogate pair", "'\ud800'"],
    ["a null character", "1 \u0000 1"],
  ])("[CEL-5] are refused: %s", (_name, text) => {
    const answer = outcome(text, given);
    expect(answer.ok ? "a value" : answer.error.code).toBe("invalid_cel");
  });

  it.each([
    ["'a'.matches(params.long)", "a pattern has at most 256 characters"],
    ["'a'.matches('a{600}b{600}')", "the pattern repeats too much"],
    ["'a'.matches('((a{9}){9}){9}(bcd{9}){100}')", "the pattern repeats too much"],
    ["'a'.matches('(')", "the pattern is no RE2 regular expression"],
  ])("[CEL-5] refuses the pattern of %s", (text, message) => {
    const answer = outcome(text, given);
    expect(answer.ok ? "a value" : answer.error.message).toBe(message);
  });
});

describe("the host", () => {
  it.each([
    "params.constructor",
    "params.__proto__",
    "params.prototype",
    "params.toString",
    "params['constructor']",
    "params['__proto__']",
    "{}.constructor",
    "{}.constructor.constructor('return 1')()",
    "{'a': 1}.__proto__",
    "{'a': 1}.get",
    "{'a': 1}.size",
    "params.list.length",
    "params.list['length']",
    "params.list.constructor",
    "params.long.length",
    "''.constructor",
    "''['length']",
    "(1).constructor",
    "1.5.toFixed(2)",
    "params.list.push(1)",
    "params.list.concat([1])",
    "params.list.toString()",
    "params.toString()",
    "params.hasOwnProperty('n')",
    "self.constructor.name",
    "now.nanos",
    "now.constructor",
    "now.getTime()",
    "duration('1s').nanos",
    "b'abc'.buffer",
    "int.name",
    "type(1).name",
    "math.constructor",
    "math.floor.constructor",
    "math.constructor('x')",
    "strings.constructor('x')",
    "constructor('x')",
    "hasOwnProperty('x')",
    "toString()",
    "__proto__('x')",
    "__proto__",
    "globalThis",
    "this",
    "process.env",
    "Function('return 1')()",
    "import('x')",
    "require('x')",
    "cel.constructor",
    "google.protobuf",
    "optional.of(1)",
    "state.get('_shared')",
    "state.keys().next()",
  ])("[CEL-5] is not reachable by %s", (text) => {
    const answer = outcome(text, given);
    expect(answer.ok ? "a value" : answer.error.code).toMatch(/^(invalid_cel|cel_error)$/);
  });

  it.each([
    "state._shared.get",
    "state._shared.constructor",
    "views.read",
    "views.__proto__",
    "views['constructor']",
  ])("[CEL-5] [CEL-1] is an absent key: %s", (text) => {
    expect(outcome(text, given)).toEqual({ ok: true, value: null });
  });

  it("[CEL-5] is not changed by a map with the key __proto__", () => {
    const answer = outcome("{'__proto__': {'polluted': true}, 'constructor': 1}", given);
    expect(answer.ok && JSON.stringify(answer.value)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(({} as { polluted?: boolean }).polluted).toBe(undefined);
  });
});
