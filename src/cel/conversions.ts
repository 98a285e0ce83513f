import { int, uint } from "./arithmetic.ts";
import type { Run } from "./run.ts";
import { type Functions, takesOne } from "./signature.ts";
import {
  durationText,
  parseDuration,
  parseTimestamp,
  timestampOfSeconds,
  timestampText,
  wholeSeconds,
} from "./time.ts";
import { type CelValue, Duration, Timestamp, typeOf, Uint } from "./values.ts";

const NUMBER_CHARS = 64;
/** The digits of a double are reckoned, not read off. */
const STEPS_PER_DOUBLE = 3;

function toInt(run: Run, value: CelValue): CelValue | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return int(run, wholeNumber(run, value));
  if (value instanceof Uint) return int(run, value.value);
  if (value instanceof Timestamp) return wholeSeconds(value);
  return typeof value === "string" ? int(run, parseInteger(run, value)) : undefined;
}

function toUint(run: Run, value: CelValue): CelValue | undefined {
  if (value instanceof Uint) return value;
  if (typeof value === "bigint") return uint(run, value);
  if (typeof value === "number") return uint(run, wholeNumber(run, value));
  return typeof value === "string" ? uint(run, parseInteger(run, value)) : undefined;
}

function wholeNumber(run: Run, value: number): bigint {
  if (Math.abs(value) >= 2 ** 64 || Number.isNaN(value) || value === -(2 ** 63))
    return run.fail("integer overflow");
  return BigInt(Math.trunc(value));
}

function parseInteger(run: Run, text: string): bigint {
  if (text.length > NUMBER_CHARS || !/^[+-]?\d+$/.test(text)) return run.fail("the text is no integer");
  return BigInt(text.replace(/^\+/, ""));
}

function toDouble(run: Run, value: CelValue): CelValue | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint) return Number(value.value);
  return typeof value === "string" ? parseDouble(run, value) : undefined;
}

const NAMED_DOUBLES: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
]);

function parseDouble(run: Run, text: string): number {
  run.charge(STEPS_PER_DOUBLE);
  if (text.length > NUMBER_CHARS) return run.fail("the text is no number");
  const named = NAMED_DOUBLES.get(text.toLowerCase().replace(/^[+-]/, ""));
  if (named !== undefined) return text.startsWith("-") ? -named : named;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
    ? Number(text)
    : run.fail("the text is no number");
}

/** `string(value)`, or undefined for what has no text. */
export function textOf(run: Run, value: CelValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") {
    run.charge(STEPS_PER_DOUBLE);
    return doubleText(value);
  }
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(run, value);
  if (value instanceof Duration) return durationText(run, value);
  return value instanceof Uint8Array ? decode(run, value) : undefined;
}

/** A double as text: `3`, `1.5`, `NaN`, `+Inf`, `-Inf`. */
export function doubleText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function decode(run: Run, bytes: Uint8Array): string {
  run.makeText(bytes.length);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return run.fail("the bytes are no UTF-8 text");
  }
}

function toBytes(run: Run, value: CelValue): CelValue | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") return undefined;
  run.makeText(value.length);
  return new TextEncoder().encode(value);
}

const TRUE = new Set(["1", "t", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "false", "FALSE", "False"]);

function toBool(run: Run, value: CelValue): CelValue | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  if (TRUE.has(value)) return true;
  return FALSE.has(value) ? false : run.fail("the text is no boolean");
}

function toTimestamp(run: Run, value: CelValue): CelValue | undefined {
  if (value instanceof Timestamp) return value;
  if (typeof value === "bigint") return timestampOfSeconds(run, value);
  if (typeof value === "number") return timestampOfSeconds(run, wholeNumber(run, value));
  return typeof value === "string" ? parseTimestamp(run, value) : undefined;
}

function toDuration(run: Run, value: CelValue): CelValue | undefined {
  if (value instanceof Duration) return value;
  return typeof value === "string" ? parseDuration(run, value) : undefined;
}

export const CONVERSIONS: Functions = {
  int: takesOne(toInt),
  uint: takesOne(toUint),
  double: takesOne(toDouble),
  string: takesOne(textOf),
  bytes: takesOne(toBytes),
  bool: takesOne(toBool),
  timestamp: takesOne(toTimestamp),
  duration: takesOne(toDuration),
  dyn: takesOne((_run, value) => value),
  type: takesOne((_run, value) => typeOf(value)),
};
