import type { Server } from "../workerd/server.ts";
import type { Line } from "./client.ts";
import type { Dice } from "./random.ts";

/** Every other kill comes right at an answer, when others of the same commit are under way; the rest up to so much later. */
const DELAY_MS = 12;
/** Of the last so many answers every other is lost on the way: their calls are done and yet unanswered. */
const UNSURE_ANSWERS = 24;

/** Counts answers down to the kill of the server that gives them. */
export class Fuse implements Line {
  readonly #server: Server;
  readonly #dice: Dice;
  readonly #delay: number;
  #left: number;
  #killed = false;

  /** Kills after so many answers; after none it burns at once. */
  constructor(server: Server, dice: Dice, answers: number) {
    this.#server = server;
    this.#dice = dice;
    this.#delay = dice.below(2) * dice.next() * DELAY_MS;
    this.#left = answers;
    if (answers === 0) this.#burn();
  }

  /** Whether the server was killed from here, and did not end by itself. */
  get killed(): boolean {
    return this.#killed;
  }

  more(): boolean {
    return true;
  }

  reaches(): boolean {
    this.#left -= 1;
    if (this.#left === 0) this.#burn();
    return this.#left >= UNSURE_ANSWERS || this.#dice.below(2) === 0;
  }

  #burn(): void {
    if (this.#delay === 0) this.#kill();
    else setTimeout(() => this.#kill(), this.#delay);
  }

  #kill(): void {
    this.#killed = true;
    this.#server.process.kill("SIGKILL");
  }
}
