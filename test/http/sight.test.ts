import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import type { Visitor } from "../support/canaries.ts";
import { foreigner, knock, LIVE_CANARIES, leaks, plant } from "../support/canaries.ts";
import type { Body } from "../support/room.ts";
import { Client, createRoom, roomObject } from "../support/room.ts";

it("[AUTH-5] another agent is shown nothing of a private scope behind any door", async () => {
  const { bob, canaries } = await plant();
  expect(leaks(await knock({ client: bob }), canaries)).toEqual([]);
});

it("[AUTH-5] what an eviction leaves in memory makes no difference to what is shown", async () => {
  const { room, bob, canaries } = await plant();
  await knock({ client: bob });
  await evictDurableObject(roomObject(room.id));
  expect(leaks(await knock({ client: bob }), canaries)).toEqual([]);
});

it("[AUTH-4] a room token that acts as an agent has that agent's eyes, and no more", async () => {
  const { room, canaries } = await plant();
  expect(leaks(await knock({ client: room.owner, as: "bob" }), canaries)).toEqual([]);
});

it("[AUTH-3] a join token reads nothing", async () => {
  const { room, canaries } = await plant();
  const knocks = await knock({ client: room.joiner });
  expect(leaks(knocks, canaries)).toEqual([]);
  expect(knocks.filter(({ answer }) => answer.status < 400).map(({ door }) => door)).toEqual([]);
});

it("[AUTH-1] without a token nothing of a room is read", async () => {
  const { room, canaries } = await plant();
  const knocks = await knock({ client: new Client(room.id, undefined) });
  expect(leaks(knocks, canaries)).toEqual([]);
  expect(new Set(knocks.map(({ answer }) => answer.status))).toEqual(new Set([401]));
});

it("[AUTH-2] the token of another room opens no door of this one", async () => {
  const { room, canaries } = await plant();
  const knocks = await knock({ client: await foreigner(room) });
  expect(leaks(knocks, canaries)).toEqual([]);
  expect(new Set(knocks.map(({ answer }) => answer.body.error))).toEqual(new Set(["invalid_token"]));
});

it("[AUTH-5] owner, granted agent, spectator and room see a private scope at every door to it", async () => {
  const { room, ana, cat } = await plant();
  const visitors: Record<string, Visitor> = {
    ana: { client: ana },
    cat: { client: cat },
    viewer: { client: room.viewer },
    room: { client: room.owner },
    "room as ana": { client: room.owner, as: "ana" },
    "room as cat": { client: room.owner, as: "cat" },
  };
  for (const [name, { client, as }] of Object.entries(visitors)) {
    const agent = as === undefined ? "" : `agent=${as}`;
    const reads = [`/context?${agent}`, `/poll?${agent}`, `/history/ana?prefix=&${agent}`];
    for (const path of as === undefined ? [...reads, "/log?limit=500"] : reads) {
      const answer = await client.call(path);
      const text = JSON.stringify(answer.body);
      expect([name, path, LIVE_CANARIES.filter((canary) => !text.includes(canary))]).toEqual([
        name,
        path,
        [],
      ]);
    }
    const expr = 'state["ana"]';
    const { body } = await client.call("/eval", {
      body: { expr, ...(as === undefined ? {} : { agent: as }) },
    });
    expect([name, body.value["canary-key-kept"]]).toEqual([name, "canary-value-kept"]);
  }
});

it("[AUTH-5] a wait of another agent is not woken by what it may not see", async () => {
  const { bob, ana } = await plant();
  const waiting = bob.wait(
    'size(state["ana"]) > 0 || state["ana"]["canary-key-kept"] != null',
    "&timeout=300",
  );
  await ana.do("keep", { key: "canary-key-kept", value: "canary-value-again" });
  expect((await waiting).body.triggered).toBe(false);
});

it("[AUTH-3] a grant that is taken away closes every door at once", async () => {
  const { room, cat, canaries } = await plant();
  await room.owner.call("/agents/cat", { method: "PATCH", body: { grants: [] } });
  const own = canaries.filter((canary) => !canary.endsWith("granted"));
  expect(leaks(await knock({ client: cat }), own)).toEqual([]);
});

it("[AUTH-7] a write into a scope that the invoker may not read is answered by its scope alone", async () => {
  const { bob } = await plant();
  const { writes } = await bob.do("keep", { key: "k", value: 1 });
  expect(writes).toEqual([{ scope: "ana", hidden: true }]);
  const dry = await bob.do("keep", { key: "k", value: 1 }, { dry_run: true });
  expect(dry.writes).toEqual([{ scope: "ana", hidden: true }]);
});

