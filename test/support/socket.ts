import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import { serverFrame } from "../../src/protocol/frames.ts";
import type { Body, Client } from "./room.ts";

let taken = 0;

/** Checks what the room sends by the schema of frames: all at first, and of many only some. */
export function expectFrame(frame: Body): void {
  taken += 1;
  if (taken > 500 && taken % 50 > 0) return;
  expect(serverFrame.safeParse(frame).error, JSON.stringify(frame).slice(0, 500)).toBeUndefined();
}

/** How long a test waits for a frame that must come, ms. */
const PATIENCE = 10_000;

/** One client's socket on a room. What comes is checked by the schema of frames. */
export class Socket {
  readonly frames: Body[] = [];
  closed: { code: number; reason: string } | null = null;
  /** Answers to the text ping, which are no frames. */
  pongs = 0;
  /** Whether it acknowledges events as they come. */
  keepsUp = false;
  readonly #socket: WebSocket;
  readonly #listeners = new Set<() => void>();
  #ids = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (data === "pong") this.pongs += 1;
      else this.#take(data);
      this.#told();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed ??= { code, reason };
      this.#told();
    });
    socket.accept();
  }

  /** An object is sent as JSON, a text or bytes as they are. */
  send(frame: Body): void {
    const isRaw = typeof frame === "string" || frame instanceof Uint8Array;
    this.#socket.send(isRaw ? frame : JSON.stringify(frame));
  }

  /** Sends a frame with an id of its own and answers what comes back under it. */
  ask(frame: Body): Promise<Body> {
    const id = frame.id ?? `ask-${++this.#ids}`;
    this.send({ ...frame, id });
    return this.until((got) => got.id === id && (got.type === "result" || got.type === "error"));
  }

  /** The first frame, past or to come, that fits. */
  async until(fits: (frame: Body) => boolean): Promise<Body> {
    let found: Body;
    let seen = 0;
    await this.settled(() => {
      found = this.frames.slice(seen).find(fits);
      seen = this.frames.length;
      return found !== undefined || this.closed !== null;
    });
    if (!found)
      expect.fail(
        `closed with ${JSON.stringify(this.closed)} after ${JSON.stringify(this.frames.slice(-5)).slice(-500)}`,
      );
    return found;
  }

  untilEvent(seq: number): Promise<Body> {
    return this.until((frame) => frame.type === "event" && frame.seq === seq);
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    await this.settled(() => this.closed !== null);
    return this.closed ?? expect.fail("is open");
  }

  of(type: string): Body[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  ack(seq: number): void {
    this.send({ type: "ack", seq });
  }

  close(): void {
    this.#socket.close(1000, "done");
  }

  /** Closes as a client does that has crashed: with no farewell, deaf to what comes. */
  abandon(): void {
    this.#socket.close(1011, "");
  }

  settled(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve();
      };
      const fail = () =>
        reject(
          new Error(`waited in vain; the last frames: ${JSON.stringify(this.frames.slice(-5)).slice(-500)}`),
        );
      const timer = setTimeout(fail, PATIENCE);
      this.#listeners.add(look);
      look();
    });
  }

  #take(data: unknown): void {
    const frame = JSON.parse(String(data));
    expectFrame(frame);
    this.frames.push(frame);
    if (this.keepsUp && frame.type === "event" && frame.seq % 50 === 0) this.ack(frame.seq);
  }

  #told(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The response to a client's request for a socket: 101 with one, or a refusal. */
export function upgrade(client: Client, query = "", headers: Record<string, string> = {}): Promise<Response> {
  const auth: Record<string, string> = client.token ? { Authorization: `Bearer ${client.token}` } : {};
  const init = { headers: { Upgrade: "websocket", ...auth, ...headers } };
  return exports.default.fetch(new Request(`http://sync.test/rooms/${client.room}/watch${query}`, init));
}

/** A socket that watches the room, greeted. */
export async function watch(client: Client, query = ""): Promise<Socket> {
  const response = await upgrade(client, query);
  if (!response.webSocket) expect.fail(`${response.status} ${await response.text()}`);
  const socket = new Socket(response.webSocket);
  await socket.until((frame) => frame.type === "hello");
  return socket;
}
