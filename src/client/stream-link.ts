import type { Call, Connection } from "./connection.ts";
import type { Link } from "./link.ts";

/** A server sends a comment every 15 s: a stream on which nothing comes for so long is dead. */
const SILENCE_MS = 45_000;

/** An event stream of a room (WHATWG HTML, 9.2). The server acknowledges for its reader what that has taken. */
export class StreamLink implements Link {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #hangUp: HangUp;
  readonly #decoder = new TextDecoder();
  #rest = "";

  private constructor(body: ReadableStream<Uint8Array>, hangUp: HangUp) {
    this.#reader = body.getReader();
    this.#hangUp = hangUp;
  }

  /** Fails as the call does: a refusal says why there is no stream. */
  static async open(connection: Connection, call: Call): Promise<StreamLink> {
    const hangUp = new HangUp(call.signal);
    const headers = { Accept: "text/event-stream" };
    try {
      const { body } = await connection.streamOnce({ ...call, headers, signal: hangUp.signal });
      return new StreamLink(body ?? new ReadableStream<Uint8Array>(), hangUp);
    } catch (error) {
      hangUp.release();
      throw error;
    }
  }

  /** Reads no further than it must, so that a reader that is slow holds the sender up. */
  async take(): Promise<string | null> {
    for (;;) {
      const data = this.#data();
      if (data !== null) return data;
      const silence = setTimeout(() => this.#hangUp.now(), SILENCE_MS);
      try {
        const { done, value } = await this.#reader.read();
        if (done) return null;
        this.#rest += this.#decoder.decode(value, { stream: true });
      } catch {
        this.#hangUp.throwIfAsked();
        return null;
      } finally {
        clearTimeout(silence);
      }
    }
  }

  read(): void {
    // The server sees what was taken.
  }

  subscribe(): void {
    // Who subscribes gets no event stream.
  }

  close(): void {
    this.#hangUp.release();
    this.#hangUp.now();
  }

  /** The data of the next event that has come whole, or null; a comment is none. */
  #data(): string | null {
    for (let end = this.#rest.indexOf("\n\n"); end >= 0; end = this.#rest.indexOf("\n\n")) {
      const event = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 2);
      const lines = event.split("\n").filter((line) => line.startsWith("data: "));
      if (lines.length > 0) return lines.map((line) => line.slice("data: ".length)).join("\n");
    }
    return null;
  }
}

/** Ends a request: when its caller asks for it, or when there is reason to. */
class HangUp {
  readonly #controller = new AbortController();
  readonly #asked: AbortSignal | undefined;
  readonly #stop = () => this.#controller.abort(this.#asked?.reason);

  constructor(asked: AbortSignal | undefined) {
    this.#asked = asked;
    if (asked?.aborted) this.#stop();
    else asked?.addEventListener("abort", this.#stop, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  throwIfAsked(): void {
    this.#asked?.throwIfAborted();
  }

  now(): void {
    this.#controller.abort();
  }

  release(): void {
    this.#asked?.removeEventListener("abort", this.#stop);
  }
}
