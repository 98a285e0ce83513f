import { describe, expect, it } from "vitest";
import type { Json } from "../../src/kernel/json.ts";
import { answerOf, errorOf, stateOf } from "./world.ts";

describe("functions of other types than theirs", () => {
  it.each([
    "size(1)",
    "true.size()",
    "sum('a')",
    "{}.sum()",
    "sum(['a', 'b'])",
    "sort({})",
    "max([1], [2])",
    "'a'.sort()",
    "1.min()",
    "'a'.max()",
    "[1].keys()",
    "'a'.values()",
    "[1].entries()",
    "math.abs('1')",
    "math.ceil('1')",
    "math.floor(null)",
    "math.round(true)",
    "math.trunc('1')",
    "math.sqrt('4')",
    "'a'.charAt('0')",
    "'a'.charAt(0.5)",
    "1.charAt(0)",
    "'a'.substring('0')",
    "'a'.substring(0, '1')",
    "[1].substring(0)",
    "'a'.indexOf(1)",
    "'a'.indexOf('a', '0')",
    "[1].lastIndexOf('a')",
    "'a'.split(1)",
    "'a'.split('a', '1')",
    "[1].split('a')",
    "'a'.replace(1, 'b')",
    "'a'.replace('a', 1)",
    "'a'.replace('a', 'b', '1')",
    "1.replace('a', 'b')",
    "'a'.join()",
    "['a'].join(1)",
    "1.reverse()",
    "'a'.contains(1)",
    "1.startsWith('a')",
    "1.trim()",
    "'a'.format('b')",
    "1.format([])",
    "int([])",
    "uint([])",
    "double([])",
    "string([])",
    "bytes(1)",
    "bool(1)",
    "timestamp([])",
    "duration(1)",
    "now.getHours(1)",
    "'a'.getHours()",
    "duration('1s').getFullYear()",
    "duration('1s').getHours('UTC')",
    "'a'.getMilliseconds()",
    "now.getMilliseconds(1)",
    "'a'.matches(1)",
    "1.matches('a')",
    "1 in 'abc'",
    "1 < 'a'",
    "-'a'",
    "!1",
  ])("[CEL-4] %s is told to have no such overload", (text) => {
    const { code, message } = errorOf(text);
    expect([code, message]).toEqual(["cel_error", expect.stringContaining("no such overload")]);
  });

  it.each([
    "[1].map(x)",
    "[1].map(x.y, x)",
    "[1].all(1, true)",
    "cel.bind(x, 1)",
    "cel.bind(1, 1, 1)",
    "cel.bind(x, 1, 2, 3)",
    "has(params)",
    "has(params.a, params.b)",
    "has()",
    "size()",
    "'a'.charAt()",
    "params.?a",
    "params[?'a']",
  ])("[CEL-4] %s does not compile", (text) => {
    expect(errorOf(text).code).toBe("invalid_cel");
  });
});

