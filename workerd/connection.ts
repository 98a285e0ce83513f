import type { Socket } from "node:net";
import { connect } from "node:net";

export interface Answer {
  readonly status: number;
  /** The status line and the headers, as they came. */
  readonly head: string;
  readonly body: string;
}

/** The header `name` of an answer, which is in any case; undefined where it has none. */
export function headerOf({ head }: Answer, name: string): string | undefined {
  const start = head.toLowerCase().indexOf(`\r\n${name.toLowerCase()}:`);
  if (start < 0) return undefined;
  return head
    .slice(head.indexOf(":", start) + 1)
    .split("\r\n", 1)[0]
    ?.trim();
}

export interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: string;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One kept-alive HTTP/1.1 connection, one request at a time, on a bare socket: `fetch` takes more processor time for a
 * request than the server that is under load, and both share the machine.
 */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #pending: Pending | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ host: "127.0.0.1", port });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new Connection(socket);
  }

  send({ method, path, token, body = "" }: Call): Promise<Answer> {
    if (this.#pending) throw new Error("a connection takes one request at a time");
    if (this.#socket.destroyed || this.#socket.readableEnded) throw new Error("the connection is closed");
    const authorization = token === undefined ? "" : `Authorization: Bearer ${token}\r\n`;
    const length = method === "GET" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    const head = `${method} ${path} HTTP/1.1\r\nHost: sync\r\n${authorization}${length}\r\n`;
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#socket.write(head + body);
    });
  }

  /** Sends, and fails unless it is accepted. */
  async expect(call: Call): Promise<string> {
    const { status, body } = await this.send(call);
    if (status >= 300) throw new Error(`${call.method} ${call.path}: ${status} ${body.slice(0, 500)}`);
    return body;
  }

  close(): void {
    this.#pending = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const answer = parseAnswer(this.#received);
    if (!answer || !this.#pending) return;
    const { resolve } = this.#pending;
    this.#pending = undefined;
    this.#received = Buffer.alloc(0);
    resolve(answer);
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}

/** The answer, if all of it has arrived. */
export function parseAnswer(bytes: Buffer): Answer | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = bytes.toString("latin1", 0, end);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) return parseChunks(bytes, end + 4, { status, head });
  const last = end + 4 + Number(length);
  return bytes.length < last ? null : { status, head, body: bytes.toString("utf8", end + 4, last) };
}

function parseChunks(bytes: Buffer, start: number, begun: Omit<Answer, "body">): Answer | null {
  const chunks: Buffer[] = [];
  let at = start;
  for (;;) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return null;
    if (size === 0) return { ...begun, body: Buffer.concat(chunks).toString("utf8") };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
