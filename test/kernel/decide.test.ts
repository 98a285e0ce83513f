import { describe, expect, it } from "vitest";
import type { JoinCommand } from "../../src/kernel/decide/agents.ts";
import { decideJoin, decideLeave, decideUpdateAgent } from "../../src/kernel/decide/agents.ts";
import { decideSendMessage } from "../../src/kernel/decide/message.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { Identity } from "../../src/kernel/model.ts";
import type { StateReader } from "../../src/kernel/state.ts";
import {
  ANA,
  accepted,
  BOB,
  deciding,
  FAULT,
  JOINER,
  NOBODY,
  NOW,
  ROOM,
  refusalOf,
  StandingState,
  standing,
} from "../support/decisions.ts";

const agent = (name: string, rest: JsonObject = {}) =>
  standing({ name, role: "agent", status: "active", grants: [], joined_at: NOW, generation: 3, ...rest });
const limits = (set: JsonObject) => ({ _config: { limits: standing(set) } });
const AGENTS = {
  _agents: { ana: agent("Ana", { meta: { m: 1 }, grants: ["bob"] }), gone: agent("g", { status: "left" }) },
};

describe("a join", () => {
  const join = (
    command: JoinCommand,
    identity: Identity = JOINER,
    state: StateReader = new StandingState(AGENTS),
  ) => decideJoin(command, false, deciding(identity, state));
  const refused = (...given: Parameters<typeof join>) => refusalOf(join(...given));

  it("[AGENT-1] says why an id cannot be had, and what to do", () => {
    expect(refused({ id: "self" })).toEqual({
      code: "reserved_id",
      message: "The id self means something else in every room.",
      hint: "Join with another id.",
    });
    expect(refused({ id: "-" })).toEqual({
      code: "invalid_param",
      message: "id must match [A-Za-z0-9][A-Za-z0-9._:@-]{0,63}.",
      details: { path: "id" },
    });
    const taken = {
      code: "agent_exists",
      message: "The agent id ana is taken.",
      hint: "Join with another id, with the agent's own token, or with the room token.",
    };
    expect([refused({ id: "ana" }), refused({ id: "ana" }, BOB)]).toEqual([taken, taken]);
    const gone: Identity = { kind: "agent", token: "t", agent: "gone" };
    expect(refused({ id: "gone" }, gone).code).toBe("agent_exists");
    expect(refused({ id: "new" }, NOBODY)).toEqual({
      code: "room_token_required",
      message: "A new agent joins with a join token or the room token.",
      hint: "Ask the room's owner for its join token.",
    });
    expect(decideJoin({ id: "new" }, true, deciding(NOBODY, new StandingState())).ok).toBe(true);
  });

  it("[LIMIT-5] a room that is full of agents takes those who were here", () => {
    const full = new StandingState({ ...AGENTS, ...limits({ agents: 2 }) });
    expect(refused({ id: "new" }, ROOM, full)).toEqual({
      code: "storage_full",
      message: "This room holds at most 2 agents.",
      hint: "Join as an agent that is there with its own token; ids stay taken when agents leave.",
      details: { limit: "agents" },
    });
    expect(join({ id: "ana" }, ANA, full).ok).toBe(true);
    expect(join({ id: "new" }, JOINER, new StandingState(limits({ agents: 1 }))).ok).toBe(true);
  });

  it("[AGENT-1] [AGENT-2] of a new agent is one event with its token, its entries and its views", () => {
    const brought = { id: "new", state: { k: 1 }, public_keys: ["k"], views: [{ id: "v", expr: "one" }] };
    const { event, ...answer } = accepted(join(brought));
    const record = { name: "new", role: "agent", status: "active", grants: [], joined_at: NOW };
    expect(answer).toEqual({ status: 201, fields: { id: "new", agent: { id: "new", ...record } } });
    const { payload, ...rest } = event!;
    expect(rest).toEqual({ kind: "agent_join", agent: "new" });
    expect(payload.ok).toBe(true);
    expect(payload.tokens).toEqual([{ id: "id-1", kind: "agent", agent: "new", created_at: NOW }]);
    const view = { scope: "new", expr: "one", registered_by: "new" };
    expect(
      payload.writes.map((write) => ("value" in write ? [write.scope, write.key, write.value] : [])),
    ).toEqual([
      ["_agents", "new", { ...record, generation: 1 }],
      ["new", "k", 1],
      ["_views", "new.k", { ...view, expr: 'state["new"]["k"]' }],
      ["_views", "v", view],
    ]);
  });

  it("[AGENT-2] again keeps what it does not name, and retires the tokens of before", () => {
    const { fields, event } = accepted(join({ id: "ana", role: "lead" }, ANA));
    const kept = {
      name: "Ana",
      role: "lead",
      status: "active",
      grants: ["bob"],
      joined_at: NOW,
      meta: { m: 1 },
    };
    expect(fields.agent).toEqual({ id: "ana", ...kept });
    expect(event?.payload.writes[0]).toMatchObject({ value: { ...kept, generation: 4 }, revision: 2 });
    expect(accepted(join({ id: "ana", name: "A", meta: {} }, ROOM)).fields.agent).toMatchObject({
      name: "A",
      role: "agent",
      meta: {},
    });
  });

  it("[AGENT-2] tells which part of what it brings is wrong", () => {
    const path = (path: string, message: string) => ({
      code: "invalid_param",
      message: `${path} ${message}.`,
      details: { path },
    });
    const id = "must be a view id that does not begin with an underscore";
    const bring = (brought: Omit<JoinCommand, "id">) => refused({ id: "new", ...brought });
    const deep = JSON.parse("[".repeat(70) + "]".repeat(70));
    expect(bring({ state: { "": 1 } })).toEqual(path("state", 'holds "", which is no key'));
    expect(bring({ state: { k: deep } }).message).toMatch(
      /^state\.k\.0\..* is nested deeper than \d+ levels\.$/,
    );
    expect(bring({ meta: { k: deep } }).message).toMatch(/^agent\.meta\.k\.0/);
    expect(bring({ views: [{ expr: "1" }] })).toEqual(path("views[0].id", id));
    expect(bring({ views: [{ id: "", expr: "1" }] })).toEqual(path("views[0].id", id));
    expect(bring({ public_keys: ["k"], views: [{ id: "_v", expr: "1" }] })).toEqual(path("views[1].id", id));
    expect(bring({ views: [{ id: "v", expr: "1", scope: "_shared" }] })).toEqual(
      path("views[0].scope", "must be the joining agent's own scope"),
    );
    expect(bring({ views: [{ id: "v" }] })).toEqual({
      code: "invalid_param",
      message: "expr must be a CEL expression.",
      details: { path: "views.v.expr" },
    });
    expect(bring({ views: [{ id: "v", expr: "bad" }] })).toEqual({
      code: "invalid_cel",
      message: FAULT.message,
      help: "cel",
      details: { path: "views.v.expr", line: 1, column: 2, caret: "^" },
    });
    const far = { at: "9999-01-01", effect: "delete" };
    const late = bring({ views: [{ id: "v", expr: "1", timer: far }] });
    expect([late.code, late.help, late.details]).toEqual([
      "invalid_timer",
      "timers",
      { path: "views.v.timer.at" },
    ]);
  });

  it("[AGENT-2] leaves the views of others, and the limit of views, as they are", () => {
    const views = {
      _views: { v: standing({ registered_by: "bob" }), own: standing({ registered_by: "new" }) },
    };
    const state = new StandingState({ ...views, ...limits({ views: 2 }) });
    expect(refused({ id: "new", views: [{ id: "v", expr: "1" }] }, ROOM, state)).toEqual({
      code: "view_exists",
      message: "The view v belongs to another.",
      hint: "Choose another view id.",
    });
    expect(refused({ id: "new", views: [{ id: "more", expr: "1" }] }, ROOM, state)).toEqual({
      code: "storage_full",
      message: "This room holds at most 2 views.",
      hint: "Join with fewer views, or delete one that is not used with _delete_view.",
      details: { limit: "views" },
    });
    expect(join({ id: "new", views: [{ id: "own", expr: "1" }] }, ROOM, state).ok).toBe(true);
    const timed = { id: "own", expr: "1", timer: { ms: 1_000, effect: "delete" } };
    const { event } = accepted(join({ id: "new", views: [timed] }, ROOM, state));
    const expires_at = "2026-01-02T03:04:06.000Z";
    expect(event?.payload.writes[1]).toMatchObject({ timer: { effect: "delete", expires_at } });
  });
});

