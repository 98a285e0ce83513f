import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { Connection } from "../workerd/connection.ts";
import type { Server, Site } from "../workerd/server.ts";
import { start, stop } from "../workerd/server.ts";
import type { Door } from "./doors.ts";
import { HttpDoor } from "./doors.ts";
import type { Counts, Drill } from "./drill.ts";
import { inTime } from "./drill.ts";
import { Faults } from "./faults.ts";
import { Dice } from "./random.ts";
import { headOf, openRaw, UPGRADE } from "./raw-socket.ts";
import { Scene } from "./scene.ts";
import { Script } from "./script.ts";
import { Twins } from "./twins.ts";
import { Watcher } from "./watchers.ts";

const AGENTS = 8;
const WATCHERS = 4;
const STALLED = 16;
/** Calls of an agent in each half of a cycle, */
const CALLS = 24;
/** of which one in so many is so loud that they are together more than may be unacknowledged, 1 MiB [WATCH-5]. */
const LOUD_ONE_IN = 4;
const LOUD = "loud ".repeat(4_000);
/** Sockets are opened and destroyed one after another, so long apart. */
const DESTROYED_EVERY_MS = 25;
/** In so many cycles the server grows to what it needs. */
const WARM_UP_CYCLES = 8;
/** What the cycles after may add: nothing, but for what the collector has not got to. */
const MOST_GROWTH_MIB = 96;
/** The room learns within so long that a socket is gone, */
const FORGOTTEN_WITHIN_MS = 5_000;
/** but for those few that were reset in the very moment of their answer, which the platform does not tell (docs/reliability.md). */
const MOST_KEPT = 3;
const SLOW = 4408;
const PAGE_BYTES = 4096;

/** Requests whose answers nobody reads. */
const UNREAD = ["/context", "/export", "/poll", "/wait?condition=false&timeout=3000"];

interface Writer {
  readonly script: Script;
  readonly token: string;
}

/**
 * Sockets, streams and answers that nobody reads, and sockets that are destroyed under load: others are served as before,
 * with every event, those that do not keep up are closed with 4408, and what they leave in memory is bounded [WATCH-5].
 */
export class StallDrill implements Drill {
  readonly faults = new Faults();
  readonly #site: Site;
  readonly #dice: Dice;
  readonly #writers: Writer[] = [];
  #server: Server | undefined;
  #scene: Scene | undefined;
  #twins: Twins | undefined;
  readonly #latencies: { readonly calm: number[]; readonly stalled: number[] } = { calm: [], stalled: [] };
  #closed = 0;
  #destroyed = 0;
  #unread = 0;
  /** What the server took after each cycle. */
  readonly #memory: number[] = [];

  constructor(site: Site, seed: number) {
    this.#site = site;
    this.#dice = new Dice(seed);
  }

