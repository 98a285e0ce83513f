import type { Dice } from "../random.ts";

/** What expressions have to be large with; every part is asked of by some of them. */
export const FURNITURE = {
  list: Array.from({ length: 5_000 }, (_, index) => index),
  words: Array.from({ length: 2_000 }, (_, index) => `a long common prefix ${(index * 7_919) % 5_003}`),
  long: "a".repeat(32_000),
  spaces: " ".repeat(32_000),
  accents: "é😀".repeat(8_000),
  object: Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`k${index}`, { n: [index] }])),
  mixed: "aB".repeat(16_000),
  doubles: Array.from({ length: 2_000 }, (_, index) => 1.1 ** ((index % 600) - 500) / 7),
};

const S = "state._bulk";
const LISTS = [
  `${S}.list`,
  `${S}.words`,
  `${S}.object.keys()`,
  `${S}.object.values()`,
  `${S}.object.entries()`,
];
const TEXTS = [`${S}.long`, `${S}.spaces`, `${S}.accents`, "'😀é'", `string(${S}.list)`];
const PATTERNS = [
  "(a+)+$",
  "(a|a)*b",
  "(a|aa)+$",
  "(.*)*x",
  "(a?){60}a{60}",
  "(a+a+)+b",
  ".{200}b",
  "(?i)[\\\\pL\\\\pN]{20}",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(x+x+)+y",
  "(?:a{0,30}){0,30}",
  "\\\\b(a|b|ab)*\\\\b",
  "[é-힣]{30}",
  "(((((a*)*)*)*)*)*$",
  "a{1000}",
  "(",
  "\\\\1(a)",
  "(?=a)",
  "(?P<x>a)(?P<x>b)",
  "[[:alpha:]",
];
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "__defineGetter__",
  "hasOwnProperty",
];
const TIMES = [
  "timestamp('0001-01-01T00:00:00Z')",
  "timestamp('9999-12-31T23:59:59.999999999Z')",
  "timestamp(253402300800)",
  "timestamp(-62135596801)",
  "duration('315576000000s')",
  "duration('-9999999999999h')",
  "now",
];

type Maker = (dice: Dice) => string;

