import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";
import { watch } from "../support/socket.ts";

const ACTIONS = [
  { id: "inc", writes: [{ key: "n", increment: 1 }], result: "state._shared.n" },
  { id: "note", writes: [{ scope: "_notes", append: true, value: "${params.text}" }] },
  { id: "once", if: "state._shared.n == null", writes: [{ key: "n", value: 100 }] },
  { id: "secret", scope: "bob", writes: [{ key: "s", value: 1 }] },
];

async function furnished() {
  const room = await createRoom();
  const [ana, bob] = [await room.join("ana"), await room.join("bob")];
  for (const action of ACTIONS) await (action.scope ? bob : ana).do("_register_action", action);
  return { room, ana, bob };
}

/** What the room holds; when an agent was last heard of is none of it. */
async function contents(room: TestRoom): Promise<Body> {
  const { state, resolved, available, seq } = (await room.owner.call("/poll")).body;
  return { state: state.filter(({ scope }: Body) => scope !== "_agents"), resolved, available, seq };
}

function batch(client: Client, invocations: Body[], extra: object = {}) {
  return client.call("/invoke", { body: { invocations, ...extra } });
}

const inc = { action: "inc" };
const once = { action: "once" };

it("[ACT-14] invocations of a batch run in order, each sees those before it and is an event of its own", async () => {
  const { ana, room } = await furnished();
  const { status, body, headers } = await batch(ana, [once, inc, { action: "inc", params: {} }]);
  expect(status).toBe(200);
  expect(body.results.map(({ status }: Body) => status)).toEqual([200, 200, 200]);
  expect(body.results.map(({ body }: Body) => body.result)).toEqual([undefined, 101, 102]);
  const seqs = body.results.map(({ body }: Body) => body.seq);
  expect(seqs).toEqual([seqs[0], seqs[0] + 1, seqs[0] + 2]);
  expect(body.seq).toBe(seqs[2]);
  expect(headers.get("X-Sync-Seq")).toBe(String(seqs[2]));
  const events = await room.owner.log(`?after=${seqs[0] - 1}`);
  expect(events.map(({ payload }) => payload.action)).toEqual(["once", "inc", "inc"]);
});

it("[ACT-14] without atomic a refusal is one answer among others, as it would be alone", async () => {
  const { ana, room } = await furnished();
  await ana.do("inc");
  const alone = await ana.invoke("once");
  const { body } = await batch(ana, [
    { action: "note" },
    once,
    { action: "nothing" },
    inc,
    { action: "help", params: {} },
  ]);
  expect(body.results.map(({ status }: Body) => status)).toEqual([200, 409, 404, 200, 200]);
  expect(body.results[1].body).toEqual(alone.body);
  expect(body.results[2].body).toMatchObject({ error: "action_not_found" });
  expect((await ana.context()).state._shared.n).toBe(2);
  const refused = (await room.owner.log()).filter(({ payload }) => !payload.ok);
  expect(refused.map(({ payload }) => payload.code)).toEqual([
    "precondition_failed",
    "precondition_failed",
    "action_not_found",
  ]);
});

it("[ACT-14] an atomic batch that is refused writes nothing but one refused event", async () => {
  const { ana, room } = await furnished();
  await ana.do("_register_view", { id: "v", expr: "[state._shared.n, size(state._notes)]" });
  await batch(ana, [inc, { action: "note", params: { text: "first" } }]);
  const before = await contents(room);
  const definition = { id: "later", writes: [{ key: "l", value: 1 }] };
  const attempt = [
    inc,
    { action: "note", params: { text: "second" }, idempotency_key: "k" },
    { action: "_register_action", params: definition },
    { action: "_delete_action", params: { id: "note" } },
    { action: "_send_message", params: { body: "never", to: "bob" } },
    once,
    inc,
  ];
  const { status, body } = await batch(ana, attempt, { atomic: true });
  expect({ status, body }).toMatchObject({
    status: 409,
    body: { error: "precondition_failed", index: 5, unmet: [{ reads: [{ value: 2 }] }] },
  });
  const after = { ...before, seq: before.seq + 1 };
  expect(await contents(room)).toEqual(after);
  const told = (await room.owner.log(`?after=${before.seq}`)).map(({ payload }) => payload);
  expect(told).toEqual([{ ok: false, action: "once", code: "precondition_failed", writes: [] }]);
  await evictDurableObject(roomObject(room.id));
  expect(await contents(room)).toEqual(after);
  expect((await room.owner.call("/log/verify")).body.ok).toBe(true);
  const again = await batch(ana, [attempt[1]], { atomic: true });
  expect(again.body.results[0]).toMatchObject({ status: 200, body: { writes: [{ key: "2" }] } });
});

it("[ACT-14] an atomic batch that is accepted is all there, and a repeat with its keys writes nothing", async () => {
  const { ana } = await furnished();
  const keyed = [1, 2, 3].map((key) => ({ ...inc, idempotency_key: `k${key}` }));
  const first = await batch(ana, keyed, { atomic: true });
  const second = await batch(ana, [...keyed, inc], { atomic: true });
  expect(second.body.results.slice(0, 3)).toEqual(
    first.body.results.map((result: Body) => ({ ...result, replayed: true })),
  );
  expect(second.body.results[3].body.result).toBe(4);
});

