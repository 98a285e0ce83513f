import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { Entry, EventDraft, Operation } from "../kernel/model.ts";
import { utf8Bytes } from "../kernel/names.ts";
import type { RoomLimits } from "../kernel/room-limits.ts";
import { limitsOf } from "../kernel/room-limits.ts";
import { RunningState } from "../kernel/state.ts";
import { StoredEntry } from "../storage/state-store.ts";
import type { LiveState } from "./live-state.ts";
import { APPEND_SCOPE } from "./live-state.ts";

/** Why a room has no space for an event, or null: it is one row of the log, and what it writes joins live state. */
export function eventRefusal(live: LiveState, { payload }: EventDraft) {
  if (utf8Bytes(JSON.stringify(payload)) <= LIMITS.eventBytes) return capacityRefusal(live, payload.writes);
  const message = `An event has at most ${LIMITS.eventBytes} bytes, parameters and writes together.`;
  return refuse("too_large", message, {
    hint: "Split what you ask for into several calls.",
    details: { limit: "eventBytes" },
  });
}

/** Why a room has no space for what `operations` would add, or null: live state is bounded because it lives in memory. */
function capacityRefusal(
  live: LiveState,
  operations: readonly Operation[],
): { readonly ok: false; readonly refusal: Refusal } | null {
  const added = growth(live, operations);
  const limits = limitsOf(live);
  if (added.timers > 0 && live.timers.size + added.timers > limits.timers) return full("timers", limits);
  if (added.entries <= 0 && added.chars <= 0) return null;
  const size = live.size();
  if (added.entries > 0 && size.entries + added.entries > limits.entries) return full("entries", limits);
  if (added.chars > 0 && size.chars + added.chars > limits.stateBytes) return full("stateBytes", limits);
  return null;
}

interface Growth {
  entries: number;
  chars: number;
  timers: number;
}

function growth(live: LiveState, operations: readonly Operation[]): Growth {
  const added = { entries: 0, chars: 0, timers: 0 };
  const running = new RunningState(live);
  for (const operation of operations) {
    if (operation.scope === APPEND_SCOPE) continue;
    const before = weight(running.entry(operation.scope, operation.key));
    running.write(operation);
    const after = weight(running.entry(operation.scope, operation.key));
    added.entries += after.entries - before.entries;
    added.chars += after.chars - before.chars;
    added.timers += after.timers - before.timers;
  }
  return added;
}

/** What an entry counts for. */
function weight(entry: Entry | undefined): Growth {
  if (!entry) return { entries: 0, chars: 0, timers: 0 };
  const { length } = entry instanceof StoredEntry ? entry.text : JSON.stringify(entry.value);
  return { entries: 1, chars: length, timers: (entry.timer ? 1 : 0) + (entry.cooldown ? 1 : 0) };
}

function full(limit: "entries" | "stateBytes" | "timers", limits: RoomLimits) {
  return refuse(
    "storage_full",
    `The room's live state is full: it holds at most ${limits[limit]} ${limit}.`,
    {
      hint: "Delete entries that are not needed any more.",
      details: { limit },
    },
  );
}

/** The limit that a state which came from elsewhere goes beyond, or null. */
export function exceededLimit(live: LiveState): keyof typeof LIMITS | null {
  const { entries, chars } = live.size();
  const counts = {
    entries,
    stateBytes: chars,
    timers: live.timers.size,
    actions: live.count("_actions"),
    views: live.count("_views"),
    agents: live.count("_agents"),
  };
  const names = Object.keys(counts) as (keyof typeof counts)[];
  return names.find((name) => counts[name] > LIMITS[name]) ?? null;
}
