import { describe, expect, it } from "vitest";
import type { CreateRoomCommand } from "../../src/kernel/decide/room.ts";
import {
  decideCreateRoom,
  decideMintToken,
  decideRevokeToken,
  decideUpdateRoom,
} from "../../src/kernel/decide/room.ts";
import { decideTimers } from "../../src/kernel/decide/timers.ts";
import type { Json } from "../../src/kernel/json.ts";
import {
  accepted,
  deciding,
  fault,
  JOINED,
  NOW,
  ROOM,
  refusalOf,
  StandingState,
  standing,
  uncompiled,
} from "../support/decisions.ts";

describe("a room", () => {
  const plain: CreateRoomCommand = { id: "r", meta: { m: 1 }, join: "open" };
  const create = (furnishing?: Partial<CreateRoomCommand["furnishing"]>) =>
    decideCreateRoom(
      { ...plain, ...(furnishing && { furnishing: { actions: [], views: [], entries: [], ...furnishing } }) },
      deciding(ROOM, new StandingState()),
    );

  it("[ROOM-6] begins with its record, its settings and three tokens", () => {
    const { status, event, fields } = accepted(create());
    expect([status, fields]).toEqual([201, { ...plain, created_at: NOW }]);
    expect([event?.kind, event?.agent, event?.payload.ok]).toEqual(["room_create", null, true]);
    expect(event?.payload.tokens).toEqual([
      { id: "id-2", kind: "room", created_at: NOW },
      { id: "id-3", kind: "view", created_at: NOW },
      { id: "id-4", kind: "join", created_at: NOW },
    ]);
    expect(event?.payload.writes).toMatchObject([
      { scope: "_config", key: "room", value: { id: "r", created_at: NOW, incarnation: "id-1" } },
      { scope: "_config", key: "meta", value: { m: 1 } },
      { scope: "_config", key: "join", value: "open" },
    ]);
  });

  it("[TPL-1] is furnished as if its owner had registered and written it", () => {
    const entries = [{ scope: "_help", key: "how", value: "text" }];
    const given = { actions: [{ id: "a", writes: [] }], views: [{ id: "v", expr: "one" }], entries };
    const writes = accepted(create(given)).event?.payload.writes.slice(3);
    const shared = { scope: "_shared", registered_by: null };
    expect(writes).toMatchObject([
      { scope: "_actions", key: "a", value: shared },
      { scope: "_views", key: "v", value: shared },
      { scope: "_help", key: "how", value: "text", revision: 1 },
    ]);
    const twice = accepted(
      create({
        views: [
          { id: "v", expr: "one" },
          { id: "v", expr: "five" },
        ],
      }),
    );
    expect(twice.event?.payload.writes.at(-1)).toMatchObject({ revision: 2 });
  });

  it("[TPL-1] is not made where any part is wrong, and says which", () => {
    const good = { id: "a", writes: [] };
    expect(refusalOf(create({ actions: [good, { id: "b", writes: 1 }] }))).toEqual({
      ...fault("writes", "must be a list of writes, empty for none"),
      details: { path: "actions[1].writes" },
    });
    expect(refusalOf(create({ views: [{ id: "v", expr: "bad" }] }))).toEqual(uncompiled("views[0].expr"));
    expect(refusalOf(create({ actions: [{ ...good, id: "_a" }] }))).toMatchObject({
      code: "reserved_id",
      hint: expect.stringContaining("Choose an id"),
      details: { path: "actions[0]" },
    });
    const entry = (scope: string, value: Json) => create({ entries: [{ scope, key: "k", value }] });
    expect(refusalOf(entry("_actions", 1)).details).toEqual({ scope: "_actions", action_scope: "_shared" });
    expect(refusalOf(entry("_messages", 1)).code).toBe("scope_denied");
    expect(refusalOf(entry("_s", 2 ** 60)).details).toEqual({ path: "k" });
    expect(
      refusalOf(decideCreateRoom({ ...plain, meta: { n: 2 ** 60 } }, deciding(ROOM, JOINED))).details,
    ).toEqual({
      path: "meta.n",
    });
  });

  it("[ROOM-6] changes in what is said anew, and null clears", () => {
    const held = { join: standing("open"), limits: standing({ actions: 1 }) };
    const update = (command: Parameters<typeof decideUpdateRoom>[0]) =>
      decideUpdateRoom(command, deciding(ROOM, new StandingState({ _config: held })));
    expect(accepted(update({ join: "open", config: { limits: { actions: 1 }, dashboard: null } }))).toEqual({
      ...{ status: 200, event: null, fields: {} },
    });
    const { event } = accepted(
      update({ meta: {}, join: "token", config: { limits: null, retention: { days: 1 } } }),
    );
    expect(event).toMatchObject({ kind: "room_update", agent: null, payload: { ok: true } });
    expect(event?.payload.writes.map(({ op, key, revision, hash }) => [op, key, revision, hash])).toEqual([
      ["set", "meta", 1, "#{}"],
      ["set", "join", 2, '#"token"'],
      ["delete", "limits", 0, ""],
      ["set", "retention", 1, '#{"days":1}'],
    ]);
    expect(refusalOf(update({ meta: { n: 2 ** 60 } })).details).toEqual({ path: "meta.n" });
  });
});

