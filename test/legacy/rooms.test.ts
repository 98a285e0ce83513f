import { describe, expect, it } from "vitest";
import blank from "../fixtures/legacy-rooms/blank.json";
import crawl from "../fixtures/legacy-rooms/crawl.json";
import spaces from "../fixtures/legacy-rooms/spaces.json";
import tea from "../fixtures/legacy-rooms/tea-or-coffee.json";
import { fold } from "../support/fold.ts";
import { wholeLog } from "../support/ledger.ts";
import type { Dump } from "../support/legacy.ts";
import {
  comparable,
  copyOf,
  evict,
  expectOriginalContexts,
  imported,
  liveEntries,
  moveTo,
  oldClient,
  PHASES,
  sides,
} from "../support/legacy.ts";
import type { Body } from "../support/room.ts";
import { Client, createRoom, request } from "../support/room.ts";
import { exportText, importInto } from "../support/transfer.ts";

const TEA = tea as unknown as Dump;
const DUMPS = [blank, crawl, spaces, tea] as unknown as Dump[];

describe.each(DUMPS)("$room_id", (original) => {
  it("[LEGACY-1, LEGACY-2, LEGACY-5, LEGACY-6] shows each reader what the original system showed, in every phase and after eviction", async () => {
    const dump = copyOf(original);
    const { room, report } = await imported(dump);
    expect(report).toMatchObject({ phase: "legacy", aside_count: 0, aside: [], left_out: {} });
    for (const phase of PHASES) {
      await moveTo(room, phase);
      await expectOriginalContexts(dump);
      await evict(room.id);
      await expectOriginalContexts(dump);
      const { body } = await room.owner.call("/migration");
      expect(body).toMatchObject({ phase, differences: [], difference_count: 0 });
      expect(fold(await wholeLog(room.owner)), phase).toEqual(await liveEntries(room));
      expect((await room.owner.call("/log/verify")).body.ok).toBe(true);
    }
    const { rows, entries } = await sides(room.id);
    expect(rows).toEqual({ agents: null, actions: null, views: null });
    expect(Object.keys(entries._actions)).toEqual(dump.tables.actions!.map(({ id }) => id));
  });
});

it("[LEGACY-4] knows its old bearer strings in every phase, lists them without the secret, and revokes them", async () => {
  const dump = copyOf(TEA);
  const { room } = await imported(dump);
  const agent = Object.keys(dump.tokens!.agents)[0]!;
  for (const phase of PHASES) {
    await moveTo(room, phase);
    await evict(room.id);
    expect((await oldClient(dump, "_room").call("/tokens")).status).toBe(200);
    expect((await oldClient(dump, agent).do("_send_message", { body: phase })).agent).toBe(agent);
  }
  const { tokens } = (await room.owner.call("/tokens")).body;
  const old = tokens.filter(({ label }: { label?: string }) => label === "legacy");
  expect(old).toHaveLength(2 + dump.tables.agents!.length);
  const { id } = old.find((token: { agent?: string }) => token.agent === agent);
  expect((await room.owner.call(`/tokens/${id}`, { method: "DELETE" })).status).toBe(200);
  expect((await oldClient(dump, agent).call("/context")).body.error).toBe("invalid_token");
  expect((await oldClient(dump, "_room").call("/context")).status).toBe(200);
  await oldClient(dump, "_room").call("", { method: "DELETE" });
  expect((await oldClient(dump, "_room").call("/context")).body.error).toBe("invalid_token");
});

it("[LEGACY-1, IMPORT-1, FORK-1] an imported room is exported, imported and forked like any other", async () => {
  const dump = copyOf(TEA);
  const { room } = await imported(dump);
  await moveTo(room, "dual");
  const text = await exportText(room.owner);
  expect(text).not.toContain(dump.tables.rooms![0].token_hash);
  const target = await createRoom();
  expect((await importInto(target.owner, text)).body).toMatchObject({ imported: true });
  const forked = (await room.owner.call("/fork", { body: {} })).body;
  // Old events do not tell all of the state.
  const early = (await room.owner.call("/fork", { body: { at: 3 } })).body;
  expect(early).toMatchObject({ error: "compacted", earliest: expect.any(Number) });
  expect((await room.owner.call("/fork", { body: { at: early.earliest } })).status).toBe(201);
  const original = dump.expected!._room;
  for (const { id, owner } of [target, { id: forked.id, owner: new Client(forked.id, forked.token) }]) {
    const context = await owner.context("?depth=full&messages_limit=500");
    // Nobody has called here yet.
    for (const agent of Object.values(context.agents) as Body[]) agent.status = "active";
    expect(comparable(context, original)).toEqual(comparable(original, original));
    expect((await owner.call("/migration")).body).toMatchObject({ phase: "v8", next: null });
    expect((await new Client(id, dump.tokens!.token).call("/context")).status).toBe(401);
  }
});

it("[LEGACY-1] a dump comes in with the creation of its room, or there is no room", async () => {
  const dump = copyOf(TEA);
  const { tables } = dump;
  const made = await request("/rooms", { body: { id: dump.room_id, import: { tables } } });
  expect(made.status).toBe(201);
  expect(made.body.import).toMatchObject({ imported: true, phase: "legacy" });
  expect((await new Client(dump.room_id, made.body.token).context()).views.status).toBe("closed");
  await expectOriginalContexts(dump);
  const other = copyOf(TEA);
  const wrong = { tables: { ...other.tables, rooms: tables.rooms } };
  expect((await request("/rooms", { body: { id: other.room_id, import: wrong } })).status).toBe(400);
  expect((await request("/rooms", { body: { id: other.room_id } })).status).toBe(201);
});
