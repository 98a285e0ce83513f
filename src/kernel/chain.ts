import type { LogEvent } from "./model.ts";

/** The text whose digest is an event's chain: the previous event's chain, and all that is stored of this one [LOG-6]. */
export function chainText(previous: string, event: Omit<LogEvent, "payload">, payload: string): string {
  const { seq, kind, ts, agent } = event;
  return `${previous}\n${JSON.stringify([seq, kind, ts, agent])}\n${payload}`;
}
