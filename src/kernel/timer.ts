import type { Refusal, Result } from "./errors.ts";
import { refuse, succeed } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { isJsonObject, own } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { Entry, RunningTimer, TickTimer, Timer, TimerEffect, TimerTemplate } from "./model.ts";
import { isKey, isScope } from "./names.ts";
import type { Sight } from "./sight.ts";
import type { StateReader } from "./state.ts";
import type { Bindings } from "./template.ts";
import { fillValue, isPlaceholder } from "./template.ts";

type Refused = { readonly ok: false; readonly refusal: Refusal };

/** Who declares a timer: an agent or, as null, the room. It ticks only on what its registrar may read [TIMER-3]. */
export interface Registrar {
  readonly agent: string | null;
  readonly sight: Sight;
}

const CLOCKS = ["ms", "at", "ticks"] as const;
type Clock = (typeof CLOCKS)[number];

/** A declared timer that is not what it must be. */
export function invalidTimer(path: string, problem: string): Refused {
  return refuse("invalid_timer", `${path} ${problem}.`, {
    hint: 'Declare {"ms": 60000, "effect": "delete"}, or at, or ticks with tick_on in place of ms.',
    help: "timers",
    details: { path },
  });
}

export interface TimerRules {
  readonly registrar: Registrar;
  /** The effect of a timer that names none; without it the effect is required. */
  readonly effect?: TimerEffect;
  /** Whether the clock may be a placeholder, to be resolved when the timer is set. */
  readonly templates?: boolean;
}

/** A declared timer, checked. Unknown fields are ignored. */
export function parseTimer(declared: Json, path: string, rules: TimerRules): Result<TimerTemplate> {
  if (!isJsonObject(declared)) return invalidTimer(path, "must be an object");
  const effect = own(declared, "effect") ?? rules.effect ?? null;
  if (effect !== "delete" && effect !== "enable") {
    return invalidTimer(`${path}.effect`, 'must be "delete" or "enable"');
  }
  const [clock, ...others] = CLOCKS.filter((name) => (own(declared, name) ?? null) !== null);
  if (clock === undefined || others.length > 0) {
    return invalidTimer(path, "needs exactly one clock: ms, at, or ticks with tick_on");
  }
  const value = own(declared, clock) ?? null;
  const problem = rules.templates && isPlaceholder(value) ? null : clockProblem(clock, value);
  if (problem !== null) return invalidTimer(`${path}.${clock}`, problem);
  const tickOn = own(declared, "tick_on") ?? null;
  if (clock !== "ticks") {
    return tickOn === null
      ? succeed({ [clock]: value, effect })
      : invalidTimer(`${path}.tick_on`, "is for ticks");
  }
  const target = tickTarget(tickOn, `${path}.tick_on`, rules.registrar);
  return target.ok ? succeed({ ticks: value as number, tick_on: tickOn as string, effect }) : target;
}

/** The optional timer at `name` of `declared`, null counting as absent. */
export function optionalTimer(
  declared: JsonObject,
  name: string,
  path: string,
  rules: TimerRules,
): Result<TimerTemplate | undefined> {
  const value = own(declared, name) ?? null;
  return value === null ? succeed(undefined) : parseTimer(value, path, rules);
}

function clockProblem(clock: Clock, value: Json): string | null {
  if (clock === "at") return instantOf(value) === null ? "must be an instant in ISO 8601" : null;
  const most = clock === "ms" ? LIMITS.timerMaxMs : Number.MAX_SAFE_INTEGER;
  const valid = typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= most;
  return valid ? null : `must be a positive integer of at most ${most}`;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** ms since the epoch; a time without a zone is UTC, a day without a time its first moment. Null where it is none. */
export function instantOf(value: Json): number | null {
  const [, day, time = "00:00", zone = "Z"] = INSTANT.exec(typeof value === "string" ? value : "") ?? [];
  const start = Date.parse(`${day}T00:00:00Z`);
  // A day that its month has not got would run over into the next.
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(`${day}T`)) return null;
  const instant = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(instant) ? null : instant;
}

