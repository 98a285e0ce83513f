import { describe, expect, it } from "vitest";
import blank from "../fixtures/legacy-rooms/blank.json";
import crawl from "../fixtures/legacy-rooms/crawl.json";
import spaces from "../fixtures/legacy-rooms/spaces.json";
import tea from "../fixtures/legacy-rooms/tea-or-coffee.json";
import { fold, wholeLog } from "../support/ledger.ts";
import type { Dump } from "../support/legacy.ts";
import {
  evict,
  expectOriginalContexts,
  imported,
  liveEntries,
  moveTo,
  oldClient,
  PHASES,
  sides,
} from "../support/legacy.ts";

const TEA = tea as unknown as Dump;
const DUMPS = [blank, crawl, spaces, tea] as unknown as Dump[];

describe.each(DUMPS)("$room_id", (dump) => {
  it("[LEGACY-1, LEGACY-2, LEGACY-5, LEGACY-6] shows each reader what the original system showed, in every phase and after eviction", async () => {
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
    await room.owner.call("", { method: "DELETE" });
  });
});

it("[LEGACY-4] knows its old bearer strings in every phase, lists them without the secret, and revokes them", async () => {
  const { room } = await imported(TEA);
  const agent = Object.keys(TEA.tokens!.agents)[0]!;
  for (const phase of PHASES) {
    await moveTo(room, phase);
    await evict(room.id);
    expect((await oldClient(TEA, "_room").call("/tokens")).status).toBe(200);
    expect((await oldClient(TEA, agent).do("_send_message", { body: phase })).agent).toBe(agent);
  }
  const { tokens } = (await room.owner.call("/tokens")).body;
  const old = tokens.filter(({ label }: { label?: string }) => label === "legacy");
  expect(old).toHaveLength(2 + TEA.tables.agents!.length);
  const { id } = old.find((token: { agent?: string }) => token.agent === agent);
  expect((await room.owner.call(`/tokens/${id}`, { method: "DELETE" })).status).toBe(200);
  expect((await oldClient(TEA, agent).call("/context")).body.error).toBe("invalid_token");
  expect((await oldClient(TEA, "_room").call("/context")).status).toBe(200);
  await oldClient(TEA, "_room").call("", { method: "DELETE" });
  expect((await oldClient(TEA, "_room").call("/context")).body.error).toBe("invalid_token");
});
