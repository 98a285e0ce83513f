import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { migrate } from "../../src/migrations/run.ts";
import type { Caller } from "../../src/protocol/calls.ts";
import type { KeyPosition } from "../../src/storage/key-index.ts";
import { KeyIndex } from "../../src/storage/key-index.ts";
import { PastStore } from "../../src/storage/past-store.ts";
import { claimsOf, MemoryRoom } from "../support/memory-room.ts";
import { MemorySql } from "../support/memory-sql.ts";
import type { Body } from "../support/room.ts";
import type { Call } from "../support/subject.ts";

/** A room of several slices: entries that one invocation writes, and how often it is invoked. */
const BLOCK = 50;
const BLOCKS = 60;
/** Further events, of a key each. Compaction forgets most of them. */
const WRITES = 900;

let memory: MemoryRoom;
let owner: Caller;
let ana: Caller;

function call(asked: Call, caller = owner) {
  const reply = memory.call(caller, asked);
  if (reply.status >= 300) throw new Error(`${asked.call}: ${reply.status} ${reply.body}`);
  return reply;
}

const invokeAll = (action: string, params: readonly JsonObject[]) => {
  for (let from = 0; from < params.length; from += 100) {
    const invocations = params.slice(from, from + 100).map((given) => ({ action, params: given }));
    call({ call: "invokeMany", args: { invocations, atomic: true }, compact: false });
    memory.pass(1_000);
  }
};
const register = (kind: "action" | "view", definition: JsonObject) =>
  invokeAll(`_register_${kind}`, [definition]);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const seqNow = () => memory.stores.log.head().seq;

beforeEach(() => {
  memory = new MemoryRoom();
  const room = memory.create({ id: "room", meta: {}, join: "token" });
  owner = { claims: claimsOf(room).room ?? null, agent: null };
  const joined = call({ call: "join", args: { id: "ana", state: { secret: 1 } }, compact: false });
  ana = { claims: claimsOf(joined).agent ?? null, agent: null };
  call({ call: "join", args: { id: "bob", state: { own: 1 } }, compact: false });
  const writes = numbers(BLOCK).map((n) => ({ key: `\${params.block}.${n}`, value: { n } }));
  register("action", { id: "fill", writes });
  register("action", { id: "set", writes: [{ key: "${params.k}", value: "${params.v}" }] });
  register("action", { id: "drop", writes: [{ key: "${params.k}", delete: true }] });
  const timer = { ticks: 5_000, tick_on: "_shared.0.0", effect: "delete" };
  register("action", { id: "lend", writes: [{ key: "lent.${params.k}", value: 1, timer }] });
  for (const id of ["d", "c", "b"])
    register("action", { id, writes: [], on_invoke: { timer: { ms: 5_000_000 } } });
  for (const id of ["z", "y", "x"])
    register("view", { id, expr: `size(state._shared.keys()) + ${id.length}` });
  invokeAll(
    "fill",
    numbers(BLOCKS).map((block) => ({ block })),
  );
});

/** Events in which keys are written, dropped and ticked on, a cooldown begins, and registrations change. */
function goOn(count: number, seed: number): void {
  const key = (n: number) => `${(n * 7919 + seed) % BLOCKS}.${(n * 31) % BLOCK}`;
  for (let from = 0; from < count; from += 10) {
    const tens = numbers(10).map((n) => from + n);
    invokeAll("set", [...tens.map((n) => ({ k: key(n), v: n + seed })), { k: "0.0", v: n9(from) }]);
    invokeAll("drop", [{ k: key(from + 3) }, { k: `${from % BLOCKS}.none` }]);
    invokeAll("lend", [{ k: `${from + seed}` }]);
  }
  register("view", { id: "y", expr: `${seed}` });
  invokeAll("_delete_view", [{ id: "z" }]);
  register("view", { id: "z", expr: "1" });
  invokeAll("c", [{}]);
  memory.pass(6_000_000);
  register("action", { id: "d", writes: [], description: `${seed}` });
}

const n9 = (n: number) => n % 9;
const forget = (events: number) =>
  call({ call: "updateRoom", args: { config: { retention: { events } } }, compact: false });

/** What a replay answers, but for how many events there are now. */
function told(seq: number, between: () => void, caller = owner): Body {
  const args = { seq, include: ["_actions", "_views", "_agents", "_config"] as const };
  const { status, body } = memory.replay(caller, args, between);
  const { _replay, ...rest } = JSON.parse(body);
  return { status, ...rest };
}

