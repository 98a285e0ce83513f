import { describe, expect, it } from "vitest";
import { fold } from "../support/fold.ts";
import { wholeLog } from "../support/ledger.ts";
import { evict, imported, liveEntries, madeDump, moveTo, PHASES, sides } from "../support/legacy.ts";
import type { Body } from "../support/room.ts";
import { request } from "../support/room.ts";

const FUTURE = "2030-01-01 00:00:00";
const WRITES = '[{"key":"turn","increment":1}]';

function aside(report: Body): Body {
  return Object.fromEntries(report.aside.map(({ table, key, reason }: Body) => [`${table}/${key}`, reason]));
}

describe("a made up room", () => {
  it("[LEGACY-2, TIMER-1, TIMER-3] keeps timers, ticks, gates and grants", async () => {
    const ticks = { timer_ticks_left: 2, timer_tick_on: "state._shared.turn" };
    const dump = madeDump({
      agents: [
        { id: "ana", grants: '["bob","_help"]', last_seen_seq: 1 },
        { id: "bob", status: "left", grants: '["ana"]' },
        { id: "cat", enabled_expr: "state._shared.turn > 100" },
      ],
      actions: [
        { id: "go", writes_json: WRITES },
        {
          id: "later",
          timer_json: '{"ticks":3,"tick_on":"_shared.turn","effect":"enable"}',
          ...ticks,
          timer_effect: "enable",
        },
        {
          id: "over",
          timer_json: '{"ms":5,"effect":"enable"}',
          timer_effect: "enable",
          timer_expires_at: "2026-01-01T00:00:00Z",
        },
        {
          id: "resting",
          timer_json: '{"ms":60000,"effect":"enable"}',
          on_invoke_timer_json: '{"effect":"enable","ms":60000}',
          timer_expires_at: FUTURE,
          timer_effect: "enable",
          timer_started_at: "2029-12-31T23:59:00Z",
        },
      ],
      views: [
        {
          id: "soon",
          expr: "1",
          timer_json: `{"at":"${FUTURE}","effect":"enable"}`,
          timer_expires_at: FUTURE,
        },
      ],
      state: [
        { key: "turn", value: "1" },
        { key: "brief", value: '"x"', ...ticks, timer_effect: "delete" },
        {
          key: "spent",
          value: "1",
          timer_ticks_left: 0,
          timer_tick_on: "_shared.turn",
          timer_effect: "delete",
        },
        {
          key: "shown",
          value: "1",
          timer_ticks_left: 0,
          timer_tick_on: "_shared.turn",
          timer_effect: "enable",
        },
        { key: "gated", value: "true", enabled_expr: "state._shared.turn == 2" },
        { key: "dies", value: "1", timer_expires_at: FUTURE, timer_effect: "delete" },
        { scope: "bob", key: "secret", value: "raw {text", revision: 7 },
        { scope: "_messages", key: "1", value: '{"from":"bob","kind":"chat","body":"one","to":"ana"}' },
        { scope: "_messages", key: "2", value: '{"from":"bob","kind":"chat","body":"two","to":["ana"]}' },
        { scope: "_messages", key: "3", value: '"bare"' },
      ],
    });
    const { room, report } = await imported(dump);
    expect(aside(report)).toEqual({ "state/_shared:spent": "its timer has deleted it" });
    const { owner } = room;
    const ana = await owner.context("?agent=ana");
    expect(ana.state.bob).toEqual({ secret: "raw {text" });
    expect(ana.messages).toMatchObject({ count: 3, unread: 2, directed_unread: 1 });
    expect(ana.messages.recent[2]).toMatchObject({ from: null, kind: "chat", body: "bare" });
    expect(Object.keys(ana.agents)).toEqual(["ana", "bob"]);
    expect(ana.agents.bob.status).toBe("left");
    expect(Object.keys(ana.actions).slice(0, 2)).toEqual(["go", "over"]);
    expect(ana.state._shared).toEqual({ brief: "x", dies: 1, shown: 1, turn: 1 });
    expect((await owner.invoke("resting")).body).toMatchObject({ available_at: "2030-01-01T00:00:00.000Z" });
    expect((await owner.invoke("later")).body).toMatchObject({
      error: "action_cooldown",
      ticks_remaining: 2,
    });
    const secret = (await owner.call("/history/bob/secret")).body.entries.at(-1);
    expect(secret).toMatchObject({ value: "raw {text", revision: 7 });
    for (const phase of PHASES) {
      await moveTo(room, phase);
      await evict(room.id);
      expect(fold(await wholeLog(owner)), phase).toEqual(await liveEntries(room));
    }
    await owner.do("go");
    expect((await owner.context()).state._shared).toMatchObject({ brief: "x", gated: true, turn: 2 });
    await owner.do("go");
    const { state, actions } = await owner.context();
    expect(state._shared).toEqual({ dies: 1, shown: 1, turn: 3 });
    expect(actions.later.available).toBe(true);
  });

  it("[LEGACY-1, LOG-4] old events are opaque, in order, and tell of the keys that they wrote", async () => {
    const at = (ms: number) => `2026-10-01T00:00:00.${String(ms).padStart(3, "0")}Z`;
    const invoke = (ts: string, writes: Body[]) => ({
      ts,
      kind: "invoke",
      agent: "ana",
      action: "go",
      params: { p: 1 },
      ok: true,
      effect: { writes },
    });
    const audit = [
      invoke(at(300), [
        { scope: "_shared", key: "k", value: 3 },
        { scope: "_shared", key: "m", merge: { a: 1 } },
      ]),
      invoke(at(200), [
        { scope: "_shared", key: "k", value: 2 },
        { scope: "_messages", key: "1", value: {} },
      ]),
      {
        ts: at(100),
        kind: "agent_join",
        agent: "ana",
        ok: true,
        schema: { id: "ana", state: { mood: "well" } },
      },
      { ts: "never", kind: "invoke", agent: "ana", action: "go", ok: false },
    ];
    const rows = audit.map((value, index) => {
      const key = String(audit.length - index);
      return { scope: "_audit", key, sort_key: Number(key), value: JSON.stringify(value) };
    });
    const state = [
      { key: "k", value: "4" },
      { scope: "_messages", key: "1", value: '{"from":"ana","kind":"chat","body":"hi"}' },
    ];
    const { room, report } = await imported(
      madeDump({ agents: [{ id: "ana" }], state: [...rows, ...state] }),
    );
    expect(report).toMatchObject({ events: 4, counts: { state: 6 } });
    const { owner } = room;
    const log = await wholeLog(owner);
    expect(log.slice(0, 4).map(({ kind }) => kind)).toEqual(["invoke", "agent_join", "invoke", "invoke"]);
    // The instant of the first row is unknown: it is that of its row.
    const times = log.map(({ ts }) => ts);
    expect(times).toEqual([...times].sort());
    expect(log[2]?.payload).toMatchObject({ ok: true, action: "go", legacy: audit[1] });
    const history = (await owner.call("/history/_shared/k")).body.entries;
    expect(history.map(({ seq, op, value }: Body) => [seq, op, value])).toEqual([
      [3, "legacy", 2],
      [4, "legacy", 3],
      [5, "set", 4],
    ]);
    const then = (await owner.call("/replay/4")).body;
    expect(then._replay).toMatchObject({ seq: 4, opaque: true });
    expect(then.state).toMatchObject({ _shared: { k: { value: 3 } }, ana: { mood: { value: "well" } } });
    const now = (await owner.call("/replay/6")).body;
    expect(now._replay.opaque).toBeUndefined();
    expect(now.state).toEqual({
      _shared: {
        k: { value: 4, revision: 1, hash: expect.any(String), updated_at: "2026-11-01T10:00:00.000Z" },
      },
    });
    const ana = (await owner.call("/agents", { body: { id: "ana" } })).body.token;
    const seen = (await request(`/rooms/${room.id}/log`, { token: ana })).body.events;
    expect(JSON.stringify(seen)).not.toContain('legacy":{');
    expect(seen[0]).toMatchObject({ payload: { ok: false } });
  });

  it("[LEGACY-3] without entity rows is v8 from its beginning", async () => {
    const { room, report } = await imported(
      madeDump({
        state: [
          { scope: "_views", key: "v", value: '{"expr":"1","scope":"_shared"}' },
          { key: "_dashboard", value: '{"rows":[]}' },
        ],
      }),
    );
    expect(report.phase).toBe("v8");
    const { views, state } = await room.owner.context("?include=_config");
    expect([views, state._config.dashboard]).toEqual([{ v: 1 }, { rows: [] }]);
    expect(await sides(room.id)).toMatchObject({ rows: { agents: null } });
    const moved = await room.owner.call("/migration", { body: { to: "dual" } });
    expect([moved.status, moved.body.error]).toEqual([409, "phase_conflict"]);
  });

  it("[LEGACY-1, LEGACY-5] of 2,000 entries and 400 actions comes over whole", async () => {
    const state = Array.from({ length: 2_000 }, (_, index) => ({
      scope: `_s${index % 7}`,
      key: `k${index}`,
      value: `{"n":${index}}`,
    }));
    const actions = Array.from({ length: 400 }, (_, index) => ({ id: `a${index}`, writes_json: WRITES }));
    const { room, report } = await imported(madeDump({ state, actions }));
    expect(report).toMatchObject({ entries: 2_403, aside_count: 0 });
    for (const phase of PHASES) await moveTo(room, phase);
    expect(fold(await wholeLog(room.owner))).toEqual(await liveEntries(room));
  });
});

