import { describe, expect, it } from "vitest";
import type { Json } from "../../src/kernel/json.ts";
import type { Entry } from "../../src/kernel/model.ts";
import { sight } from "../../src/kernel/sight.ts";
import type { StateReader } from "../../src/kernel/state.ts";
import { carriedOn, delayOf, instantOf, isDormant, parseTimer } from "../../src/kernel/timer.ts";
import { ANA, NOW, refusalOf, StandingState, untimely } from "../support/decisions.ts";

describe("a timer", () => {
  const registrar = { agent: "ana", sight: sight(ANA, undefined) };
  const parse = (declared: Json, rules: object = {}) =>
    parseTimer(declared, "timer", { registrar, ...rules });
  const clock = "needs exactly one clock: ms, at, or ticks with tick_on";
  const named = "must name a scope and a key, such as state._shared.turn, without placeholders";
  it.each<[Json, string, string]>([
    [[], "timer", "must be an object"],
    [{ ms: 1 }, "timer.effect", 'must be "delete" or "enable"'],
    [{ ms: 1, effect: "x" }, "timer.effect", 'must be "delete" or "enable"'],
    [{ effect: "enable" }, "timer", clock],
    [{ ms: 1, at: "2026-01-01", effect: "enable" }, "timer", clock],
    [{ at: 5, effect: "enable" }, "timer.at", "must be an instant in ISO 8601"],
    [{ at: "${params.at}", effect: "enable" }, "timer.at", "must be an instant in ISO 8601"],
    [{ ms: 1, tick_on: "_s.k", effect: "enable" }, "timer.tick_on", "is for ticks"],
    [
      { ticks: 0, tick_on: "_s.k", effect: "enable" },
      "timer.ticks",
      `must be a positive integer of at most ${2 ** 53 - 1}`,
    ],
    [{ ticks: 1, effect: "enable" }, "timer.tick_on", named],
    [{ ticks: 1, tick_on: "k", effect: "enable" }, "timer.tick_on", named],
    [{ ticks: 1, tick_on: "_s.", effect: "enable" }, "timer.tick_on", named],
    [{ ticks: 1, tick_on: "x.state._s.k y/", effect: "enable" }, "timer.tick_on", "names"],
    [{ ticks: 1, tick_on: "_s.${params.k}", effect: "enable" }, "timer.tick_on", named],
  ])("[TIMER-1] %j is refused", (declared, path, problem) => {
    const refusal = refusalOf(parse(declared));
    if (problem === "names") expect(refusal.code).toBe("scope_denied");
    else expect(refusal).toEqual(untimely(path, problem));
  });

  it("[TIMER-1] has one clock, and in a write a placeholder for it", () => {
    const at = { at: "2026-01-01", effect: "enable" };
    expect([
      parse({ ...at, ms: null, more: 1 }),
      parse({ ...at, effect: null }, { effect: "enable" }),
    ]).toEqual(Array(2).fill({ ok: true, value: at }));
    const template = { ms: "${params.ms}", effect: "delete" };
    expect([parse(template, { templates: true }).ok, parse(template).ok]).toEqual([true, false]);
    expect(parse({ ticks: 1, tick_on: "self.k", effect: "delete" }).ok).toBe(true);
    expect(
      parse({ ticks: 1, tick_on: "self.k", effect: "delete" }, { registrar: { ...registrar, agent: null } })
        .ok,
    ).toBe(false);
  });

  it.each<[Json, string | null]>([
    ["2026-01-02", "2026-01-02T00:00:00.000Z"],
    ["2026-01-02T03:04", "2026-01-02T03:04:00.000Z"],
    ["2026-01-02 03:04:05", "2026-01-02T03:04:05.000Z"],
    ["2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"],
    ["2026-01-02T03:04:05.678901234+01:00", "2026-01-02T02:04:05.678Z"],
    ["2026-02-30", null],
    ["2026-13-01", null],
    ["2026-01-02T25:00", null],
    ["2026-01-02Z", null],
    [" 2026-01-02", null],
    ["2026-01-02 ", null],
    ["x", null],
    [5, null],
  ])("[TIMER-1] the instant %j", (text, instant) => {
    const at = instantOf(text);
    expect(at === null ? null : new Date(at).toISOString()).toBe(instant);
  });

  it("[TIMER-1] [TIMER-3] [AUTH-7] tells how long it delays, ticks to who may read what they count", () => {
    const ticking = (scope: string, ticks: number) => ({
      effect: "enable",
      ticks,
      since: 5,
      tick_on: { scope, key: "k" },
    });
    const at = (expires_at: string, effect = "enable") => ({ effect, expires_at });
    const delay = (timer?: object, cooldown?: object) =>
      delayOf(
        { ...(timer && { timer }), ...(cooldown && { cooldown }) } as never as Entry,
        new StandingState() as StateReader,
        sight(ANA, undefined),
      );
    expect([delay(), delay(at(NOW, "delete"))]).toEqual([null, null]);
    expect(delay(at("2026-01-01"), at("2026-01-03"))).toEqual({ available_at: "2026-01-03" });
    expect(delay(at("2026-01-03"), at("2026-01-01"))).toEqual({ available_at: "2026-01-03" });
    expect(delay(ticking("_s", 10), at(NOW))).toEqual({ available_at: NOW, ticks_remaining: 8 });
    expect(delay(ticking("_s", 10), ticking("ana", 12))).toEqual({ ticks_remaining: 10 });
    expect(delay(ticking("bob", 10))).toEqual({});
    const dormant = (entry: object) => isDormant(entry as Entry);
    expect(
      [{}, { timer: at(NOW) }, { cooldown: at(NOW) }, { timer: at(NOW, "delete") }].map(dormant),
    ).toEqual([...[false, true, true, false]]);
    expect(carriedOn(at(NOW) as never, new StandingState())).toEqual(at(NOW));
    expect(carriedOn(ticking("_s", 10) as never, new StandingState())).toEqual({
      ...{ effect: "enable", ticks: 8, tick_on: { scope: "_s", key: "k" } },
    });
  });
});
