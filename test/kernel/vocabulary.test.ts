import { describe, expect, it } from "vitest";
import { decideInvoke } from "../../src/kernel/decide/invoke.ts";
import { decideDelete } from "../../src/kernel/decide/register.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { Identity, LogEvent } from "../../src/kernel/model.ts";
import {
  ANA,
  accepted,
  registeringAction as action,
  BOB,
  deciding,
  FAULT,
  fault,
  JOINED,
  NOW,
  ROOM,
  refusalOf,
  StandingState,
  standing,
  untimely,
  registeringView as view,
} from "../support/decisions.ts";

describe("what is registered already", () => {
  const theirs = standing({ scope: "_shared", registered_by: "bob", writes: [{ key: "k", value: 1 }] });
  const owned = standing({ scope: "bob", registered_by: "bob", expr: "1" });
  const over = new StandingState({ _actions: { a: theirs, b: theirs }, _views: { v: owned } });

  it("[ACT-12] takes the room's authority or proof that it was read", () => {
    const hint =
      "Read its definition and hash at GET …/context?only=actions&depth=full and pass the hash as if_hash.";
    expect(refusalOf(action({}, ANA, over))).toEqual({
      ...{ code: "proof_of_read_required", message: "The action a was registered by another.", hint },
    });
    const conflict = { code: "version_conflict", message: "The action a is not what the caller read.", hint };
    expect(refusalOf(action({ if_hash: "x" }, BOB, over))).toEqual({
      ...conflict,
      details: { id: "a", expected: "x" },
    });
    expect(refusalOf(action({ id: "new", if_hash: "x" }, BOB, over)).code).toBe("version_conflict");
    expect(action({ id: "new", if_hash: "" }, BOB, over).ok).toBe(true);
    const answers = [
      action({}, ROOM, over),
      action({}, BOB, over),
      action({ if_hash: "hash of a" }, ANA, over),
    ];
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
    const mine = { ...owned, value: { scope: "ana", registered_by: null } };
    expect(view({}, ANA, new StandingState({ _views: { v: mine } })).ok).toBe(true);
    expect(refusalOf(view({ if_version: "hash of v" }, ANA, over))).toEqual({
      ...{ code: "scope_denied", message: "The view v belongs to bob.", hint: "Choose another id." },
    });
    expect(refusalOf(view({ if_hash: "x" }, BOB, over)).hint).toContain("GET …/history/_views/v and");
  });

  it("[ACT-11] [ACT-12] is redefined with what changed and who else writes there", () => {
    const { fields } = accepted(action({ writes: [{ key: "k", value: 2 }], intent: "i" }, BOB, over));
    expect(fields).toMatchObject({
      warning: "competing_write_targets",
      warnings: ["competing_write_targets", "action_redefined"],
      competing: { "_shared:k": ["b"] },
      changed: ["writes", "intent"],
      revision: 2,
    });
    const alone = accepted(view({ scope: "bob" }, BOB, over)).fields;
    expect([alone.warnings, alone.changed, "competing" in alone]).toEqual([
      ["view_redefined"],
      ["expr"],
      false,
    ]);
  });

  it("[LIMIT-5] counts to the room's limits, and what is there may still be redefined", () => {
    const limits = { limits: standing({ actions: 2 }) };
    const full = new StandingState({ _config: limits, _actions: { a: theirs, b: theirs } });
    expect(refusalOf(action({ id: "new" }, ROOM, full))).toEqual({
      code: "storage_full",
      message: "This room holds at most 2 actions.",
      hint: "Delete one that is not used with _delete_action.",
      details: { limit: "actions" },
    });
    expect(action({}, ROOM, full).ok).toBe(true);
  });

  it("[ACT-12] is deleted by whom it may be redefined, once", () => {
    const remove = (what: "action" | "view", params: JsonObject, identity: Identity) =>
      decideDelete(what, params, deciding(identity, over));
    const { status, event, fields } = accepted(
      remove("action", { id: "a" }, { ...ROOM, acting: "bob" } as Identity),
    );
    expect([status, fields]).toEqual([200, { deleted: true, id: "a" }]);
    expect(event).toMatchObject({ kind: "delete_action", agent: "bob" });
    const writes = [{ op: "delete", scope: "_actions", key: "a", revision: 0, hash: "" }];
    expect(event?.payload).toEqual({ ok: true, action: "_delete_action", acting: "room", writes });
    expect(refusalOf(remove("view", { id: "x" }, BOB))).toEqual({
      code: "view_not_found",
      message: 'There is no view "x" in this room.',
      hint: "GET …/context?only=views lists the views.",
    });
    expect(refusalOf(remove("action", { id: "a" }, ANA)).code).toBe("proof_of_read_required");
    expect(refusalOf(remove("action", {}, ANA)).code).toBe("invalid_param");
  });
});