it("[LEGACY-7] keeps aside, with table and key, what it cannot read, and reports expressions that do not compile", async () => {
  const dump = madeDump({
    rooms: [{}, { id: "elsewhere" }],
    agents: [
      { id: "ana" },
      { id: "ana" },
      { id: "admin" },
      { id: "bob", room_id: "elsewhere" },
      { id: "cat", meta: "{" },
    ],
    actions: [
      {
        id: "fine",
        writes_json:
          '[{"key":"k","value":1,"if_version":"${params.v}","append":false,"merge":null,"note":"?"}]',
      },
      { id: "odd", if_expr: "state._shared.( == 1", enabled_expr: null, params_json: '{"n":"number"}' },
      { id: "hidden", enabled_expr: "1 +" },
      { id: "help", result_expr: "1" },
      { id: "two", writes_json: '[{"key":"k","value":1,"delete":true}]' },
      { id: "under", scope: "_audit" },
    ],
    views: [
      { id: "bad", expr: "no such thing" },
      { id: "none" },
      { id: "plain", expr: "2", render_json: "{}" },
    ],
    state: [
      { key: "deep", value: "[".repeat(40) + "]".repeat(40) },
      { key: "large", value: "12345678901234567890" },
      { key: "bell\u0007", value: "1" },
      { scope: "_config", key: "room", value: "{}" },
      { scope: "admin", key: "x", value: "1" },
      { key: "kept", value: "not { json" },
      { key: "twice", value: "1" },
      { key: "twice", value: "2" },
      { scope: "_audit", key: "1", value: '{"kind":"vote","agent":"admin","n":1}' },
    ],
    tokens: [{ id: 1 }, { id: 2 }],
    smcp_sessions: [{ id: 1 }],
  });
  const { room, report } = await imported(dump);
  expect(report).toMatchObject({
    left_out: { tokens: 2, smcp_sessions: 1 },
    aside_count: report.aside.length,
  });
  expect(aside(report)).toEqual({
    "rooms/elsewhere": "it is of another room",
    "agents/ana": "another row has its id",
    "agents/admin": "its id is no agent id",
    "agents/bob": "it is of another room",
    "agents/cat": "meta is no JSON",
    "actions/odd": expect.stringContaining("checks nothing"),
    "actions/hidden": expect.stringContaining("enabled_expr does not compile"),
    "actions/help": "its id is kept for the room's own actions",
    "actions/two": expect.stringContaining("more than one mode"),
    "actions/under": "nothing can be registered under its scope",
    "views/bad": expect.stringContaining("expr does not compile"),
    "views/none": "it has no expression",
    "views/plain": expect.stringContaining("render_json"),
    "state/_shared:deep": "value is nested too deep",
    "state/_shared:large": expect.stringContaining("2^53"),
    "state/_shared:bell\u0007": "its key is none",
    "state/_config:room": "its scope is kept for the room itself",
    "state/admin:x": "its scope is none",
    "state/_shared:twice": "another row has its scope and key",
  });
  expect(report.aside.filter(({ live }: Body) => live).map(({ key }: Body) => key)).toEqual([
    ...["odd", "odd", "hidden", "bad", "plain"],
  ]);
  const { owner } = room;
  const before = await owner.context("?depth=full");
  expect(before.actions.odd).toMatchObject({ available: false, enabled: true, params: { n: "number" } });
  expect(before.actions).not.toHaveProperty("hidden");
  expect((await owner.invoke("hidden")).body.error).toBe("action_disabled");
  expect(before.actions.fine.writes[0]).toHaveProperty("if_version", "${params.v}");
  expect(before.views).toMatchObject({ bad: { _error: expect.any(String) }, plain: 2 });
  expect(before.state._shared).toEqual({ kept: "not { json", twice: 1 });
  expect((await owner.invoke("odd", { n: {} })).body.error).toBe("precondition_failed");
  await owner.do("fine", { v: "" });
  expect((await owner.invoke("fine", { v: "" })).body.error).toBe("version_conflict");
  const [event] = await wholeLog(owner);
  expect(event).toMatchObject({ kind: "import", agent: null, payload: { legacy: { kind: "vote", n: 1 } } });
  for (const phase of PHASES) {
    await moveTo(room, phase);
    expect((await owner.context("?depth=full")).actions, phase).toEqual(before.actions);
  }
  expect((await owner.call("/migration")).body.aside).toEqual(report.aside);
});
