import { afterAll, beforeAll, beforeEach, expect, inject, it } from "vitest";
import type { LogEvent } from "../../src/client/main.ts";
import { createRoom, Room, SyncError } from "../../src/client/main.ts";
import { mayRepeat, RETRY_POLICY, retryAfterSeconds, retryDelay } from "../../src/client/retry.ts";
import { holdWait } from "../../src/client/wait.ts";
import type { Fault } from "./flaky-proxy.ts";
import { FlakyProxy } from "./flaky-proxy.ts";

/** Quick, and often enough for whatever the tests do. */
const retry = { firstDelayMs: 1, mostDelayMs: 20, attempts: 60 };
const BUSY: Fault = { status: 503, headers: { "Retry-After": "0" } };

let proxy: FlakyProxy;
beforeAll(async () => {
  proxy = await FlakyProxy.before(inject("server"));
});
beforeEach(() => {
  proxy.requests.length = 0;
  proxy.fault = () => null;
});
afterAll(() => proxy.close());

async function counted() {
  const made = await createRoom(inject("server"));
  await made.room.registerAction({
    id: "count",
    writes: [{ key: "n", increment: 1 }],
    result: "state._shared.n",
  });
  const room = new Room({ server: proxy.url, room: made.id, token: made.token, retry });
  return { ...made, room };
}

async function invocations(room: Room): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for await (const event of room.log({ kind: "invoke" })) events.push(event);
  return events;
}

it("[SDK-2] an invocation is done once, whatever becomes of its answers", async () => {
  const { room } = await counted();
  proxy.next(/invoke/, "drop", "cut", BUSY, "truncate", { status: 502, body: "<html>" }, { status: 429 });
  expect((await room.invoke("count")).result).toBe(1);
  expect(proxy.requests).toHaveLength(7);
  expect(await invocations(room)).toHaveLength(1);
});

it("[SDK-2] many at once through a line that keeps breaking are each done once", async () => {
  const { room } = await counted();
  const faults: Fault[] = ["cut", null, "drop", BUSY, null, "truncate", "cut"];
  let turn = 0;
  proxy.fault = (request) => (request.includes("invoke") ? (faults[turn++ % faults.length] ?? null) : null);
  await Promise.all(Array.from({ length: 40 }, () => room.invoke("count")));
  proxy.fault = () => null;
  expect((await room.context()).state._shared?.n).toBe(40);
  expect(await invocations(room)).toHaveLength(40);
});

it("[SDK-2] a batch, a dry run and an evaluation are repeated, too", async () => {
  const { room } = await counted();
  proxy.next(/POST/, "cut");
  const { results } = await room.invokeMany([{ action: "count" }, { action: "count" }]);
  expect(results.map(({ replayed }) => replayed)).toEqual([true, true]);
  proxy.next(/POST/, "cut");
  expect((await room.dryRun("count")).allowed).toBe(true);
  proxy.next(/POST/, "cut");
  expect((await room.evaluate("state._shared.n")).value).toBe(2);
});

it("[SDK-2] what would do harm if it were done twice is sent again only where nothing was done", async () => {
  const { room, joinToken: token } = await counted();
  proxy.next(/./, "cut");
  await expect(createRoom(proxy.url, { retry })).rejects.toMatchObject({ code: "unreachable", status: 0 });
  proxy.next(/./, BUSY);
  await expect(room.mintToken({ kind: "view" })).rejects.toMatchObject({ status: 503 });
  proxy.next(/./, "cut");
  await expect(
    Room.join({ server: proxy.url, room: room.id, token, id: "ana", retry }),
  ).rejects.toMatchObject({ code: "unreachable" });
  expect(proxy.requests).toHaveLength(3);
  proxy.next(/./, { status: 429 });
  expect((await room.mintToken({ kind: "view" })).kind).toBe("view");
  proxy.next(/./, "cut");
  expect((await room.join({ id: "ana" })).agent).toBe("ana");
  expect(proxy.requests).toHaveLength(7);
});

it("[SDK-3] a server that asks for a longer pause than is made is not asked again", async () => {
  const { room } = await counted();
  proxy.next(/./, { status: 429, headers: { "Retry-After": "60" } });
  await expect(room.info()).rejects.toMatchObject({ status: 429, code: "bad_answer", retryAfter: 60 });
  expect(proxy.requests).toHaveLength(1);
});

