import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Answer } from "../../workerd/connection.ts";
import { parseAnswer } from "../../workerd/connection.ts";

/** What came back: an answer, the beginning of one that does not end, or nothing but the end of the connection. */
export type Heard =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "stream"; readonly answer: Answer }
  | { readonly kind: "closed" }
  | { readonly kind: "silent" };

/** So long a stream is listened to, ms: what it begins with is judged, and it is hung up on. */
const STREAM_MS = 150;
/** After so long without a byte a request counts as one that hangs, ms. */
const SILENCE_MS = 20_000;

/** Sends requests byte by byte as they are, over a connection that is opened anew whenever it has ended. */
export class Wire {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** A kept connection that ends without a word had ended before: the request goes over a fresh one. */
  async ask(request: Buffer, isHead: boolean): Promise<Heard> {
    const wasOpen = this.#socket !== undefined;
    const heard = await this.#send(request, isHead);
    return heard.kind === "closed" && wasOpen ? await this.#send(request, isHead) : heard;
  }

  async #send(request: Buffer, isHead: boolean): Promise<Heard> {
    const socket = await this.#open();
    const heard = await new Promise<Heard>((resolve) => listen(socket, isHead, resolve, request));
    socket.removeAllListeners();
    socket.on("error", () => socket.destroy());
    if (heard.kind !== "answer" || isHead) this.close();
    return heard;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #open(): Promise<Socket> {
    if (this.#socket && !this.#socket.destroyed && !this.#socket.readableEnded) return this.#socket;
    const socket = connect({ host: "127.0.0.1", port: this.#port });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    socket.setNoDelay(true);
    this.#socket = socket;
    return socket;
  }
}

function listen(socket: Socket, isHead: boolean, resolve: (heard: Heard) => void, request: Buffer): void {
  const chunks: Buffer[] = [];
  const end = (heard: Heard) => {
    clearTimeout(silence);
    clearTimeout(stream);
    resolve(heard);
  };
  const silence = setTimeout(() => end({ kind: "silent" }), SILENCE_MS);
  let stream: NodeJS.Timeout | undefined;
  const received = () => Buffer.concat(chunks);
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    const bytes = received();
    const answer = isHead ? headOf(bytes) : parseAnswer(bytes);
    if (answer) end({ kind: "answer", answer });
    else {
      const begun = headOf(bytes);
      if (begun)
        stream ??= setTimeout(() => end({ kind: "stream", answer: streamOf(received(), begun) }), STREAM_MS);
    }
  });
  const gone = () => {
    const begun = headOf(received());
    end(begun ? { kind: "answer", answer: streamOf(received(), begun) } : { kind: "closed" });
  };
  socket.on("close", gone);
  socket.on("error", gone);
  socket.write(request);
}

function headOf(bytes: Buffer): Answer | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = bytes.toString("latin1", 0, end);
  return { status: Number(head.slice(9, 12)), head, body: "" };
}

/** An answer as far as it has come. */
function streamOf(bytes: Buffer, begun: Answer): Answer {
  return { ...begun, body: bytes.toString("utf8", bytes.indexOf("\r\n\r\n") + 4) };
}
