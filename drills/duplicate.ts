import { Connection } from "../workerd/connection.ts";
import type { Server, Site } from "../workerd/server.ts";
import { start, stop } from "../workerd/server.ts";
import type { Delivered, Door, Parcel } from "./doors.ts";
import { BatchDoor, HttpDoor, SocketDoor } from "./doors.ts";
import type { Counts, Drill } from "./drill.ts";
import { inTime } from "./drill.ts";
import { Faults } from "./faults.ts";
import type { Asked } from "./ledger.ts";
import { Dice } from "./random.ts";
import { Scene } from "./scene.ts";
import { Script } from "./script.ts";
import { Twins } from "./twins.ts";

const AGENTS = 4;
/** Calls of an agent in one cycle. */
const CALLS = 24;
/** One call in so many has no key. */
const KEYLESS_ONE_IN = 6;
/** One call in so many is delivered again at the end of the cycle, and at that of the drill. */
const LATER_ONE_IN = 3;

/** An agent that has each of its calls delivered by several doors. */
interface Sender {
  readonly agent: string;
  readonly token: string;
  readonly script: Script;
  readonly dice: Dice;
  readonly later: Asked[];
  doors: readonly Door[];
  copies: number;
}

const parcelOf = ({ action, params, mark }: Asked): Parcel => ({ action, params, key: mark });

/**
 * Every request is delivered twice or more often, at once and later, by HTTP, by socket and in a batch: with a key it is
 * one event and one answer [ACT-9], without one it is as many events as deliveries.
 */
export class DuplicateDrill implements Drill {
  readonly faults = new Faults();
  readonly #site: Site;
  readonly #dice: Dice;
  readonly #senders: Sender[] = [];
  #server: Server | undefined;
  #scene: Scene | undefined;
  #twins: Twins | undefined;
  #deliveries = 0;

  constructor(site: Site, seed: number) {
    this.#site = site;
    this.#dice = new Dice(seed);
  }

  async set(): Promise<void> {
    this.#server = await start(this.#site);
    const connection = await Connection.open(this.#server.port);
    this.#scene = await Scene.create(connection, "room", AGENTS, this.faults);
    this.#twins = new Twins(this.#scene.ledger, this.faults);
    const writes = [{ scope: "_once", append: true, value: "${params.copy}" }];
    await this.#scene.room.register(connection, { id: "once", writes });
    connection.close();
    for (const { agent, token } of this.#scene.room.members) {
      const dice = this.#dice.fork();
      const script = new Script(agent, dice.fork());
      this.#senders.push({ agent, token, script, dice, later: [], doors: [], copies: 0 });
    }
    await this.#openDoors(this.#server.port);
  }

  async cycle(): Promise<void> {
    await inTime(Promise.all(this.#senders.map((sender) => this.#send(sender))));
    await inTime(Promise.all(this.#senders.map((sender) => this.#sendLater(sender))));
    await this.#look(async (connection, scene) => {
      await scene.compareNew(connection);
      await scene.compareState(connection);
    });
  }

  /** Old calls come once more to a server that was started since. */
  async finish(): Promise<void> {
    await this.stop();
    this.#server = await start(this.#site);
    await this.#openDoors(this.#server.port);
    await inTime(Promise.all(this.#senders.map((sender) => this.#sendLater(sender))));
    await this.#look(async (connection, scene) => {
      const { events } = await scene.compareAll(connection);
      this.#twins?.compareKeyless(events);
    });
  }

  async stop(): Promise<void> {
    for (const { doors } of this.#senders) for (const door of doors) door.close();
    if (this.#server) await stop(this.#server);
  }

  counts(): Counts {
    return {
      accepted: this.#scene?.ledger.accepted ?? 0,
      deliveries: this.#deliveries,
      replayed: this.#twins?.replayed ?? 0,
      refused: this.#twins?.refused ?? 0,
      keyless: this.#twins?.keyless ?? 0,
    };
  }

  async #openDoors(port: number): Promise<void> {
    for (const sender of this.#senders) {
      const visitor = { port, room: "room", token: sender.token };
      const kinds = [HttpDoor, HttpDoor, SocketDoor, SocketDoor, BatchDoor];
      sender.doors = await Promise.all(kinds.map((kind) => kind.open(visitor)));
    }
  }

  async #send(sender: Sender): Promise<void> {
    const { script, dice, later } = sender;
    for (let call = 0; call < CALLS; call++) {
      if (dice.below(KEYLESS_ONE_IN) === 0) {
        const copy = `${sender.agent} ${++sender.copies}`;
        this.#twins?.takeKeyless(copy, await this.#deliver(sender, { action: "once", params: { copy } }));
        continue;
      }
      const asked = script.next();
      const delivered = await this.#deliver(sender, parcelOf(asked));
      for (const { body } of delivered) script.learn(asked, body);
      this.#twins?.take(asked, delivered);
      if (delivered.some(({ status }) => status === 200) && dice.below(LATER_ONE_IN) === 0) later.push(asked);
    }
  }

  async #sendLater(sender: Sender): Promise<void> {
    for (const asked of sender.later) this.#twins?.take(asked, await this.#deliver(sender, parcelOf(asked)));
    // Some stay, to come later still.
    sender.later.splice(0, sender.later.length >> 1);
  }

  /** Delivers by two doors or more at once. */
  async #deliver({ doors, dice }: Sender, parcel: Parcel): Promise<Delivered[]> {
    const first = dice.below(doors.length);
    const count = 2 + dice.below(doors.length - 1);
    const chosen = doors.filter((_, index) => (index - first + doors.length) % doors.length < count);
    const delivered = (await Promise.all(chosen.map((door) => door.deliver(parcel)))).flat();
    this.#deliveries += delivered.length;
    return delivered;
  }

  async #look(look: (connection: Connection, scene: Scene) => Promise<void>): Promise<void> {
    if (!this.#server || !this.#scene) return;
    const connection = await Connection.open(this.#server.port);
    await look(connection, this.#scene);
    connection.close();
  }
}