describe("values at the edges of functions", () => {
  it.each<[string, Json]>([
    ["size('a😀b') == 3 && size(b'abc') == 3 && {'a': 1, 'b': 2}.size() == 2", true],
    ["params.object.size()", 2],
    [
      "params.object.entries()",
      [
        { key: "b", value: 1 },
        { key: "a", value: 2 },
      ],
    ],
    ["{1: 'x'}.entries()", [{ key: 1, value: "x" }]],
    ["state._shared.values()", [7]],
    ["sum([duration('1s'), duration('2s')])", "3s"],
    ["sum([1u, 2u])", 3],
    ["sum([0.5, 1])", 1.5],
    ["[3, 1, 2].max()", 3],
    ["min(2, 1)", 1],
    ["min([2])", 2],
    ["[math.abs(-1.5), math.abs(2u), math.abs(2), math.sqrt(9), math.sqrt(2.25)]", [1.5, 2, 2, 3, 1.5]],
    ["[math.ceil(3), math.ceil(3u), math.round(2.5), math.round(-2.5), math.trunc(-1.7)]", [3, 3, 3, -3, -1]],
    ["'abc'.charAt(3)", ""],
    ["'a😀b'.lastIndexOf('b', 2)", 2],
    ["'a😀b'.substring(1, 2)", "😀"],
    ["'a😀b'.reverse()", "b😀a"],
    ["'abc'.indexOf('z')", -1],
    ["'abcabc'.indexOf('b', 2)", 4],
    ["'abcabc'.lastIndexOf('b', 3)", 1],
    ["'a,b,c'.split(',', 0)", []],
    ["'a,b,c'.split(',', 1)", ["a,b,c"]],
    ["'a,b'.split(',', 5)", ["a", "b"]],
    ["'abc'.split('')", ["a", "b", "c"]],
    ["'ab'.replace('', '-')", "-a-b-"],
    ["'aaa'.replace('a', 'b', 0)", "aaa"],
    ["[].join(',')", ""],
    ["strings.quote('a\"\\n')", '"a\\"\\n"'],
    ["'\\u0085 a\\u3000'.trim()", "a"],
    ["int('+12') + int(2.9) + int(-2.9) + int(3u)", 15],
    ["int(timestamp('1970-01-01T00:01:00Z'))", 60],
    ["uint('7') == 7u && uint(7) == 7u && uint(7.9) == 7u && uint(7u) == 7u", true],
    ["[double('1e3'), double('.5'), double(2u), double(2)]", [1000, 0.5, 2, 2]],
    ["string(double('-inf')) + string(double('+Infinity')) + string(double('NaN'))", "-Inf+InfNaN"],
    ["string(b'abc') + string(2u) + string(true) + string(duration('-1500ms'))", "abc2true-1.5s"],
    ["bool('t') && !bool('False') && bool(true)", true],
    ["bytes('ab') == b'ab' && bytes(b'ab') == b'ab'", true],
    [
      "timestamp(60) == timestamp('1970-01-01T00:01:00Z') && timestamp(60.0) == timestamp(timestamp(60))",
      true,
    ],
    ["duration(duration('90s'))", "90s"],
  ])("[CEL-4] %s", (text, value) => {
    const state = stateOf({ _shared: { n: 7 } });
    expect(answerOf(text, { state, params: { object: { b: 1, a: 2 } } })).toEqual(value);
  });

  it.each<[string, string]>([
    ["'abc'.charAt(4)", "charAt(): index out of range"],
    ["'abc'.charAt(-1)", "charAt(): index out of range"],
    ["'abc'.substring(2, 1)", "substring(): index out of range"],
    ["'abc'.substring(-1)", "substring(): index out of range"],
    ["'abc'.substring(0, 4)", "substring(): index out of range"],
    ["'abc'.indexOf('a', 4)", "indexOf(): index out of range"],
    ["'abc'.lastIndexOf('a', -1)", "lastIndexOf(): index out of range"],
    ["[1].join()", "join() takes a list of strings"],
    ["int('1.5')", "the text is no integer"],
    [
      "int('1'.replace('1', '1234567890123456789012345678901234567890123456789012345678901234567890'))",
      "no integer",
    ],
    ["int(1e30)", "integer overflow"],
    ["int(double('nan'))", "integer overflow"],
    ["uint(-1)", "integer overflow"],
    ["uint(-1.5)", "integer overflow"],
    ["double('1e')", "the text is no number"],
    ["double('12345678901234567890123456789012345678901234567890123456789012345')", "the text is no number"],
    ["bool('yes')", "the text is no boolean"],
    ["string(b'\\xff')", "no UTF-8 text"],
    ["min([])", "min() of an empty list"],
    ["math.abs(-9223372036854775808)", "integer overflow"],
    ["[1].filter(x, x)", "a predicate answers a boolean"],
    ["1.map(x, x)", "a macro goes through a list or a map"],
    ["'%d'.format([])", "more clauses than values"],
    ["'%.101f'.format([1])", "at most 100 digits"],
    ["'%q'.format([1])", "cannot write"],
    ["'%'.format([1])", "cannot write"],
    ["'%d'.format(['a'])", "cannot write"],
    ["'%f'.format(['a'])", "cannot write"],
    ["'%x'.format([1.5])", "cannot write"],
  ])("[CEL-4] %s fails: %s", (text, message) => {
    const error = errorOf(text);
    expect([error.code, error.message]).toEqual(["cel_error", expect.stringContaining(message)]);
  });

  it.each<[string, string]>([
    ["'%d %d %d'.format([1u, 2.0, -3])", "1 2 -3"],
    ["'%d %f %e'.format([double('inf'), double('-inf'), double('nan')])", "Infinity -Infinity NaN"],
    ["'%.0f %.0f %.1f %f'.format([0.5, 1.5, 0.25, 1e22])", "0 2 0.2 10000000000000000000000.000000"],
    ["'%.0f %.2f'.format([-1e21, 1e21])", "-1000000000000000000000 1000000000000000000000.00"],
    ["'%e %.2e'.format([1.5, 12345678901.0])", "1.500000e+00 1.23e+10"],
    ["'%b %b %o %x %X'.format([true, 5, 8, 255, 255])", "1 101 10 ff FF"],
    ["'%x %X'.format(['hi', b'\\x0a\\xff'])", "6869 0AFF"],
    ["'100%% %s'.format(['x'])", "100% x"],
    ["'%s %s %s %s'.format([null, int, 1.5, b'ab'])", "null int 1.5 ab"],
    ["'%s'.format([[1, 'a', [true]]])", "[1, a, [true]]"],
    ["'%s'.format([{'b': 1, 'a': [2]}])", "{a: [2], b: 1}"],
    ["'%s'.format([duration('90s')])", "90s"],
  ])("[CEL-4] %s", (text, value) => {
    expect(answerOf(text)).toBe(value);
  });
});

