import { LruCache } from "./lru-cache.ts";
import type { Run } from "./run.ts";
import { type CelFunction, type Functions, takesFrom } from "./signature.ts";
import { wholeSeconds } from "./time.ts";
import { Duration, Timestamp } from "./values.ts";

const STEPS_PER_TIME = 5;
const STEPS_PER_ZONE = 2_000;
const DAY_MILLISECONDS = 86_400_000;
const FIXED_OFFSET = /^([+-]?)(\d\d):(\d\d)$/;

const formats = new LruCache<Intl.DateTimeFormat>(16);

/** The wall clock of `zone` (an IANA name or `±hh:mm`) at `time`, as if it were UTC. */
function wallClock(run: Run, time: Timestamp, zone: string): Date {
  const utc = Number(wholeSeconds(time)) * 1000;
  const offset = FIXED_OFFSET.exec(zone);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(utc + (offset[1] === "-" ? -minutes : minutes) * 60_000);
  }
  if (zone === "" || zone === "UTC" || zone === "Z") return new Date(utc);
  run.charge(STEPS_PER_ZONE);
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of zoneFormat(run, zone).formatToParts(utc)) parts[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}

function zoneFormat(run: Run, zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format, 1);
    return format;
  } catch {
    return run.fail("unknown time zone");
  }
}

/** A field of a timestamp, in UTC or in the zone given; where it has sense, the same measure of a duration. */
function accessor(ofDate: (date: Date) => number, ofDuration?: (nanos: bigint) => bigint): CelFunction {
  return takesFrom(1, 2, (run, [value, zone]) => {
    run.charge(STEPS_PER_TIME);
    if (value instanceof Duration && zone === undefined) return ofDuration?.(value.nanos);
    if (!(value instanceof Timestamp) || (zone !== undefined && typeof zone !== "string")) return undefined;
    return BigInt(ofDate(wallClock(run, value, zone ?? "UTC")));
  });
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MILLISECONDS);
}

export const TIME_METHODS: Functions = {
  getFullYear: accessor((date) => date.getUTCFullYear()),
  getMonth: accessor((date) => date.getUTCMonth()),
  getDate: accessor((date) => date.getUTCDate()),
  getDayOfMonth: accessor((date) => date.getUTCDate() - 1),
  getDayOfWeek: accessor((date) => date.getUTCDay()),
  getDayOfYear: accessor(dayOfYear),
  getHours: accessor(
    (date) => date.getUTCHours(),
    (nanos) => nanos / 3_600_000_000_000n,
  ),
  getMinutes: accessor(
    (date) => date.getUTCMinutes(),
    (nanos) => nanos / 60_000_000_000n,
  ),
  getSeconds: accessor(
    (date) => date.getUTCSeconds(),
    (nanos) => nanos / 1_000_000_000n,
  ),
  getMilliseconds: takesFrom(1, 2, (run, [value, zone]) => {
    run.charge(STEPS_PER_TIME);
    if (zone !== undefined && typeof zone !== "string") return undefined;
    if (!(value instanceof Timestamp || value instanceof Duration)) return undefined;
    return (value.nanos - wholeSeconds(value) * 1_000_000_000n) / 1_000_000n;
  }),
};
