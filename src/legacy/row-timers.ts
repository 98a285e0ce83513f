import type { Json, JsonObject } from "../kernel/json.ts";
import { jsonEqual, own } from "../kernel/json.ts";
import type { RunningTimer, Timer, TimerTemplate } from "../kernel/model.ts";
import { sight } from "../kernel/sight.ts";
import { parseTimer, resolveTimer } from "../kernel/timer.ts";
import type { Row } from "./columns.ts";
import { jsonOf, numberOf, objectOf, textOf, timeOf, Unreadable } from "./columns.ts";

const EVERYTHING = sight({ kind: "view", token: "" }, undefined);

/** The timers of a row: those that it declares, and those that run. */
export interface RowTimers {
  readonly declared?: TimerTemplate;
  readonly onInvoke?: TimerTemplate;
  readonly timer?: RunningTimer;
  readonly cooldown?: RunningTimer;
}

/** Whose row it is, for `self` in `tick_on`, and since when it is as it is. */
export interface RowOwner {
  readonly agent: string | null;
  /** ISO 8601 */
  readonly since: string;
}

/** The timers of an action or a view. What runs is a cooldown where it is the timer that `on_invoke` declares [LEGACY-2]. */
export function definitionTimers(row: Row, owner: RowOwner): RowTimers {
  const text = jsonOf(row, "timer_json");
  const cooldown = objectOf(row, "on_invoke_timer_json");
  const onInvoke = cooldown === undefined ? {} : { onInvoke: templateOf(cooldown, owner, "enable") };
  const running = runningTimer(row, owner);
  if (text !== undefined && cooldown !== undefined && jsonEqual(text, cooldown)) {
    return running === undefined ? onInvoke : { ...onInvoke, cooldown: running };
  }
  return {
    ...onInvoke,
    ...(text === undefined ? {} : { declared: templateOf(text, owner) }),
    ...(running === undefined ? {} : { timer: running }),
  };
}

function templateOf(declared: Json, { agent }: RowOwner, effect?: "enable"): TimerTemplate {
  const registrar = { agent, sight: EVERYTHING };
  const parsed = parseTimer(declared, "timer", effect === undefined ? { registrar } : { registrar, effect });
  if (!parsed.ok) throw new Unreadable(parsed.refusal.message);
  return parsed.value;
}

/** The timer that runs on a row, by its columns or, where they say nothing, by its declaration. */
export function runningTimer(row: Row, owner: RowOwner): RunningTimer | undefined {
  const declared = objectOf(row, "timer_json") ?? {};
  const standard = textOf(row, "on_invoke_timer_json") === null ? null : "enable";
  const effect = textOf(row, "timer_effect") ?? own(declared, "effect") ?? standard;
  const left = numberOf(row, "timer_ticks_left");
  const expires = timeOf(row, "timer_expires_at");
  if (left === null && expires === null && Object.keys(declared).length === 0) return undefined;
  if (left !== null && left <= 0) {
    if (effect === "delete") throw new Unreadable("its timer has deleted it");
    return undefined;
  }
  const since = timeOf(row, "timer_started_at") ?? owner.since;
  const timer = started(clockOf(row, declared, left, expires), effect, { ...owner, since });
  return "expires_at" in timer ? timer : { ...timer, since: 0 };
}

function clockOf(row: Row, declared: JsonObject, ticks: number | null, expires: string | null): JsonObject {
  if (ticks !== null) {
    return { ticks, tick_on: textOf(row, "timer_tick_on") ?? own(declared, "tick_on") ?? null };
  }
  return expires === null ? declared : { at: expires };
}

function started(clock: JsonObject, effect: Json, owner: RowOwner): Timer {
  const template = templateOf({ ...clock, effect }, owner);
  const bindings = { self: owner.agent, now: owner.since, params: {} };
  const timer = resolveTimer(template, bindings, { agent: owner.agent, sight: EVERYTHING }, "timer");
  if (!timer.ok) throw new Unreadable(timer.refusal.message);
  return timer.value;
}

/** The columns that tell of a timer, as far as they can: what it declares, and what is left of it at `clock`. */
export function timerColumns(
  declared: TimerTemplate | undefined,
  running: RunningTimer | undefined,
  clock: (scope: string, key: string) => number,
): Row {
  const place = running && "tick_on" in running ? running.tick_on : null;
  const left =
    running && "ticks" in running && place
      ? running.ticks - (clock(place.scope, place.key) - running.since)
      : null;
  return {
    timer_json: declared === undefined ? null : JSON.stringify(declared),
    timer_expires_at: running && "expires_at" in running ? running.expires_at : null,
    timer_ticks_left: left,
    timer_tick_on: place && `${place.scope}.${place.key}`,
    timer_effect: running?.effect ?? null,
    timer_started_at: null,
  };
}
