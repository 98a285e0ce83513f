import { describe, expect, it } from "vitest";
import { BUILTINS } from "../../src/kernel/decide/builtins.ts";
import { decideInvoke } from "../../src/kernel/decide/invoke.ts";
import type { Json, JsonObject } from "../../src/kernel/json.ts";
import type { Identity } from "../../src/kernel/model.ts";
import {
  ANA,
  accepted,
  BOB,
  deciding,
  FAULT,
  NOW,
  ROOM,
  refusalOf,
  StandingState,
  standing,
  untimely,
} from "../support/decisions.ts";

/** Invokes an action of `registered_by` that makes one write, over what stands already. */
function writing(
  write: JsonObject,
  params: JsonObject = {},
  { who = ANA, registered_by = "ana" as string | null } = {},
) {
  const action = standing({ scope: "_s", writes: [write], registered_by });
  const state = new StandingState({
    _actions: { a: action },
    _agents: {
      ana: standing({ grants: ["cy"], status: "active" }),
      bob: standing({ grants: [], status: "active" }),
    },
    _s: {
      n: standing(5),
      l: standing([1]),
      t: standing("t"),
      z: standing(null),
      o: standing({ a: 1, b: { c: 2 } }),
      9: standing(1),
    },
    bob: { b: standing(1) },
    _full: { 999999999999999: standing(1) },
    _messages: { 2: standing({}) },
  });
  return decideInvoke({ action: "a", params }, deciding(who, state));
}
const written = (...given: Parameters<typeof writing>) => {
  const { op, scope, key, value, ...rest } = accepted(writing(...given)).event!.payload
    .writes[0] as never as JsonObject;
  return [op, scope, key, value, rest];
};
const value = (...given: Parameters<typeof writing>) => written(...given)[3];
const refused = (...given: Parameters<typeof writing>) => refusalOf(writing(...given));

