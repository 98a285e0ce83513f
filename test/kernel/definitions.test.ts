import { describe, expect, it } from "vitest";
import { decideDelete } from "../../src/kernel/decide/register.ts";
import type { Json, JsonObject } from "../../src/kernel/json.ts";
import {
  ANA,
  accepted,
  registeringAction as action,
  deciding,
  fault,
  JOINED,
  ROOM,
  refusalOf,
  uncompiled,
  untimely,
  registeringView as view,
} from "../support/decisions.ts";

const unwritable = (path: string, message: string) => fault(path, message, { help: "writes" });

describe("a definition", () => {
  it("[ACT-1] is kept as it was declared, less what says nothing", () => {
    const timer = { at: "2026-02-01", effect: "delete" };
    const on_invoke = { timer: { ticks: 2, tick_on: "_shared.turn" } };
    const texts = { description: "d", intent: "i", if: "yes", enabled: "one", result: "five" };
    const params = { n: { type: "number", required: true } };
    const writes = [{ key: "k", value: 1, more: true }];
    const { fields, event, status } = accepted(
      action({ ...texts, params, writes, timer, on_invoke, more: 1 }),
    );
    const definition = {
      scope: "_shared",
      ...texts,
      params,
      writes: [{ key: "k", value: 1 }],
      timer,
      on_invoke: { timer: { ...on_invoke.timer, effect: "enable" } },
      registered_by: "ana",
    };
    expect(fields).toEqual({
      id: "a",
      definition,
      hash: `#${JSON.stringify(fields.definition)}`,
      revision: 1,
    });
    expect([status, event?.kind, event?.agent, event?.payload.action]).toEqual([
      ...[201, "register_action", "ana"],
      "_register_action",
    ]);
    expect(event?.payload.ok).toBe(true);
    expect(event?.payload.writes).toMatchObject([
      {
        op: "set",
        scope: "_actions",
        key: "a",
        timer: { effect: "delete", expires_at: "2026-02-01T00:00:00.000Z" },
      },
    ]);
    const none = { description: null, if: null, params: null, timer: null, on_invoke: null };
    expect(accepted(action({ ...none, scope: null })).fields.definition).toEqual({
      ...{ scope: "_shared", writes: [], registered_by: "ana" },
    });
    expect(accepted(action({ on_invoke: {} })).fields.definition).not.toHaveProperty("on_invoke");
  });

  it("[VIEW-1] of a view stands under its registrar's scope, and under _shared for the room", () => {
    const render = { type: "text" };
    const { fields, event } = accepted(view({ description: "d", enabled: "yes", render }));
    expect(fields.definition).toEqual({
      ...{ scope: "ana", expr: "one", description: "d", enabled: "yes", render, registered_by: "ana" },
    });
    expect([event?.kind, event?.payload.action, event?.payload.writes[0]?.scope]).toEqual([
      ...["register_view", "_register_view", "_views"],
    ]);
    const rooms = accepted(view({ timer: { ms: 1, effect: "enable" } }, ROOM)).fields.definition;
    expect(rooms).toEqual({
      ...{ scope: "_shared", expr: "one", timer: { ms: 1, effect: "enable" }, registered_by: null },
    });
  });

  const text = "must be a string";
  const cel = "must be a string that holds a CEL expression";
  const bytes = "must be a string of 1 to 256 bytes without control characters";
  const wrongs: readonly [JsonObject, JsonObject][] = [
    [{ id: 1 }, fault("id", bytes)],
    [{ id: "" }, fault("id", bytes)],
    [{ description: 1 }, fault("description", text)],
    [{ intent: 1 }, fault("intent", text)],
    [{ scope: 1 }, fault("scope", text)],
    [{ if: 1 }, fault("if", cel)],
    [{ enabled: [] }, fault("enabled", cel)],
    [{ result: {} }, fault("result", cel)],
    [{ if: "bad" }, uncompiled("if")],
    [{ params: [] }, fault("params", "must be an object")],
    [{ params: { n: 1 } }, fault("params.n", "must be a JSON Schema object")],
    [{ writes: {} }, fault("writes", "must be a list of writes, empty for none")],
    [{ timer: 1 }, untimely("timer", "must be an object")],
    [{ on_invoke: 1 }, untimely("on_invoke", "must be an object with a timer")],
    [{ on_invoke: { timer: 1 } }, untimely("on_invoke.timer", "must be an object")],
    [
      { if_hash: 1 },
      { code: "invalid_param", message: "if_hash must be a string.", details: { path: "if_hash" } },
    ],
  ];
  it.each(wrongs)("[ACT-1] says what is wrong: %j", (params, refusal) => {
    expect(refusalOf(action(params))).toEqual(refusal);
  });

  it("[ACT-1] [VIEW-1] is refused under what is the room's own", () => {
    const reserved = {
      code: "reserved_id",
      message: 'The id "_a" is kept for the room itself.',
      hint: "Choose an id that does not begin with an underscore and is not help.",
    };
    const removed = decideDelete("view", { id: "_a" }, deciding(ANA, JOINED));
    expect([refusalOf(action({ id: "_a" })), refusalOf(removed)]).toEqual([reserved, reserved]);
    expect(refusalOf(action({ scope: "bob" })).code).toBe("scope_denied");
    expect(refusalOf(view({ expr: null }))).toEqual(fault("expr", "must be a CEL expression"));
    expect(refusalOf(view({ expr: "params" }))).toEqual(uncompiled("expr"));
    expect(refusalOf(view({ enabled: "params" }))).toEqual(uncompiled("enabled"));
    for (const render of [1, {}, { type: 1 }] as Json[]) {
      expect(refusalOf(view({ render }))).toEqual(fault("render", "must be an object with a type"));
    }
    expect(refusalOf(view({ timer: 1 })).code).toBe("invalid_timer");
    const many = Array.from({ length: 101 }, () => ({ key: "k", value: 1 }));
    expect(refusalOf(action({ writes: many }))).toMatchObject({
      code: "too_large",
      message: expect.stringMatching(/^An action declares at most \d+ writes\.$/),
      details: { limit: "writesPerAction" },
    });
    expect(refusalOf(action({ params: { n: { default: 2 ** 60 } } })).details).toEqual({
      path: "definition.params.n.default",
    });
    const away = { at: "9999-01-01", effect: "delete" };
    expect(refusalOf(action({ timer: away }))).toEqual(
      untimely("timer.at", "must be at most ten years ahead"),
    );
  });
});