  async set(): Promise<void> {
    this.#server = await start(this.#site);
    const connection = await Connection.open(this.#server.port);
    this.#scene = await Scene.create(connection, "room", AGENTS, this.faults);
    const writes = [{ scope: "_shouts", key: "last", value: "${params.text}" }];
    await this.#scene.room.register(connection, { id: "shout", writes });
    connection.close();
    this.#twins = new Twins(this.#scene.ledger, this.faults);
    for (const { agent, token } of this.#scene.room.members)
      this.#writers.push({ token, script: new Script(agent, this.#dice.fork()) });
  }

  /** The same load twice: by itself, and beside those who do not read. */
  async cycle(): Promise<void> {
    const { server, scene } = this.#running();
    const watchers = await this.#watchers(WATCHERS);
    await inTime(this.#load(server, this.#latencies.calm));
    const stalled = await this.#watchers(STALLED);
    for (const watcher of stalled) watcher.stall();
    const unread = await this.#leaveUnread(server);
    const destroying = this.#destroySockets(server);
    await inTime(this.#load(server, this.#latencies.stalled)).finally(destroying);
    this.#weigh(server);
    const connection = await Connection.open(server.port);
    await scene.compareNew(connection);
    await scene.compareState(connection);
    await this.#expectAll(watchers, scene.seq);
    await this.#expectSlow(server, stalled, scene.seq);
    for (const socket of unread) socket.destroy();
    await this.#expectForgotten(connection);
    connection.close();
  }

  async finish(): Promise<void> {
    const { server, scene } = this.#running();
    const connection = await Connection.open(server.port);
    await scene.compareAll(connection);
    connection.close();
  }

  async stop(): Promise<void> {
    if (this.#server) await stop(this.#server);
  }

  /** Latencies in µs; `ratio` in hundredths, of the 99th percentile beside those who do not read to that without them. */
  counts(): Counts {
    const [calm, stalled] = [percentile(this.#latencies.calm, 99), percentile(this.#latencies.stalled, 99)];
    return {
      acknowledged: this.#scene?.ledger.accepted ?? 0,
      closed: this.#closed,
      destroyed: this.#destroyed,
      unread: this.#unread,
      p99_us: Math.round(calm * 1000),
      p99_stalled_us: Math.round(stalled * 1000),
      ratio_percent: calm === 0 ? 0 : Math.round((100 * stalled) / calm),
      warm_mib: Math.round(this.#memory[WARM_UP_CYCLES - 1] ?? 0),
      memory_mib: Math.round(Math.max(0, ...this.#memory)),
    };
  }

  #running(): { server: Server; scene: Scene } {
    if (!this.#server || !this.#scene) throw new Error("the drill is not set");
    return { server: this.#server, scene: this.#scene };
  }

  #weigh(server: Server): void {
    const memory = residentMib(server);
    this.#memory.push(memory);
    const warm = this.#memory[WARM_UP_CYCLES - 1] ?? memory;
    if (memory - warm > MOST_GROWTH_MIB)
      this.faults.add("other", `[WATCH-5] the server has grown from ${warm} to ${memory} MiB`);
  }

  async #watchers(count: number): Promise<Watcher[]> {
    const { server, scene } = this.#running();
    const token = scene.room.viewToken;
    return await Promise.all(Array.from({ length: count }, () => Watcher.open(server.port, "room", token)));
  }

  async #load({ port }: Server, latencies: number[]): Promise<void> {
    await Promise.all(
      this.#writers.map(async ({ script, token }) => {
        const door = await HttpDoor.open({ port, room: "room", token });
        for (let call = 1; call <= CALLS; call++) {
          if (call % LOUD_ONE_IN === 0) await door.deliver({ action: "shout", params: { text: LOUD } });
          else await this.#call(door, script, latencies);
        }
        door.close();
      }),
    );
  }

  async #call(door: Door, script: Script, latencies: number[]): Promise<void> {
    const asked = script.next();
    const begun = performance.now();
    const delivered = await door.deliver({ action: asked.action, params: asked.params, key: asked.mark });
    latencies.push(performance.now() - begun);
    for (const { body } of delivered) script.learn(asked, body);
    this.#twins?.take(asked, delivered);
  }

  async #leaveUnread({ port }: Server): Promise<Socket[]> {
    const { scene } = this.#running();
    const asked = UNREAD.map((path) => headOf(`/rooms/room${path}`, scene.room.viewToken));
    asked.push(headOf("/rooms/room/watch", scene.room.viewToken, "Accept: text/event-stream"));
    this.#unread += asked.length;
    return await Promise.all(
      asked.map(async (head) => {
        const socket = await openRaw(port);
        socket.write(head);
        return socket;
      }),
    );
  }

  /** Destroys sockets, by a close and by a reset, until it is told to stop. */
  #destroySockets({ port }: Server): () => Promise<void> {
    const { room } = this.#running().scene;
    const head = headOf("/rooms/room/watch", room.viewToken, ...UPGRADE);
    let isOver = false;
    const work = async () => {
      while (!isOver) {
        const socket = await openRaw(port);
        socket.write(head);
        await new Promise((wake) => setTimeout(wake, DESTROYED_EVERY_MS));
        this.#destroyed += 1;
        if (this.#destroyed % 2 === 0) socket.resetAndDestroy();
        else socket.destroy();
      }
    };
    const done = work();
    return async () => {
      isOver = true;
      await done;
    };
  }

  /** Who reads has got every event once. */
  async #expectAll(watchers: readonly Watcher[], seq: number): Promise<void> {
    for (const watcher of watchers) {
      await watcher.until(seq);
      if (watcher.closed !== null || watcher.astray > 0)
        this.faults.add("other", `[WATCH-2] a watcher: closed ${watcher.closed}, ${watcher.astray} astray`);
      watcher.close();
    }
  }

  /** Who did not read was closed, and goes on from its last event. */
  async #expectSlow({ port }: Server, stalled: readonly Watcher[], seq: number): Promise<void> {
    for (const watcher of stalled) watcher.resume();
    for (const watcher of stalled) {
      await watcher.until(Number.POSITIVE_INFINITY);
      if (watcher.closed === SLOW) this.#closed += 1;
      else this.faults.add("other", `[WATCH-5] a socket that reads nothing is closed with ${watcher.closed}`);
      if (watcher.astray > 0) this.faults.add("other", `[WATCH-2] ${watcher.astray} events astray`);
    }
    const [last] = stalled;
    if (!last) return;
    const resumed = await Watcher.open(port, "room", this.#running().scene.room.viewToken, last.seq);
    await this.#expectAll([resumed], seq);
  }

  /** Whoever is gone is forgotten, those too that went before they were answered. */
  async #expectForgotten(connection: Connection): Promise<void> {
    const { room } = this.#running().scene;
    const end = performance.now() + FORGOTTEN_WITHIN_MS;
    let kept = await room.watchers(connection);
    while (kept > MOST_KEPT && performance.now() < end) {
      await new Promise((wake) => setTimeout(wake, 50));
      kept = await room.watchers(connection);
    }
    if (kept > MOST_KEPT)
      this.faults.add("other", `[WATCH-1] ${kept} who watched are gone, and not forgotten`);
  }
}

function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  return sorted[Math.floor((sorted.length * percent) / 100)] ?? 0;
}

/** How much of a server is in memory. */
function residentMib({ process: { pid } }: Server): number {
  const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return (Number(pages) * PAGE_BYTES) / 2 ** 20;
}
