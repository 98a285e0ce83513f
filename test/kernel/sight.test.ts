import { describe, expect, it } from "vitest";
import type { AgentRecord, EventPayload, Identity, LogEvent, Operation } from "../../src/kernel/model.ts";
import { actionSight, auditValue, type Sight, sight, viewSight } from "../../src/kernel/sight.ts";

const ROOM: Identity = { kind: "room", token: "t", acting: null };
const ACTING: Identity = { kind: "room", token: "t", acting: "ana" };
const ANA: Identity = { kind: "agent", token: "t", agent: "ana" };
const VIEWER: Identity = { kind: "view", token: "t" };

function record(...grants: string[]): AgentRecord {
  return { name: "", role: "", status: "active", grants, joined_at: "", generation: 1 };
}

const SCOPES = ["_shared", "_config", "ana", "bob", "cy"];
const read = (eyes: Sight) => SCOPES.filter((scope) => eyes.mayRead(scope));

describe("whose eyes read what", () => {
  it.each<[string, () => Sight, string[], string | null, string | null]>([
    ["the room's", () => sight(ROOM, undefined), SCOPES, null, null],
    ["a spectator's", () => sight(VIEWER, undefined), SCOPES, null, null],
    ["an agent's", () => sight(ANA, record()), ["_shared", "_config", "ana"], "ana", "ana"],
    ["an agent's without a record", () => sight(ANA, undefined), ["_shared", "_config", "ana"], "ana", "ana"],
    [
      "a granted agent's",
      () => sight(ANA, record("bob")),
      ["_shared", "_config", "ana", "bob"],
      "ana",
      "ana",
    ],
    [
      "the room's as an agent",
      () => sight(ACTING, record("cy")),
      ["_shared", "_config", "ana", "cy"],
      "ana",
      "ana",
    ],
    [
      "a guest's",
      () => sight({ kind: "join", token: "t" }, record("bob")),
      ["_shared", "_config"],
      null,
      null,
    ],
    ["nobody's", () => sight({ kind: "nobody" }, undefined), ["_shared", "_config"], null, null],
    ["a shared view's", () => viewSight("_shared"), ["_shared", "_config"], null, null],
    ["a private view's", () => viewSight("bob"), ["_shared", "_config", "bob"], "bob", "bob"],
    ["an action's", () => actionSight("bob", "ana", false), ["_shared", "_config", "bob"], "ana", null],
    [
      "an action's with its invoker's",
      () => actionSight("bob", "ana", true),
      ["_shared", "_config", "ana", "bob"],
      "ana",
      "ana",
    ],
    [
      "an action's that the room invokes",
      () => actionSight("_shared", null, true),
      ["_shared", "_config"],
      null,
      null,
    ],
  ])("[AUTH-5] %s", (_, look, scopes, agent, own) => {
    const eyes = look();
    expect(read(eyes)).toEqual(scopes);
    expect([eyes.agent, eyes.own, eyes.everything]).toEqual([agent, own, scopes === SCOPES]);
  });

  it("[AUTH-5] eyes are within others that see all that they see", () => {
    const [room, ana, granted, bob] = [
      sight(ROOM, undefined),
      viewSight("ana"),
      sight(ANA, record("bob")),
      viewSight("bob"),
    ];
    expect([ana.isWithin(room), room.isWithin(ana), room.isWithin(sight(VIEWER, undefined))]).toEqual([
      true,
      false,
      true,
    ]);
    expect([ana.isWithin(granted), bob.isWithin(granted), granted.isWithin(bob), ana.isWithin(bob)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(viewSight("_shared").isWithin(bob)).toBe(true);
  });
});

describe("an event as one may see it", () => {
  const write: Operation = { op: "set", scope: "_shared", key: "k", value: 1, revision: 1, hash: "h" };
  const secret: Operation = { ...write, scope: "bob", value: "canary" };
  const whole: EventPayload = {
    ok: true,
    writes: [write, secret],
    action: "act",
    params: { p: 1 },
    view: "v",
    value: 2,
    acting: "room",
    revoked: "id",
  };
  const event = (payload: EventPayload, agent: string | null): LogEvent => ({
    seq: 3,
    kind: "invoke",
    ts: "2026-01-01T00:00:00.000Z",
    agent,
    payload,
  });
  const ana = () => sight(ANA, record());

  it("[AUTH-6] the room sees it as it is", () => {
    const told = event({ ...whole, ok: false, code: "scope_denied" }, "bob");
    expect(sight(ROOM, undefined).event(told)).toBe(told);
  });

  it("[AUTH-6] an agent sees its own with params, and of hidden writes only the scope", () => {
    const { acting: _, revoked: __, ...seen } = whole;
    const writes = [write, { scope: "bob", hidden: true }];
    expect(ana().event(event(whole, "ana"))).toStrictEqual({
      ...event({ ok: true, writes: [] }, "ana"),
      payload: { ...seen, writes },
    });
  });

  it("[AUTH-6] an agent sees another's without params", () => {
    expect(ana().event(event(whole, "bob"))?.payload).toStrictEqual({
      ok: true,
      action: "act",
      view: "v",
      value: 2,
      writes: [write, { scope: "bob", hidden: true }],
    });
  });

  it("[AUTH-6] of what is not there nothing shows", () => {
    expect(ana().event(event({ ok: true, writes: [] }, "ana"))?.payload).toStrictEqual({
      ok: true,
      writes: [],
    });
  });

  it("[AUTH-6] a refusal shows to its own agent, with its code, and to no other", () => {
    const refused: EventPayload = { ok: false, writes: [], action: "act", code: "scope_denied" };
    expect(ana().event(event(refused, "ana"))?.payload).toStrictEqual(refused);
    expect([ana().event(event(refused, "bob")), ana().event(event(refused, null))]).toEqual([null, null]);
  });

  it("[AUTH-6] what nobody's eyes see is none of theirs, though the room's events have no agent either", () => {
    const eyes = viewSight("_shared");
    expect(eyes.event(event({ ...whole, ok: false }, null))).toBeNull();
    expect(eyes.event(event(whole, null))?.payload).not.toHaveProperty("params");
  });

  it("[AUTH-6] the audit window shows kind, time, agent and what the reader sees", () => {
    const payload: EventPayload = { ok: true, action: "act", writes: [] };
    expect(auditValue(event(payload, "bob"))).toStrictEqual({
      kind: "invoke",
      ts: "2026-01-01T00:00:00.000Z",
      agent: "bob",
      ok: true,
      action: "act",
      writes: [],
    });
  });
});
