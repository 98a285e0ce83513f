import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../workerd/connection.ts";
import type { Server, Site } from "../workerd/server.ts";
import { start, stop, storageOf } from "../workerd/server.ts";
import { Client, Tally } from "./client.ts";
import type { Counts, Drill } from "./drill.ts";
import { inTime } from "./drill.ts";
import { Faults } from "./faults.ts";
import { checkFiles } from "./files.ts";
import { Fuse } from "./fuse.ts";
import type { History } from "./history.ts";
import { Dice } from "./random.ts";
import { Scene } from "./scene.ts";

const ROOMS = 4;
const CLIENTS = 32;
/** A kill comes after so many answers of a server, */
const ANSWERS = { least: 150, most: 800 };
/** or, in one cycle of so many, right after its start, while clients send again what was not answered. */
const HASTY_ONE_IN = 4;
const HASTY_ANSWERS = 8;
/** Every so many cycles the files are looked at as a kill has left them. */
const LOOK_EVERY = 10;
/**
 * The server is killed with SIGKILL again and again while clients write, and started on the same files; then nothing that
 * was acknowledged is lost or doubled [LOG-1, ACT-9].
 */
export class KillDrill implements Drill {
  readonly faults = new Faults();
  readonly #site: Site;
  readonly #dice: Dice;
  readonly #tally = new Tally();
  readonly #scenes: Scene[] = [];
  readonly #clients: Client[] = [];
  #server: Server | undefined;
  #cycles = 0;

  constructor(site: Site, seed: number) {
    this.#site = site;
    this.#dice = new Dice(seed);
  }

  /** Makes the rooms and the clients. */
  async set(): Promise<void> {
    const connection = await Connection.open((await this.#start()).port);
    for (let number = 0; number < ROOMS; number++) {
      const scene = await Scene.create(connection, `room-${number}`, CLIENTS / ROOMS, this.faults);
      this.#scenes.push(scene);
      for (const member of scene.room.members) {
        const post = { room: scene.room.id, ...member, ledger: scene.ledger, faults: this.faults };
        this.#clients.push(new Client(post, this.#dice.fork(), this.#tally));
      }
    }
    connection.close();
    await this.stop();
  }

  /** One life of the server: it starts, answers what was not answered, is compared with the ledger, and is killed. */
  async cycle(): Promise<void> {
    this.#cycles += 1;
    const server = await this.#start();
    const hasty = this.#dice.below(HASTY_ONE_IN) === 0;
    if (!hasty) {
      await this.#settle(server);
      await this.#compareNew(server);
    }
    const { least, most } = ANSWERS;
    await this.#loadUntilKilled(
      server,
      hasty ? this.#dice.below(HASTY_ANSWERS) : least + this.#dice.below(most - least),
    );
    if (this.#cycles % LOOK_EVERY === 0) this.#lookAtFiles();
  }

  /** After the last kill: compares all that was ever acknowledged with the logs, the states and the files. */
  async finish(): Promise<void> {
    this.#lookAtFiles();
    const server = await this.#start();
    await this.#settle(server);
    const connection = await Connection.open(server.port);
    const whole = new Map<string, History>();
    for (const scene of this.#scenes) whole.set(scene.room.id, await scene.compareAll(connection));
    connection.close();
    await this.stop();
    this.#compareFiles(whole);
  }

  async stop(): Promise<void> {
    if (this.#server) await stop(this.#server);
  }

  counts(): Counts {
    const sum = (of: (scene: Scene) => number) => this.#scenes.reduce((total, scene) => total + of(scene), 0);
    const { retried, found, repeated } = this.#tally;
    return {
      acknowledged: sum(({ ledger }) => ledger.accepted),
      refused: sum(({ ledger }) => ledger.refused),
      ...{ retried, found, repeated },
    };
  }

  async #start(): Promise<Server> {
    this.#server = await start(this.#site);
    return this.#server;
  }

  /** Has every unanswered call answered. */
  async #settle({ port }: Server): Promise<void> {
    const line = { more: () => false, reaches: () => true };
    const done = this.#clients.map((client) => client.work(port, line));
    await inTime(Promise.all(done));
  }

  /** Reads what is new in the logs; compares all acknowledged calls with them, and one room's state. */
  async #compareNew({ port }: Server): Promise<void> {
    const connection = await Connection.open(port);
    for (const [number, scene] of this.#scenes.entries()) {
      await scene.compareNew(connection);
      if (this.#cycles % ROOMS === number) await scene.compareState(connection);
    }
    connection.close();
  }

  async #loadUntilKilled(server: Server, answers: number): Promise<void> {
    const fuse = new Fuse(server, this.#dice.fork(), answers);
    const load = this.#clients.map((client) =>
      client.work(server.port, fuse).catch((error: unknown) => {
        if (!fuse.killed) throw error;
      }),
    );
    await inTime(Promise.all(load));
    await stop(server);
  }

  /** What the files say must be what the rooms said over HTTP: the chain stands for a whole log. */
  #compareFiles(whole: ReadonlyMap<string, History>): void {
    const stored = checkFiles(storageOf(this.#site), this.faults);
    for (const [id, { chain }] of whole) {
      if (stored.get(id)?.chain !== chain)
        this.faults.add("lost", `[LOG-1] the file of room ${id} has another log`);
    }
  }

  /** Looks at copies: SQLite mends a file when it opens it, and here that is for workerd to do. */
  #lookAtFiles(): void {
    const copy = join(this.#site.folder, "copy");
    cpSync(storageOf(this.#site), copy, { recursive: true });
    const histories = checkFiles(copy, this.faults);
    if (histories.size !== ROOMS)
      this.faults.add("lost", `[LOG-1] ${histories.size} rooms of ${ROOMS} have files`);
    rmSync(copy, { recursive: true });
  }
}
