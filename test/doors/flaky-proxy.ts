import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer, request as forward } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";

/**
 * What is to become of a request: `drop` it unheard, `cut` the connection when the server has answered, cut it in the
 * middle of the answer, leave it unanswered, answer something else, or (null) let it through.
 */
export type Fault = "drop" | "cut" | "truncate" | "stall" | Refusal | null;

interface Refusal {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A proxy before the server that does harm on demand. */
export class FlakyProxy {
  readonly url: string;
  /** `GET /rooms/…` of all requests, in order. */
  readonly requests: string[] = [];
  /** Asked for each request. */
  fault: (request: string) => Fault = () => null;
  readonly #server: Server;
  readonly #target: URL;
  readonly #tunnels = new Set<Socket>();

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#target = new URL(target);
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => this.#pass(request, response));
    server.on("upgrade", (request, socket, head) => this.#tunnel(request, socket as Socket, head));
  }

  static async before(target: string): Promise<FlakyProxy> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new FlakyProxy(server, target);
  }

  /** Does harm to the next requests that match, one fault after another. */
  next(pattern: RegExp, ...faults: Fault[]): void {
    this.fault = (request) => (pattern.test(request) ? (faults.shift() ?? null) : null);
  }

  /** Breaks every connection. */
  kill(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#tunnels) socket.destroy();
    this.#tunnels.clear();
  }

  async close(): Promise<void> {
    this.kill();
    await new Promise((closed) => this.#server.close(closed));
  }

  #judge(request: IncomingMessage): Fault {
    const line = `${request.method} ${request.url}`;
    this.requests.push(line);
    return this.fault(line);
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const fault = this.#judge(request);
    if (fault === "drop") request.destroy();
    else if (fault === null || typeof fault === "string") this.#forward(request, response, fault);
    else {
      request.resume();
      response.writeHead(fault.status, fault.headers).end(fault.body ?? "busy");
    }
  }

  #forward(request: IncomingMessage, response: ServerResponse, fault: Fault): void {
    const { method, headers, url = "/" } = request;
    const upstream = forward(new URL(url, this.#target), { method, headers }, (answer) => {
      if (fault === "stall") {
        answer.resume();
        return;
      }
      if (fault === null) {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        return;
      }
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const whole = Buffer.concat(chunks);
        if (fault === "cut") return response.destroy();
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.write(whole.subarray(0, whole.length / 2), () => response.destroy());
      });
    });
    upstream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
    request.pipe(upstream);
  }

  #tunnel(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#judge(request) !== null) {
      socket.destroy();
      return;
    }
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
    }
    upstream.write(`${lines.join("\r\n")}\r\n\r\n`);
    upstream.write(head);
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#tunnels.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  }
}
