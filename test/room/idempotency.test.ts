import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Answer, Body } from "../support/room.ts";
import { Client, createRoom, roomObject } from "../support/room.ts";

async function counting() {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "inc", writes: [{ key: "n", increment: "${params.by}" }] });
  await ana.do("_register_action", { id: "other", writes: [{ key: "n", increment: 100 }] });
  return { room, ana };
}

const keyed = (client: Client, key: string, params: Body = {}, action = "inc"): Promise<Answer> =>
  client.call(`/actions/${action}/invoke`, { body: { params }, headers: { "Idempotency-Key": key } });

const replayed = ({ headers }: Answer) => headers.get("Idempotency-Replayed");

async function count(client: Client): Promise<number> {
  return (await client.context()).state._shared.n;
}

describe("a repeat", () => {
  it("[ACT-9] answers the first answer again, byte for byte, and writes nothing", async () => {
    const { room, ana } = await counting();
    const url = `http://sync.test/rooms/${room.id}/actions/inc/invoke`;
    const headers = { Authorization: `Bearer ${ana.token}`, "Idempotency-Key": "k" };
    const send = () =>
      exports.default.fetch(new Request(url, { method: "POST", headers, body: '{"params":{"by":2}}' }));
    const first = await send();
    await ana.do("other");
    const second = await send();
    expect(await second.text()).toBe(await first.text());
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.headers.get("X-Sync-Seq")).toBe(first.headers.get("X-Sync-Seq"));
    expect([first.headers.get("Idempotency-Replayed"), second.headers.get("Idempotency-Replayed")]).toEqual([
      null,
      "true",
    ]);
    expect(await count(ana)).toBe(102);
  });

  it("[ACT-9] is known by idempotency_key in the body, too", async () => {
    const { ana } = await counting();
    await ana.do("inc", {}, { idempotency_key: "k" });
    expect(replayed(await ana.invoke("inc", {}, { idempotency_key: "k" }))).toBe("true");
    expect(replayed(await keyed(ana, "k"))).toBe("true");
    expect(await count(ana)).toBe(1);
  });

  it("[ACT-9] is no event", async () => {
    const { room, ana } = await counting();
    await keyed(ana, "k");
    const before = (await room.owner.log()).length;
    await keyed(ana, "k");
    expect((await room.owner.log()).length).toBe(before);
  });

  it("[ACT-9] is the same request in whatever order its fields stand", async () => {
    const { ana } = await counting();
    await keyed(ana, "k", { by: 1, note: { a: 1, b: 2 } });
    expect(replayed(await keyed(ana, "k", { note: { b: 2, a: 1 }, by: 1 }))).toBe("true");
  });

  it("[ACT-9] at the same time is done once", async () => {
    const { ana } = await counting();
    const answers = await Promise.all(Array.from({ length: 8 }, () => keyed(ana, "k")));
    expect(await count(ana)).toBe(1);
    expect(answers.filter((answer) => replayed(answer) === "true")).toHaveLength(7);
    expect(new Set(answers.map(({ body }) => body.seq)).size).toBe(1);
  });

  it("[ACT-9] is known after eviction", async () => {
    const { room, ana } = await counting();
    const first = await keyed(ana, "k");
    await evictDurableObject(roomObject(room.id));
    const second = await keyed(ana, "k");
    expect([replayed(second), second.body]).toEqual(["true", first.body]);
    expect(await count(ana)).toBe(1);
  });

  it("[ACT-9] is known after the action was deleted, and after its agent joined again", async () => {
    const { ana } = await counting();
    await keyed(ana, "k");
    await ana.do("_delete_action", { id: "inc" });
    expect(replayed(await keyed(ana, "k"))).toBe("true");
    const again = await ana.call("/agents", { body: { id: "ana" } });
    expect(replayed(await keyed(new Client(ana.room, again.body.token), "k"))).toBe("true");
  });

  it("[ACT-9] is not known after its seven days", async () => {
    const { room, ana } = await counting();
    await keyed(ana, "k");
    await runInDurableObject(roomObject(room.id), (_, state) => {
      const { expires_at } = state.storage.sql
        .exec<{ expires_at: number }>("SELECT expires_at FROM answers")
        .one();
      expect(Math.round((expires_at - Date.now()) / 86_400_000)).toBe(7);
      state.storage.sql.exec("UPDATE answers SET expires_at = 1");
    });
    expect(replayed(await keyed(ana, "k"))).toBeNull();
    expect(await count(ana)).toBe(2);
  });

  it.each([
    ["_send_message", { body: "hi" }, 200],
    ["_register_action", { id: "x", writes: [] }, 201],
    ["_register_view", { id: "v", expr: "1" }, 201],
  ])("[ACT-9] of %s answers again what it answered", async (action, params, status) => {
    const { ana } = await counting();
    const first = await keyed(ana, "k", params, action);
    const second = await keyed(ana, "k", params, action);
    expect([second.status, replayed(second), second.body]).toEqual([status, "true", first.body]);
    expect((await ana.context()).messages.count).toBeLessThan(2);
  });
});

