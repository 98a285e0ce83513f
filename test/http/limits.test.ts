import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { LIMITS } from "../../src/kernel/limits.ts";
import type { Answer, Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

const KIB = 1024;

function outcome({ status, body }: Answer): [number, string | undefined, string | undefined] {
  return [status, body?.error, body?.limit];
}

async function putter(client: Client): Promise<void> {
  await client.do("_register_action", { id: "put", writes: [{ key: "${params.k}", value: "${params.v}" }] });
}

it("a request body has at most 1 MiB", async () => {
  const room = await createRoom();
  await putter(room.owner);
  const of = (bytes: number) => {
    const [head, tail] = ['{"params": {"k": "a", "v": 1}, "x": "', '"}'];
    return head + "x".repeat(bytes - head.length - tail.length) + tail;
  };
  const send = (body: string) => room.owner.call("/actions/put/invoke", { body });
  expect((await send(of(1024 * KIB))).status).toBe(200);
  expect(outcome(await send(of(1024 * KIB + 1)))).toEqual([413, "too_large", "requestBodyBytes"]);
  expect(outcome(await send("é".repeat(600 * KIB)))).toEqual([413, "too_large", "requestBodyBytes"]);
});

it("a request body without an announced length is cut off at 1 MiB", async () => {
  const room = await createRoom();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 64 * KIB;
      if (sent > 4 * 1024 * KIB) controller.close();
      else controller.enqueue(new Uint8Array(64 * KIB).fill(32));
    },
  });
  const response = await exports.default.fetch(
    new Request(`http://sync.test/rooms/${room.id}/eval`, {
      method: "POST",
      headers: { Authorization: `Bearer ${room.owner.token}` },
      body,
    }),
  );
  expect([response.status, (await response.json<Body>()).limit]).toEqual([413, "requestBodyBytes"]);
});

it("a value has at most 256 KiB of JSON in UTF-8", async () => {
  const room = await createRoom();
  await putter(room.owner);
  const put = (v: string) => room.owner.invoke("put", { k: "a", v });
  expect((await put("x".repeat(256 * KIB - 2))).status).toBe(200);
  expect(outcome(await put("x".repeat(256 * KIB - 1)))).toEqual([413, "too_large", "valueBytes"]);
  expect((await put("é".repeat(128 * KIB - 1))).status).toBe(200);
  expect(outcome(await put("é".repeat(128 * KIB)))).toEqual([413, "too_large", "valueBytes"]);
});

it("[ACT-1] [AGENT-2] a definition and an agent's record are values, too", async () => {
  const room = await createRoom();
  const ana = await room.join("ana", { meta: { kept: true } });
  const big = "x".repeat(256 * KIB);
  const over = [413, "too_large", "valueBytes"];
  const writes = [{ key: "k", value: big }];
  expect(outcome(await ana.invoke("_register_action", { id: "a", writes }))).toEqual(over);
  const change = { method: "PATCH", body: { meta: { big } } };
  expect(outcome(await ana.call("/agents/ana", change))).toEqual(over);
  const { actions, agents } = await ana.context();
  expect([actions.a, agents.ana.meta]).toEqual([undefined, { kept: true }]);
});

it("[ACT-2] a value that grows past its limit leaves all writes of its invocation undone", async () => {
  const room = await createRoom();
  await room.owner.do("_register_action", {
    id: "grow",
    writes: [
      { key: "n", increment: 1 },
      { key: "list", append: true, value: "${params.v}" },
    ],
  });
  await room.owner.do("grow", { v: "x".repeat(200 * KIB) });
  expect(outcome(await room.owner.invoke("grow", { v: "x".repeat(100 * KIB) }))).toEqual([
    413,
    "too_large",
    "valueBytes",
  ]);
  expect((await room.owner.eval("[state._shared.n, size(state._shared.list)]")).value).toEqual([1, 1]);
});

it("a value has at most 32 levels", async () => {
  const room = await createRoom();
  await putter(room.owner);
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  expect((await room.owner.invoke("put", { k: "a", v: nested(32) })).status).toBe(200);
  expect(outcome(await room.owner.invoke("put", { k: "a", v: nested(33) }))).toEqual([
    400,
    "invalid_param",
    undefined,
  ]);
});

it("an event has at most 1 MiB in UTF-8, whoever causes it", async () => {
  const room = await createRoom();
  await room.owner.do("_register_action", {
    id: "fan",
    writes: Array.from({ length: 8 }, (_, n) => ({ key: `k${n}`, value: "${params.v}" })),
  });
  const event = await room.owner.invoke("fan", { v: "é".repeat(100 * KIB) });
  expect(outcome(event)).toEqual([413, "too_large", "eventBytes"]);
  const state = Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`key${n}`, n]));
  const joined = await room.joiner.call("/agents", { body: { id: "ana", state } });
  expect(outcome(joined)).toEqual([413, "too_large", "eventBytes"]);
  expect((await room.owner.context()).agents).toEqual({});
});