describe("a write", () => {
  const modes = "merge, increment, append, delete";
  const wrongs: readonly [Json, JsonObject][] = [
    [1, unwritable("writes[0]", "must be an object")],
    [{ key: 1, value: 1 }, unwritable("writes[0].key", "must be a string")],
    [{ value: 1 }, unwritable("writes[0].key", "is required")],
    [{ key: "", value: 1 }, unwritable("writes[0].key", "must not be empty")],
    [{ key: "k" }, unwritable("writes[0]", `needs value, ${modes}`)],
    [
      { key: "k", merge: {}, increment: 1 },
      unwritable("writes[0]", "has more than one mode: merge, increment"),
    ],
    [{ key: "k", merge: {}, value: 1 }, unwritable("writes[0]", "has more than one mode: value, merge")],
    [
      { key: "k", merge: 1 },
      unwritable("writes[0].merge", "must be an object, or a template that becomes one"),
    ],
    [
      { key: "k", increment: 1, value: 1 },
      unwritable("writes[0]", "has more than one mode: value, increment"),
    ],
    [
      { key: "k", increment: [] },
      unwritable("writes[0].increment", "must be a number, a template, or true with value"),
    ],
    [{ key: "k", append: 1, value: 1 }, unwritable("writes[0].append", "must be true")],
    [{ key: "k", append: true }, unwritable("writes[0]", "needs value to append")],
    [{ key: "k", delete: 1 }, unwritable("writes[0].delete", "must be true")],
    [{ key: "k", delete: true, value: 1 }, unwritable("writes[0]", "has more than one mode: value, delete")],
    [
      { key: "k", expr: 1, value: "1" },
      unwritable("writes[0].expr", "must be true, with a CEL expression as value"),
    ],
    [
      { key: "k", expr: true, value: 1 },
      unwritable("writes[0].expr", "must be true, with a CEL expression as value"),
    ],
    [{ key: "k", expr: true, value: "bad" }, uncompiled("writes[0].value")],
    [{ key: "k", value: "bad", enabled: "bad" }, uncompiled("writes[0].enabled")],
    [{ key: "k", value: 1, timer: 1 }, untimely("writes[0].timer", "must be an object")],
    [
      { scope: "_messages", append: true, value: 1, timer: { ms: 1, effect: "delete" } },
      untimely("writes[0].timer", "cannot stand on a message"),
    ],
  ];
  it.each(wrongs)("[ACT-5] says what is wrong: %j", (write, refusal) => {
    expect(refusalOf(action({ writes: [write] }))).toEqual(refusal);
  });

  const kept: readonly [JsonObject, JsonObject][] = [
    [
      { key: "k", value: null, merge: null, append: false },
      { key: "k", value: null },
    ],
    [
      { key: "k", value: "bad", expr: false },
      { key: "k", value: "bad" },
    ],
    [
      { key: "k", value: "one", expr: true },
      { key: "k", value: "one", expr: true },
    ],
    [
      { scope: "s", key: "k", if_version: "h", enabled: "yes", value: 1 },
      { scope: "s", key: "k", if_hash: "h", enabled: "yes", value: 1 },
    ],
    [
      { key: "k", merge: "${params.m}" },
      { key: "k", merge: "${params.m}" },
    ],
    [
      { key: "k", increment: true },
      { key: "k", increment: true },
    ],
    [
      { key: "k", increment: true, value: 2 },
      { key: "k", value: 2, increment: true },
    ],
    [
      { key: "k", increment: "${params.n}" },
      { key: "k", increment: "${params.n}" },
    ],
    [
      { append: true, value: 1 },
      { value: 1, append: true },
    ],
    [
      { key: "k", delete: true },
      { key: "k", delete: true },
    ],
    [
      { key: "k", value: 1, timer: { ms: "${params.ms}", effect: "delete" } },
      { key: "k", value: 1, timer: { ms: "${params.ms}", effect: "delete" } },
    ],
  ];
  it.each(kept)("[ACT-5] is kept as it is done: %j", (write, held) => {
    expect(accepted(action({ writes: [write] })).fields.definition).toMatchObject({ writes: [held] });
  });
});