describe("another request under the same key", () => {
  it("[ACT-9] is a conflict, and writes nothing", async () => {
    const { ana } = await counting();
    await keyed(ana, "k", { by: 1 });
    const { status, body } = await keyed(ana, "k", { by: 2 });
    expect([status, body.error]).toEqual([409, "idempotency_conflict"]);
    expect(await count(ana)).toBe(1);
    expect(replayed(await keyed(ana, "k", { by: 1 }))).toBe("true");
  });

  it("[ACT-9] of another action, another agent or the room is none", async () => {
    const { room, ana } = await counting();
    const bob = await room.join("bob");
    await keyed(ana, "k");
    for (const answer of [
      await keyed(ana, "k", {}, "other"),
      await keyed(bob, "k"),
      await keyed(room.owner, "k"),
      await room.owner.invoke("inc", {}, { agent: "ana", idempotency_key: "k" }),
    ]) {
      expect([answer.status, replayed(answer)]).toEqual([200, null]);
    }
    expect(await count(ana)).toBe(104);
  });
});

describe("what leaves the key free", () => {
  it("[ACT-9] a refusal", async () => {
    const { ana } = await counting();
    expect((await keyed(ana, "k", { by: "x" })).status).toBe(409);
    expect((await keyed(ana, "k", { by: 1 })).status).toBe(200);
    expect((await keyed(ana, "m", {}, "later")).status).toBe(404);
    await ana.do("_register_action", { id: "later", writes: [] });
    expect((await keyed(ana, "m", {}, "later")).status).toBe(200);
  });

  it("[ACT-9] a dry run, which never answers a kept answer either", async () => {
    const { ana } = await counting();
    const dry = () => ana.invoke("inc", {}, { dry_run: true, idempotency_key: "k" });
    expect((await dry()).body.dry_run).toBe(true);
    expect(replayed(await keyed(ana, "k"))).toBeNull();
    expect((await dry()).body.dry_run).toBe(true);
  });
});

describe("the key", () => {
  it.each([[""], ["x".repeat(257)], [5], [{}]])(
    "[ACT-9] has 1 to 256 characters: %j is refused",
    async (key) => {
      const { ana } = await counting();
      const { status, body } = await ana.invoke("inc", {}, { idempotency_key: key });
      expect([status, body.error]).toEqual([400, "invalid_request"]);
    },
  );

  it("[ACT-9] null is none", async () => {
    const { ana } = await counting();
    for (let n = 0; n < 2; n++) await ana.do("inc", {}, { idempotency_key: null });
    expect(await count(ana)).toBe(2);
  });
});

it("[ACT-9] an answer is bounded, so that it can be kept: a result that is too large shows an error", async () => {
  const { ana } = await counting();
  await ana.do("_register_action", { id: "put", writes: [{ key: "${params.k}", value: "${params.v}" }] });
  for (const k of ["a", "b"]) await ana.do("put", { k, v: "x".repeat(200_000) });
  const result = "[state._shared.a, state._shared.b]";
  await ana.do("_register_action", { id: "all", writes: [{ key: "n", increment: 1 }], result });
  const first = await keyed(ana, "k", {}, "all");
  expect(first.body.result).toEqual({ _error: expect.any(String) });
  const second = await keyed(ana, "k", {}, "all");
  expect([replayed(second), second.body]).toEqual(["true", first.body]);
});
