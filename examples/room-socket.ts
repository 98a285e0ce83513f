/** A frame of the room: JSON, of which each reader takes what it knows. */
export interface Frame {
  readonly type: string;
  readonly id?: number | string;
  readonly seq?: number;
}

/** Which room to watch, where, and with whose token. */
export interface Target {
  /** As in `http://127.0.0.1:8787`. */
  readonly server: string;
  readonly room: string;
  readonly token: string;
}

export interface Listener {
  /** Told of every frame that answers none of this client's own. */
  frame(frame: Frame): void;
  /** Told once that the socket is closed. */
  closed(code: number, reason: string): void;
}

interface Asked {
  readonly answer: (frame: Frame) => void;
  readonly fail: (error: Error) => void;
}

/** The room lets go of a client with 1,000 events or 1 MiB unacknowledged: well before that, this one acknowledges. */
const MOST_FRAMES = 200;
const MOST_CHARS = 128 * 1024;
/** A connection on which nothing comes for two pings is dead, whatever the system says. */
const PING_MS = 15_000;
/** The close code of a connection that broke (RFC 6455, 7.4.1). */
const BROKEN = 1006;

/** One WebSocket on a room. */
export class RoomSocket {
  readonly #socket: WebSocket;
  readonly #listener: Listener;
  readonly #asked = new Map<number | string, Asked>();
  readonly #pings: ReturnType<typeof setInterval>;
  #ids = 0;
  #seq = 0;
  #frames = 0;
  #chars = 0;
  #silent = 0;
  #closed = false;

  private constructor(socket: WebSocket, listener: Listener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#pings = setInterval(() => this.#ping(), PING_MS);
    socket.addEventListener("message", ({ data }) => this.#receive(String(data)));
    socket.addEventListener("close", ({ code, reason }) => this.#end(code, reason));
  }

  /** Answers when the socket is open; fails where the server is not there or refuses. `since`: what was seen last. */
  static open(
    { server, room, token }: Target,
    since: number | null,
    listener: Listener,
  ): Promise<RoomSocket> {
    const url = new URL(`${server}/rooms/${encodeURIComponent(room)}/watch`);
    url.protocol = url.protocol.replace("http", "ws");
    if (since !== null) url.searchParams.set("since", String(since));
    const socket = new WebSocket(url, ["sync.v8", `bearer.${token}`]);
    return new Promise((resolve, reject) => {
      socket.addEventListener("error", () => reject(new Error(`no socket on ${url}`)), { once: true });
      socket.addEventListener("open", () => resolve(new RoomSocket(socket, listener)), { once: true });
    });
  }

  /** Sends a frame with an id of its own and answers what comes back under it: a `result` or an `error`. */
  ask<Answer extends Frame>(frame: { type: string } & Record<string, unknown>): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Error("the socket is closed"));
    const id = ++this.#ids;
    return new Promise((resolve, fail) => {
      this.#asked.set(id, { answer: (answer) => resolve(answer as Answer), fail });
      this.#socket.send(JSON.stringify({ ...frame, id }));
    });
  }

  close(): void {
    this.#socket.close(1000, "done");
    this.#end(1000, "done");
  }

  #receive(text: string): void {
    this.#silent = 0;
    if (text === "pong") return;
    const frame = JSON.parse(text) as Frame;
    this.#note(frame, text.length);
    const asked = frame.id === undefined ? undefined : this.#asked.get(frame.id);
    if (frame.id === undefined || !asked) {
      this.#listener.frame(frame);
      return;
    }
    this.#asked.delete(frame.id);
    asked.answer(frame);
  }

  #note({ seq = 0 }: Frame, chars: number): void {
    this.#seq = Math.max(this.#seq, seq);
    this.#frames += 1;
    this.#chars += chars;
    if (this.#frames < MOST_FRAMES && this.#chars < MOST_CHARS) return;
    this.#frames = 0;
    this.#chars = 0;
    this.#socket.send(JSON.stringify({ type: "ack", seq: this.#seq }));
  }

  /** The server answers `ping` without waking the room. */
  #ping(): void {
    this.#silent += 1;
    if (this.#silent <= 2) {
      this.#socket.send("ping");
      return;
    }
    this.#socket.close();
    this.#end(BROKEN, "nothing came");
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#pings);
    for (const { fail } of this.#asked.values()) fail(new Error(`the socket closed: ${code} ${reason}`));
    this.#asked.clear();
    this.#listener.closed(code, reason);
  }
}
