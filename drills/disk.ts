import { rmSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../workerd/connection.ts";
import type { Site } from "../workerd/server.ts";
import { hasEnded, stop } from "../workerd/server.ts";
import type { Counts, Drill } from "./drill.ts";
import { inTime } from "./drill.ts";
import { Faults } from "./faults.ts";
import { checkFiles } from "./files.ts";
import { Dice } from "./random.ts";
import { Scene } from "./scene.ts";
import { Script } from "./script.ts";
import { SmallDisk } from "./small-disk.ts";
import type { FullDiskTally } from "./writer.ts";
import { Writer } from "./writer.ts";

const AGENTS = 8;
/** What is left of the disk when a cycle begins. */
const LEFT_KIB = { least: 0, most: 600 };
/** Each agent goes on until so many of its writes were refused. */
const REFUSALS = 3;
/** So many calls of an agent between two full disks. */
const CALLS = 8;
/** What goes on on a full disk: the calls of whoever reads. */
const READS = ["/context", "/poll", "/log?limit=5", "/wait?condition=true", "/history/_counters/counter-1"];

/**
 * The disk fills up while agents write, and has room again: writes are refused with 507 and nothing of them is done, reads
 * go on, and the same server takes the same writes when there is space [HTTP-2, LOG-8].
 */
export class DiskDrill implements Drill {
  readonly faults = new Faults();
  readonly #site: Site;
  readonly #dice: Dice;
  readonly #writers: Writer[] = [];
  readonly #tally: FullDiskTally = { full: 0, busy: 0 };
  #disk: SmallDisk | undefined;
  #scene: Scene | undefined;
  #reads = 0;

  constructor(site: Site, seed: number) {
    this.#site = site;
    this.#dice = new Dice(seed);
  }

  async set(): Promise<void> {
    this.#disk = await SmallDisk.start(this.#site);
    const connection = await Connection.open(this.#disk.server.port);
    this.#scene = await Scene.create(connection, "room", AGENTS, this.faults);
    connection.close();
    const { room, ledger } = this.#scene;
    for (const member of room.members) {
      const post = { room: room.id, ...member, ledger, faults: this.faults };
      this.#writers.push(new Writer(post, new Script(member.agent, this.#dice.fork()), this.#tally));
    }
  }

  async cycle(): Promise<void> {
    const { disk, scene } = this.#running();
    const { port } = disk.server;
    await inTime(Promise.all(this.#writers.map((writer) => writer.write(port, CALLS))));
    disk.leave((LEFT_KIB.least + this.#dice.below(LEFT_KIB.most)) * 1024);
    await inTime(Promise.all(this.#writers.map((writer) => writer.writeUntilFull(port, REFUSALS))));
    await inTime(this.#readAll(port));
    disk.clear();
    await inTime(Promise.all(this.#writers.map((writer) => writer.settle(port))));
    const connection = await Connection.open(port);
    await scene.compareNew(connection);
    await scene.compareState(connection);
    connection.close();
  }

  async finish(): Promise<void> {
    const { disk, scene } = this.#running();
    const connection = await Connection.open(disk.server.port);
    const { chain } = await scene.compareAll(connection);
    connection.close();
    const copy = join(this.#site.folder, "copy");
    disk.copyTo(copy);
    if (checkFiles(copy, this.faults).get(scene.room.id)?.chain !== chain)
      this.faults.add("lost", "[LOG-1] the file of the room has another log");
    rmSync(copy, { recursive: true });
  }

  async stop(): Promise<void> {
    if (this.#disk) await stop(this.#disk.server);
  }

  counts(): Counts {
    const { ledger } = this.#scene ?? {};
    return {
      acknowledged: ledger?.accepted ?? 0,
      refused: ledger?.refused ?? 0,
      ...this.#tally,
      reads: this.#reads,
    };
  }

  #running(): { disk: SmallDisk; scene: Scene } {
    if (!this.#disk || !this.#scene || hasEnded(this.#disk.server))
      throw new Error("[LOG-8] the server has ended");
    return { disk: this.#disk, scene: this.#scene };
  }

  /** Everybody reads while the disk is full. */
  async #readAll(port: number): Promise<void> {
    const connection = await Connection.open(port);
    for (const { token } of this.#scene?.room.members ?? []) {
      for (const path of READS) {
        const { status, body } = await connection.send({ method: "GET", path: `/rooms/room${path}`, token });
        this.#reads += 1;
        if (status !== 200) this.faults.add("other", `[LOG-8] GET ${path} on a full disk: ${status} ${body}`);
      }
    }
    connection.close();
  }
}
