import { UsageError } from "./faults.ts";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `1.5h`, `10m`, `30s`, `500ms`; a bare number counts seconds. */
export function parseDuration(what: string, text: string): number {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const ms = UNIT_MS[unit];
  if (amount === undefined || ms === undefined) {
    throw new UsageError(`${what} takes a duration such as 500ms, 30s, 5m or 2h, not ${text}.`);
  }
  return Math.round(Number(amount) * ms);
}
