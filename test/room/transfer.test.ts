import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { knock, leaks, plant } from "../support/canaries.ts";
import { fold, foldedByTheRules } from "../support/fold.ts";
import { actor, command, openingRoom } from "../support/histories.ts";
import { folded, polled, rows, wholeLog } from "../support/ledger.ts";
import type { Body, TestRoom } from "../support/room.ts";
import { Client, createRoom, roomObject } from "../support/room.ts";
import {
  bodyOf,
  compact,
  exportLines,
  exportText,
  forked,
  furnishedRoom,
  importInto,
  openExport,
  stateOf,
} from "../support/transfer.ts";

const logOf = (room: string, where: string) => rows(room, `SELECT * FROM log WHERE ${where} ORDER BY seq`);

describe("export", () => {
  it("[EXPORT-1] is a header, each event as it is stored, and the head's chain", async () => {
    const { room } = await furnishedRoom();
    const response = await openExport(room.viewer);
    expect(response.headers.get("Content-Type")).toBe("application/x-ndjson");
    const lines = await exportLines(room.owner);
    const stored = await logOf(room.id, "true");
    const head = stored.at(-1)!;
    expect(response.headers.get("X-Sync-Seq")).toBe(String(head.seq));
    await response.body?.cancel();
    const { id, created_at } = (await room.owner.call("")).body;
    const header = { sync: "v8", export: 1, room: { id, created_at }, from: 1, to: head.seq };
    expect(lines[0]).toEqual({ ...header, ts: expect.any(String) });
    expect(lines.slice(1, -1)).toEqual(
      stored.map(({ payload, ...event }) => ({ ...event, payload: JSON.parse(payload) })),
    );
    expect(lines.at(-1)).toEqual({ head: { seq: head.seq, chain: head.chain } });
  });

  it("[AUTH-5] [EXPORT-2] is for room and view tokens, whole, and holds no token", async () => {
    const { room, ana, bob, cat, canaries } = await plant();
    const text = await exportText(room.viewer);
    // Of what was refused, the log keeps no parameters [LOG-5].
    const logged = canaries.filter((canary) => canary !== "canary-value-refused");
    expect(logged.filter((canary) => !text.includes(canary))).toEqual([]);
    for (const { token } of [room.owner, room.viewer, room.joiner, ana]) {
      expect(text).not.toContain(token!.split(".").at(-1));
    }
    const doors = [ana, bob, cat, room.joiner, new Client(room.id, undefined)];
    for (const client of doors) {
      const answer = await client.call("/export");
      expect([401, 403]).toContain(answer.status);
      expect(leaks([{ door: "export", answer }], canaries)).toEqual([]);
    }
    expect((await bob.call("/export")).body.error).toBe("room_token_required");
    expect((await room.owner.call("/export?agent=bob")).body.error).toBe("room_token_required");
  });

  it("[AUTH-6] [IMPORT-3] agents see neither where an imported room comes from nor its tokens, and no wall falls", async () => {
    const { room, canaries } = await plant();
    const target = await createRoom();
    await importInto(target.owner, await exportText(room.owner));
    const minted = await target.owner.call("/tokens", { body: { kind: "agent", agent: "bob" } });
    const bob = new Client(target.id, minted.body.token, "bob");
    const event = (await bob.log("?kind=import"))[0];
    expect(Object.keys(event.payload).sort()).toEqual(["ok", "writes"]);
    expect((await target.viewer.log("?kind=import"))[0].payload.origin.room).toBe(room.id);
    expect(leaks(await knock({ client: bob }), canaries)).toEqual([]);
  });

  it("[EXPORT-3] is read as its reader asks for it, and breaks off where compaction overtakes it", async () => {
    const room = await createRoom();
    await room.owner.do("_register_action", { id: "set", writes: [{ key: "k", value: "${params.v}" }] });
    for (let n = 0; n < 40; n++) await room.owner.do("set", { v: String(n).padEnd(200_000, "x") });
    const reader = (await openExport(room.owner)).body!.getReader();
    const first = await reader.read();
    expect(new TextDecoder().decode(first.value).split("\n")[0]).toContain('"sync":"v8"');
    await compact(room, 2);
    const rest = async () => {
      for (let read = first; !read.done; ) read = await reader.read();
    };
    await expect(rest()).rejects.toThrow();
    const whole = await exportLines(room.owner);
    expect(whole[1].checkpoint.seq).toBe(whole[0].from - 1);
    expect((await room.owner.call("")).status).toBe(200);
  });
});

