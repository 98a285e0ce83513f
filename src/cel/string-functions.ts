import { LIMITS } from "../kernel/limits.ts";
import { CodePoints } from "./code-points.ts";
import { mapKey } from "./maps.ts";
import type { Run } from "./run.ts";
import { firstPlace, lastPlace, partsAround } from "./search.ts";
import { type CelFunction, type Functions, takes, takesFrom } from "./signature.ts";
import { type CelList, type CelValue, isList } from "./values.ts";

const WHITE_SPACE = new Set(
  [
    ..."\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
  ].map((char) => char.charCodeAt(0)),
);
const CHARS_TRIMMED_PER_STEP = 4;

/** Without the white space of Unicode at both ends: what the platform trims differs by two characters. */
function trim(run: Run, text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.has(text.charCodeAt(start))) start++;
  while (end > start && WHITE_SPACE.has(text.charCodeAt(end - 1))) end--;
  run.charge(Math.ceil((start + text.length - end) / CHARS_TRIMMED_PER_STEP));
  return text.slice(start, end);
}

/** `text.name()`. */
function ofText(apply: (run: Run, text: string) => CelValue): CelFunction {
  return takes(1, (run, [text]) => {
    if (typeof text !== "string") return undefined;
    run.chargeText(text.length);
    return apply(run, text);
  });
}

/** `text.name(other)`. */
function ofTexts(apply: (text: string, other: string) => CelValue): CelFunction {
  return takes(2, (run, [text, other]) => {
    if (typeof text !== "string" || typeof other !== "string") return undefined;
    run.chargeText(text.length + other.length);
    return apply(text, other);
  });
}

/** An argument that counts: a whole number, or undefined. */
function whole(value: CelValue | undefined): number | undefined {
  const key = value === undefined ? undefined : mapKey(value);
  return typeof key === "bigint" ? Number(key) : undefined;
}

function charAt(run: Run, text: string, place: number): string {
  const points = new CodePoints(run, text);
  if (place < 0 || place > points.length) return run.fail("charAt(): index out of range");
  return points.slice(place, place + 1);
}

function substring(run: Run, text: string, start: number, end: number | undefined): string {
  const points = new CodePoints(run, text);
  const stop = end ?? points.length;
  if (start < 0 || stop < start || stop > points.length) return run.fail("substring(): index out of range");
  run.makeText(stop - start);
  return points.slice(start, stop);
}

function search(name: string, find: typeof firstPlace): CelFunction {
  return takesFrom(2, 3, (run, [text, sought, from]) => {
    if (typeof text !== "string" || typeof sought !== "string") return undefined;
    const points = new CodePoints(run, text);
    if (from === undefined) return BigInt(points.placeOf(find(run, text, sought)));
    const place = whole(from);
    if (place === undefined) return undefined;
    if (place < 0 || place > points.length) return run.fail(`${name}(): index out of range`);
    return BigInt(points.placeOf(find(run, text, sought, points.unitOf(place))));
  });
}

/** The parts of `text` around `separator`, at most `limit` of them, the last one with what is left. */
function split(run: Run, text: string, separator: string, limit: number): string[] {
  run.charge(text.length / 4);
  if (limit === 0) return [];
  const most = LIMITS.expressionListElements + 1;
  const parts = separator === "" ? [...text] : partsAround(run, text, separator, most);
  run.makeList(parts.length);
  if (limit < 0 || parts.length <= limit) return parts;
  const taken = parts.slice(0, limit - 1);
  const start = taken.reduce((sum, part) => sum + part.length + separator.length, 0);
  return [...taken, text.slice(start)];
}

function replace(run: Run, text: string, sought: string, replacement: string, limit: number): string {
  const found = sought === "" ? ["", ...split(run, text, "", -1), ""] : split(run, text, sought, -1);
  const replaced = limit < 0 ? found.length - 1 : Math.min(limit, found.length - 1);
  run.makeText(text.length + replaced * (replacement.length - sought.length));
  const head = found.slice(0, replaced + 1).join(replacement);
  return replaced === found.length - 1 ? head : [head, ...found.slice(replaced + 1)].join(sought);
}

