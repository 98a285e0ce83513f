import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { fold } from "../support/fold.ts";
import { folded, polled, rows, wholeLog } from "../support/ledger.ts";
import type { Body } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A room in which something of every kind has happened. */
async function busy() {
  const room = await createRoom({ meta: { a: 1 } });
  const ana = await room.join("ana", {
    state: { s: 1 },
    public_keys: ["s"],
    views: [{ id: "v", expr: "1" }],
  });
  const bob = await room.join("bob");
  await ana.do("_register_action", {
    id: "all",
    writes: [
      { key: "n", increment: 2 },
      { key: "m", merge: { a: "${params.x}", gone: null } },
      { key: "l", append: true, value: "${params.x}" },
      { scope: "_tasks", append: true, value: { t: "${params.x}" } },
      { key: "e", value: 'string(state._shared.n == null ? 0 : state._shared.n) + "!"', expr: true },
      { scope: "${self}", key: "mine", value: "${params.x}" },
      { scope: "_messages", append: true, value: { body: "${params.x}" } },
      { key: "gate", value: 1, enabled: "true" },
    ],
  });
  await ana.do("_register_action", {
    id: "drop",
    writes: [
      { key: "n", delete: true },
      { key: "l", delete: true },
    ],
  });
  await ana.do("all", { x: { deep: [1, "é"] } });
  await bob.do("all", { x: null });
  await ana.do("drop");
  await bob.do("all", {});
  await bob.invoke("missing");
  await bob.do("_register_view", { id: "w", expr: "2", scope: "_shared" });
  await bob.do("_delete_view", { id: "w" });
  await ana.do("_delete_action", { id: "drop" });
  await bob.do("_send_message", { body: "hi", to: "ana" });
  await room.owner.call("/agents/bob", { method: "PATCH", body: { grants: ["ana"] } });
  for (const limits of [{ actions: 100 }, null])
    await room.owner.call("", { method: "PATCH", body: { meta: { a: 2 }, config: { limits } } });
  const minted = await room.owner.call("/tokens", { body: { kind: "view" } });
  await room.owner.call(`/tokens/${minted.body.id}`, { method: "DELETE" });
  await room.owner.do("all", { x: 1 }, { agent: "ana" });
  await bob.call("/agents/bob", { method: "DELETE" });
  return { room, ana };
}

it("[LOG-3] folding the log gives the live state, entry for entry", async () => {
  const { room } = await busy();
  expect(folded(await wholeLog(room.owner))).toEqual(await polled(room.owner));
});

it("[LOG-1] state, log and log_index agree", async () => {
  const { room } = await busy();
  const events = await wholeLog(room.owner);
  const stored = await rows(room.id, "SELECT * FROM state");
  const live = Object.fromEntries(
    stored.map((row) => [
      JSON.stringify([row.scope, row.key]),
      [row.value, row.revision, row.hash, row.updated_at, row.enabled],
    ]),
  );
  const expected = [...fold(events)].map(([place, { value, revision, hash, updated_at, enabled }]) => [
    place,
    [JSON.stringify(value), revision, hash, updated_at, enabled ?? null],
  ]);
  expect(live).toEqual(Object.fromEntries(expected));
});

it("[LOG-4] log_index holds one row for each key that an event touched", async () => {
  const { room } = await busy();
  const touched = (await wholeLog(room.owner)).flatMap(({ seq, payload }) =>
    payload.writes.map(({ scope, key }) => JSON.stringify([scope, key, seq])),
  );
  const indexed = (await rows(room.id, "SELECT scope, key, seq FROM log_index")).map(({ scope, key, seq }) =>
    JSON.stringify([scope, key, seq]),
  );
  expect(indexed.sort()).toEqual([...new Set(touched)].sort());
});

it("[LOG-2] seq starts at 1 and has no gaps, and ts never runs backwards", async () => {
  const { room } = await busy();
  const events = await wholeLog(room.owner);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const times = events.map(({ ts }) => ts);
  expect(times.every((ts) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(ts))).toBe(true);
  expect([...times].sort()).toEqual(times);
});

