import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Dice } from "../../drills/random.ts";
import type { Load, Perform } from "../support/key-clients.ts";
import { KEY_ACTIONS, outputOf, polledOutput, record } from "../support/key-clients.ts";
import { faultyKey, told } from "../support/key-object.ts";
import { breakNext } from "../support/object-room.ts";
import { proofOf, TIME_LIMIT } from "../support/proof.ts";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

const { runs, seed } = proofOf({ runs: 12, seed: 20260126 });

/** A room is used for so many histories, each of keys of its own. */
const HISTORIES_PER_ROOM = 25;
/** What goes wrong in the middle of a history, one after another. */
const FAULTS = ["crash", null, "evict", null, "abort", null] as const;
type Fault = Exclude<(typeof FAULTS)[number], null>;

interface Prepared {
  readonly room: TestRoom;
  readonly clients: readonly Client[];
}

/** One to evict, and one for what else goes wrong: after a failure a room has a timer for seconds, for which an eviction waits. */
async function preparedRooms(): Promise<{ evicted: Prepared; others: Prepared }> {
  return { evicted: await preparedRoom(), others: await preparedRoom() };
}

async function preparedRoom(): Promise<Prepared> {
  const room = await createRoom();
  for (const action of KEY_ACTIONS) await room.owner.do("_register_action", action);
  const ids = ["ana", "bob", "cleo", "dan"];
  return { room, clients: await Promise.all(ids.map((id) => room.join(id))) };
}

function performer(clients: readonly Client[]): Perform {
  return async (number, { key, do: what, ...given }) => {
    const client = clients[number]!;
    if (what === "look") {
      const { status, body } = await client.call("/poll");
      return status === 200 ? polledOutput(body, key) : null;
    }
    if (what === "get") {
      const { status, body } = await client.call("/eval", { body: { expr: `state._shared["${key}"]` } });
      return status === 200 ? String(body.value) : null;
    }
    const { status, body } = await client.invoke(what, { key, ...given });
    return outputOf(status, body);
  };
}

/** The object ends while calls are under way, in one that writes or between two, or is evicted. */
async function upset(room: TestRoom, how: Fault, dice: Dice): Promise<void> {
  for (let turns = dice.below(20); turns > 0; turns--) await new Promise((resolve) => setTimeout(resolve, 0));
  const object = roomObject(room.id);
  if (how === "evict") return await evictDurableObject(object).catch(() => undefined);
  const crash = dice.pick(["crash before", "crash within", "crash after"] as const);
  await runInDurableObject(object, (_, state) => {
    if (how === "abort") state.abort("a fault of the proof");
    else breakNext(state.storage, crash);
  }).catch(() => undefined);
}

beforeAll(() => {
  // What the Worker says of the room that was ended.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterAll(() => vi.restoreAllMocks());

it(
  "[LOG-1] clients that call a room at once over HTTP see one order, through aborts and evictions",
  async () => {
    const counts = { operations: 0, unanswered: 0, conflicts: 0 };
    let rooms = await preparedRooms();
    for (let run = 0; run < runs; run++) {
      if (run > 0 && run % HISTORIES_PER_ROOM === 0) rooms = await preparedRooms();
      const dice = new Dice(seed + run);
      const load: Load = { clients: 4, operations: 6, keys: [`a${run}`, `b${run}`] };
      const fault = FAULTS[run % FAULTS.length] ?? null;
      const { room, clients } = rooms[fault === "evict" ? "evicted" : "others"];
      const ended = fault === null ? undefined : upset(room, fault, dice.fork());
      const history = await record(performer(clients), load, dice);
      await ended;
      const faulty = faultyKey(history);
      if (faulty !== null) expect.fail(`seed ${seed + run}:\n${told(history, faulty)}`);
      counts.operations += history.length;
      counts.unanswered += history.filter(({ output }) => output === null).length;
      counts.conflicts += history.filter(({ output }) => output?.startsWith("conflict")).length;
    }
    const { operations, unanswered, conflicts } = counts;
    console.log(
      `linear: seed ${seed}, ${runs} histories over HTTP, none rejected: ${operations} operations, ` +
        `${conflicts} conflicts, ${unanswered} not answered`,
    );
    expect(conflicts).toBeGreaterThan(runs / 4);
  },
  TIME_LIMIT,
);