describe("import", () => {
  /** What an import must leave behind, whatever the source. */
  async function expectCopy(source: TestRoom, target: TestRoom, answer: Body): Promise<void> {
    expect(await stateOf(target.id)).toEqual(await stateOf(source.id));
    const log = await logOf(source.id, "true");
    expect(await logOf(target.id, `seq < ${answer.seq}`)).toEqual(log);
    const index = "SELECT * FROM log_index ORDER BY seq, scope, key";
    const ownIndex = (await rows(target.id, index)).filter(({ seq }) => seq < answer.seq);
    expect(ownIndex).toEqual(await rows(source.id, index));
    expect((await target.owner.call("/log/verify")).body).toMatchObject({ ok: true, seq: answer.seq });
  }

  it("[IMPORT-1] [IMPORT-3] [LOG-3] folds to the same state, byte for byte, and stays the room that it was", async () => {
    const { room, ana } = await furnishedRoom();
    const target = await createRoom();
    const before = (await target.owner.call("")).body;
    const source = await logOf(room.id, "true");
    const { status, body } = await importInto(target.owner, await exportText(room.owner));
    expect(status).toBe(200);
    const origin = { room: room.id, seq: source.length, chain: source.at(-1)!.chain };
    const entries = (await rows(target.id, "SELECT * FROM state")).length;
    expect(body).toEqual({ imported: true, seq: source.length + 1, events: source.length, entries, origin });
    await expectCopy(room, target, body);
    const [event] = await target.owner.log(`?after=${source.length}`);
    expect(event).toMatchObject({ kind: "import", agent: null, payload: { origin } });
    for (const evicted of [false, true]) {
      if (evicted) await evictDurableObject(roomObject(target.id));
      const { id, created_at } = (await target.owner.call("")).body;
      expect({ id, created_at }).toEqual({ id: before.id, created_at: before.created_at });
      for (const client of [target.owner, target.viewer]) expect((await client.call("")).status).toBe(200);
      expect((await target.owner.call("/tokens")).body.tokens).toHaveLength(3);
      expect((await new Client(target.id, ana.token).call("/context")).status).toBe(401);
      expect((await new Client(target.id, room.owner.token).call("/context")).status).toBe(401);
    }
    const [was, is] = [await room.owner.call("/poll"), await target.owner.call("/poll")];
    for (const part of ["resolved", "available"]) expect(is.body[part]).toEqual(was.body[part]);
    expect((await target.viewer.call("/samples/n")).body.samples).toHaveLength(1);
    const minted = await target.owner.call("/tokens", { body: { kind: "agent", agent: "ana" } });
    const reborn = new Client(target.id, minted.body.token, "ana");
    expect((await reborn.context()).state.self.secret).toBe("hidden");
    expect((await reborn.do("add", { v: "three" })).writes[0].key).toBe("3");
    expect((await target.joiner.call("/agents", { body: { id: "cat" } })).status).toBe(201);
  });

  it("[IMPORT-1] what an import made can be exported and imported again", async () => {
    const { room } = await furnishedRoom();
    const [first, second] = [await createRoom(), await createRoom()];
    await importInto(first.owner, await exportText(room.owner));
    const { status, body } = await importInto(second.owner, await exportText(first.owner));
    expect(status).toBe(200);
    await expectCopy(first, second, body);
    expect(await stateOf(second.id)).toEqual(await stateOf(room.id));
  });

  it("[IMPORT-1] [LOG-3] a room that has forgotten events is imported with the state that they left", async () => {
    const { room } = await furnishedRoom();
    await compact(room, 8);
    const lines = await exportLines(room.owner);
    expect(lines.filter((line) => line.entry).length).toBeGreaterThan(10);
    const target = await createRoom();
    const { status, body } = await importInto(target.owner, bodyOf(lines));
    expect(status).toBe(200);
    expect(body.events).toBe(8);
    await expectCopy(room, target, body);
    const base = "SELECT scope, key, value, revision, hash, updated_at, enabled FROM base ORDER BY rowid";
    for (const query of [base, "SELECT * FROM checkpoint"]) {
      expect(await rows(target.id, query), query).toEqual(await rows(room.id, query));
    }
    const seq = lines[0].from;
    const [was, is] = await Promise.all(
      [room, target].map(async ({ owner }) => (await owner.call(`/replay/${seq}`)).body),
    );
    for (const part of ["state", "agents", "actions", "messages"]) expect(is[part]).toEqual(was[part]);
    const again = await createRoom();
    expect((await importInto(again.owner, await exportText(target.owner))).status).toBe(200);
    expect(await stateOf(again.id)).toEqual(await stateOf(room.id));
  });

  it("[IMPORT-1] [LOG-3] any history comes over whole", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { minLength: 10, maxLength: 30 }),
        fc.boolean(),
        async (commands, forgets) => {
          const room = await openingRoom();
          for (const run of commands) await run(room, actor(room));
          if (forgets) await compact(room, 5);
          const target = await createRoom();
          const { status, body } = await importInto(target.owner, await exportText(room.owner));
          expect([status, body]).toEqual([200, body]);
          await expectCopy(room, target, body);
        },
      ),
      { seed: 20260122, numRuns: 4, endOnFailure: true },
    );
  });
});