function join(run: Run, list: CelList, separator: string): string | undefined {
  run.charge(list.length);
  let length = separator.length * Math.max(list.length - 1, 0);
  for (const item of list) {
    if (typeof item !== "string") return run.fail("join() takes a list of strings");
    length += item.length;
  }
  run.makeText(length);
  return list.join(separator);
}

const CHARS_CASED_PER_STEP = 2;

/** Text with its letters of ASCII changed: at once where there are no others, else one run of them after another. */
function inOtherCase(run: Run, text: string, letters: RegExp, change: (letters: string) => string): string {
  run.makeText(text.length);
  if (/^[\0-\x7f]*$/.test(text)) return change(text);
  run.charge(Math.ceil(text.length / CHARS_CASED_PER_STEP));
  return text.replace(letters, change);
}

const CHARS_QUOTED_PER_STEP = 2;

const QUOTED: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

function quote(run: Run, text: string): string {
  run.makeText(text.length * 2 + 2);
  run.charge(Math.ceil(text.length / CHARS_QUOTED_PER_STEP));
  return `"${[...text.toWellFormed()].map((char) => QUOTED[char] ?? char).join("")}"`;
}

export const STRING_FUNCTIONS: Functions = {
  "strings.quote": ofText(quote),
};

export const STRING_METHODS: Functions = {
  contains: takes(2, (run, [text, other]) =>
    typeof text === "string" && typeof other === "string" ? firstPlace(run, text, other) >= 0 : undefined,
  ),
  startsWith: ofTexts((text, other) => text.startsWith(other)),
  endsWith: ofTexts((text, other) => text.endsWith(other)),
  indexOf: search("indexOf", firstPlace),
  lastIndexOf: search("lastIndexOf", lastPlace),
  lowerAscii: ofText((run, text) => inOtherCase(run, text, /[A-Z]+/g, (letters) => letters.toLowerCase())),
  upperAscii: ofText((run, text) => inOtherCase(run, text, /[a-z]+/g, (letters) => letters.toUpperCase())),
  trim: ofText(trim),
  reverse: takes(1, (run, [value]) => {
    if (isList(value ?? null)) return reverseList(run, value as CelList);
    if (typeof value !== "string") return undefined;
    run.makeText(value.length);
    return new CodePoints(run, value).reversed();
  }),
  charAt: takes(2, (run, [text, index]) => {
    const place = whole(index);
    if (typeof text !== "string" || place === undefined) return undefined;
    return charAt(run, text, place);
  }),
  substring: takesFrom(2, 3, (run, [text, from, to]) => {
    const [start, end] = [whole(from), whole(to)];
    if (typeof text !== "string" || start === undefined || (to !== undefined && end === undefined))
      return undefined;
    return substring(run, text, start, end);
  }),
  split: takesFrom(2, 3, (run, [text, separator, limit = -1n]) => {
    const most = whole(limit);
    if (typeof text !== "string" || typeof separator !== "string" || most === undefined) return undefined;
    return split(run, text, separator, most);
  }),
  replace: takesFrom(3, 4, (run, [text, sought, replacement, limit = -1n]) => {
    const most = whole(limit);
    if (typeof text !== "string" || typeof sought !== "string" || typeof replacement !== "string")
      return undefined;
    return most === undefined ? undefined : replace(run, text, sought, replacement, most);
  }),
  join: takesFrom(1, 2, (run, [list = null, separator = ""]) =>
    isList(list) && typeof separator === "string" ? join(run, list, separator) : undefined,
  ),
};

function reverseList(run: Run, list: CelList): CelList {
  run.makeList(list.length);
  return list.toReversed();
}
