import type { Frame, RoomSocket } from "../room-socket.ts";
import type { Board } from "./board.ts";
import { freeCells, holdsLine } from "./board.ts";
import type { Mark } from "./rules.ts";

interface Woken extends Frame {
  readonly state: { readonly _board?: Readonly<Record<string, string>> };
  readonly views: { readonly outcome: string | null };
}

interface Invoked extends Frame {
  readonly error?: string;
  readonly message?: string;
}

/**
 * One player: it waits for its turn, reads the board, and moves, all by frames on its own socket. It knows nothing of
 * the other player. It also cheats whenever it can, and expects the room to refuse.
 */
export class Player {
  readonly #socket: RoomSocket;
  readonly #self: string;
  readonly #random: () => number;

  constructor(socket: RoomSocket, self: string, random: () => number) {
    this.#socket = socket;
    this.#self = self;
    this.#random = random;
  }

  /** Plays one game to its end, and answers the outcome that it sees. */
  async play(mark: Mark): Promise<string> {
    await this.#expect("sit", { mark });
    for (;;) {
      const { state, views } = await this.#turn();
      if (views.outcome !== null) return views.outcome;
      const board = new Map(Object.entries(state._board ?? {}).map(([cell, by]) => [Number(cell), by]));
      const number = board.size + 1;
      for (const taken of [...board.keys()].slice(0, 1)) await this.#expectRefusal({ cell: taken, number });
      const cell = this.#choose(board);
      await this.#expect("move", { cell, number });
      const [other] = freeCells(board).filter((free) => free !== cell);
      await this.#expectRefusal({ cell: other ?? cell, number: number + 1 });
    }
  }

  async #turn(): Promise<Woken> {
    const condition = "views.turn == self || views.outcome != null";
    const woken = await this.#socket.ask<Woken>({ type: "wait", condition, include: "state,views" });
    if (woken.type === "error") throw new Error(`${this.#self} cannot wait: ${JSON.stringify(woken)}`);
    return woken;
  }

  /** The cell that wins, else the one that keeps the other from winning, else any. */
  #choose(board: Board): number {
    const free = freeCells(board);
    const others = new Set(board.values());
    others.delete(this.#self);
    for (const player of [this.#self, ...others]) {
      const cell = free.find((candidate) => holdsLine(new Map([...board, [candidate, player]]), player));
      if (cell !== undefined) return cell;
    }
    return free[Math.floor(this.#random() * free.length)] ?? 0;
  }

  async #expect(action: string, params: object): Promise<void> {
    const { type, message } = await this.#socket.ask<Invoked>({ type: "invoke", action, params });
    if (type === "error") throw new Error(`${this.#self} may not ${action}: ${message}`);
  }

  async #expectRefusal(params: object): Promise<void> {
    const { error } = await this.#socket.ask<Invoked>({ type: "invoke", action: "move", params });
    if (error !== "precondition_failed") {
      throw new Error(
        `${this.#self} cheated with ${JSON.stringify(params)} and got ${error ?? "away with it"}`,
      );
    }
  }
}
