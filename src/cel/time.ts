import type { Run } from "./run.ts";
import { Duration, Timestamp } from "./values.ts";

const NANOS = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  µs: 1_000n,
  ns: 1n,
};
const NANOS_PER_MS = NANOS.ms;
const SECOND = NANOS.s;
/** Year 1 to 9999, the range of CEL. */
const FIRST_SECOND = -62_135_596_800n;
const LAST_SECOND = 253_402_300_799n;
const MAX_DURATION_SECONDS = 315_576_000_000n;
const STEPS_PER_TIME = 5;

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

export function timestamp(run: Run, nanos: bigint): Timestamp {
  run.charge(STEPS_PER_TIME);
  const second = floorDivide(nanos, SECOND);
  if (second < FIRST_SECOND || second > LAST_SECOND) return run.fail("timestamp out of range");
  return new Timestamp(nanos);
}

export function duration(run: Run, nanos: bigint): Duration {
  run.charge(STEPS_PER_TIME);
  const seconds = nanos / SECOND;
  if (seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS)
    return run.fail("duration out of range");
  return new Duration(nanos);
}

export function timestampOfSeconds(run: Run, seconds: bigint): Timestamp {
  return timestamp(run, seconds * SECOND);
}

/** `left - right`, which must fit 64 bits of nanoseconds: 292 years. */
export function difference(run: Run, left: Timestamp, right: Timestamp): Duration {
  const nanos = left.nanos - right.nanos;
  return nanos === BigInt.asIntN(64, nanos) ? duration(run, nanos) : run.fail("duration out of range");
}

export function wholeSeconds(time: Timestamp | Duration): bigint {
  return time instanceof Timestamp ? floorDivide(time.nanos, SECOND) : time.nanos / SECOND;
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i;

/** Reads RFC 3339, such as `2026-01-31T12:00:00Z`. */
export function parseTimestamp(run: Run, text: string): Timestamp {
  run.charge(STEPS_PER_TIME);
  const match = RFC_3339.exec(text);
  const milliseconds = match ? Date.parse(`${match[1]}${match[3]}`.toUpperCase()) : Number.NaN;
  if (!match || Number.isNaN(milliseconds))
    return run.fail("timestamp() takes RFC 3339, such as 2026-01-31T12:00:00Z");
  const fraction = BigInt((match[2] ?? "").padEnd(9, "0"));
  return timestamp(run, BigInt(milliseconds) * NANOS.ms + fraction);
}

const DURATION = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/;
const DURATION_PART = /(\d*)(?:\.(\d*))?(ns|us|µs|ms|s|m|h)/g;
const DURATION_CHARS = 64;
const DURATION_CHARS_PER_STEP = 4;

/** Reads a duration as `1h30m`, `1.5s` or `-250ms`. */
export function parseDuration(run: Run, text: string): Duration {
  run.charge(STEPS_PER_TIME);
  run.charge(Math.floor(Math.min(text.length, DURATION_CHARS) / DURATION_CHARS_PER_STEP));
  if (text === "0") return duration(run, 0n);
  const match = text.length <= DURATION_CHARS ? DURATION.exec(text) : null;
  if (!match) return run.fail("duration() takes a text such as 1h30m or 1.5s");
  let nanos = 0n;
  for (const [, whole = "", fraction = "", unit = "s"] of (match[2] ?? "").matchAll(DURATION_PART)) {
    const scale = NANOS[unit as keyof typeof NANOS];
    nanos += BigInt(whole) * scale + (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  return duration(run, match[1] === "-" ? -nanos : nanos);
}

function fractionText(nanos: bigint): string {
  return nanos === 0n ? "" : `.${nanos.toString().padStart(9, "0").replace(/0+$/, "")}`;
}

/** RFC 3339 in UTC, with a fraction only where there is one. */
export function timestampText(run: Run, time: Timestamp): string {
  run.charge(STEPS_PER_TIME);
  const seconds = wholeSeconds(time);
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}${fractionText(time.nanos - seconds * SECOND)}Z`;
}

/** A timestamp as events tell theirs, with milliseconds, so that texts stand in the order of time; finer ones in full. */
export function instantText(run: Run, time: Timestamp): string {
  if (time.nanos % NANOS_PER_MS !== 0n) return timestampText(run, time);
  run.charge(STEPS_PER_TIME);
  return new Date(Number(time.nanos / NANOS_PER_MS)).toISOString();
}

/** Seconds and an `s`, such as `90s` or `-1.5s`. */
export function durationText(run: Run, span: Duration): string {
  run.charge(STEPS_PER_TIME);
  const size = span.nanos < 0n ? -span.nanos : span.nanos;
  return `${span.nanos < 0n ? "-" : ""}${size / SECOND}${fractionText(size % SECOND)}s`;
}
