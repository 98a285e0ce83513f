import type { Connection } from "./connection.ts";
import type { Frame, ValueFrame } from "./events.ts";
import type { Link } from "./link.ts";
import type { WatchOptions } from "./options.ts";
import { queryString } from "./query.ts";
import { backoff, mayRepeat, pause } from "./retry.ts";
import { SocketLink } from "./socket-link.ts";
import { StreamLink } from "./stream-link.ts";
import { SyncError } from "./sync-error.ts";
import type { WebSocketConstructor } from "./web-socket.ts";

/** The room that is watched, and as whom. */
export interface Watched {
  readonly connection: Connection;
  /** `/rooms/:id` */
  readonly path: string;
  readonly token: string | undefined;
  /** The agent that a room token watches as. */
  readonly acting: string | undefined;
}

type ErrorFrame = { readonly type: "error"; readonly id?: string; readonly status?: number };
/** What answers a subscription: its value as it is. */
type ResultFrame = Omit<ValueFrame, "type"> & { readonly type: "result" };
type Received = Frame | ErrorFrame | ResultFrame;

/** How long a socket may take to open. */
const OPEN_MS = 10_000;

/** The frames of a room, over as many connections as it takes. */
export async function* watchRoom(
  watched: Watched,
  options: WatchOptions,
): AsyncGenerator<Frame, void, undefined> {
  const { policy } = watched.connection;
  const watch = new Watch(watched, options);
  for (let failures = 0; ; ) {
    let asked = 0;
    const link = await watch.connect().catch((error: unknown) => {
      const isOver = !watch.wasConnected && failures + 1 >= policy.attempts;
      if (isOver || !SyncError.is(error) || !mayRepeat(error, true)) throw error;
      asked = (error.retryAfter ?? 0) * 1000;
      return null;
    });
    if (link) {
      const begun = Date.now();
      try {
        for await (const frame of watch.frames(link)) {
          if (frame.type === "event") failures = 0;
          yield frame;
        }
      } finally {
        link.close();
      }
      if (Date.now() - begun > policy.mostDelayMs) failures = 0;
    }
    failures += 1;
    await pause(Math.max(asked, backoff(failures, policy, Math.random())), options.signal);
  }
}

/** One reader's way through a room's events: where it is, and how it goes on. */
class Watch {
  readonly #watched: Watched;
  readonly #options: WatchOptions;
  readonly #WebSocket: WebSocketConstructor | null;
  /** Events up to here have been told. */
  #seq: number | undefined;
  wasConnected = false;

  constructor(watched: Watched, options: WatchOptions) {
    this.#watched = watched;
    this.#options = options;
    this.#seq = options.since;
    this.#WebSocket = options.transport === "stream" ? null : socketConstructor(watched.connection);
    if (options.subscribe && !this.#WebSocket) {
      throw new TypeError("To subscribe takes a WebSocket: hand one in as the option WebSocket.");
    }
  }

  /**
   * A connection that goes on where the last one stopped. A socket that does not open does not tell why: asked for by an
   * event stream, the room says it, or sends its frames that way.
   */
  async connect(): Promise<Link> {
    const { connection, path, token, acting } = this.#watched;
    const { signal, only, subscribe } = this.#options;
    const query = { since: this.#seq, only, agent: acting };
    signal?.throwIfAborted();
    if (this.#WebSocket) {
      const url = `${connection.server.replace(/^http/, "ws")}${path}/watch${queryString(query)}`;
      const socket = await SocketLink.open(this.#WebSocket, url, token, { ms: OPEN_MS, signal });
      if (socket) return socket;
    }
    const stream = await StreamLink.open(connection, { path: `${path}/watch`, query, token, signal });
    if (!subscribe) return stream;
    stream.close();
    throw new SyncError({
      code: "unreachable",
      message: `No WebSocket to ${connection.server} can be opened.`,
      status: 0,
      retryable: true,
    });
  }

  /** The frames of one connection. It ends where another may be made, and fails where none would do. */
  async *frames(link: Link): AsyncGenerator<Frame, void, undefined> {
    for (let text = await link.take(); text !== null; text = await link.take()) {
      const frame = JSON.parse(text) as Received;
      if (frame.type === "error") throw refusalOf(frame);
      this.#note(frame, link);
      yield frame.type === "result" ? valueFrame(frame) : frame;
      if (this.#seq !== undefined && frame.type !== "hello") link.read(this.#seq);
    }
  }

  /** Notes how far a frame leads: the next connection begins there. */
  #note(frame: Frame | ResultFrame, link: Link): void {
    if (frame.type === "hello") {
      this.wasConnected = true;
      this.#seq ??= frame.seq;
      link.subscribe(this.#options.subscribe ?? {}, this.#watched.acting);
    } else if (frame.type === "event" || !this.#wantsEvents) {
      this.#seq = Math.max(this.#seq ?? 0, frame.seq);
    }
  }

  get #wantsEvents(): boolean {
    const { only } = this.#options;
    return only === undefined || only.includes("events");
  }
}

/** What the room has against the watch, or against one subscription. The close of the socket may take its time. */
function refusalOf({ type: _, id, status, ...body }: ErrorFrame): SyncError {
  const told = id === undefined ? body : { ...body, subscription: id };
  return (
    SyncError.from(told, status) ??
    new SyncError({ code: "bad_answer", message: "The room has ended the watch.", status: 0 })
  );
}

function socketConstructor({ options }: Connection): WebSocketConstructor | null {
  const { WebSocket } = globalThis as { readonly WebSocket?: WebSocketConstructor };
  return options.WebSocket ?? WebSocket ?? null;
}

function valueFrame({ id, value, seq }: ResultFrame): ValueFrame {
  return { type: "value", id, value, seq };
}
