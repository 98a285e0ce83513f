import type { LogEvent } from "../../kernel/model.ts";
import { isShared } from "../../kernel/names.ts";
import type { Sight, VisibleEvent } from "../../kernel/sight.ts";
import type { Frame } from "./watcher.ts";
import { textFrame } from "./watcher.ts";

/** One event as watchers see it: written once for all that see the same of it. */
export class EventFrames {
  readonly #event: LogEvent;
  readonly #privateScopes: readonly string[];
  readonly #frames = new Map<string, Frame | null>();

  constructor(event: LogEvent) {
    this.#event = event;
    const scopes = event.payload.writes.map(({ scope }) => scope);
    this.#privateScopes = [...new Set(scopes)].filter((scope) => !isShared(scope));
  }

  /** The event's frame for a reader, or null where it may not see the event [AUTH-6]. */
  for(sight: Sight): Frame | null {
    const key = this.#vantage(sight);
    const known = this.#frames.get(key);
    if (known !== undefined) return known;
    const visible = sight.event(this.#event);
    const frame = visible && textFrame(eventText(visible), true);
    this.#frames.set(key, frame);
    return frame;
  }

  /** What tells apart those who see this event differently: all of it, their own, and which private scopes. */
  #vantage(sight: Sight): string {
    if (sight.everything) return "everything";
    const own = sight.own !== null && sight.own === this.#event.agent ? "own" : "";
    if (this.#privateScopes.length === 0) return own;
    return JSON.stringify([own, ...this.#privateScopes.filter((scope) => sight.mayRead(scope))]);
  }
}

function eventText({ seq, kind, ts, agent, payload }: VisibleEvent): string {
  return JSON.stringify({ type: "event", seq, kind, ts, agent, ...payload });
}