it("[LOG-6] every event's chain is the SHA-256 over the one before and its own stored text", async () => {
  const { room } = await busy();
  await evictDurableObject(roomObject(room.id));
  await room.owner.do("_send_message", { body: "after the eviction" });
  let before = "";
  for (const { seq, kind, ts, agent, payload, chain } of await rows(
    room.id,
    "SELECT * FROM log ORDER BY seq",
  )) {
    const text = `${before}\n${JSON.stringify([seq, kind, ts, agent])}\n${payload}`;
    expect([seq, chain]).toEqual([seq, await sha256(text)]);
    before = chain;
  }
});

it("[LOG-6] agents and join tokens do not see the chain", async () => {
  const { ana } = await busy();
  expect((await ana.log()).filter((event) => "chain" in event)).toEqual([]);
});

it("events have the kinds that the log promises, a registration being one", async () => {
  const { room } = await busy();
  const kinds = (await wholeLog(room.owner)).map(({ kind, agent, payload }) => [
    kind,
    agent,
    payload.acting ?? null,
  ]);
  expect(kinds).toEqual([
    ["room_create", null, null],
    ["agent_join", "ana", null],
    ["agent_join", "bob", null],
    ["register_action", "ana", null],
    ["register_action", "ana", null],
    ["invoke", "ana", null],
    ["invoke", "bob", null],
    ["invoke", "ana", null],
    ["invoke", "bob", null],
    ["invoke", "bob", null],
    ["register_view", "bob", null],
    ["delete_view", "bob", null],
    ["delete_action", "ana", null],
    ["message", "bob", null],
    ["agent_update", null, null],
    ["room_update", null, null],
    ["room_update", null, null],
    ["token_mint", null, null],
    ["token_revoke", null, null],
    ["invoke", "ana", "room"],
    ["agent_leave", "bob", null],
  ]);
});

it("[LOG-5] a refused invocation is an event without params and writes", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", {
    id: "no",
    params: { n: { type: "number" } },
    if: "params.n == 1",
    writes: [
      { key: "k", value: 1 },
      { scope: "other", key: "k", value: 1 },
    ],
  });
  const tries: [string, unknown, string][] = [
    ["no", { n: 2 }, "precondition_failed"],
    ["no", { n: "2" }, "invalid_param"],
    ["no", { n: 1 }, "scope_denied"],
    ["nothing", { secret: 1 }, "action_not_found"],
    ["_register_action", { id: "_x", writes: [] }, "reserved_id"],
    ["_send_message", {}, "invalid_param"],
  ];
  for (const [action, params, code] of tries) {
    const { body, headers } = await ana.invoke(action, params);
    expect(body.error).toBe(code);
    const newest = (await room.owner.log("?limit=500")).at(-1);
    expect(newest.payload).toEqual({ ok: false, action, code, writes: [] });
    expect([newest.agent, String(newest.seq)]).toEqual(["ana", headers.get("X-Sync-Seq")]);
  }
  expect((await ana.context()).state).toEqual({});
});

it("[LOG-5] an invocation without writes is an event", async () => {
  const room = await createRoom();
  await room.owner.do("_register_action", { id: "noop", writes: [] });
  const { seq } = await room.owner.do("noop");
  expect((await room.owner.log()).at(-1)).toMatchObject({
    seq,
    kind: "invoke",
    payload: { ok: true, writes: [] },
  });
});

it("[LOG-5] reads, help, dry runs, malformed requests and read-only tokens are no events", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "set", writes: [{ key: "k", value: 1 }] });
  const { seq } = await ana.context();
  await ana.do("help");
  await ana.invoke("help", { key: "no such key" });
  await ana.do("set", {}, { dry_run: true });
  await ana.invoke("nothing", {}, { dry_run: true });
  await ana.call("/actions/set/invoke", { body: "{" });
  await ana.call("/actions/set/invoke", { body: { params: 1 } });
  await ana.call("/actions/%00/invoke", { body: {} });
  await room.viewer.invoke("set");
  await room.joiner.invoke("set");
  await ana.eval("1 +");
  await ana.wait("1 +");
  await ana.wait("true");
  await ana.call("/poll");
  await ana.call("/log");
  await ana.call("/history/_shared/k");
  expect((await ana.context()).seq).toBe(seq);
});