describe("a replay in slices", () => {
  it("[LOG-10] is the same whatever is written between them", () => {
    goOn(WRITES, 1);
    const seqs = [BLOCKS >> 1, BLOCKS + 10, seqNow()];
    const before = seqs.map((seq) => told(seq, () => undefined));
    for (const [at, seq] of seqs.entries()) {
      let slices = 0;
      const between = () => goOn(10, 100 + ++slices);
      const answer = told(seq, between);
      expect(slices).toBeGreaterThan(0);
      expect(answer).toEqual(before[at]);
      expect(Object.keys(answer.views)).toEqual(Object.keys(before[at].views));
      expect(Object.keys(answer.state._actions)).toEqual(Object.keys(before[at].state._actions));
    }
  });

  it("[LOG-9] [LOG-10] [TIMER-3] is the same where events that it reads are forgotten between them", () => {
    goOn(WRITES, 1);
    const seq = seqNow();
    goOn(10, 2);
    const entries = (past: PastStore) =>
      [...past.totals().keys()].flatMap((scope) => {
        const told = [...past.load(scope)].map(([key, { provenance: _, ...entry }]) => [
          scope,
          key,
          JSON.stringify(entry),
        ]);
        return scope === "_views" || scope === "_actions" ? told : told.sort();
      });
    const stores = { ...memory.stores, log: memory.stores.log.until(seq) };
    const [answer, past] = [told(seq, () => undefined), entries(new PastStore({ ...stores, seq }))];
    for (const [compactsFrom, events] of [
      [1, 900],
      [2, 500],
      [3, 150],
    ] as const) {
      forget(events);
      const sliced = new PastStore({ ...stores, seq });
      let slices = 0;
      const since = stores.checkpoint.get().seq;
      for (const _ of sliced.loadingAll()) if (++slices >= compactsFrom) memory.alarm();
      expect(stores.checkpoint.get().seq).toBeGreaterThan(since);
      expect(entries(sliced)).toEqual(past);
    }
    expect(told(seq, () => memory.alarm())).toEqual(answer);
  });

  it("[LOG-9] is refused where its own event is forgotten between them", () => {
    goOn(WRITES, 1);
    forget(10);
    const args = { seq: BLOCKS, include: [] };
    const reply = memory.replay(owner, args, () => memory.alarm());
    expect(reply.status).toBe(410);
    expect(JSON.parse(reply.body)).toMatchObject({ error: "compacted", earliest: expect.any(Number) });
  });

  it("[AUTH-2] [AUTH-3] [AUTH-11] tells nothing to who may not read any more, and no scope that was taken from it", () => {
    const grant = (grants: string[]) =>
      call({ call: "updateAgent", args: { agent: "ana", grants }, compact: false });
    grant(["bob"]);
    expect(told(seqNow(), () => undefined, ana).state).toMatchObject({ ana: {}, bob: { own: { value: 1 } } });
    const narrowed = told(seqNow(), () => void grant([]), ana);
    expect(narrowed.state.ana.secret.value).toBe(1);
    expect(narrowed.state.bob).toBeUndefined();
    const leave = () => void memory.call(owner, { call: "leave", args: { agent: "ana" }, compact: false });
    expect(told(seqNow(), leave, ana)).toMatchObject({ status: 401, error: "invalid_token" });
  });
});

it("[LOG-4] where keys stood is read from the index in one way or another, and page by page, to the same effect", () => {
  const sql = new MemorySql();
  migrate(sql.storage);
  const index = new KeyIndex(sql.storage.sql);
  const expected: KeyPosition[] = [];
  const seq = 4_000;
  // Many keys with a row each, few with many, and again; some touched later only, some never written.
  for (const n of numbers(2_600)) {
    const key = `k${String(n).padStart(5, "0")}`;
    const rows = n > 1_200 && n < 1_230 ? 300 : 1 + (n % 3);
    const seqs = numbers(rows).map((row) => 1 + ((n * 17 + row * 13) % 4_500));
    for (const [row, at] of seqs.entries()) index.add(at, "_s", key, (n + row) % 4 !== 0);
    const by = (isWrite: boolean) =>
      Math.max(0, ...seqs.filter((at, row) => at <= seq && (!isWrite || (n + row) % 4 !== 0)));
    if (by(false) > 0) expected.push({ key, wrote: by(true) || null, touched: by(false) });
  }
  index.add(1, "_t", "other", true);
  expect(index.positions("_s", seq)).toEqual(expected);
  expect(index.positions("_t", seq)).toEqual([{ key: "other", wrote: 1, touched: 1 }]);
  expect(index.positions("_none", seq)).toEqual([]);
  sql.close();
});
