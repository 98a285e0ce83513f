import type { Json } from "./json.ts";
import { isJsonObject, own } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { StateReader } from "./state.ts";

/** The limits that a room may lower by `_config.limits`, by their names there [LIMIT-5]. */
export const LOWERABLE = Object.freeze({
  invocations_per_second: "invocationsPerSecond",
  burst: "invocationBurst",
  room_invocations_per_second: "roomInvocationsPerSecond",
  loop_per_minute: "loopPerMinute",
  entries: "entries",
  state_bytes: "stateBytes",
  actions: "actions",
  views: "views",
  agents: "agents",
  timers: "timers",
  waits: "waitsPerRoom",
  waits_per_token: "waitsPerToken",
  watchers: "watchersPerRoom",
  subscriptions: "subscriptionsPerSocket",
} as const satisfies Readonly<Record<string, keyof typeof LIMITS>>);

export type Setting = keyof typeof LOWERABLE;
export type Lowerable = (typeof LOWERABLE)[Setting];

/** The limits of one room. */
export type RoomLimits = Readonly<Record<Lowerable, number>>;

export const SETTINGS = Object.keys(LOWERABLE) as Setting[];

/** What was made of a value of `_config.limits`, for as long as that value is in memory: every invocation asks. */
const made = new WeakMap<object, RoomLimits>();

/** The limits of the room whose state this is. What is set is heeded at once, and never raises a limit. */
export function limitsOf(state: Pick<StateReader, "entry">): RoomLimits {
  const value = state.entry("_config", "limits")?.value;
  if (!isJsonObject(value)) return LIMITS;
  const known = made.get(value) ?? lowered(value);
  made.set(value, known);
  return known;
}

function lowered(value: { readonly [name: string]: Json }): RoomLimits {
  const limits: Record<Lowerable, number> = { ...LIMITS };
  for (const setting of SETTINGS) {
    const wanted = own(value, setting);
    const name = LOWERABLE[setting];
    if (typeof wanted === "number" && wanted >= 1) limits[name] = Math.min(limits[name], wanted);
  }
  return limits;
}
