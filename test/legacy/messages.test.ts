import { describe, expect, it } from "vitest";
import { imported, madeDump } from "../support/legacy.ts";
import type { Body } from "../support/room.ts";
import { createRoom } from "../support/room.ts";
import { exportText, forked, importInto } from "../support/transfer.ts";

function message(number: number, value: Body, columns: Body = {}): Body {
  return { scope: "_messages", key: String(number), value: JSON.stringify(value), ...columns };
}

const HIGHEST = 999_999_999_999_999;
const seqs = ({ recent }: Body) => recent.map(({ seq }: Body) => seq);

/** A room whose messages have gaps: their order in the dump, and what sorts them there, is another than their numbers'. */
async function roomWithGaps() {
  return imported(
    madeDump({
      agents: [{ id: "ana" }, { id: "ben" }],
      state: [
        message(HIGHEST, { from: "ana", kind: "chat", body: "last", to: ["ben", "cat"] }),
        message(7, { from: "ana", kind: "chat", body: "to all" }, { sort_key: 1 }),
        message(3, { from: "ben", kind: "chat", body: "own", to: "ben" }, { sort_key: 2 }),
        message(12, { kind: "chat", body: "of the room", to: "ben" }, { sort_key: 3 }),
      ],
    }),
  );
}

describe("messages whose numbers have gaps", () => {
  it("[CTX-7, LEGACY-6] are counted, paged and unread as those that there are", async () => {
    const { room } = await roomWithGaps();
    const ben = await room.join("ben");
    const counts = await ben.call("/eval", {
      body: { expr: "[messages.count, messages.unread, messages.directed_unread]" },
    });
    expect(counts.body.value).toEqual([4, 3, 2]);
    expect((await room.owner.call("")).body.messages).toBe(4);
    const first = (await ben.context("?messages_after=0&messages_limit=2")).messages;
    expect(first).toMatchObject({ count: 4, unread: 3, directed_unread: 2 });
    expect(seqs(first)).toEqual([3, 7]);
    const then = (await ben.context("?messages_after=7&messages_limit=1")).messages;
    expect([seqs(then), then.unread, then.directed_unread]).toEqual([[12], 2, 2]);
    const newest = (await ben.context("?messages_limit=3")).messages;
    expect([seqs(newest), newest.unread, newest.directed_unread]).toEqual([[7, 12, HIGHEST], 1, 1]);
    expect((await ben.context()).messages).toMatchObject({ count: 4, unread: 0, directed_unread: 0 });
  });

  it("[LEGACY-6] are a window of those that there are", async () => {
    const { room } = await roomWithGaps();
    const ask = async (expr: string) => (await room.owner.call("/eval", { body: { expr } })).body.value;
    expect(await ask("state._messages.keys()")).toEqual(["3", "7", "12", String(HIGHEST)]);
    expect(await ask('[state._messages["7"].body, "8" in state._messages]')).toEqual(["to all", false]);
    const { state } = await room.owner.context("?include=_messages");
    expect(Object.keys(state._messages)).toEqual(["3", "7", "12", String(HIGHEST)]);
  });

  it("[CTX-3] are told as what is new since an event", async () => {
    const state = [3, 7].map((number) => message(number, { body: number }));
    const { room, report } = await imported(madeDump({ agents: [{ id: "ana" }], state }));
    const query = `?since=${report.seq}&include=_messages`;
    const nothing = await room.owner.context(query);
    expect([seqs(nothing.messages), nothing.state]).toEqual([[], {}]);
    await (await room.join("ana")).do("_send_message", { body: "new" });
    const { messages, state: changed } = await room.owner.context(query);
    expect([messages.count, seqs(messages), Object.keys(changed._messages)]).toEqual([3, [8], ["8"]]);
  });

  it("[LOG-10, FORK-2, EXPORT-1] are the same in the past, in a fork and in an export", async () => {
    const { room, report } = await roomWithGaps();
    const past = (await room.owner.call(`/replay/${report.seq}`)).body.messages;
    expect([past.count, seqs(past)]).toEqual([4, [3, 7, 12, HIGHEST]]);
    const copy = await createRoom();
    expect((await importInto(copy.owner, await exportText(room.viewer))).status).toBe(200);
    for (const { owner } of [await forked(room), copy]) {
      const { messages } = await owner.context();
      expect([messages.count, seqs(messages)]).toEqual([4, [3, 7, 12, HIGHEST]]);
    }
  });

  it("[LOG-10] are told of in the past however high their numbers begin", async () => {
    const state = [700, 702].map((number) => message(number, { from: "ana", kind: "chat", body: number }));
    const { room, report } = await imported(madeDump({ agents: [{ id: "ana" }], state }));
    await room.owner.do("_send_message", { body: "later" });
    const at = async (seq: number) => (await room.owner.call(`/replay/${seq}`)).body.messages;
    const [then, later] = [await at(report.seq), await at(report.seq + 1)];
    expect([then.count, seqs(then)]).toEqual([2, [700, 702]]);
    expect([later.count, seqs(later)]).toEqual([3, [700, 702, 703]]);
    expect((await at(0)).count).toBe(0);
  });
});

it("[LEGACY-7, TIMER-5] a message that its timer hides is set aside, and what else would hide it is reported", async () => {
  const [past, future] = ["2026-11-01 10:00:00", "2030-01-01 00:00:00"];
  const timed = (number: number, effect: string, at: string) =>
    message(number, { body: number }, { timer_effect: effect, timer_expires_at: at });
  const ticking = { timer_effect: "delete", timer_ticks_left: 0, timer_tick_on: "_shared.turn" };
  const { room, report } = await imported(
    madeDump({
      state: [
        timed(1, "delete", past),
        timed(2, "delete", future),
        timed(3, "enable", past),
        timed(4, "enable", future),
        message(5, { body: 5 }, ticking),
        message(6, { body: 6 }, { enabled_expr: "false" }),
      ],
    }),
  );
  const told = report.aside.map(({ key, reason, live }: Body) => [key, live, reason]);
  expect(told).toEqual([
    ["_messages:1", false, "its timer has deleted it"],
    ["_messages:2", true, expect.stringContaining("would delete it")],
    ["_messages:4", false, "its timer has yet to enable it"],
    ["_messages:5", false, "its timer has deleted it"],
    ["_messages:6", true, expect.stringContaining("no gate")],
  ]);
  const { messages } = await room.owner.context();
  expect([messages.count, seqs(messages)]).toEqual([3, [2, 3, 6]]);
});