describe("an invocation", () => {
  const invoke = (definition: JsonObject, params: JsonObject = {}, rest: JsonObject = {}, identity = ANA) => {
    const held = standing({ scope: "_shared", writes: [], registered_by: "ana", ...definition }, rest);
    const context = deciding(identity, new StandingState({ _actions: { a: held } }));
    return decideInvoke({ action: "a", params }, context);
  };

  it("[ACT-2] of what is not there says whether it ever was", () => {
    const hint = "GET …/context?only=actions lists the actions; _register_action makes one.";
    const ask = (kind?: "timer" | "invoke") =>
      refusalOf(
        decideInvoke({ action: "x", params: {} }, deciding(ANA, JOINED, kind && ({ kind } as LogEvent))),
      );
    const missing = { code: "action_not_found", message: 'There is no action "x" in this room.', hint };
    expect([ask(), ask("invoke")]).toEqual(Array(2).fill({ ...missing, help: "vocabulary_bootstrap" }));
    expect(ask("timer")).toEqual({
      ...{ code: "action_expired", message: 'The time of the action "x" is over.', hint, help: "timers" },
    });
  });

  it("[ACT-12] with the hash of another definition is refused", () => {
    const held = new StandingState({ _actions: { a: standing({ scope: "_shared", writes: [] }) } });
    const ask = (if_action_hash: string) =>
      decideInvoke({ action: "a", params: {}, if_action_hash }, deciding(ANA, held));
    expect(refusalOf(ask("x"))).toEqual({
      code: "version_conflict",
      message: "The action a is no longer what the caller read.",
      hint: "Read its definition at GET …/context?only=actions&depth=full and invoke with its hash.",
      details: { action: "a", expected: "x" },
    });
    expect(ask("hash of a").ok).toBe(true);
  });

  it("[ACT-2] [TIMER-1] is refused by the first clause that does not hold", () => {
    const cooling = { cooldown: { effect: "enable", expires_at: NOW } };
    expect(invoke({ enabled: "no" }, {}, cooling)).toMatchObject({
      clause: { clause: "cooldown" },
      refusal: {
        code: "action_cooldown",
        message: "The action a cannot be invoked yet.",
        hint: 'Wait with GET …/wait?condition=actions["a"].available.',
        help: "timers",
        details: { available_at: NOW },
      },
    });
    const gate = { hint: "Wait until it does with GET …/wait?condition=….", help: "refusals" };
    const disabled = invoke({ enabled: "no", params: {} }, { wrong: 1 });
    expect(disabled).toMatchObject({
      clause: { clause: "enabled", expression: "no", frame: { params: {} } },
    });
    expect(refusalOf(disabled)).toEqual({
      ...{ code: "action_disabled", message: "The enabled of a does not hold now.", ...gate },
      details: { clause: "enabled", expression: "no" },
    });
    const wrong = invoke({ params: {}, if: "no" }, { wrong: 1 });
    expect(wrong).toMatchObject({ clause: { clause: "params" } });
    expect(refusalOf(wrong)).toEqual(
      fault("wrong", "is wrong", { hint: "The params of a are in GET …/context?only=actions." }),
    );
    const failing = refusalOf(invoke({ if: "fails" }));
    expect([failing.code, failing.message]).toEqual([
      "precondition_failed",
      "The if of a does not hold now.",
    ]);
    expect(failing.details).toEqual({
      clause: "if",
      expression: "fails",
      fault: { ...FAULT, code: "cel_error" },
    });
    const writes = [
      { key: "k", value: 1 },
      { scope: "bob", key: "k", value: 1 },
    ];
    expect(invoke({ writes })).toMatchObject({ ok: false, clause: { clause: "writes[1]" } });
    const on_invoke = { timer: { at: "9999-01-01", effect: "enable" } };
    expect(invoke({ on_invoke })).toMatchObject({
      clause: { clause: "on_invoke" },
      refusal: untimely("on_invoke.timer.at", "must be at most ten years ahead"),
    });
  });

  it("[ACT-8] [TIMER-1] that is accepted writes, begins its cooldown and has its result asked for", () => {
    const on_invoke = { timer: { ms: 1_000, effect: "enable" } };
    const writes = [{ key: "${params.k}", value: "${self}" }];
    const done = accepted(
      invoke({ writes, on_invoke, result: "five", enabled: "yes", if: "yes", params: {} }, { k: "x" }),
    );
    const expires_at = "2026-01-02T03:04:06.000Z";
    const { payload, ...event } = done.event!;
    expect([done.status, event]).toEqual([200, { kind: "invoke", agent: "ana" }]);
    expect(payload).toEqual({
      ok: true,
      action: "a",
      params: { k: "x" },
      writes: [
        { op: "set", scope: "_shared", key: "x", value: "ana", revision: 1, hash: '#"ana"' },
        {
          op: "cooldown",
          scope: "_actions",
          key: "a",
          revision: 1,
          hash: "hash of a",
          cooldown: { effect: "enable", expires_at },
        },
      ],
    });
    expect(done.result).toMatchObject({ expression: "five", frame: { params: { k: "x" }, now: NOW } });
    expect(accepted(invoke({}))).not.toHaveProperty("result");
    const acting = { ...ROOM, acting: "ana" } as Identity;
    expect(accepted(invoke({}, {}, {}, acting)).event?.payload).toMatchObject({ acting: "room" });
  });
});
