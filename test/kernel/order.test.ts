import fc from "fast-check";
import { expect, it } from "vitest";
import { compareKeys, entryNumber } from "../../src/kernel/order.ts";

const SEED = { seed: 20260101, numRuns: 1000 };
const key = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 6 }),
  fc.nat().map(String),
  fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
  fc.constantFrom("0", "00", "01", "-1", "1.0", "1e3", "+1", " 1", "\uffee", "😀", "\ue000", "é", "e\u0301"),
);

function codePoints(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0) as number);
}

/** The order as the rule says it, without regard to cost. */
function specified(left: string, right: string): number {
  const isDecimal = (text: string) => /^(0|[1-9]\d*)$/.test(text);
  if (isDecimal(left) && isDecimal(right))
    return Number(BigInt(left) - BigInt(right) > 0n) - Number(BigInt(left) < BigInt(right));
  if (isDecimal(left) !== isDecimal(right)) return isDecimal(left) ? -1 : 1;
  const [a, b] = [codePoints(left), codePoints(right)];
  const at = a.findIndex((point, index) => point !== b[index]);
  return at < 0 ? Math.sign(a.length - b.length) : Math.sign((a[at] as number) - (b[at] ?? -1));
}

it("[ROOM-4] the order is canonical decimals by number, then code point", () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      expect(Math.sign(compareKeys(left, right))).toBe(specified(left, right));
    }),
    SEED,
  );
});

it("[ROOM-4] the order is total: antisymmetric, and equal only for the same key", () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      expect(Math.sign(compareKeys(left, right)) + Math.sign(compareKeys(right, left))).toBe(0);
      expect(compareKeys(left, right) === 0).toBe(left === right);
    }),
    SEED,
  );
});

it("[ROOM-4] the order is transitive: any shuffle sorts to the same list", () => {
  const lists = fc
    .uniqueArray(key, { maxLength: 30 })
    .chain((keys) =>
      fc.shuffledSubarray(keys, { minLength: keys.length }).map((shuffled) => [keys, shuffled] as const),
    );
  fc.assert(
    fc.property(lists, ([keys, shuffled]) => {
      expect([...shuffled].sort(compareKeys)).toEqual([...keys].sort(compareKeys));
    }),
    { ...SEED, numRuns: 300 },
  );
});

it("[ROOM-4] numbers sort by size at any length, and what only looks like one sorts as text", () => {
  const sorted = [
    "0",
    "9",
    "10",
    "9007199254740993",
    "9007199254740994",
    "10000000000000000000000",
    "-1",
    "00",
    "01",
    "1.5",
    "1e3",
    "A",
    "a",
  ];
  expect([...sorted].reverse().sort(compareKeys)).toEqual(sorted);
});

it("[ROOM-4] characters beyond U+FFFF sort after those from U+E000 to U+FFFF", () => {
  expect(["😀", "\uffee", "\ue000", "\ud7ff", "z"].sort(compareKeys)).toEqual([
    "z",
    "\ud7ff",
    "\ue000",
    "\uffee",
    "😀",
  ]);
});

it("only canonical decimals of at most 15 digits number an entry", () => {
  const numbers = [
    "0",
    "1",
    "42",
    "999999999999999",
    "1000000000000000",
    "01",
    "-1",
    "1.0",
    "1e3",
    "",
    " 1",
    "٣",
  ].map(entryNumber);
  expect(numbers).toEqual([0, 1, 42, 999999999999999, 0, 0, 0, 0, 0, 0, 0, 0]);
});