it("[LOG-4] the history of a key tells every write and delete, page by page", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "inc", writes: [{ key: "n", increment: 1 }] });
  await ana.do("_register_action", { id: "drop", writes: [{ key: "n", delete: true }] });
  for (const action of ["inc", "inc", "drop", "inc"]) await ana.do(action);
  const entries: Body[] = [];
  let next: number | undefined = 0;
  while (next !== undefined) {
    const { body }: Body = await ana.call(`/history/_shared/n?limit=1&after=${next}`);
    expect(body.entries.length).toBe(1);
    entries.push(...body.entries);
    next = body.next;
  }
  expect(
    entries.map(({ action, op, value, revision, hash }) => [action, op, value, revision, hash !== ""]),
  ).toEqual([
    ["inc", "increment", 1, 1, true],
    ["inc", "increment", 2, 2, true],
    ["drop", "delete", undefined, 0, false],
    ["inc", "increment", 1, 1, true],
  ]);
});

it("[LOG-4] the history of a prefix tells of the keys that begin with it, wildcards being letters", async () => {
  const room = await createRoom();
  await room.owner.do("_register_action", { id: "put", writes: [{ key: "${params.k}", value: 1 }] });
  for (const k of ["a", "a_", "a_b", "a%b", "ab", "A_b", "b", "a*"]) await room.owner.do("put", { k });
  const keys = async (prefix: string) =>
    (await room.owner.call(`/history/_shared?prefix=${encodeURIComponent(prefix)}`)).body.entries.map(
      ({ key }: Body) => key,
    );
  expect(await keys("a_")).toEqual(["a_", "a_b"]);
  expect(await keys("a%")).toEqual(["a%b"]);
  expect(await keys("a*")).toEqual(["a*"]);
  expect(await keys("")).toHaveLength(8);
});

it("the log is read page by page, by kind and by agent", async () => {
  const { room } = await busy();
  const all = await wholeLog(room.owner);
  expect(await wholeLog(room.owner, 3)).toEqual(all);
  expect(await room.owner.log("?kind=agent_join")).toEqual(all.filter(({ kind }) => kind === "agent_join"));
  expect(await room.owner.log("?agent=bob&kind=invoke")).toEqual(
    all.filter(({ kind, agent }) => kind === "invoke" && agent === "bob"),
  );
  expect(await room.owner.log("?after=9999")).toEqual([]);
});

it("[LOG-1] 200 increments at once end at 200, with seqs without gaps", async () => {
  const room = await createRoom();
  const agents = [await room.join("ana"), await room.join("bob"), room.owner];
  await room.owner.do("_register_action", { id: "inc", writes: [{ key: "n", increment: 1 }] });
  const first = (await room.owner.context()).seq;
  const calls = Array.from({ length: 200 }, (_, index) => agents[index % 3]!.do("inc"));
  const answers = await Promise.all(calls);
  expect(answers.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 200 }, (_, i) => first + 1 + i),
  );
  expect(new Set(answers.map(({ writes }) => writes[0].value)).size).toBe(200);
  const row = (await room.owner.call("/poll")).body.state.find(({ key }: Body) => key === "n");
  expect([row.value, row.revision]).toEqual([200, 200]);
});

it("[LOG-7] presence is no event and no revision, and changes no hash", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const row = async () => {
    const { state, seq } = (await room.owner.call("/poll")).body;
    const { revision, hash, updated_at, value } = state.find(({ scope }: Body) => scope === "_agents");
    return { entry: { revision, hash, updated_at, seq }, heartbeat: value.last_heartbeat };
  };
  const before = await row();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await ana.context();
  await ana.wait("false", "&timeout=1");
  const after = await row();
  expect(after.entry).toEqual(before.entry);
  expect(after.heartbeat > before.heartbeat).toBe(true);
});