describe("a token", () => {
  const mint = (command: Parameters<typeof decideMintToken>[0], expires_at?: string) => {
    const minter = {
      id: "m",
      kind: "room",
      created_at: NOW,
      ...(expires_at === undefined ? {} : { expires_at }),
    } as const;
    const agents = { ana: standing({ status: "active" }), gone: standing({ status: "left" }) };
    return decideMintToken(command, minter, deciding(ROOM, new StandingState({ _agents: agents })));
  };

  it("[AUTH-3] is minted for what it says, and ends no later than the token that minted it", () => {
    const token = { id: "id-1", kind: "agent", agent: "ana", label: "l", created_at: NOW };
    const { status, event, fields } = accepted(mint({ kind: "agent", agent: "ana", label: "l" }));
    expect([status, fields]).toEqual([201, token]);
    const payload = { ok: true, writes: [], tokens: [token] };
    expect(event).toEqual({ kind: "token_mint", agent: null, payload });
    expect(accepted(mint({ kind: "view", agent: "ana" })).fields).toEqual({
      id: "id-1",
      kind: "view",
      created_at: NOW,
    });
    const ends = (expires_in?: number, minter?: string) =>
      accepted(mint({ kind: "view", expires_in }, minter)).fields.expires_at;
    const soon = "2026-01-02T03:04:06.000Z";
    const later = "2026-01-02T03:05:05.000Z";
    expect([ends(), ends(60), ends(60, soon), ends(1, later), ends(undefined, later)]).toEqual([
      ...[undefined, later, soon, soon, later],
    ]);
    expect(Date.parse(String(ends(2 ** 50)))).toBeLessThan(Date.parse("2137-01-01"));
  });

  it("[AUTH-3] of an agent is of one that has joined", () => {
    const hint = "POST …/agents lets an agent join and answers its first token.";
    const unknown = {
      code: "agent_not_found",
      message: "A token for an agent names an agent that has joined.",
      hint,
    };
    expect([refusalOf(mint({ kind: "agent" })), refusalOf(mint({ kind: "agent", agent: "gone" }))]).toEqual([
      unknown,
      unknown,
    ]);
    expect(refusalOf(mint({ kind: "agent", agent: "anna" })).details).toMatchObject({
      suggestion: { to: "ana" },
    });
  });

  it("[AUTH-3] is revoked by its id", () => {
    const { status, event, fields } = accepted(decideRevokeToken({ id: "x", kind: "view", created_at: NOW }));
    expect([status, fields]).toEqual([200, { revoked: true, id: "x" }]);
    const payload = { ok: true, writes: [], revoked: "x" };
    expect(event).toEqual({ kind: "token_revoke", agent: null, payload });
    expect(refusalOf(decideRevokeToken(undefined))).toEqual({
      code: "not_found",
      message: "There is no token of that id in this room.",
      hint: "GET …/tokens lists the tokens and their ids.",
    });
  });
});

describe("timers that are due", () => {
  it("[TIMER-2] delete their entry or enable it, in one event", () => {
    const on = (effect: "delete" | "enable") => ({ timer: { effect, expires_at: NOW } });
    const entries = {
      d: standing(1, on("delete")),
      e: standing(1, { ...on("enable"), revision: 3 }),
      n: standing(1),
    };
    const due = ["d", "e", "n", "x", "d"].map((key) => ({ scope: "_s", key, slot: "timer" as const }));
    expect(decideTimers(due, new StandingState({ _s: entries }))).toEqual({
      kind: "timer",
      agent: null,
      payload: {
        ok: true,
        writes: [
          { op: "delete", scope: "_s", key: "d", revision: 0, hash: "" },
          { op: "enable", scope: "_s", key: "e", slot: "timer", revision: 3, hash: "hash of e" },
        ],
      },
    });
  });
});
