import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { LIMITS } from "../../src/kernel/limits.ts";
import { LOWERABLE, SETTINGS } from "../../src/kernel/room-limits.ts";
import { callTool } from "../support/mcp.ts";
import type { Answer, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";
import { watch } from "../support/socket.ts";

/** Every refusal for a limit says what to do. */
function outcome({ status, body }: Answer): [number, string | undefined, string | undefined] {
  if (status >= 400) expect(body.hint, JSON.stringify(body)).toMatch(/^[A-Z].*\.$/);
  return [status, body?.error, body?.limit];
}

function set(room: TestRoom, limits: unknown): Promise<Answer> {
  return room.owner.call("", { method: "PATCH", body: { config: { limits } } });
}

/** A room with the action `note`, in which `limits` hold. */
async function roomWith(limits: Record<string, number>): Promise<TestRoom> {
  const room = await createRoom();
  await room.owner.do("_register_action", { id: "note", writes: [{ key: "note", value: "${self}" }] });
  expect((await set(room, limits)).status).toBe(200);
  return room;
}

/** Invokes `note` so often, one call after the other, and answers how many were let through. */
async function notes(client: Client, times: number): Promise<number> {
  const answers = [];
  for (let call = 0; call < times; call++) answers.push(await client.invoke("note"));
  return answers.filter(({ status }) => status === 200).length;
}

it("[LIMIT-1] an agent that invokes too fast gets 429 and is told when to go on; others are not held up", async () => {
  const room = await roomWith({ invocations_per_second: 1, burst: 100 });
  const [ana, ben] = [await room.join("ana"), await room.join("ben")];
  const invocations = Array.from({ length: 100 }, () => ({ action: "note" }));
  const batch = (client: Client) => client.call("/invoke", { body: { invocations } });
  expect((await batch(ana)).status).toBe(200);
  const over = await batch(ana);
  expect(outcome(over)).toEqual([429, "rate_limited", "invocationsPerSecond"]);
  const seconds = Number(over.headers.get("Retry-After"));
  expect([Number.isInteger(seconds), seconds > 50]).toEqual([true, true]);
  expect(over.body).toMatchObject({ retryable: true, retry_after_seconds: seconds });
  expect(over.body.hint).toContain(`after ${seconds} s`);
  expect([(await batch(ben)).status, (await batch(room.owner)).status]).toEqual([200, 200]);
  await set(room, null);
  await expect.poll(async () => await notes(ana, 1), { timeout: 5_000 }).toBe(1);
});

it("[LIMIT-1] batches count each invocation, refused ones count, and a 429 is no event", async () => {
  const room = await roomWith({ invocations_per_second: 1, burst: 100 });
  const ana = await room.join("ana");
  const batch = (count: number, action = "nothing") =>
    ana.call("/invoke", { body: { invocations: Array.from({ length: count }, () => ({ action })) } });
  const refused = await batch(60);
  expect([refused.status, refused.body.results[0].status]).toEqual([200, 404]);
  const { seq } = await room.owner.context();
  const over = await batch(60, "note");
  expect(outcome(over)).toEqual([429, "rate_limited", "invocationsPerSecond"]);
  expect(over.body.retry_after_seconds).toBeGreaterThan(5);
  expect((await room.owner.context()).seq).toBe(seq);
  await set(room, { burst: 20 });
  expect(outcome(await batch(21, "note"))).toEqual([413, "too_large", "invocationBurst"]);
});

it("[LIMIT-1] sockets, tools and a room token that acts as the agent share its bucket; the room has one of its own", async () => {
  const room = await roomWith({ invocations_per_second: 1, burst: 20 });
  const ana = await room.join("ana");
  const invocations = Array.from({ length: 20 }, () => ({ action: "note" }));
  await ana.call("/invoke", { body: { invocations } });
  const socket = await watch(ana);
  const frame = await socket.ask({ type: "invoke_many", invocations });
  expect(frame).toMatchObject({ type: "error", status: 429, error: "rate_limited" });
  expect(frame.retry_after_seconds).toBeGreaterThan(0);
  const tool = await callTool("invoke", { token: ana.token, invocations });
  expect([tool.isError, tool.body.error]).toEqual([true, "rate_limited"]);
  const acting = await room.owner.call("/invoke", { body: { invocations, agent: "ana" } });
  expect(acting.status).toBe(429);
  expect((await room.owner.call("/invoke", { body: { invocations } })).status).toBe(200);
});

it("[LIMIT-2] all together are limited, too, and a bucket is full again after a sleep", async () => {
  const room = await roomWith({ room_invocations_per_second: 10, invocations_per_second: 1 });
  const [ana, ben] = [await room.join("ana"), await room.join("ben")];
  const invocations = Array.from({ length: 15 }, () => ({ action: "note" }));
  const batch = (client: Client) => client.call("/invoke", { body: { invocations } });
  const answers = await Promise.all([batch(ana), batch(ben), batch(room.owner)]);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.map(({ body }) => body.limit)).toContain("roomInvocationsPerSecond");
  await evictDurableObject(roomObject(room.id));
  expect((await batch(ana)).status).toBe(200);
});

