import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import { serverFrame } from "../../src/protocol/frames.ts";
import type { Body, Client } from "./room.ts";

/** How long a test waits for a frame that must come, ms. */
const PATIENCE = 10_000;

/** One client's socket on a room. Every frame that comes is checked by the schema of frames. */
export class Socket {
  readonly frames: Body[] = [];
  closed: { code: number; reason: string } | null = null;
  /** Answers to the text ping, which are no frames. */
  pongs = 0;
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
    await this.settled(() => this.frames.some(fits) || this.closed !== null);
    const found = this.frames.find(fits);
    if (!found)
      expect.fail(
        `closed with ${JSON.stringify(this.closed)} after ${JSON.stringify(this.frames.slice(-5))}`,
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

  settled(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve();
      };
      const fail = () =>
        reject(new Error(`waited in vain; the last frames: ${JSON.stringify(this.frames.slice(-5))}`));
      const timer = setTimeout(fail, PATIENCE);
      this.#listeners.add(look);
      look();
    });
  }

  #take(data: unknown): void {
    const frame = JSON.parse(String(data));
    expect(serverFrame.safeParse(frame).error, String(data)).toBeUndefined();
    this.frames.push(frame);
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
