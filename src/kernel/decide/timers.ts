import type { EventDraft, TimerSlot } from "../model.ts";
import type { StateReader } from "../state.ts";
import { RunningState } from "../state.ts";

/** A timer whose time has come. */
export interface DueTimer {
  readonly scope: string;
  readonly key: string;
  readonly slot: TimerSlot;
}

/** Decides what timers that are due do, in one event: they delete their entry, or leave it as it is without them [TIMER-2]. */
export function decideTimers(due: readonly DueTimer[], state: StateReader): EventDraft {
  const running = new RunningState(state);
  for (const { scope, key, slot } of due) {
    const entry = running.entry(scope, key);
    const timer = entry?.[slot];
    // The entry may have been deleted by its other timer.
    if (!entry || !timer) continue;
    const { revision, hash } = entry;
    if (timer.effect === "delete") running.write({ op: "delete", scope, key, revision: 0, hash: "" });
    else running.write({ op: "enable", scope, key, slot, revision, hash });
  }
  return { kind: "timer", agent: null, payload: { ok: true, writes: running.operations } };
}
