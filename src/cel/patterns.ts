import { RE2JS } from "re2js";
import { LIMITS } from "../kernel/limits.ts";
import { LruCache } from "./lru-cache.ts";
import type { Run } from "./run.ts";
import { type Functions, takes } from "./signature.ts";

/** The size of a compiled pattern decides what a character costs, and how long compiling takes. */
const MOST_INSTRUCTIONS = 1_000;
const STEPS_PER_PATTERN_CHAR = 64;
/** Classes of Unicode are long tables, folded and joined while compiling. */
const STEPS_PER_UNICODE_PATTERN_CHAR = 512;
const STEPS_PER_INSTRUCTION = 12;
/** A range that ends beyond ASCII is gone through letter by letter where case is ignored. */
const STEPS_PER_UNICODE_RANGE = 10_000;
const UNICODE_RANGE = /-(?:\\x|[^\0-\x7f])/gi;
/** Pairs of a character and an instruction in a step; tables of Unicode classes are filled as characters are met. */
const PAIRS_PER_STEP = 8;
const UNICODE_PAIRS_PER_STEP = 2;
const UNICODE_CLASS = /\\[px]|[^\0-\x7f]/i;

/** A compiled pattern. The states that it has met stay in its memory, at most some 8 bytes a pair. */
export interface Pattern {
  readonly program: RE2JS;
  readonly instructions: number;
  readonly pairsPerStep: number;
  pairsMet: number;
}

const PAIRS_KEPT = 2_000_000;
const compiled = new LruCache<Pattern>(PAIRS_KEPT);

/** Whether `text` holds a match of the pattern `source`, in time linear in the text [CEL-5]. */
function matches(run: Run, text: string, source: string): boolean {
  const pattern = patternOf(run, source);
  const pairs = (text.length + 1) * pattern.instructions;
  run.charge(Math.ceil(pairs / pattern.pairsPerStep));
  const found = pattern.program.test(text);
  pattern.pairsMet += pairs;
  compiled.set(source, pattern, pattern.pairsMet + pattern.instructions * STEPS_PER_INSTRUCTION);
  return found;
}

/**
 * The compiled pattern, paid for once a run even where it is known: a run takes the same steps whatever ran before.
 * @throws Fault for what is no pattern, or too large a one; Overrun
 */
export function patternOf(run: Run, source: string): Pattern {
  const paid = run.patterns.get(source);
  if (paid !== undefined) return paid;
  if (source.length > LIMITS.expressionPatternChars) {
    return run.fail(`a pattern has at most ${LIMITS.expressionPatternChars} characters`);
  }
  if (expandedSize(source) > MOST_INSTRUCTIONS) return run.fail("the pattern repeats too much");
  const isUnicode = UNICODE_CLASS.test(source);
  run.charge(source.length * (isUnicode ? STEPS_PER_UNICODE_PATTERN_CHAR : STEPS_PER_PATTERN_CHAR));
  run.charge((source.match(UNICODE_RANGE)?.length ?? 0) * STEPS_PER_UNICODE_RANGE);
  const pattern = compiled.get(source) ?? compilePattern(run, source, isUnicode);
  run.charge(pattern.instructions * STEPS_PER_INSTRUCTION);
  run.patterns.set(source, pattern);
  return pattern;
}

function compilePattern(run: Run, source: string, isUnicode: boolean): Pattern {
  try {
    const program = RE2JS.compile(source);
    const pairsPerStep = isUnicode ? UNICODE_PAIRS_PER_STEP : PAIRS_PER_STEP;
    return { program, instructions: program.programSize(), pairsPerStep, pairsMet: 0 };
  } catch {
    return run.fail("the pattern is no RE2 regular expression");
  }
}

const ATOM = /\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|[\s\S])|\[(?:\\[\s\S]|[^\]\\])+\]|\{(\d+)(?:,(\d*))?\}|[\s\S]/g;

/** How many atoms `pattern` has once its counted repetitions are written out: an upper bound, told before compiling. */
function expandedSize(pattern: string): number {
  const groups: number[] = [];
  let size = 0;
  let last = 0;
  for (const [atom, least, most] of pattern.matchAll(ATOM)) {
    const times = least === undefined ? undefined : Math.max(Number(least), Number(most ?? 0));
    if (times !== undefined) {
      size += last * Math.max(times - 1, 0);
      last *= Math.max(times, 1);
    } else if (atom === "(") {
      groups.push(size);
      size = 0;
    } else if (atom === ")") {
      last = size + 1;
      size = (groups.pop() ?? 0) + last;
    } else if (!/^[*+?]$/.test(atom)) {
      last = 1;
      size += 1;
    }
  }
  return groups.reduce((total, outer) => total + outer, size);
}

export const PATTERN_FUNCTIONS: Functions = {
  matches: takes(2, (run, [text, pattern]) =>
    typeof text === "string" && typeof pattern === "string" ? matches(run, text, pattern) : undefined,
  ),
};
