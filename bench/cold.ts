import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "../workerd/connection.ts";
import { Connection } from "../workerd/connection.ts";
import { buildRooms } from "../workerd/rooms.ts";
import type { Site } from "../workerd/server.ts";
import { prepare, start, stop } from "../workerd/server.ts";
import { median } from "./load.ts";
import type { Subject } from "./objects.ts";
import { createRoom } from "./objects.ts";
import { limitHeap, residentMiB } from "./servers.ts";

/**
 * npm run bench:cold [-- --quick]: what the first call to a server costs, and the first to a room that sleeps on disk, beside
 * the same call to one that is awake; and what rooms take of memory. Each turn starts workerd anew: nothing else puts a room
 * to sleep whose tables are not in the memory of SQLite.
 */
const TURNS = process.argv.includes("--quick") ? 3 : 15;
const SIZES = [10, 1_000, 10_000, 49_500];
const HEAP_MIB = 96;
/** Rooms of 10,000 entries that are awake at once while their memory is taken. */
const AWAKE = 4;

interface Slept {
  readonly name: string;
  readonly room: Subject;
}

async function elapsed(connection: Connection, call: Call): Promise<number> {
  const begun = performance.now();
  await connection.expect(call);
  return performance.now() - begun;
}

/** ms by what was measured. */
class Times {
  readonly #times = new Map<string, number[]>();

  add(name: string, ms: number): void {
    this.#times.set(name, [...(this.#times.get(name) ?? []), ms]);
  }

  lines(): string[] {
    return [...this.#times].map(([name, times]) => {
      const [least = Number.NaN] = times.toSorted((a, b) => a - b);
      return `${name.padEnd(44)} ${median(times).toFixed(1).padStart(8)} ${least.toFixed(1).padStart(8)}`;
    });
  }
}

/** One start of the server: the Worker's first answer, then each room asleep and awake. */
async function wakeAll(site: Site, rooms: readonly Slept[], warm: Subject, times: Times, turn: number) {
  const server = await start(site);
  try {
    const connection = await Connection.open(server.port);
    times.add("first answer of the server", await elapsed(connection, { method: "GET", path: "/health" }));
    await connection.expect(warm.write(turn));
    for (const { name, room } of rooms) {
      times.add(`${name}, invoke, asleep`, await elapsed(connection, room.write(turn)));
      times.add(`${name}, invoke, awake`, await elapsed(connection, room.write(turn + 1)));
    }
    for (const { name, room } of rooms) {
      times.add(`${name}, first context`, await elapsed(connection, room.read(turn)));
      times.add(`${name}, context again`, await elapsed(connection, room.read(turn)));
    }
    connection.close();
  } finally {
    await stop(server);
  }
}

/** MiB that `rooms` add to a server that is awake with another. */
async function memoryOf(site: Site, rooms: readonly Subject[], warm: Subject): Promise<number> {
  const server = await start(site);
  try {
    const connection = await Connection.open(server.port);
    for (let turn = 0; turn < 50; turn++)
      await connection.expect(turn % 2 ? warm.write(turn) : warm.read(turn));
    const before = residentMiB(server);
    for (const room of rooms) {
      await connection.expect(room.write(0));
      await connection.expect(room.read(0));
    }
    const after = residentMiB(server);
    connection.close();
    return (after - before) / rooms.length;
  } finally {
    await stop(server);
  }
}

const temp = mkdtempSync(join(tmpdir(), "sync-cold-"));
try {
  const worker = await buildRooms(join(temp, "rooms"));
  const { size } = statSync(join(worker.folder, "worker.js"));
  const site = await prepare(worker);
  const server = await start(site);
  const warm = await createRoom(server, { keys: 10, views: 0 });
  const rooms: Slept[] = [];
  for (const keys of SIZES)
    rooms.push({ name: `${keys} keys`, room: await createRoom(server, { keys, views: 0 }) });
  const many = await Promise.all(
    Array.from({ length: AWAKE }, () => createRoom(server, { keys: 10_000, views: 0 })),
  );
  await stop(server);
  const times = new Times();
  for (let turn = 0; turn < TURNS; turn++) await wakeAll(site, rooms, warm, times, turn);
  limitHeap(site, HEAP_MIB);
  console.log(`${"ms".padEnd(44)} ${"median".padStart(8)} ${"least".padStart(8)}`);
  for (const line of times.lines()) console.log(line);
  console.log(`the Worker's module: ${(size / 1024 / 1024).toFixed(2)} MiB`);
  console.log(`memory of a room of 10,000 keys: ${(await memoryOf(site, many, warm)).toFixed(1)} MiB`);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