it("[AUTH-6] of others' events an agent sees who did what, but not with which params or to which hidden keys", async () => {
  const { room, bob } = await plant();
  const all = await room.owner.log("?limit=500");
  const kept = all.find(({ payload }) => payload.params?.key === "canary-key-kept");
  const [seen] = (await bob.log(`?after=${kept.seq - 1}&limit=1`)) as [{ payload: object }];
  expect(seen).toEqual({
    seq: kept.seq,
    kind: "invoke",
    ts: kept.ts,
    agent: "ana",
    payload: { ok: true, action: "keep", writes: [{ scope: "ana", hidden: true }] },
  });
});

it("[AUTH-6] refusals are shown to who was refused, to the room and to spectators, and to nobody else", async () => {
  const { room, ana, bob, cat } = await plant();
  const refused = (events: { payload: { ok: boolean; action: string } }[]) =>
    events.filter(({ payload }) => !payload.ok).map(({ payload }) => payload.action);
  expect(refused(await ana.log("?limit=500"))).toEqual(["guarded"]);
  expect(refused(await room.viewer.log("?limit=500"))).toEqual(["guarded"]);
  expect(refused(await bob.log("?limit=500"))).toEqual([]);
  expect(refused(await cat.log("?limit=500"))).toEqual([]);
});

it("[AUTH-5] a scope that may not be read has the history of one that never was", async () => {
  const { bob } = await plant();
  const known = (await bob.call("/history/ana/canary-key-kept")).body;
  const unknown = (await bob.call("/history/nobody/canary-key-kept")).body;
  expect(known).toEqual({ ...unknown, scope: "ana" });
});

it("[AUTH-3] a wait whose reader lost its grant is not woken by the scope that it may read no more", async () => {
  const { room, cat, ana } = await plant();
  const waiting = cat.wait('state["ana"].signal == 1', "&timeout=1500");
  let status = "";
  while (status !== "waiting") status = (await room.owner.context()).agents.cat.status;
  await room.owner.call("/agents/cat", { method: "PATCH", body: { grants: [] } });
  await ana.do("keep", { key: "signal", value: 1 });
  const { body } = await waiting;
  expect([body.triggered, body.context.state.ana]).toEqual([false, undefined]);
});

it("[ACT-9] the idempotency key of another brings none of its answers", async () => {
  const { room, ana, bob } = await plant();
  const idempotency_key = "same";
  const mine = await ana.do("keep", { key: "canary-key-once", value: 1 }, { idempotency_key });
  const params = { key: "canary-key-once", value: 1 };
  const theirs = await bob.invoke("keep", params, { idempotency_key });
  expect([theirs.headers.get("Idempotency-Replayed"), theirs.body.writes]).toEqual([
    null,
    [{ scope: "ana", hidden: true }],
  ]);
  const acting = await room.owner.invoke("keep", params, { idempotency_key, agent: "bob" });
  expect(acting.body.writes).toEqual([{ scope: "ana", hidden: true }]);
  expect((await ana.invoke("keep", params, { idempotency_key })).body.seq).toBe(mine.seq);
});

it("[LOG-12] [AUTH-6] a lean log names what was written without values, by the same sight, up to its own limits", async () => {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { secret: 1 } });
  const bob = await room.join("bob");
  await ana.do("_register_action", {
    id: "set",
    params: { key: { type: "string", required: true }, value: { type: "any" } },
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
  await ana.invoke("set", { value: 1 });
  const big = "x".repeat(250_000);
  for (let n = 0; n < 9; n++) await ana.do("set", { key: "big", value: big });
  const lean = async (client: Client, query = "") => (await client.call(`/log?depth=lean${query}`)).body;
  const whole = await lean(room.owner, "&limit=5");
  expect(whole.events[1]).toMatchObject({ kind: "agent_join", agent: "ana", payload: { ok: true } });
  expect(whole.events[1].payload.writes).toContainEqual({ op: "set", scope: "ana", key: "secret" });
  expect(whole.events[4].payload).toEqual({
    ok: false,
    action: "set",
    code: "invalid_param",
    writes: [],
  });
  const seen = await lean(bob);
  expect(seen.events[1].payload.writes).toContainEqual({ scope: "ana", hidden: true });
  expect(seen.events.map(({ seq }: Body) => seq)).not.toContain(5);
  expect(JSON.stringify([whole, seen])).not.toMatch(/"value"|"revision"|"chain"|"hash"|xxx/);
  expect(seen.next).toBeLessThan(14);
  const seqs: number[] = [];
  for (let page = seen; ; page = await lean(bob, `&after=${page.next}`)) {
    seqs.push(...page.events.map(({ seq }: Body) => seq));
    if (page.next === undefined) break;
  }
  expect(seqs).toEqual([1, 2, 3, 4, ...Array.from({ length: 9 }, (_, n) => 6 + n)]);
  expect((await lean(bob, "&kind=agent_join")).events.length).toBe(2);
  expect((await ana.call("/log?depth=usage")).body.error).toBe("invalid_request");
});
