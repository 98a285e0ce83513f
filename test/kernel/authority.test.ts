import { describe, expect, it } from "vitest";
import type { WriteAuthority } from "../../src/kernel/authority.ts";
import {
  agentRecord,
  registrarOf,
  registrationRefusal,
  scopeRefusal,
  writeAuthority,
} from "../../src/kernel/authority.ts";
import type { ActionDefinition, AgentRecord, Entry, Identity } from "../../src/kernel/model.ts";
import type { StateReader } from "../../src/kernel/state.ts";

const ROOM: Identity = { kind: "room", token: "t", acting: null };
const ANA: Identity = { kind: "agent", token: "t", agent: "ana" };

/** A state that holds agents and nothing else. */
function agents(granted: Record<string, string[]>): StateReader {
  const record = (grants: string[]) => ({ grants }) as unknown as Entry["value"];
  const entry = (scope: string, key: string) => {
    const grants = scope === "_agents" ? granted[key] : undefined;
    return grants && { value: record(grants), revision: 1, hash: "", updated_at: "" };
  };
  return { entry, entries: () => [], count: () => 0, highest: () => 0, clock: () => 0 };
}

const granted = agents({ ana: ["bob", "_help"], bob: [], cy: ["dee"], null: [] });

function action(registered_by: string | null): ActionDefinition {
  return { scope: "_shared", writes: [], registered_by };
}

describe("what authority rests on", () => {
  it("[ACT-4] an agent's record is its entry, and the room has none", () => {
    expect(agentRecord(granted, "ana")).toEqual({ grants: ["bob", "_help"] } as unknown as AgentRecord);
    expect([agentRecord(granted, null), agentRecord(granted, "nobody")]).toEqual([undefined, undefined]);
  });

  it("[ACT-3] who registers sees with the grants of now", () => {
    const { agent, sight } = registrarOf(granted, "cy");
    expect([agent, sight.mayRead("cy"), sight.mayRead("dee"), sight.mayRead("bob")]).toEqual([
      "cy",
      true,
      true,
      false,
    ]);
    expect(registrarOf(granted, null).sight.everything).toBe(true);
  });

  it("[ACT-4] writes rest on the action's scope, its registrar's grants and the invoker", () => {
    expect(writeAuthority(granted, action("cy"), ANA)).toEqual({
      actionScope: "_shared",
      registrarGrants: ["dee"],
      invoker: "ana",
      mayWriteHelp: true,
    });
    const others = [
      writeAuthority(granted, action(null), { kind: "agent", token: "t", agent: "bob" }),
      writeAuthority(granted, action("gone"), { kind: "agent", token: "t", agent: "gone" }),
      writeAuthority(granted, action(null), ROOM),
    ];
    expect(
      others.map(({ registrarGrants, invoker, mayWriteHelp }) => [registrarGrants, invoker, mayWriteHelp]),
    ).toEqual([
      [[], "bob", false],
      [[], "gone", false],
      [[], null, true],
    ]);
  });
});

describe("where a write may land", () => {
  const authority: WriteAuthority = {
    actionScope: "act",
    registrarGrants: ["granted"],
    invoker: "ana",
    mayWriteHelp: false,
  };
  const answer = (scope: string, appends = false, mayWriteHelp = false) =>
    scopeRefusal(scope, appends, { ...authority, mayWriteHelp })?.refusal ?? null;

  it.each(["_shared", "_tasks", "act", "ana", "granted"])("[ACT-4] in %s", (scope) => {
    expect(answer(scope)).toBeNull();
  });

  it("[ACT-4] in _messages by appending alone, in _help by authority alone", () => {
    expect([answer("_messages", true), answer("_help", false, true)]).toEqual([null, null]);
    expect(answer("_help", true)?.code).toBe("scope_denied");
    expect(answer("_config", true, true)?.code).toBe("scope_denied");
  });

  it.each([
    ["_messages", "Append to _messages without a key, or invoke _send_message."],
    ["_help", "Invoke with the room token, or have the room grant _help to the invoking agent."],
    ["_config", "Use the built-in actions, or PATCH the room for its configuration."],
    ["bob", "Register the action under the scope bob, or have its registrar granted bob."],
  ])("[ACT-4] not in %s, with a hint of what would do", (scope, hint) => {
    expect(answer(scope)).toEqual({
      code: "scope_denied",
      message: `This action has no authority to write to the scope ${scope}.`,
      hint,
      details: { scope, action_scope: "act" },
    });
  });

  it.each(["", "_", "a b", "self", "_a b"])("[ACT-4] %j is no scope", (scope) => {
    expect(answer(scope)).toEqual({
      code: "invalid_param",
      message: `${JSON.stringify(scope)} is no scope.`,
      hint: "Name a shared scope such as _shared or _tasks, or the caller's own as ${self}.",
      details: { scope },
    });
  });
});

describe("what may be registered where", () => {
  const refused = (scope: string, identity: Identity) =>
    registrationRefusal(scope, identity)?.refusal ?? null;

  it.each<[string, Identity]>([
    ["_shared", ANA],
    ["_tasks", ANA],
    ["ana", ANA],
    ["ana", ROOM],
    ["ana", { kind: "room", token: "t", acting: "ana" }],
  ])("[ACT-12] under %s", (scope, identity) => {
    expect(refused(scope, identity)).toBeNull();
  });

  it.each<[string, Identity]>([
    ["bob", ANA],
    ["bob", { kind: "room", token: "t", acting: "ana" }],
    ["_config", ROOM],
    ["_messages", ROOM],
    ["_help", ROOM],
  ])("[VIEW-1] [ROOM-5] not under %s", (scope, identity) => {
    expect(refused(scope, identity)).toEqual({
      code: "scope_denied",
      message: `The caller may not register under the scope ${scope}.`,
      hint: "Register under _shared, another shared scope, or the caller's own.",
      details: { path: "scope", scope },
    });
  });

  it("[ROOM-5] not under what is no scope", () => {
    expect(refused("a b", ROOM)).toEqual({
      code: "invalid_param",
      message: '"a b" is no scope.',
      details: { path: "scope" },
    });
  });
});