it("an action declares at most 64 writes", async () => {
  const room = await createRoom();
  const writes = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `k${n}`, value: n }));
  await room.owner.do("_register_action", { id: "most", writes: writes(64) });
  expect((await room.owner.do("most")).writes).toHaveLength(64);
  const answer = await room.owner.invoke("_register_action", { id: "more", writes: writes(65) });
  expect(outcome(answer)).toEqual([413, "too_large", "writesPerAction"]);
});

it("a message goes to at most 50", async () => {
  const room = await createRoom();
  const to = (count: number) => Array.from({ length: count }, (_, n) => `a${n}`);
  expect((await room.owner.invoke("_send_message", { body: 1, to: to(50) })).status).toBe(200);
  expect((await room.owner.invoke("_send_message", { body: 1, to: to(51) })).status).toBe(400);
});

it("a token holds at most 20 waits open at once", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const waits = Array.from({ length: 20 }, () => ana.wait("state._shared.go == true", "&timeout=20000"));
  let over = await ana.wait("state._shared.go == true", "&timeout=1");
  for (let tries = 0; over.status === 200 && tries < 200; tries++) {
    over = await ana.wait("state._shared.go == true", "&timeout=1");
  }
  expect(outcome(over)).toEqual([429, "quota_exceeded", "waitsPerToken"]);
  expect([over.body.retryable, Number(over.headers.get("Retry-After")) > 0]).toEqual([true, true]);
  await ana.do("_register_action", { id: "go", writes: [{ key: "go", value: true }] });
  await ana.do("go");
  expect((await Promise.all(waits)).filter(({ body }) => body.triggered)).toHaveLength(20);
  expect((await ana.wait("true")).status).toBe(200);
});

it("a wait has at most 12 KiB", async () => {
  const room = await createRoom();
  const answer = await room.owner.wait("false", `&timeout=1&only=${"state.a,".repeat(1600)}state`);
  expect(outcome(answer)).toEqual([413, "too_large", "socketMemoryBytes"]);
});

it("an idempotency key has at most 256 characters", async () => {
  const room = await createRoom();
  await putter(room.owner);
  const send = (key: string) =>
    room.owner.call("/actions/put/invoke", {
      body: { params: { k: "a", v: 1 } },
      headers: { "Idempotency-Key": key },
    });
  expect((await send("k".repeat(256))).status).toBe(200);
  expect(outcome(await send("k".repeat(257)))).toEqual([400, "invalid_request", undefined]);
});

it("[ACT-9] an answer that is kept has at most 1 MiB, or nothing is done and the key stays free", async () => {
  const room = await createRoom();
  await putter(room.owner);
  await room.owner.do("_register_action", {
    id: "big",
    writes: [1, 2, 3].map((n) => ({ key: `k${n}`, value: "${params.v}" })),
    result: "state._shared.k1",
  });
  await room.owner.do("put", { k: "k1", v: "before" });
  const before = await room.owner.eval("[state._shared, room.seq]");
  const send = (size: number) =>
    room.owner.invoke("big", { v: "x".repeat(size) }, { idempotency_key: "same" });
  expect(outcome(await send(255_000))).toEqual([413, "too_large", "keptAnswerBytes"]);
  expect((await room.owner.eval("[state._shared, room.seq - 1]")).value).toEqual(before.value);
  expect((await room.owner.log()).at(-1).payload).toMatchObject({ ok: false, code: "too_large" });
  expect((await send(10)).status).toBe(200);
  expect((await room.owner.invoke("big", { v: "x".repeat(255_000) })).status).toBe(200);
});

it("a page of the log has at most 500 events, and 100 unless told", async () => {
  const room = await createRoom();
  await room.owner.do("_register_action", { id: "noop", writes: [] });
  await Promise.all(Array.from({ length: 105 }, () => room.owner.do("noop")));
  const { events, next } = (await room.owner.call("/log")).body;
  expect([events.length, next]).toEqual([100, 100]);
  expect((await room.owner.call("/log?limit=9999")).body.events).toHaveLength(107);
});

it("a wait lasts at most 55 seconds, whatever is asked", () => {
  expect([LIMITS.waitDefaultMs, LIMITS.waitMaxMs]).toEqual([25_000, 55_000]);
});

it("the table of limits cannot be changed", () => {
  expect(Object.isFrozen(LIMITS)).toBe(true);
});
