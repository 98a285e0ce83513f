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

it("[WAIT-4] a commit that wakes 2,000 waits works them off in slices, and answers every one", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "go", writes: [{ key: "go", value: true }] });
  const { incarnation } = (await room.owner.context("?include=_config")).state._config.room;
  const callerOf = (n: number): Caller => {
    const token = { id: `token${n}`, kind: "agent", agent: "ana", generation: 1 } as const;
    return { claims: { ...token, room: room.id, incarnation }, agent: null };
  };
  const answered = await runInDurableObject(roomObject(room.id), (_, state) => {
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
    for (let n = 0; n < 2000; n++) {
      const begun = inner.wait(callerOf(n), CALL, false);
      if ("waiting" in begun) inner.waits.hold(begun.waiting, { answer: () => void answers++ });
    }
    const invoke = { call: "invoke", args: { action: "go", params: {} }, compact: false } as const;
    inner.call(callerOf(0), invoke);
    const atOnce = answers;
    for (let work = later.shift(); work; work = later.shift()) work();
    return { atOnce, answers, left: inner.waits.size };
  });
  expect(answered.atOnce).toBeGreaterThan(0);
  expect(answered.atOnce).toBeLessThan(200);
  expect(answered).toMatchObject({ answers: 2000, left: 0 });
});