it("[SDK-3] pauses grow and are drawn at random, and are no shorter than Retry-After", () => {
  const busy = (retryAfter?: number) =>
    new SyncError({ code: "overloaded", message: "", status: 503, retryAfter });
  const delays = [1, 2, 3, 20].map((attempt) =>
    [0, 0.999].map((random) => retryDelay(busy(), attempt, { ...RETRY_POLICY, attempts: 50 }, random)),
  );
  expect(delays.map((pair) => pair.map((ms) => Math.round(ms ?? 0)))).toEqual([
    [100, 200],
    [200, 400],
    [400, 800],
    [10_000, 19_990],
  ]);
  expect(retryDelay(busy(3), 1, RETRY_POLICY, 0)).toBe(3000);
  expect(retryDelay(busy(), RETRY_POLICY.attempts, RETRY_POLICY, 0)).toBeNull();
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfterSeconds("Thu, 01 Jan 2026 00:00:07 GMT", now)).toBe(7);
  expect(retryAfterSeconds("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  expect([retryAfterSeconds(" 2 ", now), retryAfterSeconds("soon", now)]).toEqual([2, undefined]);
  expect(mayRepeat(new SyncError({ code: "internal", message: "", status: 500 }), true)).toBe(false);
});

it("[SDK-4] a wait goes on after its line broke", async () => {
  const { room } = await counted();
  proxy.next(/wait/, "drop", "truncate");
  const waiting = room.wait("state._shared.n == 1");
  await room.invoke("count");
  expect((await waiting).context.state._shared).toEqual({ n: 1 });
});

it("[SDK-4] a wait that is longer than a server holds one is a chain, and only its end counts messages as read", async () => {
  const asked: Record<string, unknown>[] = [];
  const triggered = (among: readonly boolean[]) => {
    const answers = [...among];
    return async (call: { readonly query?: object }) => {
      asked.push({ ...call.query });
      const isTriggered = answers.shift() ?? true;
      return {
        triggered: isTriggered,
        seq: 1,
        ...(isTriggered ? {} : { timeout: true, unmet: [] }),
      } as never;
    };
  };
  await holdWait(triggered([false, true]), RETRY_POLICY, "c", {});
  expect(asked.splice(0)).toEqual([
    { include: "self", condition: "c", timeout: 55_000 },
    { include: "self", condition: "c", timeout: 55_000 },
    { condition: "c", timeout: 0 },
  ]);
  await holdWait(triggered([false, true]), RETRY_POLICY, "c", { include: ["views"] });
  expect(asked.splice(0).map(({ include }) => include)).toEqual([["views"], ["views"]]);
  // What held for a moment did hold.
  expect(await holdWait(triggered([true, false]), RETRY_POLICY, "c", { timeout: 60_000 })).toEqual({
    triggered: true,
    condition: "c",
    seq: 1,
  });
  asked.splice(0);
  await holdWait(triggered([false]), RETRY_POLICY, "c", { timeout: 50_000 });
  expect(asked).toHaveLength(1);
});

it("[SDK-4] a wait's time holds through breaks, and only the room says that a condition did not hold", async () => {
  const { room } = await counted();
  const asked = () => proxy.requests.map((request) => Number(/timeout=(\d+)/.exec(request)?.[1]));
  const slow = { firstDelayMs: 100, mostDelayMs: 100 };
  const patient = new Room({ server: proxy.url, room: room.id, token: room.token, retry: slow });
  proxy.next(/wait/, "drop", BUSY);
  expect(await patient.wait("false", { timeout: 300 })).toMatchObject({ triggered: false });
  const [first = 0, second = 0, third = 0] = asked();
  expect(first).toBe(300);
  // Each attempt asks for the time that is left.
  expect(second).toBeLessThan(first);
  expect(third).toBeLessThan(second);
  const dead = { code: "unreachable", status: 0, message: expect.stringContaining("0.2 s are over") };
  proxy.fault = () => ({ status: 502 });
  await expect(room.wait("true", { timeout: 200 })).rejects.toMatchObject(dead);
  const once = { ...retry, attempts: 1 };
  const nowhere = new Room({ server: "http://127.0.0.1:1", room: room.id, token: room.token, retry: once });
  await expect(nowhere.wait("true", { timeout: 200 })).rejects.toMatchObject(dead);
  await expect(nowhere.wait("true")).rejects.toMatchObject({ code: "unreachable" });
});

it("[SDK-4] what is refused ends a wait at once, as does a server that asks for a long pause", async () => {
  const { room } = await counted();
  await expect(room.wait("(", { timeout: 20_000 })).rejects.toMatchObject({ code: "invalid_cel" });
  proxy.next(/wait/, { status: 503, headers: { "Retry-After": "60" } });
  await expect(room.wait("false", { timeout: 20_000 })).rejects.toMatchObject({ retryAfter: 60 });
});

it("[SDK-6] a call ends when its signal says so: while it waits, and between attempts", async () => {
  const { room } = await counted();
  const gone = new Error("gone");
  const waiting = new AbortController();
  const wait = room.wait("false", { signal: waiting.signal });
  waiting.abort(gone);
  await expect(wait).rejects.toBe(gone);
  const trying = new AbortController();
  proxy.fault = () => {
    setTimeout(() => trying.abort(gone), 20);
    return { status: 503 };
  };
  const patient = new Room({
    server: proxy.url,
    room: room.id,
    token: room.token,
    retry: { firstDelayMs: 20_000 },
  });
  await expect(patient.info({ signal: trying.signal })).rejects.toBe(gone);
  await expect(room.info({ signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
});

it("[SDK-6] who does not answer in time is unreachable", async () => {
  const { room } = await counted();
  proxy.fault = () => "stall";
  const hasty = {
    server: proxy.url,
    room: room.id,
    token: room.token,
    attemptMs: 50,
    retry: { ...retry, attempts: 2 },
  };
  await expect(new Room(hasty).info()).rejects.toMatchObject({ code: "unreachable", retryable: true });
  expect(proxy.requests).toHaveLength(2);
  await expect(new Room({ ...hasty, server: "http://127.0.0.1:1" }).info()).rejects.toBeInstanceOf(SyncError);
});

it("[SDK-2] a stream that was sent cannot be sent again", async () => {
  const { room } = await createRoom(proxy.url, { retry });
  const { body } = new Response("{}\n");
  proxy.next(/import/, { status: 429 });
  await expect(room.import(body ?? "")).rejects.toMatchObject({ status: 429 });
});

it("[SDK-6] an export that breaks off fails where it is read", async () => {
  const { room } = await counted();
  proxy.next(/export/, "truncate");
  await expect(new Response(await room.export()).text()).rejects.toThrow();
});
