import { WebSocket } from "ws";
import type { Server } from "../workerd/server.ts";

/** A room lets go of who has not acknowledged the last 1,000 events. */
const EVENTS_PER_ACKNOWLEDGEMENT = 200;
/** A call that takes longer is an error. */
const PATIENCE_MS = 15_000;

/** What a crowd has seen, in ms and counts. */
export interface Seen {
  /** From sending an invocation to its answer. */
  readonly invokes: number[];
  /** From the write that ends a wait to its answer. */
  readonly wakes: number[];
  readonly errors: string[];
  events: number;
}

interface Frame {
  readonly type: string;
  readonly id?: string | number;
  readonly seq: number;
  readonly message?: string;
}

/** What a member's socket hears of: every event, or views as they change. */
export type Hearing = "events" | "views";

/** One agent of a crowd: a socket on which it invokes, waits, and hears. */
export class CrowdMember {
  readonly #socket: WebSocket;
  readonly #seen: Seen;
  readonly #pending = new Map<string | number, (frame: Frame) => void>();
  #calls = 0;
  #events = 0;
  /** Invocations that were answered as accepted. */
  accepted = 0;

  private constructor(socket: WebSocket, seen: Seen) {
    this.#socket = socket;
    this.#seen = seen;
    socket.on("message", (data) => this.#take(String(data)));
    socket.on("close", (code) => seen.errors.push(`a socket was closed with ${code}`));
    socket.on("error", ({ message }) => seen.errors.push(message));
  }

  static async open(
    server: Server,
    seat: { readonly room: string; readonly token: string; readonly hears: Hearing },
    seen: Seen,
  ): Promise<CrowdMember> {
    const { room, token, hears } = seat;
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rooms/${room}/watch?only=${hears}`, {
      headers: { Authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    const member = new CrowdMember(socket, seen);
    await new Promise((open, failed) => socket.once("open", open).once("error", failed));
    return member;
  }

  async invoke(action: string, params: object): Promise<void> {
    const begun = performance.now();
    const frame = await this.#ask({ type: "invoke", action, params });
    if (frame?.type !== "result") return;
    this.accepted += 1;
    this.#seen.invokes.push(performance.now() - begun);
  }

  /** Waits until the condition holds, however long that takes; answers whether it did. */
  async wait(condition: string): Promise<boolean> {
    return (await this.#ask({ type: "wait", condition, include: ["views"] }, null))?.type === "result";
  }

  close(): void {
    this.#socket.removeAllListeners("close").terminate();
  }

  /** Sends a frame and answers what answers it; what is refused or too late is an error that was seen. */
  async #ask(body: object, patience: number | null = PATIENCE_MS): Promise<Frame | null> {
    const id = ++this.#calls;
    let timer: NodeJS.Timeout | undefined;
    const frame = await new Promise<Frame | null>((answered) => {
      this.#pending.set(id, answered);
      if (patience !== null) timer = setTimeout(() => answered(null), patience);
      this.#socket.send(JSON.stringify({ ...body, id }));
    });
    clearTimeout(timer);
    this.#pending.delete(id);
    if (frame === null) this.#seen.errors.push("a call was not answered in time");
    else if (frame.type === "error") this.#seen.errors.push(frame.message ?? "a frame was refused");
    return frame;
  }

  #take(text: string): void {
    if (text.startsWith('{"type":"event"')) {
      this.#seen.events += 1;
      this.#events += 1;
      if (this.#events % EVENTS_PER_ACKNOWLEDGEMENT !== 0) return;
      const { seq } = JSON.parse(text) as Frame;
      this.#socket.send(JSON.stringify({ type: "ack", seq }));
      return;
    }
    const frame = JSON.parse(text) as Frame;
    if (frame.id !== undefined) this.#pending.get(frame.id)?.(frame);
  }
}
