import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

let room: TestRoom;
let ana: Client;

beforeEach(async () => {
  room = await createRoom();
  ana = await room.join("ana", { state: { secret: 1 } });
  await ana.do("_register_action", {
    id: "set",
    params: { key: { type: "string", required: true }, value: { type: "any" } },
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
  await ana.do("_register_action", { id: "drop", writes: [{ key: "${params.key}", delete: true }] });
});

const replay = async (client: Client, seq: number) => (await client.call(`/replay/${seq}`)).body;

/** What `GET /replay` says of state, taken from the room as it is. */
async function stateNow(client: Client) {
  const rows = (await client.call("/poll")).body.state as Record<string, unknown>[];
  const state: Record<string, Record<string, unknown>> = {};
  for (const { scope, key, ...entry } of rows) {
    if (["_actions", "_views", "_agents", "_config", "_help", "_messages"].includes(String(scope))) continue;
    state[String(scope)] = { ...state[String(scope)], [String(key)]: entry };
  }
  return state;
}

describe("replay", () => {
  it("[LOG-3] [LOG-10] answers the room as it was after every event, whatever came later", async () => {
    const seen = new Map<number, unknown>();
    for (const [key, value] of Object.entries({ a: 1, b: [2], a2: { c: 3 } })) {
      const { seq } = await ana.do("set", { key, value });
      seen.set(seq, await stateNow(room.owner));
    }
    const dropped = await ana.do("drop", { key: "a" });
    seen.set(dropped.seq, await stateNow(room.owner));
    const again = await ana.do("set", { key: "a", value: "again" });
    seen.set(again.seq, await stateNow(room.owner));
    await evictDurableObject(roomObject(room.id));
    for (const [seq, state] of seen)
      expect((await replay(room.owner, seq)).state, String(seq)).toEqual(state);
    expect((await replay(room.owner, 0)).state).toEqual({});
  });

  it("[LOG-10] shows views at their values then, actions and agents of then, and messages until then", async () => {
    await ana.do("_register_view", { id: "double", expr: "state._shared.n * 2", scope: "_shared" });
    const { seq } = await ana.do("set", { key: "n", value: 4 });
    await ana.do("_send_message", { body: "one" });
    await room.join("bob");
    const late = await ana.do("set", { key: "n", value: 5 });
    await ana.do("_delete_action", { id: "drop" });
    const then = await replay(room.owner, seq);
    expect(then).toMatchObject({
      views: { double: 8 },
      messages: { count: 0, recent: [] },
      _replay: { seq, total: late.seq + 1 },
    });
    expect(Object.keys(then.agents)).toEqual(["ana"]);
    expect(Object.keys(then.actions)).toContain("drop");
    const later = await replay(room.owner, late.seq);
    expect(later).toMatchObject({ views: { double: 10 }, messages: { count: 1, recent: [{ body: "one" }] } });
    expect(Object.keys((await replay(room.owner, late.seq + 1)).actions)).not.toContain("drop");
  });

  it("[AUTH-5] [LOG-10] shows private scopes to their owner, and to room and view tokens only", async () => {
    const bob = await room.join("bob");
    expect((await replay(bob, 4)).state.ana).toBeUndefined();
    expect((await replay(ana, 4)).state.ana.secret.value).toBe(1);
    expect((await replay(room.viewer, 4)).state.ana.secret.value).toBe(1);
  });

  it("[LOG-10] [AUTH-5] shows reserved scopes as they were where they are asked for, of messages the newest 500", async () => {
    const sent = { action: "_send_message", params: { body: "hi" } };
    for (let n = 0; n < 6; n++) {
      const speaker = await room.join(`speaker-${n}`);
      await speaker.call("/invoke", { body: { invocations: Array.from({ length: 100 }, () => sent) } });
    }
    const { seq } = await ana.do("_send_message", { body: "last" });
    const asked = "_actions,_views,_agents,_messages,_config,_help";
    const { state: now } = await ana.context(`?meta=true&include=${asked}`);
    await ana.do("_delete_action", { id: "set" });
    await ana.do("_send_message", { body: "later" });
    const bob = await room.join("bob");
    const { state } = (await bob.call(`/replay/${seq}?include=${asked}`)).body;
    expect(Object.keys(state)).toEqual(asked.split(","));
    for (const scope of ["_actions", "_views", "_config", "_help"]) {
      const values = Object.entries<Body>(state[scope]).map(([key, { value }]) => [key, value]);
      expect(Object.fromEntries(values), scope).toEqual(now[scope]);
    }
    expect(Object.keys(state._messages)).toEqual(Array.from({ length: 500 }, (_, n) => String(102 + n)));
    expect(state._messages["601"]).toMatchObject({ value: { from: "ana", body: "last" }, revision: 1 });
    expect(state._agents.ana.value).toMatchObject({ status: "active", last_heartbeat: null });
    expect(state._agents.ana.value.generation).toBeUndefined();
    const eyes = (await room.owner.call("/replay/4?agent=ana&include=_actions")).body.state;
    expect(eyes).toMatchObject({ ana: { secret: { value: 1 } }, _actions: { drop: {} } });
    expect((await room.owner.call("/replay/4?agent=bob")).body.state.ana).toBeUndefined();
    expect((await ana.call("/replay/4?include=_audit")).body.error).toBe("invalid_request");
  });

  it("[LOG-10] [CEL-1] an expression is evaluated in the room as it was, with the caller's sight and budget", async () => {
    const { seq } = await ana.do("set", { key: "n", value: 1 });
    await ana.do("_register_view", { id: "double", expr: "state._shared.n * 2", scope: "_shared" });
    await ana.do("set", { key: "n", value: 5 });
    const bob = await room.join("bob");
    const ask = async (client: Client, expr: string, at: unknown) =>
      (await client.call("/eval", { body: { expr, seq: at } })).body;
    const then = "[state._shared.n, room.seq, size(agents), views.double, meta.state._shared.n.via]";
    expect((await ask(bob, then, seq)).value).toEqual([1, seq, 1, null, "set"]);
    expect((await ask(bob, then, seq + 2)).value).toEqual([5, seq + 2, 1, 10, "set"]);
    expect((await ask(bob, then, undefined)).value).toEqual([5, seq + 3, 2, 10, "set"]);
    const [event] = await ana.log(`?after=${seq - 1}&limit=1`);
    expect((await ask(bob, "now", seq)).value).toBe(event.ts);
    expect((await ask(bob, "state.ana", 4)).value).toEqual({});
    expect((await ask(ana, "state.self.secret", 4)).value).toBe(1);
    const bomb = "[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, string(a) * b))";
    expect((await ask(ana, bomb, seq)).error).toBe("cel_error");
    expect((await ask(ana, "1", 999)).error).toBe("invalid_request");
    expect((await ask(ana, "1", "1")).error).toBe("invalid_request");
  });

  it("[HTTP-3] a seq that is none, or not yet, is refused", async () => {
    expect((await ana.call("/replay/x")).status).toBe(400);
    expect((await ana.call("/replay/999")).body).toMatchObject({ error: "invalid_request", seq: 4 });
  });
});

describe("verify", () => {
  it("[LOG-6] walks the chain to its head, and names the first event that does not fit", async () => {
    for (let n = 0; n < 20; n++) await ana.do("set", { key: "n", value: n });
    const head = (await room.owner.log("?after=23"))[0];
    expect((await room.owner.call("/log/verify")).body).toEqual({ ok: true, seq: 24, chain: head.chain });
    expect((await room.viewer.call("/log/verify")).body.ok).toBe(true);
    expect((await ana.call("/log/verify")).status).toBe(403);
    await runInDurableObject(roomObject(room.id), (_, { storage }) => {
      storage.sql.exec(
        "UPDATE log SET payload = replace(payload, '\"value\":7', '\"value\":8') WHERE seq = 12",
      );
    });
    expect((await room.owner.call("/log/verify")).body).toEqual({ ok: false, seq: 12 });
    await runInDurableObject(roomObject(room.id), (_, { storage }) => {
      storage.sql.exec("DELETE FROM log WHERE seq = 9");
    });
    expect((await room.owner.call("/log/verify")).body).toEqual({ ok: false, seq: 9 });
  });
});

describe("samples", () => {
  const sampled = async () =>
    (await ana.call("/samples/n")).body.samples.map(({ value }: { value: unknown }) => value);

  it("[VIEW-5] a temporal view is sampled by the alarm when it changed, at most once a minute", async () => {
    await ana.do("_register_view", {
      id: "n",
      expr: "state._shared.n",
      scope: "_shared",
      render: { type: "metric", temporal: true },
    });
    await ana.do("set", { key: "n", value: 1 });
    expect((await ana.call("/samples/n")).body).toEqual({ view: "n", samples: [] });
    expect(await runDurableObjectAlarm(roomObject(room.id))).toBe(true);
    expect(await sampled()).toEqual([1]);
    await ana.do("set", { key: "n", value: 2 });
    await runDurableObjectAlarm(roomObject(room.id));
    expect(await sampled()).toEqual([1]);
    const bob = await room.join("bob");
    const [event] = (await bob.log()).filter(({ kind }) => kind === "sample");
    expect(event).toMatchObject({ agent: null, payload: { view: "n", value: 1, writes: [] } });
    expect((await ana.call("/samples/none")).body.error).toBe("view_not_found");
  });

  it("[VIEW-5] each temporal view is sampled by its own time, however many there are", async () => {
    const render = { type: "metric", temporal: true };
    for (const id of ["v1", "v2", "v3", "v4"]) {
      await ana.do("_register_view", {
        id,
        expr: `state._shared.${id} == null ? 0 : 1`,
        scope: "_shared",
        render,
      });
      await runDurableObjectAlarm(roomObject(room.id));
      expect((await ana.call(`/samples/${id}`)).body.samples.length, id).toBe(1);
    }
    await runInDurableObject(roomObject(room.id), (_, { storage }) => {
      storage.sql.exec("UPDATE log SET ts = '2020-01-01T00:00:00.000Z' WHERE payload LIKE '%v3%'");
    });
    await ana.do("set", { key: "v3", value: true });
    await runDurableObjectAlarm(roomObject(room.id));
    expect((await ana.call("/samples/v3")).body.samples.map(({ value }: Body) => value)).toEqual([0, 1]);
  });
});

describe("compaction", () => {
  it("[LOG-9] a room that keeps few events forgets the others, and none of its state", async () => {
    const first = await ana.do("set", { key: "kept", value: "old" });
    for (let n = 0; n < 30; n++) await ana.do("set", { key: `k${n % 3}`, value: n });
    await ana.do("drop", { key: "k1" });
    await room.owner.call("", { method: "PATCH", body: { config: { retention: { events: 10 } } } });
    const before = await stateNow(room.owner);
    await runDurableObjectAlarm(roomObject(room.id));
    const { seq } = (await room.owner.call("")).body;
    const log = await room.owner.log("?limit=500");
    expect(log.map((event) => event.seq)).toEqual(Array.from({ length: 10 }, (_, n) => seq - 9 + n));
    for (const path of [
      `/log?after=${first.seq}`,
      `/log?depth=lean&after=${first.seq}`,
      `/replay/${first.seq}`,
      "/history/_shared/kept?after=1",
    ]) {
      expect((await ana.call(path)).body, path).toMatchObject({ error: "compacted", earliest: seq - 9 });
    }
    expect((await room.owner.call("/log/verify")).body).toMatchObject({ ok: true, seq });
    await evictDurableObject(roomObject(room.id));
    expect(await stateNow(room.owner)).toEqual(before);
    await ana.do("set", { key: "kept", value: "new" });
    const { hash } = before._shared!.kept as Body;
    const [entry] = (await ana.call("/history/_shared/kept")).body.entries;
    expect(entry).toMatchObject({ revision: 2 });
    expect(entry.before).toEqual({ revision: 1, hash });
    expect((await replay(room.owner, seq)).state).toEqual(before);
    expect((await replay(room.owner, seq - 10)).state._shared.kept.value).toBe("old");
    expect((await replay(room.owner, seq - 5)).state._shared.k1).toBeDefined();
  });

  it("[LOG-9] by age nothing is forgotten that is young, and the newest event always stays", async () => {
    await ana.do("set", { key: "a", value: 1 });
    await room.owner.call("", { method: "PATCH", body: { config: { retention: { days: 1 } } } });
    await runDurableObjectAlarm(roomObject(room.id));
    expect((await room.owner.log()).length).toBe(6);
    await runInDurableObject(roomObject(room.id), (_, { storage }) => {
      storage.sql.exec("UPDATE log SET ts = '2020-01-01T00:00:00.000Z'");
    });
    await evictDurableObject(roomObject(room.id));
    await runDurableObjectAlarm(roomObject(room.id));
    expect((await room.owner.log()).map(({ seq }) => seq)).toEqual([6]);
    expect((await room.owner.call("/replay/6")).body.state._shared.a.value).toBe(1);
  });

  it("[LOG-9] what is not a retention is refused", async () => {
    for (const retention of [{ events: 0 }, { days: -1 }, { events: 5, days: 5 }, "all", {}]) {
      const answer = await room.owner.call("", { method: "PATCH", body: { config: { retention } } });
      expect([answer.status, answer.body.error], JSON.stringify(retention)).toEqual([400, "invalid_request"]);
    }
  });
});

describe("history", () => {
  const changes = (entries: Body[]) =>
    entries.map(({ op, revision, before }) => [op, before.revision, revision]);

  it("[LOG-11] says what the key was before, across pages, deletes and two writes in one event", async () => {
    await ana.do("_register_action", {
      id: "twice",
      writes: [
        { key: "k", value: 1 },
        { key: "k", increment: 1 },
      ],
    });
    await ana.do("set", { key: "k", value: 0 });
    await ana.do("twice");
    const { seq } = await ana.do("drop", { key: "k" });
    await ana.do("set", { key: "k", value: 5 });
    const { entries } = (await ana.call("/history/_shared/k")).body;
    expect(changes(entries)).toEqual([
      ["set", 0, 1],
      ["set", 1, 2],
      ["increment", 2, 3],
      ["delete", 3, 0],
      ["set", 0, 1],
    ]);
    expect(entries.map(({ before }: Body) => before.hash)).toEqual([
      "",
      ...entries.map(({ hash }: Body) => hash).slice(0, -1),
    ]);
    const page = (await ana.call(`/history/_shared?prefix=k&after=${seq - 1}&limit=1`)).body;
    expect([changes(page.entries), page.next]).toEqual([[["delete", 3, 0]], seq]);
  });

  it("[LOG-4] a prefix finds the changes of its keys in order, page by page, and of no others", async () => {
    const keys = ["a", "ab", "a\u{10FFFF}", "b", "aa", "ab", "a", "c", "ab", "a", "a", "a", "a", "a", "ab"];
    for (const [value, key] of keys.entries()) await ana.do("set", { key, value });
    const seen: unknown[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const { body }: Body = await ana.call(`/history/_shared?prefix=a&after=${after}&limit=2`);
      seen.push(...body.entries.map((entry: Body) => [entry.key, entry.value]));
      after = body.next;
    }
    expect(seen).toEqual(
      [...keys.entries()].filter(([, key]) => key.startsWith("a")).map(([value, key]) => [key, value]),
    );
  });
});
