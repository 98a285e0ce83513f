import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../workerd/connection.ts";
import type { Server, Site } from "../workerd/server.ts";
import { start, stop, storageOf } from "../workerd/server.ts";
import { Client, Tally } from "./client.ts";
import { FAULT_KINDS, Faults } from "./faults.ts";
import { checkFiles } from "./files.ts";
import { Fuse } from "./fuse.ts";
import { History } from "./history.ts";
import { Ledger } from "./ledger.ts";
import { Dice } from "./random.ts";
import { DrilledRoom } from "./room.ts";

const ROOMS = 4;
const CLIENTS = 32;
/** A kill comes after so many answers of a server, */
const ANSWERS = { least: 150, most: 800 };
/** or, in one cycle of so many, right after its start, while clients send again what was not answered. */
const HASTY_ONE_IN = 4;
const HASTY_ANSWERS = 8;
/** Every so many cycles the files are looked at as a kill has left them. */
const LOOK_EVERY = 10;
const PATIENCE_MS = 60_000;

interface Part {
  readonly room: DrilledRoom;
  readonly ledger: Ledger;
  /** What has been read of the log from cycle to cycle. */
  readonly history: History;
}

/** The state of one drill: a server that is killed and started again, its clients, and what they were told. */
export class KillDrill {
  readonly faults = new Faults();
  readonly #site: Site;
  readonly #dice: Dice;
  readonly #tally = new Tally();
  readonly #parts: Part[] = [];
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
      const id = `room-${number}`;
      const agents = Array.from({ length: CLIENTS / ROOMS }, (_, index) => `agent-${number}-${index}`);
      const room = await DrilledRoom.create(connection, id, agents);
      const ledger = new Ledger(id, this.faults);
      this.#parts.push({ room, ledger, history: new History(id, this.faults) });
      for (const member of room.members) {
        const post = { room: id, ...member, ledger, faults: this.faults };
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
    for (const { room, ledger } of this.#parts) {
      const history = new History(room.id, this.faults);
      await room.readLog(connection, history);
      ledger.compare(history);
      await room.compareState(connection, history, this.faults);
      whole.set(room.id, history);
    }
    connection.close();
    await this.stop();
    this.#compareFiles(whole);
  }

  async stop(): Promise<void> {
    if (this.#server) await stop(this.#server);
  }

  /** What is done so far, in numbers. */
  counts() {
    const sum = (of: (ledger: Ledger) => number) =>
      this.#parts.reduce((total, { ledger }) => total + of(ledger), 0);
    return {
      cycles: this.#cycles,
      acknowledged: sum((ledger) => ledger.accepted),
      refused: sum((ledger) => ledger.refused),
      ...this.#tally,
      ...Object.fromEntries(FAULT_KINDS.map((kind) => [kind, this.faults.count(kind)])),
    };
  }

  progress(): string {
    const { acknowledged, refused, retried, found } = this.counts();
    return `${acknowledged} acknowledged, ${refused} refused, ${retried} retried (${found} had been done)`;
  }

  report(seed: number, seconds: number): string {
    const { cycles, repeated } = this.counts();
    const faults = FAULT_KINDS.map((kind) => `${kind} ${this.faults.count(kind)}`).join(", ");
    return [
      `seed ${seed}: ${cycles} cycles in ${seconds.toFixed(0)} s, ${CLIENTS} clients, ${ROOMS} rooms`,
      `${this.progress()}, ${repeated} repeated`,
      faults,
      ...this.faults.told,
    ].join("\n");
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
    for (const [number, { room, ledger, history }] of this.#parts.entries()) {
      await room.readLog(connection, history);
      ledger.compareNew(history);
      if (this.#cycles % ROOMS === number) await room.compareState(connection, history, this.faults);
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

/** Fails where a server stays silent. */
async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