describe("fork", () => {
  it("[FORK-1] [FORK-2] [LOG-3] begins with the state, with tokens of its own, and with an event that names its origin", async () => {
    const { room, ana } = await furnishedRoom();
    const source = await logOf(room.id, "true");
    const { seq, chain } = source.at(-1)!;
    const { owner, body } = await forked(room, { id: `fork-${room.id}` });
    expect(body).toMatchObject({ id: `fork-${room.id}`, meta: { purpose: "test" }, join: "token" });
    expect(body.forked_from).toEqual({ room: room.id, seq });
    expect(await stateOf(body.id)).toEqual(await stateOf(room.id));
    const events = await wholeLog(owner);
    const origin = { room: room.id, seq, chain };
    expect(events[0]).toMatchObject({ seq: 1, kind: "fork", agent: null, payload: { origin } });
    expect(fold(events)).toEqual(foldedByTheRules(events));
    expect(folded(events)).toEqual(await polled(owner));
    expect((await owner.call("/log/verify")).body).toMatchObject({ ok: true, seq: body.seq });
    expect((await owner.call(`/replay/${body.seq}`)).body.state).toEqual(
      (await room.owner.call(`/replay/${seq}`)).body.state,
    );
    expect((await owner.call("/tokens")).body.tokens).toHaveLength(3);
    for (const { token } of [ana, room.owner, room.viewer])
      expect((await new Client(body.id, token).call("/context")).status).toBe(401);
    for (const token of [body.view_token, body.token])
      expect((await new Client(body.id, token).call("/context")).status).toBe(200);
    expect((await new Client(body.id, body.join_token).call("/agents", { body: { id: "eve" } })).status).toBe(
      201,
    );
    expect((await new Client(room.id, body.token).call("/context")).status).toBe(401);
    expect(await logOf(room.id, "true")).toEqual(source);
  });

  it("[FORK-2] [TIMER-3] timers and numbers go on from where they were, in the source and in the fork", async () => {
    const { room } = await furnishedRoom();
    const fork = await forked(room);
    // The number 2 is of an entry that was deleted before.
    const earlier = await forked(room, { at: fork.body.forked_from.seq - 1 });
    expect((await earlier.owner.do("add", { v: 1 })).writes[0].key).toBe("3");
    const { owner: second } = await forked(earlier, { at: 1 });
    expect((await second.do("add", { v: 1 })).writes[0].key).toBe("3");
    await evictDurableObject(roomObject(fork.id));
    for (const { owner } of [room, fork]) {
      expect((await owner.do("add", { v: "next" })).writes[0].key).toBe("3");
      const before = (await owner.context("?only=state._shared")).state._shared;
      expect([before.t3, before.t4]).toEqual([1, undefined]);
      expect((await owner.invoke("cool", { n: 1 })).body).toMatchObject({ ticks_remaining: 3 });
      await owner.do("inc", { k: "turn" });
      await owner.do("inc", { k: "turn" });
      const after = (await owner.context("?only=state._shared")).state._shared;
      expect([after.t3, after.t4]).toEqual([undefined, 1]);
      expect((await owner.context()).messages).toMatchObject({ count: 2 });
      expect((await owner.do("_send_message", { body: "third" })).message.seq).toBe(3);
    }
    expect((await fork.owner.context()).state._shared).toEqual((await room.owner.context()).state._shared);
  });

  it("[FORK-1] [LOG-3] takes the state as it was after any event, from a fork and an import, too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 8, maxLength: 16 }), async (commands) => {
        const room = await openingRoom();
        for (const run of commands.slice(0, 8)) await run(room, actor(room));
        const first = await forked(room);
        expect(await stateOf(first.id)).toEqual(await stateOf(room.id));
        const then = await stateOf(first.id);
        const { seq } = (await first.owner.call("")).body;
        for (const run of commands.slice(8)) await run({ ...room, ...first }, actor({ ...room, ...first }));
        expect(await stateOf((await forked(first, { at: seq })).id)).toEqual(then);
        const target = await createRoom();
        await importInto(target.owner, await exportText(first.owner));
        expect(await stateOf((await forked(target)).id)).toEqual(await stateOf(first.id));
      }),
      { seed: 20260123, numRuns: 4, endOnFailure: true },
    );
  });

  it("[FORK-1] a point that has been forgotten is 410, the last that is left is not", async () => {
    const { room } = await furnishedRoom();
    const before = await stateOf(room.id);
    await compact(room, 5);
    const { from } = (await exportLines(room.owner))[0];
    expect((await room.owner.call("/fork", { body: { at: from - 2 } })).body.error).toBe("compacted");
    const base = await forked(room, { at: from - 1 });
    const state = (await room.owner.call(`/replay/${from - 1}`)).body.state;
    expect((await base.owner.call(`/replay/${base.body.seq}`)).body.state).toEqual(state);
    const head = await stateOf((await forked(room)).id);
    expect(head).toEqual(await stateOf(room.id));
    expect(head.timers).toEqual(before.timers);
    expect((await base.owner.do("add", { v: 1 })).writes[0].key).toBe("3");
  });

  it("[FORK-2] a state beyond one event comes in several, and its views keep their order", async () => {
    const room = await createRoom();
    const big = { id: "big", writes: [{ key: "${params.k}", value: "${params.v}" }] };
    const timer = { ticks: 3, tick_on: "_shared.late", effect: "delete" };
    await room.owner.do("_register_action", big);
    await room.owner.do("_register_action", { id: "timed", writes: [{ key: "t", value: 1, timer }] });
    await room.owner.do("timed");
    for (const k of ["b", "a", "c"]) await room.owner.do("big", { k, v: k.padEnd(60_000, "é") });
    await room.owner.do("big", { k: "late", v: 1 });
    for (const id of ["z", "y", "x"]) await room.owner.do("_register_view", { id, expr: "1" });
    const fork = await forked(room);
    expect(fork.body.seq).toBeGreaterThan(1);
    expect((await fork.owner.log()).map(({ kind }) => kind)).toEqual(Array(fork.body.seq).fill("fork"));
    expect(await stateOf(fork.id)).toEqual(await stateOf(room.id));
    await fork.owner.do("_register_view", { id: "z", expr: "2" });
    const again = await forked(fork);
    expect((await stateOf(again.id)).timers).toEqual((await stateOf(room.id)).timers);
    const { views } = await again.owner.context();
    expect(Object.keys(views)).toEqual(["z", "y", "x"]);
    const { seq } = (await fork.owner.call("")).body;
    expect(Object.keys((await fork.owner.call(`/replay/${seq}`)).body.views)).toEqual(["z", "y", "x"]);
  });
});
