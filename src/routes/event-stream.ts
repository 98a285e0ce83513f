import { LIMITS } from "../kernel/limits.ts";

/** What is written before the room is told that it was: a small part of what the room sends ahead. */
const FRAMES_PER_ACKNOWLEDGEMENT = 100;
const CHARS_PER_ACKNOWLEDGEMENT = LIMITS.unacknowledgedBytes / 16;

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
  #unacknowledged = { frames: 0, chars: 0 };
  #ended = false;

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
    if (this.#ended) return;
    this.#ended = true;
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
    if (wasWritten && seq !== undefined && type !== "hello") this.#acknowledge(seq, text.length);
  }

  /** What is still written after the socket is gone, the room need not know. */
  #acknowledge(seq: number, length: number): void {
    const frames = this.#unacknowledged.frames + 1;
    const chars = this.#unacknowledged.chars + length;
    this.#unacknowledged = { frames, chars };
    if (this.#ended || (frames < FRAMES_PER_ACKNOWLEDGEMENT && chars < CHARS_PER_ACKNOWLEDGEMENT)) return;
    this.#unacknowledged = { frames: 0, chars: 0 };
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
