import { WebSocket } from "ws";
import type { Server } from "../workerd/server.ts";

/** Where one socket watches, and with whose token. */
export interface Seat {
  readonly path: string;
  readonly token?: string | undefined;
}

/** An audience that has heard nothing new for so long is not going to. */
const PATIENCE_MS = 10_000;
/** Sockets that are opened at once. */
const OPENED_TOGETHER = 50;
/** A room lets go of who has not acknowledged the last 1,000 events. */
const EVENTS_PER_ACKNOWLEDGEMENT = 200;

/**
 * Sockets that count what they are sent. A socket of a room is greeted first, and says now and then what it has got; one
 * of the bare object does neither.
 */
export class Audience {
  readonly #sockets: WebSocket[] = [];
  #heard = 0;
  #failure: Error | null = null;

  static async open(server: Server, seats: readonly Seat[], isRoom: boolean): Promise<Audience> {
    const audience = new Audience();
    for (let at = 0; at < seats.length; at += OPENED_TOGETHER) {
      const together = seats.slice(at, at + OPENED_TOGETHER);
      await Promise.all(together.map((seat) => audience.#seat(server, seat, isRoom)));
    }
    return audience;
  }

  get size(): number {
    return this.#sockets.length;
  }

  /** How many events have come to all the sockets together. */
  get heard(): number {
    return this.#heard;
  }

  /** Resolves when `total` events have come to all the sockets together. */
  async untilHeard(total: number): Promise<void> {
    for (let last = -1, at = performance.now(); this.#heard < total; ) {
      if (this.#failure) throw this.#failure;
      if (this.#heard > last) [last, at] = [this.#heard, performance.now()];
      if (performance.now() - at > PATIENCE_MS) throw new Error(`heard ${last} events of ${total}`);
      await new Promise((wake) => setTimeout(wake, 1));
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.removeAllListeners("close").terminate();
  }

  #seat(server: Server, { path, token }: Seat, isRoom: boolean): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.#sockets.push(socket);
    return new Promise((seated, failed) => {
      socket.once("error", failed);
      socket.once("close", (code) => this.#fail(new Error(`the server closed a socket with ${code}`)));
      if (!isRoom) {
        socket.once("open", seated);
        socket.on("message", () => this.#hear());
        return;
      }
      socket.once("message", () => {
        // They do not all acknowledge at the same event.
        let got = this.#sockets.indexOf(socket);
        socket.on("message", (frame) => {
          this.#hear();
          got += 1;
          if (got % EVENTS_PER_ACKNOWLEDGEMENT === 0) acknowledge(socket, String(frame));
        });
        seated();
      });
    });
  }

  #hear(): void {
    this.#heard += 1;
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
  }
}

function acknowledge(socket: WebSocket, frame: string): void {
  const { seq } = JSON.parse(frame) as { seq: number };
  socket.send(JSON.stringify({ type: "ack", seq }));
}
