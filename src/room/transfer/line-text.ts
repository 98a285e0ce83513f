import { carriedOn } from "../../kernel/timer.ts";
import type { StoredEvent } from "../../storage/log-store.ts";
import type { StoredEntry } from "../../storage/state-store.ts";

/** The clocks of a base, and of the past, all read 0: what has ticked lies before. */
const AT_ZERO = { clock: () => 0 };

/** One value as a line. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** An event as a line, its payload as it is stored: its chain is over that text. */
export function eventLine({ seq, kind, ts, agent, payload, chain }: StoredEvent): string {
  const [start, end] = [JSON.stringify({ seq, kind, ts, agent }), JSON.stringify({ chain })];
  return `${start.slice(0, -1)},"payload":${payload},${end.slice(1)}\n`;
}

/** An entry of a base or of the past as a line, with what is left of its timers. */
export function entryLine(scope: string, key: string, entry: StoredEntry): string {
  const { text, revision, hash, updated_at, enabled, timer, cooldown } = entry;
  const rest = {
    revision,
    hash,
    updated_at,
    enabled,
    timer: timer && carriedOn(timer, AT_ZERO),
    cooldown: cooldown && carriedOn(cooldown, AT_ZERO),
  };
  return `{"entry":{"scope":${JSON.stringify(scope)},"key":${JSON.stringify(key)},"value":${text},${JSON.stringify(rest).slice(1)}}\n`;
}
