import type { Dice } from "../random.ts";

/** Texts that break what was not thought of: names that objects inherit, ways out of a path, bytes without a shape. */
const TEXTS: readonly string[] = [
  "",
  " ",
  ".",
  "..",
  "../..",
  "a/../b",
  "%00",
  "%2f..%2f",
  "\u0000",
  "a\u0000b",
  "\r\nX-Injected: 1",
  "\u001b[31m",
  "\u202e\u200b\ufeff",
  "\ud800",
  "é\u0301😀",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "__defineGetter__",
  "self",
  "admin",
  "null",
  "undefined",
  "NaN",
  "-0",
  "1e999",
  "0x10",
  "9007199254740993",
  "99999999999999999999",
  "_config",
  "_agents",
  "_audit",
  "_messages",
  "_help",
  "_actions",
  "${self}",
  "${now}",
  "${params.__proto__}",
  "${params.constructor.constructor}",
  "${${params.x}}",
  "${params.x",
  "' OR 1=1 --",
  '"; DROP TABLE state; --',
  "<script>alert(1)</script>",
  "=cmd|' /C calc'!A0",
  "{{7*7}}",
  "%s%s%n",
  "x".repeat(257),
  "y".repeat(5_000),
  "é".repeat(2_100),
  "[".repeat(300),
  "(".repeat(300),
];

const EXPRESSIONS: readonly string[] = [
  "true",
  "1 +",
  "1 / 0",
  "state",
  "state.ana",
  "state['__proto__']",
  "params.x.constructor",
  "agents.map(a, agents)",
  "self.matches('(a+)+$')",
  "now + duration('1h')",
  "[1].map(x, [x].map(y, [y].map(z, z)))",
  "state._shared.map(k, state._shared.map(l, string(state)))",
  "views.size() > -1",
  "meta.state._shared.probe.score",
];

const NUMBERS: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.5,
  -1.5,
  255,
  4_096,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1e308,
  5e-324,
];

export function hostileText(dice: Dice): string {
  return dice.pick(dice.below(4) === 0 ? EXPRESSIONS : TEXTS);
}

/** Any JSON that is not what was asked for. */
export function hostileValue(dice: Dice, depth = 2): unknown {
  const kind = dice.below(depth > 0 ? 10 : 6);
  if (kind < 3) return hostileText(dice);
  if (kind === 3) return dice.pick(NUMBERS);
  if (kind === 4) return dice.pick([true, false, null]);
  if (kind === 5) return dice.pick<unknown>([[], {}, [[]], [null], { "": null }]);
  if (kind < 8) return Array.from({ length: dice.below(4) }, () => hostileValue(dice, depth - 1));
  if (kind === 8) return nested(dice.below(2) === 0 ? 40 : 70);
  const named = Array.from({ length: dice.below(4) }, () => [
    hostileText(dice),
    hostileValue(dice, depth - 1),
  ]);
  return fromEntries(named as [string, unknown][]);
}

/** An object whose names are its own, `__proto__` among them. */
function fromEntries(entries: readonly [string, unknown][]): object {
  const made = {};
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A valid value with so many of its places changed: replaced, removed, named otherwise, or with more beside them. */
export function mutated(value: unknown, dice: Dice, changes = 1 + dice.below(2)): unknown {
  let made = value;
  for (let change = 0; change < changes; change++) made = changed(made, dice);
  return made;
}

function changed(value: unknown, dice: Dice): unknown {
  if (typeof value !== "object" || value === null || dice.below(12) === 0) return hostileValue(dice);
  const names = Object.keys(value);
  if (Array.isArray(value)) {
    if (names.length === 0 || dice.below(4) === 0) return [...value, hostileValue(dice)];
    const at = dice.below(names.length);
    return value.map((item, index) => (index === at ? changed(item, dice) : item));
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || dice.below(5) === 0)
    return fromEntries([...entries, [hostileText(dice), hostileValue(dice)]]);
  const at = dice.below(entries.length);
  if (dice.below(6) === 0) return fromEntries(entries.filter((_, index) => index !== at));
  return fromEntries(
    entries.map(([name, item], index) => (index === at ? [name, changed(item, dice)] : [name, item])),
  );
}

/** A body's text made into bytes that are no JSON, or too much of it. */
const SPOILERS: readonly ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text.slice(0, Math.ceil(text.length / 2))),
  (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]),
  (text) => Buffer.from(text.replace('"', '"\u0000')),
  (text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
  () => Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  (text) => Buffer.from(`${text}${text}`),
  (text) =>
    Buffer.from(text.replace("{", '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}},')),
  (text) => Buffer.from(text.replace("{", '{"agent":"ben","agent":"ana",')),
  (text) => Buffer.from(text, "utf16le"),
  () => Buffer.from("[".repeat(20_000)),
  () => Buffer.from(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`),
  () => Buffer.from(`{"params":{"x":${"9".repeat(5_000)}}}`),
  () => Buffer.from('{"params":{"x":9007199254740993,"y":1e999,"z":"\\ud800"}}'),
  () => Buffer.from("null"),
  () => Buffer.from("[]"),
  () => Buffer.from('"text"'),
  () => Buffer.from("NaN"),
  () => Buffer.from("{'id': 'x'}"),
  () => Buffer.from("id=x&params=y"),
  () => Buffer.from("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
  () => Buffer.alloc(64),
];
/** One in so many is larger than any body may be. */
const HUGE_ONE_IN = 60;

export function spoiled(text: string, dice: Dice): Buffer {
  if (dice.below(HUGE_ONE_IN) === 0)
    return Buffer.from(JSON.stringify({ params: { x: "x".repeat(1_100_000) } }));
  return dice.pick(SPOILERS)(text);
}