/** The key that `tick_on` names: the first dot ends the scope, `self` is the registrar's own. */
function tickTarget(tickOn: Json, path: string, { agent, sight }: Registrar): Result<TickTimer["tick_on"]> {
  const text = typeof tickOn === "string" ? tickOn.replace(/^state\./, "") : "";
  const dot = text.indexOf(".");
  const named = text.slice(0, Math.max(0, dot));
  const scope = named === "self" ? (agent ?? "") : named;
  const key = text.slice(dot + 1);
  if (!isScope(scope) || !isKey(key) || key.includes("${")) {
    return invalidTimer(
      path,
      "must name a scope and a key, such as state._shared.turn, without placeholders",
    );
  }
  if (sight.mayRead(scope)) return succeed({ scope, key });
  return refuse("scope_denied", `${path} names a scope that its registrar may not read.`, {
    hint: "Count the writes to a shared key, or to one of the registrar's own scope.",
    details: { path, scope },
  });
}

/** The timer that a declared one sets at the instant `bindings.now`. */
export function resolveTimer(
  template: TimerTemplate,
  bindings: Bindings,
  registrar: Registrar,
  path: string,
): Result<Timer> {
  const clock = CLOCKS.find((name) => template[name] !== undefined) ?? "ms";
  const filled = fillValue(template[clock] ?? null, bindings, "null");
  if (!filled.ok) return filled;
  const problem = clockProblem(clock, filled.value);
  if (problem !== null) return invalidTimer(`${path}.${clock}`, problem);
  const { effect } = template;
  if (clock === "ticks") {
    const target = tickTarget(template.tick_on ?? null, `${path}.tick_on`, registrar);
    return target.ok ? succeed({ effect, ticks: Number(filled.value), tick_on: target.value }) : target;
  }
  const now = Date.parse(bindings.now);
  const at = clock === "ms" ? now + Number(filled.value) : (instantOf(filled.value) ?? now);
  if (at - now > LIMITS.timerMaxMs) return invalidTimer(`${path}.at`, "must be at most ten years ahead");
  return succeed({ effect, expires_at: new Date(at).toISOString() });
}

/** {@link resolveTimer} for a timer that has no placeholders, or for none. */
export function startTimer(
  template: TimerTemplate | undefined,
  now: string,
  registrar: Registrar,
): Result<Timer | undefined> {
  if (template === undefined) return succeed(undefined);
  return resolveTimer(template, { self: registrar.agent, now, params: {} }, registrar, "timer");
}

/** Whether the entry is there for writes and `if_hash` only: a timer of it has yet to enable it [TIMER-1]. */
export function isDormant({ timer, cooldown }: Entry): boolean {
  return timer?.effect === "enable" || cooldown?.effect === "enable";
}

/** What has to pass before an action can be invoked. */
export interface Delay {
  readonly available_at?: string;
  readonly ticks_remaining?: number;
}

/** Why an action may not be invoked yet, or null: it is dormant, or in cooldown. Ticks are told to who may read them. */
export function delayOf(entry: Entry, clocks: Pick<StateReader, "clock">, sight: Sight): Delay | null {
  const running = [entry.timer, entry.cooldown].filter((timer) => timer !== undefined);
  const enabling = running.filter(({ effect }) => effect === "enable");
  if (enabling.length === 0) return null;
  const instants = enabling.flatMap((timer) => ("expires_at" in timer ? [timer.expires_at] : []));
  const ticks = enabling.flatMap((timer) => {
    return "expires_at" in timer || !sight.mayRead(timer.tick_on.scope)
      ? []
      : [remainingTicks(timer, clocks)];
  });
  const available = instants.sort().at(-1);
  return {
    ...(available === undefined ? {} : { available_at: available }),
    ...(ticks.length === 0 ? {} : { ticks_remaining: Math.max(...ticks) }),
  };
}

/** So many writes to its key are still to come before the timer fires. */
function remainingTicks(timer: TickTimer & { since: number }, clocks: Pick<StateReader, "clock">): number {
  return timer.ticks - (clocks.clock(timer.tick_on.scope, timer.tick_on.key) - timer.since);
}

/** A running timer as an operation would set it to go on as it is. */
export function carriedOn(timer: RunningTimer, clocks: Pick<StateReader, "clock">): Timer {
  if ("expires_at" in timer) return timer;
  const { effect, tick_on } = timer;
  return { effect, ticks: remainingTicks(timer, clocks), tick_on };
}
