import type { Run } from "./run.ts";

/** A needle up to this length is sought by the platform, whose worst case is each of its characters at each place. */
const SHORT_CHARS = 32;
const PAIRS_PER_STEP = 128;
const CHARS_PER_STEP = 8;

/**
 * Where a needle stands in texts, in time linear in the text [CEL-5]: what the platform takes for a long one can be its
 * length times the text's. The search of Knuth, Morris and Pratt; backwards, it goes from the ends of both.
 */
class Needle {
  readonly #text: string;
  readonly #isBackwards: boolean;
  /** By the number of characters that fit: how many of them still fit after a mismatch. */
  readonly #fitting: number[];

  constructor(text: string, isBackwards: boolean) {
    this.#text = text;
    this.#isBackwards = isBackwards;
    this.#fitting = [0, 0];
    for (let length = 1, fitting = 0; length < text.length; length++) {
      fitting = this.#after(fitting, this.#code(text, length));
      this.#fitting.push(fitting);
    }
  }

  /** How many characters of `text`, from `from` on, are gone through until the needle has been found, or -1. */
  endIn(text: string, from: number): number {
    let fitting = 0;
    for (let place = from; place < text.length; place++) {
      fitting = this.#after(fitting, this.#code(text, place));
      if (fitting === this.#text.length) return place + 1;
    }
    return -1;
  }

  #after(fitting: number, code: number): number {
    let left = fitting;
    while (left > 0 && this.#code(this.#text, left) !== code) left = this.#fitting[left] ?? 0;
    return this.#code(this.#text, left) === code ? left + 1 : left;
  }

  #code(text: string, place: number): number {
    return text.charCodeAt(this.#isBackwards ? text.length - 1 - place : place);
  }
}

function isShort(sought: string): boolean {
  return sought.length <= SHORT_CHARS;
}

function chargeSearch(run: Run, text: string, sought: string): void {
  run.chargeText(text.length + sought.length);
  run.charge(
    Math.ceil(
      isShort(sought) ? (text.length * sought.length) / PAIRS_PER_STEP : text.length / CHARS_PER_STEP,
    ),
  );
}

/** The first place of `sought` in `text` from `from` on, in UTF-16 units, or -1. */
export function firstPlace(run: Run, text: string, sought: string, from = 0): number {
  chargeSearch(run, text, sought);
  if (isShort(sought)) return text.indexOf(sought, from);
  const end = new Needle(sought, false).endIn(text, from);
  return end < 0 ? -1 : end - sought.length;
}

/** The last place of `sought` in `text` that is not after `from`, in UTF-16 units, or -1. */
export function lastPlace(run: Run, text: string, sought: string, from = text.length): number {
  chargeSearch(run, text, sought);
  if (isShort(sought)) return text.lastIndexOf(sought, from);
  const end = new Needle(sought, true).endIn(text, Math.max(0, text.length - sought.length - from));
  return end < 0 ? -1 : text.length - end;
}

/** The first `most` parts of `text` around `separator`, which is not empty. */
export function partsAround(run: Run, text: string, separator: string, most: number): string[] {
  chargeSearch(run, text, separator);
  if (isShort(separator)) return text.split(separator, most);
  const needle = new Needle(separator, false);
  const parts: string[] = [];
  let start = 0;
  for (let end = needle.endIn(text, 0); end >= 0; end = needle.endIn(text, start)) {
    parts.push(text.slice(start, end - separator.length));
    start = end;
  }
  return [...parts, text.slice(start)];
}
