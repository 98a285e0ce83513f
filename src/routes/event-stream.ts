import { LIMITS } from "../kernel/limits.ts";

/** Events that are written before the room is told that they were. */
const EVENTS_PER_ACKNOWLEDGEMENT = 100;

interface ServerFrame {
  readonly type: string;
  readonly seq?: number;
}

/**
 * A watcher's socket as Server-Sent Events (WHATWG HTML, 9.2): each frame is an event named by its type. The ids are
 * the seqs of log events, so that `Last-Event-ID` resumes. The room is told of what the reader has taken: one that does
 * not keep up is let go, and resumes [WATCH-5].
 */
export class EventStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #socket: WebSocket;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #comments: ReturnType<typeof setInterval>;
  #since: number | null;
  #unacknowledged = 0;

  /** `since` is the seq from which the watcher was resumed, or null. */
  constructor(socket: WebSocket, since: number | null) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.readable = readable;
    this.#writer = writable.getWriter();
    this.#socket = socket;
    this.#since = since;
    this.#comments = setInterval(() => void this.#write(":\n\n"), LIMITS.eventStreamCommentMs);
    socket.addEventListener("message", ({ data }) => void this.#frame(String(data)));
    socket.addEventListener("close", () => this.end());
    socket.accept();
  }

  /** Lets go of the socket and ends the stream. */
  end(): void {
    clearInterval(this.#comments);
    this.#socket.close(1000, "done");
    void this.#writer.close().catch(() => undefined);
  }

  async #frame(text: string): Promise<void> {
    const { type, seq } = JSON.parse(text) as ServerFrame;
    const id = type === "event" ? seq : type === "hello" ? (this.#since ?? seq) : undefined;
    const wasWritten = await this.#write(
      `event: ${type}\n${id === undefined ? "" : `id: ${id}\n`}data: ${text}\n\n`,
    );
    if (wasWritten && seq !== undefined && type !== "hello") this.#acknowledge(seq);
  }

  #acknowledge(seq: number): void {
    this.#unacknowledged += 1;
    if (this.#unacknowledged < EVENTS_PER_ACKNOWLEDGEMENT) return;
    this.#unacknowledged = 0;
    this.#socket.send(JSON.stringify({ type: "ack", seq }));
  }

  /** Resolves when the reader has taken the text: a write that fails shows that it has hung up. */
  async #write(text: string): Promise<boolean> {
    try {
      await this.#writer.write(this.#encoder.encode(text));
      return true;
    } catch {
      this.end();
      return false;
    }
  }
}
