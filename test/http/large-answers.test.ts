import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../src/kernel/limits.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";
import { watch } from "../support/socket.ts";

const LARGE = "x".repeat(250_000);
/** Writes so much at once that six such events are more than a page. */
const WRITES = [1, 2, 3].map((nth) => ({ key: `k${nth}`, value: "${params.value}" }));

let room: TestRoom;
let ana: Client;

beforeEach(async () => {
  room = await createRoom();
  ana = await room.join("ana");
  await room.owner.do("_register_action", { id: "fill", writes: WRITES });
});

async function pages(path: string, read: (page: Body) => Body[]): Promise<Body[][]> {
  const found: Body[][] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { status, body } = await ana.call(`${path}&after=${after}`);
    expect(status).toBe(200);
    expect(read(body).length).toBeGreaterThan(0);
    found.push(read(body));
    after = body.next;
  }
  return found;
}

describe("a page", () => {
  it("[HTTP-7] of log and history ends early where it is large, and says where to read on", async () => {
    for (let n = 0; n < 7; n++) await ana.do("fill", { value: `${n}${"y".repeat(230_000)}` });
    const { seq } = (await ana.call("/log?limit=1")).body.events.at(-1);
    const log = await pages("/log?limit=500", ({ events }) => events);
    expect(log.length).toBeGreaterThan(1);
    const seqs = log.flat().map((event) => event.seq);
    expect(seqs).toEqual(seqs.map((_, index) => seq + index));
    expect(log.flat().filter(({ kind }) => kind === "invoke").length).toBe(7);
    const history = await pages("/history/_shared/k2?limit=500", ({ entries }) => entries);
    expect(history.length).toBeGreaterThan(1);
    expect(history.flat().map(({ value }) => value[0])).toEqual([..."0123456"]);
    const { status, body } = await ana.call("/poll");
    expect([status, body.audit.at(-1).payload.action, body.audit.length]).toEqual([200, "fill", 5]);
  });
});

describe("an answer", () => {
  it("[HTTP-7] that would be too large is refused, and nothing counts as read by it", async () => {
    const bob = await room.join("bob");
    for (let n = 0; n < 43; n++) await ana.do("_send_message", { body: LARGE });
    const refused = await bob.call("/context");
    expect([refused.status, refused.body.error, refused.body.limit]).toEqual([
      413,
      "too_large",
      "answerChars",
    ]);
    expect(refused.body.hint).toContain("messages_limit=");
    const socket = await watch(bob, "?only=");
    expect(await socket.ask({ type: "context" })).toMatchObject({ type: "error", status: 413 });
    const waited = await bob.call("/wait?condition=true");
    expect([waited.status, waited.body.error]).toEqual([413, "too_large"]);
    const { messages } = (await bob.call("/context?messages_limit=2")).body;
    expect([messages.unread, messages.recent.length]).toEqual([43, 2]);
    expect((await bob.call("/context?budget=2000")).status).toBe(200);
    const replay = await bob.call("/replay/46");
    expect([replay.status, replay.body.messages.count, replay.body.messages.recent.length]).toEqual([
      200, 42, 17,
    ]);
    const { status, body } = await bob.call("/replay/46?include=_messages");
    expect([status, body.error]).toEqual([413, "too_large"]);
  });

  it("[VIEW-7] has no more of views than a room may hold, and what was too much is there when there is room", async () => {
    await ana.do("fill", { value: LARGE });
    const views = Array.from({ length: Math.ceil(LIMITS.derivedChars / LARGE.length) }, (_, n) => `v${n}`);
    for (const id of views) await ana.do("_register_view", { id, expr: "state._shared.k1" });
    const shown = (await ana.context("?only=views")).views;
    const broken = views.filter((id) => shown[id] !== LARGE);
    expect(broken).toHaveLength(1);
    expect(shown[broken[0]!]._error).toContain("together");
    const whole = views.find((id) => id !== broken[0])!;
    await ana.do("_delete_view", { id: whole });
    expect((await ana.context("?only=views")).views[broken[0]!]).toBe(LARGE);
  });
});
