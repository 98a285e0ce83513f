import type { Connection } from "../workerd/connection.ts";
import type { Faults } from "./faults.ts";
import { History } from "./history.ts";
import { Ledger } from "./ledger.ts";
import { DrilledRoom } from "./room.ts";

/** A room under test, what it has acknowledged, and what was read of its log so far. */
export class Scene {
  readonly room: DrilledRoom;
  readonly ledger: Ledger;
  readonly #faults: Faults;
  readonly #history: History;

  private constructor(room: DrilledRoom, faults: Faults) {
    this.room = room;
    this.ledger = new Ledger(room.id, faults);
    this.#faults = faults;
    this.#history = new History(room.id, faults);
  }

  /** Creates a room that knows every act, with so many agents. */
  static async create(connection: Connection, id: string, agents: number, faults: Faults): Promise<Scene> {
    const ids = Array.from({ length: agents }, (_, index) => `agent-${id}-${index}`);
    return new Scene(await DrilledRoom.create(connection, id, ids), faults);
  }

  /** How far the log was read. */
  get seq(): number {
    return this.#history.seq;
  }

  /** Reads on in the log, and compares all that was acknowledged with it. To be asked when no call is unanswered. */
  async compareNew(connection: Connection): Promise<void> {
    await this.room.readLog(connection, this.#history);
    this.ledger.compareNew(this.#history);
  }

  /** Compares what the room answers of its state with what was read of its log [LOG-3]. */
  async compareState(connection: Connection): Promise<void> {
    await this.room.compareState(connection, this.#history, this.#faults);
  }

  /** Reads the whole log from its first event, compares all that was ever acknowledged with it, and the state. */
  async compareAll(connection: Connection): Promise<History> {
    const history = new History(this.room.id, this.#faults);
    await this.room.readLog(connection, history);
    this.ledger.compare(history);
    await this.room.compareState(connection, history, this.#faults);
    return history;
  }
}