describe("an agent's record", () => {
  const state = new StandingState(AGENTS);

  it("[AUTH-3] [AGENT-3] is the agent's own and the room's to change, and only the room grants", () => {
    const update = (identity: Identity, grants?: string[]) =>
      refusalOf(decideUpdateAgent({ agent: "ana", ...(grants && { grants }) }, deciding(identity, state)));
    expect(update(BOB)).toEqual({
      code: "identity_mismatch",
      message: "Only ana itself or the room token may do this.",
      hint: "Call with that agent's token or the room token.",
    });
    expect(update(ANA, [])).toEqual({
      code: "room_token_required",
      message: "Only the room token grants scopes.",
      hint: "Leave out grants, or call with the room token.",
    });
    expect(update(ROOM, ["bob", "_shared"])).toEqual({
      code: "invalid_param",
      message: `grants holds "_shared": grant an agent's private scope, or _help.`,
      details: { path: "grants" },
    });
    const given = decideUpdateAgent({ agent: "ana", grants: ["cy"], name: undefined }, deciding(ROOM, state));
    expect(accepted(given)).toMatchObject({ fields: { agent: { id: "ana", name: "Ana", grants: ["cy"] } } });
    const own = accepted(decideUpdateAgent({ agent: "ana", role: "r" }, deciding(ANA, state)));
    expect([own.status, own.event?.kind, own.event?.agent]).toEqual([200, "agent_update", "ana"]);
    expect(own.event?.payload.writes[0]).toMatchObject({ value: { role: "r", name: "Ana", generation: 3 } });
    expect(own.event?.payload.writes[0]).not.toHaveProperty("value.agent");
    const meta = { k: 2 ** 60 };
    expect(refusalOf(decideUpdateAgent({ agent: "ana", meta }, deciding(ANA, state))).details).toEqual({
      path: "agent.meta.k",
    });
  });

  it("[AGENT-3] after a leave is kept, without grants and without tokens that hold", () => {
    const left = accepted(decideLeave("ana", deciding({ ...ROOM, acting: "ana" } as Identity, state)));
    expect(left.event).toMatchObject({
      kind: "agent_leave",
      agent: "ana",
      payload: { ok: true, acting: "room" },
    });
    const value = { name: "Ana", status: "left", grants: [], generation: 4 };
    expect(left.event?.payload.writes[0]).toMatchObject({ value });
    expect(left.fields.agent).not.toHaveProperty("generation");
    expect(refusalOf(decideLeave("gone", deciding(ROOM, state)))).toEqual({
      code: "agent_not_found",
      message: 'There is no agent "gone" in this room now.',
      hint: "GET …/context?only=agents lists the agents.",
    });
    expect(refusalOf(decideLeave("anna", deciding(ROOM, state)))).toMatchObject({
      hint: "Did you mean ana? Name ana. GET …/context?only=agents lists the agents.",
      details: { suggestion: { path: "agent", from: "anna", to: "ana" } },
    });
  });
});

