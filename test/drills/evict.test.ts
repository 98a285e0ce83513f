import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Dice } from "../../drills/random.ts";
import { fold } from "../support/fold.ts";
import { untilStatus } from "../support/inside.ts";
import { folded, polled, wholeLog } from "../support/ledger.ts";
import { importDump, liveEntries, madeDump, PHASES } from "../support/legacy.ts";
import { proofOf, TIME_LIMIT } from "../support/proof.ts";
import type { Answer, Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, request, roomObject } from "../support/room.ts";
import { watch } from "../support/socket.ts";
import { exportText, importInto } from "../support/transfer.ts";

/** Each run upsets every deed at the next await point, counted in turns from its beginning. */
const { runs, seed } = proofOf({ runs: 1, seed: 20260303 });

/** How an object ends: when its calls are done, or in the middle of them. */
const WAYS = ["evict", "abort"] as const;
type Way = (typeof WAYS)[number];

/** Ends the object of a room after so many turns. */
type Upset = (room: string) => Promise<void>;

const counts = { upsets: 0, repeated: 0, events: 0 };

beforeAll(() => {
  // What the Worker says of rooms that were ended.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterAll(() => vi.restoreAllMocks());

const pause = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

function upsetting(way: Way, turns: number): Upset {
  return async (room) => {
    for (let turn = 0; turn < turns; turn++) await (turn % 2 === 0 ? null : pause());
    counts.upsets += 1;
    const object = roomObject(room);
    if (way === "evict") await evictDurableObject(object).catch(() => undefined);
    else
      await runInDurableObject(object, (_, state) => state.abort("a fault of the drill")).catch(
        () => undefined,
      );
  };
}

/** Makes a call until it is answered. */
async function insist(call: () => Promise<Answer>): Promise<Answer> {
  for (let times = 0; times < 100; times++) {
    const answer = await call().catch(() => null);
    if (answer && answer.status < 500) return answer;
    counts.repeated += 1;
    await pause(5);
  }
  return expect.fail("is never answered");
}

async function prepared(): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  const [ana, bob] = [await room.join("ana"), await room.join("bob")];
  await ana.do("_register_action", { id: "add", writes: [{ key: "sum", increment: "${params.by}" }] });
  await ana.do("_register_action", { id: "go", writes: [{ key: "go", value: true }] });
  return { room, ana, bob };
}

/** The log without a gap gives the state, and nothing was done twice. */
async function expectWhole({ owner }: TestRoom): Promise<Body[]> {
  const log = (await wholeLog(owner)) as Body[];
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  expect(await polled(owner)).toEqual(folded(log as never));
  counts.events += log.length;
  return log;
}

async function invocations(upset: Upset): Promise<void> {
  const { room, ana, bob } = await prepared();
  const keys = Array.from({ length: 6 }, (_, index) => `key-${index}`);
  const deeds = keys.map((key, index) =>
    insist(() => [ana, bob][index % 2]!.invoke("add", { by: 1 + index }, { idempotency_key: key })),
  );
  const [answers] = await Promise.all([Promise.all(deeds), upset(room.id)]);
  const log = await expectWhole(room);
  const done = log.filter(({ payload }) => payload.action === "add").map(({ seq }) => seq);
  expect(answers.map(({ body }) => body.seq).toSorted((a, b) => a - b)).toEqual(done);
  expect((await bob.eval("state._shared.sum")).value).toBe(21);
}

async function waits(upset: Upset): Promise<void> {
  const { room, ana, bob } = await prepared();
  const waiting = insist(() => ana.wait("state._shared.go == true"));
  await Promise.all([upset(room.id), untilStatus(room, "ana", "waiting")]);
  await upset(room.id);
  const { body } = await insist(() => bob.invoke("go", {}, { idempotency_key: "go" }));
  expect((await waiting).body.triggered).toBe(true);
  expect((await waiting).body.seq).toBeGreaterThanOrEqual(body.seq);
  await expectWhole(room);
}

/** Watches from the beginning to the end of the log, over as many sockets as it takes. */
async function watching(upset: Upset): Promise<void> {
  const { room, ana } = await prepared();
  let socket = await watch(room.viewer, "?since=0&only=events");
  const write = async (...amounts: readonly number[]) => {
    for (const by of amounts) await insist(() => ana.invoke("add", { by }, { idempotency_key: `w${by}` }));
  };
  await Promise.all([write(1, 2), upset(room.id)]);
  await upset(room.id);
  await write(3, 4);
  const log = await expectWhole(room);
  const got: number[] = [];
  for (let times = 0; got.length < log.length && times < 20; times++) {
    await socket.settled(() => socket.closed !== null || socket.of("event").at(-1)?.seq === log.length);
    got.push(...socket.of("event").map(({ seq }) => seq));
    if (got.length < log.length) socket = await watch(room.viewer, `?since=${got.at(-1) ?? 0}&only=events`);
  }
  expect(got).toEqual(log.map(({ seq }) => seq));
  socket.close();
}

async function imports(upset: Upset): Promise<void> {
  const { room, ana } = await prepared();
  for (let by = 1; by <= 20; by++) await ana.do("add", { by });
  const text = await exportText(room.owner);
  const copy = await createRoom();
  const before = await wholeLog(copy.owner);
  const [outcome] = await Promise.all([importInto(copy.owner, text).catch(() => null), upset(copy.id)]);
  const log = await wholeLog(copy.owner);
  if (outcome?.status !== 200 && log.length === before.length) {
    expect(log).toEqual(before);
    expect((await insist(() => importInto(copy.owner, text))).status).toBe(200);
  }
  await expectWhole(copy);
  expect((await copy.owner.eval("state._shared.sum")).value).toBe(210);
}

async function forks(upset: Upset): Promise<void> {
  const { room, ana } = await prepared();
  await ana.do("add", { by: 5 });
  const id = `fork-${crypto.randomUUID()}`;
  const fork = () => room.owner.call("/fork", { body: { id } });
  const [first] = await Promise.all([fork().catch(() => null), upset(room.id), upset(id)]);
  // A fork that has failed leaves its id free; one whose answer was lost is there, and its token with it is lost.
  const again = first?.status === 201 ? first : await insist(fork);
  expect([201, 409]).toContain(again.status);
  if (again.status === 201) {
    const value = await request(`/rooms/${id}/eval`, {
      token: again.body.token,
      body: { expr: "state._shared.sum" },
    });
    expect(value.body.value).toBe(5);
  }
  await expectWhole(room);
}

async function retention(upset: Upset): Promise<void> {
  const { room, ana } = await prepared();
  for (let by = 1; by <= 12; by++) await ana.do("add", { by });
  const settings = { method: "PATCH", body: { config: { retention: { events: 3 } } } };
  await insist(() => room.owner.call("", settings));
  const shown = await polled(room.owner);
  await Promise.all([runDurableObjectAlarm(roomObject(room.id)).catch(() => false), upset(room.id)]);
  await room.owner.call("");
  for (let times = 0; times < 3; times++) {
    await runInDurableObject(roomObject(room.id), (object) => object.alarm());
  }
  expect(await polled(room.owner)).toEqual(shown);
  const { body } = await room.owner.call("/log/verify");
  expect(body.ok).toBe(true);
  expect((await room.owner.call("/log?after=1")).body.error).toBe("compacted");
}

async function migration(upset: Upset): Promise<void> {
  const state = Array.from({ length: 30 }, (_, index) => ({ key: `k${index}`, value: `${index}` }));
  const actions = [{ id: "act", writes_json: JSON.stringify([{ scope: "_shared", key: "x", value: 1 }]) }];
  const dump = madeDump({ agents: [{ id: "ana" }], actions, state });
  const room = await createRoom({ id: dump.room_id });
  expect((await insist(() => importDump(room, dump))).status).toBe(200);
  for (const phase of PHASES.slice(1)) {
    const move = () => room.owner.call("/migration", { body: { to: phase } });
    const [moved] = await Promise.all([insist(move), upset(room.id)]);
    // One whose answer was lost has been taken.
    if (moved.status !== 200) expect(moved.body.error).toBe("phase_conflict");
    expect((await insist(() => room.owner.call("/migration"))).body.phase).toBe(phase);
    expect(fold(await wholeLog(room.owner))).toEqual(await liveEntries(room));
  }
}

const DEEDS = { invocations, waits, watching, imports, forks, retention, migration };

it.each(Object.entries(DEEDS))(
  "[LOG-1] [ACT-9] [WAIT-5] [WATCH-4] [IMPORT-1] [FORK-1] [LEGACY-5] nothing is lost or doubled where %s are cut by the end of the object",
  async (_, deed) => {
    const dice = new Dice(seed);
    for (let run = 0; run < runs; run++)
      for (const way of WAYS) await deed(upsetting(way, run < 8 ? (run * 3 + 2) % 8 : dice.below(24)));
  },
  TIME_LIMIT,
);

afterAll(() => console.log(`drill: ${JSON.stringify(counts)}`));