describe("a write that is done", () => {
  it("[ACT-5] [STATE-1] sets, merges, increments, appends, pushes and deletes", () => {
    expect(written({ key: "${params.k}", value: "${params.v}" }, { k: "k", v: [1] })).toEqual([
      ...["set", "_s", "k", [1]],
      { revision: 1, hash: "#[1]" },
    ]);
    expect(written({ key: "n", value: 1, enabled: "yes" })).toEqual([
      ...["set", "_s", "n", 1],
      { revision: 2, hash: "#1", enabled: "yes" },
    ]);
    expect(written({ key: "o", merge: { b: { c: null, d: 3 } } }).slice(0, 4)).toEqual([
      "merge",
      "_s",
      "o",
      { a: 1, b: { d: 3 } },
    ]);
    expect(value({ key: "o", merge: "${params.m}" }, { m: { a: null } })).toEqual({ b: { c: 2 } });
    expect(value({ key: "o", merge: { a: "${params.none}", x: 1 } })).toMatchObject({ a: 1, x: 1 });
    expect(written({ key: "n", increment: 2 }).slice(0, 4)).toEqual(["increment", "_s", "n", 7]);
    expect([value({ key: "n", increment: true }), value({ key: "n", increment: true, value: 3 })]).toEqual([
      6, 8,
    ]);
    expect([
      value({ key: "x", increment: "${params.by}" }, { by: -1 }),
      value({ key: "x", increment: "${params.by}" }),
    ]).toEqual([-1, 1]);
    expect(value({ key: "n", increment: 2 ** 53 - 6 })).toBe(2 ** 53 - 1);
    expect(value({ key: "n", increment: true, value: "five", expr: true })).toBe(10);
    expect(written({ append: true, value: 1 }).slice(0, 4)).toEqual(["set", "_s", "10", 1]);
    expect(written({ key: "l", append: true, value: 2 }).slice(0, 4)).toEqual(["push", "_s", "l", [1, 2]]);
    const pushed = ["t", "z", "new"].map((key) => value({ key, append: true, value: 2 }));
    expect(pushed).toEqual([["t", 2], [2], [2]]);
    expect(value({ key: "k", value: "one", expr: true })).toBe(1);
    expect(written({ key: "n", delete: true })).toEqual([
      "delete",
      "_s",
      "n",
      undefined,
      { revision: 0, hash: "" },
    ]);
    expect(accepted(writing({ key: "gone", delete: true })).event?.payload.writes).toEqual([]);
    expect(written({ scope: "${self}", key: "k", value: 1 })[1]).toBe("ana");
  });

  it("[ACT-18] of a message is the room's to sign, and has no gate and no time", () => {
    const message = (content: Json, rest: JsonObject = {}) => ({
      scope: "_messages",
      append: true,
      value: content,
      ...rest,
    });
    expect(written(message("hi")).slice(0, 4)).toEqual([
      ...["set", "_messages", "3"],
      { from: "ana", kind: "chat", body: "hi", via: "a" },
    ]);
    expect(refused(message("hi", { enabled: "yes" }))).toEqual({
      code: "invalid_param",
      message: "A message cannot be hidden by enabled.",
      details: { path: "writes[0].enabled" },
    });
    expect(refused(message("hi", { timer: { ms: 1, effect: "delete" } }))).toEqual(
      untimely("writes[0].timer", "cannot stand on a message"),
    );
    expect(refused(message({ kind: "k" })).details).toEqual({ path: "body" });
  });

  it("[TIMER-1] begins its timer, its placeholders filled in", () => {
    const timed = (timer: JsonObject, params: JsonObject = {}) =>
      (written({ key: "k", value: 1, timer }, params)[4] as JsonObject).timer;
    const effect = "delete";
    expect(timed({ ms: "${params.ms}", effect }, { ms: 1_000 })).toEqual({
      effect,
      expires_at: "2026-01-02T03:04:06.000Z",
    });
    expect(timed({ at: "${params.at}", effect }, { at: "2001-01-01" })).toEqual({
      effect,
      expires_at: "2001-01-01T00:00:00.000Z",
    });
    expect(timed({ ticks: 2, tick_on: "state.self.turn", effect })).toEqual({
      effect,
      ticks: 2,
      tick_on: { scope: "ana", key: "turn" },
    });
    expect(timed({ ticks: "${params.n}", tick_on: "_s.a.b", effect }, { n: 3 })).toMatchObject({
      ticks: 3,
      tick_on: { scope: "_s", key: "a.b" },
    });
    const wrong = (timer: JsonObject, params: JsonObject = {}) =>
      refused({ key: "k", value: 1, timer }, params);
    const most = (limit: number) => `must be a positive integer of at most ${limit}`;
    const decade = 3_650 * 86_400_000;
    expect(wrong({ ms: "${params.ms}", effect }, { ms: 0 }).message).toMatch(
      /^writes\[0\]\.timer\.ms must be a positive integer of at most \d+\.$/,
    );
    expect(wrong({ ticks: "${params.n}", effect, tick_on: "_s.k" }, { n: 1.5 })).toEqual(
      untimely("writes[0].timer.ticks", most(2 ** 53 - 1)),
    );
    expect(wrong({ at: "${params.at}", effect }, { at: "soon" })).toEqual(
      untimely("writes[0].timer.at", "must be an instant in ISO 8601"),
    );
    expect(wrong({ at: new Date(Date.parse(NOW) + 2 * decade).toISOString(), effect })).toEqual(
      untimely("writes[0].timer.at", "must be at most ten years ahead"),
    );
    expect(refusalOf(writing({ key: "k", value: 1, timer: { ticks: 1, tick_on: "bob.k", effect } }))).toEqual(
      {
        code: "scope_denied",
        message: "writes[0].timer.tick_on names a scope that its registrar may not read.",
        hint: "Count the writes to a shared key, or to one of the registrar's own scope.",
        details: { path: "writes[0].timer.tick_on", scope: "bob" },
      },
    );
  });
});