describe("time", () => {
  const at = "timestamp('2024-02-29T23:59:58.123456789Z')";

  it.each<[string, Json]>([
    [`${at}.getFullYear()`, 2024],
    [`${at}.getMonth()`, 1],
    [`${at}.getDate()`, 29],
    [`${at}.getDayOfMonth()`, 28],
    [`${at}.getDayOfWeek()`, 4],
    [`${at}.getDayOfYear()`, 59],
    [`${at}.getHours()`, 23],
    [`${at}.getMinutes()`, 59],
    [`${at}.getSeconds()`, 58],
    [`${at}.getMilliseconds()`, 123],
    [`${at}.getMilliseconds('UTC')`, 123],
    [`${at}.getHours('')`, 23],
    [`${at}.getHours('Z')`, 23],
    [`${at}.getMinutes('+05:30')`, 29],
    [`${at}.getDate('+00:01')`, 1],
    [`${at}.getDate('00:02')`, 1],
    [`${at}.getHours('-01:30')`, 22],
    [`${at}.getFullYear('Asia/Tokyo') * 100 + ${at}.getMonth('Asia/Tokyo')`, 202402],
    [`${at}.getSeconds('Asia/Tokyo')`, 58],
    [`string(${at})`, "2024-02-29T23:59:58.123456789Z"],
    [at, "2024-02-29T23:59:58.123456789Z"],
    ["timestamp('1969-12-31T23:59:59.5Z').getMilliseconds()", 500],
    ["timestamp('1969-12-31T23:59:59.5Z').getSeconds()", 59],
    ["string(timestamp('1969-12-31T23:59:59.5Z'))", "1969-12-31T23:59:59.5Z"],
    ["string(timestamp('2026-01-31t12:00:00+01:00'))", "2026-01-31T11:00:00Z"],
    ["duration('1h30m')", "5400s"],
    ["duration('1.5s')", "1.5s"],
    ["duration('.5h')", "1800s"],
    ["duration('1.h')", "3600s"],
    ["duration('-250ms')", "-0.25s"],
    ["duration('+1us')", "0.000001s"],
    ["duration('1µs')", "0.000001s"],
    ["duration('1ns')", "0.000000001s"],
    ["duration('0')", "0s"],
    ["duration('315576000000s') + duration('-315576000000s')", "0s"],
    ["timestamp('9999-12-31T23:59:59.999999999Z').getFullYear()", 9999],
    ["timestamp('0001-01-01T00:00:00Z').getFullYear()", 1],
    ["duration('25h').getHours()", 25],
    ["duration('90m').getMinutes()", 90],
    ["duration('90s').getSeconds()", 90],
    ["duration('1234ms').getMilliseconds()", 234],
    ["duration('-1234ms').getMilliseconds()", -234],
    ["duration('1s') < duration('2s') && duration('1s') != duration('2s')", true],
    ["timestamp(1) - timestamp(2)", "-1s"],
  ])("[CEL-7] %s", (text, value) => {
    expect(answerOf(text)).toEqual(value);
  });

  it.each<[string, string]>([
    ["timestamp('2026-02-30')", "RFC 3339"],
    ["timestamp('2026-13-01T00:00:00Z')", "RFC 3339"],
    ["timestamp('2026-01-01T00:00:00.0000000001Z')", "RFC 3339"],
    ["timestamp('9999-12-31T23:59:59Z') + duration('1s')", "timestamp out of range"],
    ["timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "timestamp out of range"],
    ["timestamp(1e300)", "integer overflow"],
    ["duration('1d')", "duration() takes"],
    ["duration('')", "duration() takes"],
    [`duration('${"0".repeat(64)}1s')`, "duration() takes"],
    ["duration('315576000001s')", "duration out of range"],
    ["duration('-315576000001s')", "duration out of range"],
    ["timestamp('9999-01-01T00:00:00Z') - timestamp('0001-01-01T00:00:00Z')", "duration out of range"],
    ["now.getHours('Nowhere/Land')", "unknown time zone"],
    [
      "now.getHours('a'.replace('a', '12345678901234567890123456789012345678901234567890123456789012345'))",
      "unknown",
    ],
  ])("[CEL-7] %s fails: %s", (text, message) => {
    const error = errorOf(text);
    expect([error.code, error.message]).toEqual(["cel_error", expect.stringContaining(message)]);
  });
});
