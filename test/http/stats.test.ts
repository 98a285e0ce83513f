import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { callTool } from "../support/mcp.ts";
import { createRoom, roomObject } from "../support/room.ts";
import { watch } from "../support/socket.ts";

it("[STATS-1] what a room holds and did is told to the room token alone", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await room.owner.do("_register_action", { id: "put", writes: [{ key: "k", value: "${params.v}" }] });
  await room.owner.do("_register_action", { id: "shut", if: "false", writes: [] });
  await room.owner.do("_register_view", { id: "size", expr: "size(state._shared.k)", scope: "_shared" });
  await ana.do("put", { v: "x".repeat(1_000) }, { idempotency_key: "once" });
  await ana.do("_send_message", { body: "hi" });
  await ana.invoke("shut");
  await ana.call("/invoke", { body: { invocations: [{ action: "shut" }, { action: "none" }] } });
  await watch(room.viewer);
  const { status, body, headers } = await room.owner.call("/stats");
  expect([status, Number(headers.get("X-Sync-Seq"))]).toEqual([200, body.seq]);
  expect(body).toMatchObject({
    log: { events: body.seq, earliest: 1 },
    messages: 1,
    agents: 1,
    actions: 2,
    views: 1,
    timers: 0,
    samples: 0,
    kept_answers: 1,
    memory: { watchers: 1, waits: 0, buckets: 2 },
    activity: {
      events: body.seq,
      invocations: 8,
      refused: { precondition_failed: 2, action_not_found: 1 },
    },
  });
  const [largest] = body.state.scopes;
  expect([largest.scope, largest.entries, largest.chars]).toEqual(["_shared", 1, 1_002]);
  expect(body.storage_bytes).toBe(
    await runInDurableObject(roomObject(room.id), (_, { storage }) => storage.sql.databaseSize),
  );
  expect(body.log.estimated_bytes).toBeGreaterThan(1_000);
  expect(JSON.stringify(body)).not.toContain("xxx");
  for (const other of [ana, room.viewer, room.joiner]) {
    const refused = await other.call("/stats");
    expect([refused.status, refused.body.error]).toEqual([403, "room_token_required"]);
  }
  expect((await room.owner.call("/stats?agent=ana")).status).toBe(403);
  const tool = await callTool("look", { what: "stats", token: room.owner.token });
  expect([tool.isError, tool.body.seq]).toEqual([false, body.seq]);
});

it("[STATS-1] what is counted row by row is counted up to 10,000", async () => {
  const room = await createRoom();
  await runInDurableObject(roomObject(room.id), (_, { storage }) => {
    storage.sql.exec(
      `INSERT INTO samples (view, seq)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT 'v', i FROM n`,
    );
  });
  expect((await room.owner.call("/stats")).body.samples).toBe(10_000);
});
