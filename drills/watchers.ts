import { WebSocket } from "ws";

/** A watcher acknowledges so often. */
const EVENTS_PER_ACKNOWLEDGEMENT = 10;
/** What is read of a frame: it may be long, and there are many. */
const HEAD_BYTES = 200;
const HELLO = /^\{"type":"hello",.*"seq":(\d+)/;
const EVENT = /^\{"type":"event","seq":(\d+)/;
const PATIENCE_MS = 30_000;

/** A socket that watches a room with eyes that see every event, and looks that none is missing or comes twice. */
export class Watcher {
  readonly #socket: WebSocket;
  /** The seq of the last event that came, or the log's end when it began. */
  seq: number;
  /** Events that did not follow the one before. */
  astray = 0;
  /** With which code the server closed the socket, or null. */
  closed: number | null = null;

  /** `since` is the last event that it has, 0 for those that are. */
  private constructor(socket: WebSocket, since: number) {
    this.#socket = socket;
    this.seq = since;
    socket.on("message", (frame: Buffer) => this.#take(frame.toString("utf8", 0, HEAD_BYTES)));
    socket.on("close", (code) => {
      this.closed = code;
    });
  }

  static async open(port: number, room: string, token: string, since = 0): Promise<Watcher> {
    const from = since === 0 ? "" : `&since=${since}`;
    const url = `ws://127.0.0.1:${port}/rooms/${room}/watch?only=events${from}`;
    const headers = { Authorization: `Bearer ${token}` };
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    const watcher = new Watcher(socket, since);
    await new Promise((greeted, failed) => {
      socket.once("message", greeted);
      socket.once("error", failed);
    });
    return watcher;
  }

  /** Reads nothing any more: what comes stays where it is. */
  stall(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Resolves when the event `seq` has come or the socket is closed. */
  async until(seq: number): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (this.seq < seq && this.closed === null) {
      if (performance.now() > end) throw new Error(`[WATCH-2] waited for event ${seq} after ${this.seq}`);
      await new Promise((wake) => setTimeout(wake, 5));
    }
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(head: string): void {
    const greeting = HELLO.exec(head);
    if (greeting && this.seq === 0) this.seq = Number(greeting[1]);
    const event = EVENT.exec(head);
    if (!event) return;
    const seq = Number(event[1]);
    if (seq !== this.seq + 1) this.astray += 1;
    this.seq = seq;
    if (seq % EVENTS_PER_ACKNOWLEDGEMENT === 0) this.#socket.send(JSON.stringify({ type: "ack", seq }));
  }
}
