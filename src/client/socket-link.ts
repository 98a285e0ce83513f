import { FrameQueue } from "./frame-queue.ts";
import type { Link } from "./link.ts";
import type { WebSocketConstructor, WebSocketLike } from "./web-socket.ts";

/** The room lets go of a client with 1,000 events or 1 MiB unacknowledged: well before that, this one acknowledges. */
const MOST_FRAMES = 200;
const MOST_CHARS = 128 * 1024;
/** A connection on which nothing comes for two pings is dead, whatever the system says. */
const PING_MS = 15_000;

/** A WebSocket on a room. What is read is acknowledged, so that the room sends no more than is read. */
export class SocketLink implements Link {
  readonly #socket: WebSocketLike;
  readonly #queue: FrameQueue;
  readonly #pings: ReturnType<typeof setInterval>;
  #isOpen = true;
  #silent = 0;
  #frames = 0;
  #chars = 0;

  private constructor(socket: WebSocketLike, queue: FrameQueue) {
    this.#socket = socket;
    this.#queue = queue;
    this.#pings = setInterval(() => this.#ping(), PING_MS);
    socket.addEventListener("message", ({ data }) => {
      this.#silent = 0;
      if (data !== "pong") queue.push(String(data));
    });
    socket.addEventListener("close", () => this.close());
  }

  /** A socket that is open, or null where none could be opened within `ms`: nobody says why. */
  static open(
    WebSocket: WebSocketConstructor,
    url: string,
    token: string | undefined,
    { ms, signal }: { readonly ms: number; readonly signal: AbortSignal | undefined },
  ): Promise<SocketLink | null> {
    const protocols = token === undefined ? ["sync.v8"] : ["sync.v8", `bearer.${token}`];
    const socket = new WebSocket(url, protocols);
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      const fail = () => {
        settle();
        resolve(null);
      };
      const abort = () => {
        settle();
        reject(signal?.reason);
        socket.close();
      };
      const timer = setTimeout(() => {
        fail();
        socket.close();
      }, ms);
      signal?.addEventListener("abort", abort, { once: true });
      socket.addEventListener("error", fail);
      socket.addEventListener("close", fail);
      socket.addEventListener("open", () => {
        settle();
        resolve(new SocketLink(socket, new FrameQueue(signal)));
      });
    });
  }

  async take(): Promise<string | null> {
    const text = await this.#queue.take();
    this.#frames += 1;
    this.#chars += text?.length ?? 0;
    return text;
  }

  read(seq: number): void {
    if (this.#frames < MOST_FRAMES && this.#chars < MOST_CHARS) return;
    this.#frames = 0;
    this.#chars = 0;
    this.#send({ type: "ack", seq });
  }

  subscribe(expressions: Readonly<Record<string, string>>, agent: string | undefined): void {
    for (const [id, expr] of Object.entries(expressions)) {
      this.#send({ type: "subscribe", id, expr, agent });
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#pings);
    this.#queue.end();
    this.#socket.close();
  }

  /** Frames may be read after their socket has closed: some runtimes throw at what is sent on it then. */
  #send(frame: object): void {
    if (this.#isOpen) this.#socket.send(JSON.stringify(frame));
  }

  /** The server answers `ping` without waking the room. */
  #ping(): void {
    this.#silent += 1;
    if (this.#silent <= 2) this.#socket.send("ping");
    else this.close();
  }
}
