import { WebSocket } from "ws";
import type { Call } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import type { Caller, Throughput } from "./load.ts";
import { throughput } from "./load.ts";

/** One socket on which a frame is sent when the one before has been answered. */
class SocketCaller implements Caller<Call> {
  readonly #socket: WebSocket;
  #answered: ((frame: string) => void) | null = null;
  #failed: (error: Error) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#take(String(data)));
    socket.on("close", (code) => this.#failed(new Error(`the server closed a socket with ${code}`)));
  }

  static async open(server: Server, { path, token }: Call): Promise<SocketCaller> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    const caller = new SocketCaller(socket);
    await new Promise((open, failed) => socket.once("open", open).once("error", failed));
    return caller;
  }

  async expect({ body = "" }: Call): Promise<string> {
    const answer = await new Promise<string>((answered, failed) => {
      this.#answered = answered;
      this.#failed = failed;
      this.#socket.send(body);
    });
    if (answer.startsWith('{"type":"error"')) throw new Error(`a frame was refused: ${answer.slice(0, 500)}`);
    return answer;
  }

  close(): void {
    this.#failed = () => {};
    this.#socket.terminate();
  }

  #take(frame: string): void {
    if (frame.startsWith('{"type":"hello"')) return;
    this.#answered?.(frame);
    this.#answered = null;
  }
}

/** Makes calls as frames, each socket opened by the path and token of its first. */
export async function overSockets(
  server: Server,
  clients: number,
  call: (turn: number) => Call,
  ms: number,
): Promise<Throughput> {
  const callers = await Promise.all(
    Array.from({ length: clients }, (_, at) => SocketCaller.open(server, call(at))),
  );
  try {
    return await throughput(callers, call, ms);
  } finally {
    for (const caller of callers) caller.close();
  }
}
