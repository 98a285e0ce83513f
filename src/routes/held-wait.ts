import { LIMITS } from "../kernel/limits.ts";
import type { Reply } from "../protocol/calls.ts";
import { TIME_OVER } from "../protocol/calls.ts";

/**
 * A room's hibernating socket, held for a caller of plain HTTP [WAIT-5]. The Worker keeps the time and says when it is
 * over; the room answers, with one last look at the condition.
 */
export class HeldWait {
  readonly #socket: WebSocket;
  readonly #answer: Promise<Reply>;
  readonly #deadline: ReturnType<typeof setTimeout>;

  /** `timeout` in ms. */
  constructor(socket: WebSocket, timeout: number) {
    this.#socket = socket;
    this.#answer = new Promise((resolve, reject) => {
      socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data)) as Reply));
      socket.addEventListener("close", () => reject(new Error("the room closed the wait")));
    });
    this.#deadline = setTimeout(() => socket.send(TIME_OVER), timeout);
    socket.accept();
  }

  /** The answer, if it comes before the first heartbeat is due. */
  async answerSoon(): Promise<Reply | null> {
    let beat: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      beat = setTimeout(() => resolve(null), LIMITS.waitHeartbeatMs);
    });
    try {
      const reply = await Promise.race([this.#answer, late]);
      if (reply !== null) this.release();
      return reply;
    } catch (closed) {
      this.release();
      throw closed;
    } finally {
      clearTimeout(beat ?? null);
    }
  }

  /**
   * The answer as a body that begins with white space, a byte each heartbeat: when one cannot be written, the caller
   * has hung up. An ordinary close shows in no other way [WAIT-3].
   */
  stream(): ReadableStream {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    const stop = () => {
      clearInterval(beat);
      this.release();
    };
    const write = (text: string) => writer.write(encoder.encode(text));
    const beat = setInterval(() => void write(" ").catch(stop), LIMITS.waitHeartbeatMs);
    void write(" ").catch(stop);
    void this.#answer
      .then((reply) => write(reply.body).then(() => writer.close()))
      .catch((reason) => writer.abort(reason))
      .catch(() => undefined)
      .finally(stop);
    return readable;
  }

  /** Lets go of the socket: the room forgets the wait. */
  release(): void {
    clearTimeout(this.#deadline);
    this.#socket.close(1000, "done");
  }
}