/** Whether they are true or fail is nobody's business: what counts is what they cost, and what is made of them. */
const MAKERS: readonly Maker[] = [
  (dice) => `${dice.pick(LISTS)}.map(x, ${dice.pick(LISTS)}.map(y, string(x) + string(y)))`,
  (dice) => `${dice.pick(LISTS)}.all(x, ${dice.pick(LISTS)}.exists(y, x == y && y == ${dice.below(9)}))`,
  (dice) =>
    `${dice.pick(LISTS)}.filter(x, ${dice.pick(TEXTS)}.matches('${dice.pick(PATTERNS)}' + string(x)))`,
  (dice) => `${dice.pick(TEXTS)}.matches('${dice.pick(PATTERNS)}')`,
  (dice) => `${S}.words.map(x, x.matches('${dice.pick(PATTERNS)}'))`,
  (dice) =>
    doubled(
      dice.pick(["%s + %s", "[%s, %s]", "{'a': %s, 'b': %s}", "%s.map(x, %s)"]),
      2 + dice.below(8),
      dice,
    ),
  (dice) => `${S}.list.map(x, ${dice.pick(["sort", "min", "max", "sum"])}(${dice.pick(LISTS)}))`,
  (dice) => `${S}.list.map(x, ${dice.pick(TEXTS)}.${dice.pick(TEXT_CALLS)})`,
  (dice) => `'${"%s".repeat(1 + dice.below(40))}'.format([${dice.pick(LISTS)}, ${dice.pick(TEXTS)}])`,
  (dice) => `'%.${dice.below(2_000)}f %e %x %b'.format([1e308, 5e-324, ${dice.pick(TEXTS)}, -1])`,
  (dice) => `${dice.pick(["state", "params", "self", "{}", "views", "''", "[]"])}.${dice.pick(NAMES)}`,
  (dice) => `state._bulk['${dice.pick(NAMES)}'].${dice.pick(NAMES)}('return 1')`,
  (dice) => `{'${dice.pick(NAMES)}': ${dice.pick(LISTS)}}.${dice.pick(NAMES)}.map(x, x)`,
  (dice) =>
    nestedIn(dice.pick(["(%)", "[%]", "!%", "-%", "{'a': %}", "size(%)", "% ? 1 : 2"]), 5 + dice.below(400)),
  (dice) => `[${Array.from({ length: 20 + dice.below(300) }, () => dice.below(1e9)).join(", ")}].sort()`,
  (dice) => `'${"x".repeat(dice.below(6_000))}' + ${dice.pick(TEXTS)}`,
  (dice) => `${dice.pick(TIMES)} ${dice.pick(["+", "-", "<", "=="])} ${dice.pick(TIMES)}`,
  (dice) =>
    `${S}.list.map(x, ${dice.pick(TIMES)}.getHours('${dice.pick(["Europe/Berlin", "+99:99", "x/../y"])}'))`,
  (dice) =>
    `${dice.pick(["9223372036854775807", "-9223372036854775808", "18446744073709551615u"])} ${dice.pick(["+", "*", "-", "/", "%"])} ${dice.pick(["1", "-1", "0", "2u", "1e308"])}`,
  (dice) =>
    `${dice.pick(["state", S, "agents", "actions", "messages"])} == ${dice.pick(["state", S, "views"])}`,
  (dice) => `state.map(s, state[s].map(k, ${dice.pick(TEXTS)} + string(state[s][k])))`,
  (dice) => `top_n(state._bulk, ${dice.below(1e6)}) + salient('_bulk', ${dice.below(3)} - 1.5)`,
  (dice) => `${S}.words.join(${dice.pick(TEXTS)}).split('${dice.pick(["", "a", " "])}').reverse()`,
  (dice) =>
    `${S}.list.map(x, ${dice.pick(TEXTS)}.${dice.pick(SEARCHES)}(${S}.long.substring(${dice.below(30_000)}) + ${dice.pick(NEEDLE_ENDS)}))`,
  (dice) => `${S}.list.map(x, ${S}.doubles.map(y, ${dice.pick(SCALARS)}))`,
  (dice) => `b'\\xff\\xfe' == bytes(${dice.pick(TEXTS)}) || string(b'\\xff') == ''`,
];

const TEXT_CALLS = [
  "split('')",
  "replace('a', 'aaaa')",
  "replace('', 'b')",
  "upperAscii().lowerAscii()",
  "trim()",
  "substring(1)",
  "indexOf('b')",
  "lastIndexOf('')",
  "charAt(31999)",
  "upperAscii()",
  "reverse()",
  "contains('ab')",
  "size()",
];

const SEARCHES = ["contains", "indexOf", "lastIndexOf", "split", "startsWith", "endsWith"];
const NEEDLE_ENDS = ["'b'", "'b' + state._bulk.long.substring(20000)", "'aB'", "''"];
/** What is made of one number, again and again. */
const SCALARS = [
  "double(string(y))",
  "'%.100f'.format([y])",
  "'%e %d'.format([y, y])",
  "string(timestamp(int(x)))",
  "duration('1.123456789123456789h1.123456789123456789h')",
  "int(string(int(x)))",
  "{'a': [y], 'b': {'c': y}}",
  "'%x'.format([state._bulk.long.substring(16000)])",
  "strings.quote(state._bulk.mixed.substring(16000))",
  "string(y).matches('^[0-9.e+-]+$')",
];

function doubled(operator: string, levels: number, dice: Dice): string {
  const start = dice.pick([...LISTS, ...TEXTS, "[1, 2, 3]"]);
  const names = Array.from({ length: levels }, (_, index) => `v${index}`);
  const binds = names.map((name, index) => {
    const inner = index === 0 ? start : operator.replaceAll("%s", `v${index - 1}`);
    return `cel.bind(${name}, ${inner}, `;
  });
  return `${binds.join("")}v${levels - 1}${")".repeat(levels)}`;
}

function nestedIn(shape: string, depth: number): string {
  const [before = "", after = ""] = shape.split("%");
  return `${before.repeat(depth)}true${after.repeat(depth)}`;
}

/** An expression that is costly, deep, large or aimed at the host. */
export function hostileExpression(dice: Dice): string {
  return dice.pick(MAKERS)(dice);
}
