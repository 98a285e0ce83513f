import { describe, expect, it } from "vitest";
import blank from "../fixtures/legacy-rooms/blank.json";
import crawl from "../fixtures/legacy-rooms/crawl.json";
import spaces from "../fixtures/legacy-rooms/spaces.json";
import tea from "../fixtures/legacy-rooms/tea-or-coffee.json";
import { fold, wholeLog } from "../support/ledger.ts";
import type { Dump } from "../support/legacy.ts";
import {
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