describe("a message", () => {
  const state = new StandingState({ ...AGENTS, _messages: { 4: standing({}) } });
  const send = (params: JsonObject, identity: Identity = ANA) =>
    decideSendMessage(params, deciding(identity, state));

  it("[ACT-13] is the next entry of _messages, with what the room says of it", () => {
    const params = { body: "b", kind: "note", to: "ana", reply_to: 4, from: "bob", more: 1 };
    const { status, event, fields } = accepted(send(params));
    const value = { from: "ana", kind: "note", body: "b", to: "ana", reply_to: 4 };
    expect([status, event?.kind, event?.agent]).toEqual([200, "message", "ana"]);
    expect(event?.payload).toMatchObject({ ok: true, action: "_send_message" });
    expect(event?.payload.writes).toMatchObject([
      { op: "set", scope: "_messages", key: "5", value, revision: 1 },
    ]);
    expect(fields).toEqual({ message: { seq: 5, ...value, ts: NOW } });
    const acting = accepted(send({ body: null }, { ...ROOM, acting: "ana" } as Identity));
    expect(acting.event?.payload).toMatchObject({ acting: "room" });
    expect(acting.fields.message).toEqual({ seq: 5, from: "ana", kind: "chat", body: null, ts: NOW });
  });

  it("[ACT-13] is refused with the field that is wrong", () => {
    const path = (path: string, message: string) => ({
      code: "invalid_param",
      message: `${path} ${message}.`,
      help: "directed_messages",
      details: { path },
    });
    expect(refusalOf(send({}))).toEqual(path("body", "is required"));
    expect(refusalOf(send({ body: 1, kind: "" }))).toEqual(path("kind", "must be a string"));
    expect(refusalOf(send({ body: 1, kind: 1 }))).toEqual(path("kind", "must be a string"));
    for (const to of [[], "", ["ana", 1], "a b", Array.from({ length: 101 }, () => "ana")]) {
      expect(refusalOf(send({ body: 1, to })).message).toMatch(
        /^to must be an agent id or a list of up to \d+\.$/,
      );
    }
    for (const reply_to of [0, -1, 1.5, "4"]) {
      expect(refusalOf(send({ body: 1, reply_to }))).toEqual(
        path("reply_to", "must be the number of a message"),
      );
    }
    expect(refusalOf(send({ body: 1, reply_to: 9 }))).toEqual({
      code: "invalid_param",
      message: "reply_to names no message: there is no number 9.",
      details: { path: "reply_to" },
    });
    expect(refusalOf(send({ body: 2 ** 60 })).details).toEqual({ path: "body.body" });
  });

  it("[ACT-13] to an id that nobody has is sent, with the id that was meant", () => {
    expect(accepted(send({ body: 1, to: ["ana", "anna", "x"] })).fields).toMatchObject({
      warning: "unknown_recipient",
      unknown: ["anna", "x"],
      suggestion: { path: "params.to", from: "anna", to: "ana" },
    });
    const { message: _, ...said } = accepted(send({ body: 1, to: "x" })).fields;
    expect(said).toEqual({ warning: "unknown_recipient", unknown: ["x"] });
    expect(accepted(send({ body: 1, to: ["gone"] })).fields).not.toHaveProperty("warning");
  });
});
