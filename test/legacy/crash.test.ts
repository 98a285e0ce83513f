import { runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import tea from "../fixtures/legacy-rooms/tea-or-coffee.json";
import { fold } from "../support/fold.ts";
import { wholeLog } from "../support/ledger.ts";
import type { Dump } from "../support/legacy.ts";
import {
  copyOf,
  expectOriginalContexts,
  importDump,
  imported,
  liveEntries,
  madeDump,
  oldClient,
  sides,
} from "../support/legacy.ts";
import { createRoom, roomObject } from "../support/room.ts";
import { Socket, watch } from "../support/socket.ts";
import { importInto, slowBody } from "../support/transfer.ts";

const TEA = tea as unknown as Dump;
const JSON_TYPE = { "Content-Type": "application/json" };

async function crash(room: string): Promise<void> {
  await runInDurableObject(roomObject(room), (_, state) => state.abort("crash")).catch(() => undefined);
}

/** Resolves once a query finds something in the room's tables. */
async function until(room: string, query: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await runInDurableObject(roomObject(room), (_, { storage }) => {
      return storage.sql.exec(query).toArray().length > 0;
    });
    if (found) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect.fail(`nothing found by ${query}`);
}

describe("an import that is cut short", () => {
  it.each(["crashes", "ends early"])(
    "[LEGACY-1] and %s while rows land leaves nothing behind",
    async (how) => {
      const dump = copyOf(TEA);
      const room = await createRoom({ id: dump.room_id });
      const before = await wholeLog(room.owner);
      const body = slowBody();
      const answer = importInto(room.owner, body.readable, JSON_TYPE).catch(() => null);
      body.write(JSON.stringify(dump).slice(0, 100_000));
      await until(room.id, "SELECT 1 FROM sqlite_master WHERE name = 'legacy_state'");
      expect((await room.owner.call("/context")).body.error).toBe("phase_conflict");
      expect((await room.owner.call("/migration")).body.error).toBe("phase_conflict");
      expect((await oldClient(dump, "ada").call("/context")).body.error).toBe("invalid_token");
      if (how === "crashes") await crash(room.id);
      else body.close();
      await answer;
      expect(await wholeLog(room.owner)).toEqual(before);
      expect((await oldClient(dump, "ada").call("/context")).body.error).toBe("invalid_token");
      expect((await sides(room.id)).rows).toEqual({ agents: null, actions: null, views: null });
      expect((await importDump(room, dump)).status).toBe(200);
      await expectOriginalContexts(dump);
    },
  );

  it("[LEGACY-1] and crashes while events are made leaves nothing behind", async () => {
    const state = Array.from({ length: 3_000 }, (_, index) => ({
      key: `k${index}`,
      value: `"${"x".repeat(300)}"`,
    }));
    const dump = madeDump({ agents: [{ id: "ana" }], state });
    const room = await createRoom({ id: dump.room_id });
    const before = await wholeLog(room.owner);
    const answer = importDump(room, dump).catch(() => null);
    await until(room.id, "SELECT 1 FROM log WHERE kind = 'import' LIMIT 1");
    await crash(room.id);
    const outcome = await answer;
    // It may have been done already: then all of it is there.
    if (outcome?.status !== 200) expect(await wholeLog(room.owner)).toEqual(before);
    expect(fold(await wholeLog(room.owner))).toEqual(await liveEntries(room));
  });
});

it("[LEGACY-4, AUTH-10, AUTH-11] an old bearer string opens sockets, streams and waits, and its revocation closes them", async () => {
  const dump = copyOf(TEA);
  const { room } = await imported(dump);
  const ada = oldClient(dump, "ada");
  const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": `sync.v8, bearer.${ada.token}` };
  const response = await exports.default.fetch(
    new Request(`http://sync.test/rooms/${room.id}/watch`, { headers }),
  );
  const socket = new Socket(response.webSocket!);
  expect(await socket.until(({ type }) => type === "hello")).toMatchObject({ self: "ada" });
  const owner = await watch(oldClient(dump, "_room"), "?since=0");
  await owner.untilEvent(1);
  const stream = await exports.default.fetch(
    new Request(`http://sync.test/rooms/${room.id}/watch`, {
      headers: { Accept: "text/event-stream", Authorization: `Bearer ${ada.token}` },
    }),
  );
  expect(stream.headers.get("Content-Type")).toBe("text/event-stream");
  const waiting = ada.wait("false");
  const { tokens } = (await room.owner.call("/tokens")).body;
  const { id } = tokens.find(({ agent }: { agent?: string }) => agent === "ada");
  await crash(room.id);
  await room.owner.call(`/tokens/${id}`, { method: "DELETE" });
  expect((await waiting.catch(() => null))?.body.error ?? "gone").toMatch(/invalid_token|gone|overloaded/);
  expect((await ada.wait("true")).status).toBe(401);
  await socket.untilClosed();
  await stream.body?.cancel();
  expect(JSON.stringify(await wholeLog(room.owner))).not.toContain(ada.token);
});