it("[ACT-14] nobody is told of an event of an atomic batch that is taken back", async () => {
  const { ana, bob } = await furnished();
  await ana.do("_register_view", { id: "n", expr: "state._shared.n" });
  await ana.do("inc");
  const watcher = await watch(bob);
  const wait = watcher.ask({ type: "wait", condition: "state._shared.n == 2", timeout: 60_000 });
  await watcher.ask({ type: "ping" });
  const ana2 = { action: "inc", idempotency_key: "second" };
  await batch(ana, [ana2, once], { atomic: true });
  const closing = await batch(ana, [ana2, inc], { atomic: true });
  await watcher.untilEvent(closing.body.seq);
  await watcher.until(({ type, value }) => type === "view" && value === 3);
  expect(watcher.of("event").filter(({ ok }) => ok)).toHaveLength(2);
  expect(watcher.of("view").map(({ id, value }) => [id, value])).toEqual([["n", 3]]);
  const { body } = await batch(ana, [{ action: "help", params: { key: "guide" } }]);
  expect(body.results[0].status).toBe(200);
  watcher.send({ type: "cancel", id: "c", target: "ask-1" });
  await Promise.race([wait, watcher.until(({ id }) => id === "c")]);
  expect(watcher.of("result").filter(({ triggered }) => triggered)).toEqual([]);
});

it("[ACT-14] a batch has 1 to 100 invocations, each of an action", async () => {
  const { ana } = await furnished();
  expect(await batch(ana, [])).toMatchObject({ status: 400, body: { error: "invalid_request" } });
  expect(await batch(ana, Array(101).fill(inc))).toMatchObject({ status: 400 });
  expect(await batch(ana, [inc, {}])).toMatchObject({
    status: 400,
    body: { faults: [{ path: "invocations.1.action" }] },
  });
  expect((await batch(ana, Array(100).fill(inc))).body.results).toHaveLength(100);
});

it("[ACT-14] what the answers of a batch may hold together is bounded, and the rest is not run", async () => {
  const { ana } = await furnished();
  const large = { id: "large", writes: [{ key: "x", value: "x".repeat(200_000) }], result: "state._shared" };
  await ana.do("_register_action", large);
  const many = Array(40).fill({ action: "large" });
  const statuses = (await batch(ana, many)).body.results.map(({ status }: Body) => status);
  const ran = statuses.filter((status: number) => status === 200).length;
  expect(ran).toBeGreaterThan(10);
  expect(statuses).toEqual([...Array(ran).fill(200), ...Array(40 - ran).fill(413)]);
  const atomic = await batch(ana, many, { atomic: true });
  expect(atomic).toMatchObject({ status: 413, body: { error: "too_large", index: ran } });
});

it("[ACT-14] an answer that cannot be kept for its key undoes an atomic batch", async () => {
  const { ana, room } = await furnished();
  const id = "huge";
  const writes = [1, 2, 3].map((key) => ({ key: `k${key}`, value: "${params.x}" }));
  await ana.do("_register_action", { id, writes, result: "state._shared.k1" });
  const before = await contents(room);
  const keyed = { action: id, params: { x: "x".repeat(255_000) }, idempotency_key: "k" };
  const { status, body } = await batch(ana, [inc, keyed], { atomic: true });
  expect({ status, body }).toMatchObject({ status: 413, body: { limit: "keptAnswerBytes", index: 1 } });
  expect(await contents(room)).toEqual({ ...before, seq: before.seq + 1 });
  const each = (await batch(ana, [inc, keyed, inc])).body.results;
  expect(each.map(({ status }: Body) => status)).toEqual([200, 413, 200]);
});

it("[ACT-14] a batch has the eyes and the authority of its caller", async () => {
  const { ana, room } = await furnished();
  const results = (await batch(ana, [{ action: "secret" }, inc])).body.results;
  expect(results[0].body.error).toBe((await ana.invoke("secret")).body.error);
  expect((await batch(room.owner, [inc], { agent: "bob" })).body.results[0].body.agent).toBe("bob");
  expect(await batch(ana, [inc], { agent: "bob" })).toMatchObject({ status: 403 });
  const barred = await batch(room.viewer, [inc, { action: "help" }]);
  expect(barred.body.results.map(({ status }: Body) => status)).toEqual([403, 200]);
  expect(await batch(room.viewer, [inc], { atomic: true })).toMatchObject({
    status: 403,
    body: { error: "read_only_token", index: 0 },
  });
});

it("[ACT-14] a frame brings a batch, too", async () => {
  const { ana } = await furnished();
  const socket = await watch(ana);
  const answer = await socket.ask({ type: "invoke_many", invocations: [inc, once] });
  expect(answer).toMatchObject({ type: "result", results: [{ status: 200 }, { status: 409 }] });
  const refused = await socket.ask({ type: "invoke_many", invocations: [inc, once], atomic: true });
  expect(refused).toMatchObject({ type: "error", status: 409, error: "precondition_failed", index: 1 });
  expect((await ana.context()).state._shared.n).toBe(1);
});