it("[LIMIT-4] two agents that only answer each other get 429 until somebody else acts", async () => {
  const room = await roomWith({ loop_per_minute: 5 });
  const [ana, ben, cem] = [await room.join("ana"), await room.join("ben"), await room.join("cem")];
  let over: Answer | undefined;
  for (let turn = 0; turn < 40 && !over; turn++) {
    const answer = await (turn % 2 === 0 ? ana : ben).invoke("note");
    if (answer.status !== 200) over = answer;
  }
  if (!over) return expect.fail("nobody was stopped");
  expect(outcome(over)).toEqual([429, "rate_limited", "loopPerMinute"]);
  expect(Number(over.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(over.body.hint).toContain("let another agent");
  await cem.do("note");
  expect([await notes(ana, 1), await notes(ben, 1)]).toEqual([1, 1]);
});

it("[LIMIT-5] _config.limits lowers any limit at once, and null takes it back", async () => {
  const room = await createRoom();
  await room.join("ana");
  const all = Object.fromEntries(SETTINGS.map((setting) => [setting, LIMITS[LOWERABLE[setting]]]));
  expect((await set(room, all)).status).toBe(200);
  expect((await set(room, { agents: 1, actions: 1, views: 1, entries: 7, watchers: 1 })).status).toBe(200);
  const register = (id: string) =>
    room.owner.invoke("_register_action", { id, writes: [{ key: id, value: 1 }] });
  expect(outcome(await room.owner.call("/agents", { body: { id: "ben" } }))).toEqual([
    507,
    "storage_full",
    "agents",
  ]);
  expect([(await register("a")).status, outcome(await register("b"))]).toEqual([
    201,
    [507, "storage_full", "actions"],
  ]);
  const view = await room.owner.invoke("_register_view", { id: "v", expr: "1" });
  expect([view.status, outcome(await room.owner.invoke("_register_view", { id: "w", expr: "1" }))]).toEqual([
    201,
    [507, "storage_full", "views"],
  ]);
  expect(outcome(await room.owner.invoke("a"))).toEqual([507, "storage_full", "entries"]);
  await watch(room.viewer);
  expect(outcome(await room.viewer.call("/watch", { headers: { Accept: "text/event-stream" } }))).toEqual([
    429,
    "quota_exceeded",
    "watchersPerRoom",
  ]);
  expect((await set(room, null)).status).toBe(200);
  expect((await register("b")).status).toBe(201);
  expect((await room.owner.invoke("a")).status).toBe(200);
});

it("[LIMIT-5] no limit is raised, and what is no limit is refused; what stands in a table is never more than allowed", async () => {
  const room = await roomWith({});
  for (const limits of [{ entries: 50_001 }, { burst: 0 }, { agents: 1.5 }, { waits: "5" }]) {
    const answer = await set(room, limits);
    expect([answer.status, answer.body.error], JSON.stringify(limits)).toEqual([400, "invalid_request"]);
    expect(answer.body.hint).toBe("Change what faults names, and send it again.");
    expect(answer.body.message).toMatch(/must be a whole number from 1 to \d+/);
  }
  const unknown = await set(room, { entires: 5 });
  expect([unknown.status, unknown.body.message]).toEqual([400, expect.stringContaining("state_bytes")]);
  await set(room, { burst: 5 });
  await runInDurableObject(roomObject(room.id), (_, { storage }) => {
    const value = JSON.stringify({
      burst: 9_999,
      invocations_per_second: 1,
      agents: -1,
      __proto__: 3,
      x: {},
    });
    storage.sql.exec("UPDATE state SET value = ? WHERE scope = '_config' AND key = 'limits'", value);
  });
  await evictDurableObject(roomObject(room.id));
  const ana = await room.join("ana");
  const invocations = Array.from({ length: 100 }, () => ({ action: "note" }));
  const statuses = [];
  for (let turn = 0; turn < 3; turn++) {
    statuses.push((await ana.call("/invoke", { body: { invocations } })).status);
  }
  expect(statuses).toEqual([200, 200, 429]);
});