describe("a write that is refused", () => {
  it("[ACT-5] says which target it cannot have", () => {
    expect(refused({ key: "${params.k}", value: 1 }, { k: "" })).toEqual({
      code: "missing_param",
      message: "The key of a write is empty after substitution.",
      details: { key: "${params.k}" },
    });
    expect(refused({ key: "${params.k}", value: 1 }, { k: "\n" })).toEqual({
      code: "invalid_param",
      message: "A key has 1 to 256 bytes and no control characters.",
      details: { scope: "_s", limit: "keyBytes" },
    });
    expect(refused({ scope: "_full", append: true, value: 1 })).toEqual({
      code: "storage_full",
      message: "The numbers of the scope _full are used up.",
      hint: "Append to another scope.",
      details: { scope: "_full" },
    });
    expect(refused({ scope: "_messages", key: "1", append: true, value: 1 }).code).toBe("scope_denied");
    expect(refused({ scope: "${params.s}", key: "k", value: 1 }).code).toBe("missing_param");
    expect(refused({ key: "${params.k}", value: 1 }).code).toBe("missing_param");
  });

  it("[ACT-6] [AUTH-7] names the current hash to who may read it", () => {
    const conflict = (scope: string, key: string, rest: JsonObject) => ({
      code: "version_conflict",
      message: `The entry ${scope}.${key} is not what the caller read.`,
      hint: "Read the entry again and invoke with its hash.",
      details: { scope, key, expected: "x", ...rest },
    });
    const current = { revision: 1, hash: "hash of n" };
    expect(refused({ key: "n", value: 1, if_hash: "x" })).toEqual(conflict("_s", "n", { current }));
    expect(refused({ key: "new", value: 1, if_hash: "x" })).toEqual(
      conflict("_s", "new", { current: { revision: 0, hash: "" } }),
    );
    const theirs = { who: BOB, registered_by: "ana" };
    expect(refused({ scope: "cy", key: "b", value: 1, if_hash: "x" }, {}, theirs)).toEqual(
      conflict("cy", "b", {}),
    );
    expect(value({ key: "n", value: 1, if_hash: "${params.h}" }, { h: "hash of n" })).toBe(1);
    expect(value({ key: "new", value: 1, if_hash: "" })).toBe(1);
    expect(refused({ key: "n", value: 1, if_hash: "${params.h}" })).toEqual({
      code: "missing_param",
      message: "The if_hash of the write needs ${params.h} as a string.",
      hint: "Pass the hash of the entry as it was read, or an empty string for an entry that must not exist.",
    });
    const help = (key: string, if_hash: string) =>
      writing({ scope: "_help", key, value: 1, if_hash }, {}, { who: ROOM });
    expect([help("guide", '#"text"').ok, help("guide", "").ok, help("other", "").ok]).toEqual([
      true,
      false,
      true,
    ]);
    expect(refused({ key: "guide", value: 1, if_hash: '#"text"' }).code).toBe("version_conflict");
  });

  it("[ACT-5] [STATE-3] says what is wrong with its value", () => {
    expect(refused({ key: "k", merge: "${params.m}" }, { m: 1 })).toEqual({
      ...{ code: "invalid_param", message: "writes[0].merge becomes no object.", help: "writes" },
      details: { path: "writes[0]" },
    });
    const not = (key: string) => ({
      code: "not_a_number",
      message: `_s.${key} cannot be incremented by that.`,
      hint: "Increment an entry that holds a number, or none, by a number, and stay within ±(2^53−1).",
      details: { scope: "_s", key },
    });
    expect(refused({ key: "t", increment: 1 })).toEqual(not("t"));
    expect(refused({ key: "n", increment: "${params.by}" }, { by: "1" })).toEqual(not("n"));
    expect(refused({ key: "n", increment: 2 ** 53 - 5 })).toEqual(not("n"));
    const problems: [Json, string][] = [
      [2 ** 60, "is a number beyond ±(2^53−1), which JSON readers round"],
      ["\ud800", "holds half of a surrogate pair"],
      [JSON.parse("[".repeat(32) + "]".repeat(32)), "is nested deeper than 32 levels"],
    ];
    for (const [wrong, problem] of problems) {
      const { message } = refused({ key: "k", value: { x: "${params.v}" } }, { v: wrong });
      expect(message.replaceAll(".0", "")).toBe(`writes[0].x ${problem}.`);
    }
    expect(refused({ key: "k", value: "${params.v}" }, { v: "x".repeat(270_000) })).toMatchObject({
      code: "too_large",
      message: expect.stringMatching(/^A value has at most \d+ bytes of JSON\.$/),
      hint: "Split the value over several keys.",
      details: { path: "writes[0]", limit: "valueBytes" },
    });
    expect(refused({ scope: "cy", key: "k", value: "${params.v}" }, { v: 2 ** 60 }, { who: BOB })).toEqual({
      code: "invalid_param",
      message: "The value of writes[0] may not be stored.",
      details: { path: "writes[0]" },
    });
    const failing = writing({ key: "k", value: "fails", expr: true });
    expect(failing).toMatchObject({
      clause: { clause: "writes[0]", expression: "fails", frame: { params: {}, now: NOW } },
    });
    expect(refusalOf(failing)).toEqual({
      ...{ code: "cel_error", message: FAULT.message, help: "cel" },
      details: { path: "writes[0].value", line: 1, column: 2, caret: "^" },
    });
  });

  it("[ACT-3] an expression reads the invoker's own only for the invoker's own", () => {
    const readsOwn = (scope: string, registered_by: string, who: Identity = ANA) => {
      const failing = writing({ scope, key: "k", value: "fails", expr: true }, {}, { who, registered_by });
      return !failing.ok && failing.clause?.frame?.sight.mayRead("ana");
    };
    expect([readsOwn("_s", "ana"), readsOwn("ana", "bob"), readsOwn("_s", "bob")]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

it("[ACT-13] every room has the built-in actions", () => {
  const commands = [...BUILTINS].map(([id, { command }]) => [id, command?.kind ?? null]);
  expect(Object.fromEntries(commands)).toEqual({
    _register_action: "register_action",
    _delete_action: "delete_action",
    _register_view: "register_view",
    _delete_view: "delete_view",
    _send_message: "message",
    help: null,
  });
});
