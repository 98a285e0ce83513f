import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import type { Caller, WaitCall } from "../../src/protocol/calls.ts";
import { Room } from "../../src/room/room.ts";
import { openStores } from "../../src/storage/stores.ts";
import { createRoom, roomObject } from "../support/room.ts";

const CALL: WaitCall = {
  condition: "state._shared.go == true",
  timeout: 1000,
  shape: {
    only: null,
    depth: "lean",
    include: [],
    messages_after: null,
    messages_limit: 50,
    since: null,
    budget: null,
    expand: [],
    meta: false,
    messages: true,
    actions: true,
    request: {},
  },
  include: ["self"],
};

interface Answered {
  /** Of so many waits by the commit itself, before others had their turn. */
  readonly atOnce: number;
  readonly answers: number;
  readonly left: number;
}

/** Has so many waits woken by one commit that makes `condition` true. */
async function woken(waits: number, condition: string): Promise<Answered> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const writes = [{ key: "list", value: Array.from({ length: 400 }, (_, n) => n) }];
  await ana.do("_register_action", { id: "fill", writes });
  await ana.do("fill");
  await ana.do("_register_action", { id: "go", writes: [{ key: "go", value: true }] });
  const { incarnation } = (await room.owner.context("?include=_config")).state._config.room;
  const callerOf = (n: number): Caller => {
    const token = { id: `token${n}`, kind: "agent", agent: "ana", generation: 1 } as const;
    return { claims: { ...token, room: room.id, incarnation }, agent: null };
  };
  return runInDurableObject(roomObject(room.id), (_, state) => {
    const later: (() => void)[] = [];
    let answers = 0;
    const inner = new Room(openStores(state.storage.sql), {
      now: () => Date.now(),
      randomId: () => crypto.randomUUID(),
      digest: (text) => text.length.toString(16).padStart(64, "0"),
      transaction: (work) => state.storage.transactionSync(work),
      isFull: () => false,
      later: (_ms, work) => void later.push(work),
    });
    for (let n = 0; n < waits; n++) {
      const begun = inner.wait(callerOf(n), { ...CALL, condition }, false);
      if ("waiting" in begun) inner.waits.hold(begun.waiting, { answer: () => void answers++ });
    }
    const invoke = { call: "invoke", args: { action: "go", params: {} }, compact: false } as const;
    inner.call(callerOf(0), invoke);
    const atOnce = answers;
    for (let work = later.shift(); work; work = later.shift()) work();
    return { atOnce, answers, left: inner.waits.size };
  });
}

it("[WAIT-4] a commit that wakes 2,000 waits works them off in slices, and answers every one", async () => {
  const answered = await woken(2_000, "state._shared.go == true");
  expect(answered.atOnce).toBeGreaterThan(0);
  expect(answered.atOnce).toBeLessThan(200);
  expect(answered).toMatchObject({ answers: 2_000, left: 0 });
});

it("[WAIT-4] costly conditions are worked off one or two at a time", async () => {
  const all = "l.all(x, x in l)";
  const costly = `state._shared.go == true && cel.bind(l, state._shared.list, ${all} && ${all})`;
  expect(await woken(12, costly)).toEqual({ atOnce: 2, answers: 12, left: 0 });
});
