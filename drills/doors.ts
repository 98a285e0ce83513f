import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Json, JsonObject } from "../src/kernel/json.ts";
import type { Answer } from "../workerd/connection.ts";
import { Connection, headerOf } from "../workerd/connection.ts";
import type { AnswerBody } from "./heard.ts";
import { isReplay } from "./heard.ts";

/** What is asked of an action; without a key each delivery is an invocation of its own. */
export interface Parcel {
  readonly action: string;
  readonly params: JsonObject;
  readonly key?: string;
}

/** What one delivery of it was answered. */
export interface Delivered {
  readonly status: number;
  readonly body: AnswerBody;
  readonly replayed: boolean;
}

/** Whose calls a door takes, and where. */
export interface Visitor {
  readonly port: number;
  readonly room: string;
  readonly token: string;
}

/** A way to a room, for one call at a time. */
export interface Door {
  /** Delivers a call, some of them more than once. */
  deliver(parcel: Parcel): Promise<Delivered[]>;
  close(): void;
}

const keyed = (key: string | undefined) => (key === undefined ? {} : { idempotency_key: key });

/** A door of one connection, which calls again when the room has time for it. */
abstract class ConnectionDoor implements Door {
  readonly #connection: Connection;
  readonly #visitor: Visitor;

  constructor(connection: Connection, visitor: Visitor) {
    this.#connection = connection;
    this.#visitor = visitor;
  }

  abstract deliver(parcel: Parcel): Promise<Delivered[]>;

  close(): void {
    this.#connection.close();
  }

  /** Posts to a path of the room. */
  protected async post(to: string, body: Json): Promise<Answer> {
    const { room, token } = this.#visitor;
    const call = { method: "POST", path: `/rooms/${room}${to}`, token, body: JSON.stringify(body) } as const;
    for (;;) {
      const answer = await this.#connection.send(call);
      const seconds = headerOf(answer, "Retry-After");
      if (seconds === undefined) return answer;
      await sleep(Number(seconds) * 1000);
    }
  }
}

export class HttpDoor extends ConnectionDoor {
  static async open(visitor: Visitor): Promise<HttpDoor> {
    return new HttpDoor(await Connection.open(visitor.port), visitor);
  }

  async deliver({ action, params, key }: Parcel): Promise<Delivered[]> {
    const answer = await this.post(`/actions/${action}/invoke`, { params, ...keyed(key) });
    const body = JSON.parse(answer.body) as AnswerBody;
    return [{ status: answer.status, body, replayed: isReplay(answer) }];
  }
}

/** Delivers each call twice in one batch. */
export class BatchDoor extends ConnectionDoor {
  static async open(visitor: Visitor): Promise<BatchDoor> {
    return new BatchDoor(await Connection.open(visitor.port), visitor);
  }

  async deliver({ action, params, key }: Parcel): Promise<Delivered[]> {
    const one = { action, params, ...keyed(key) };
    const answer = await this.post("/invoke", { invocations: [one, one] });
    const { results } = JSON.parse(answer.body) as {
      results: (Omit<Delivered, "replayed"> & { replayed?: true })[];
    };
    return results.map(({ status, body, replayed }) => ({ status, body, replayed: replayed ?? false }));
  }
}

type Frame = AnswerBody & { readonly id?: number; readonly status: number; readonly replayed?: true };

export class SocketDoor implements Door {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, { resolve(frame: Frame): void; reject(error: Error): void }>();
  #frames = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (text) => {
      const frame = JSON.parse(String(text)) as Frame;
      if (frame.id === undefined) return;
      this.#pending.get(frame.id)?.resolve(frame);
      this.#pending.delete(frame.id);
    });
    socket.on("close", (code) => {
      for (const { reject } of this.#pending.values()) reject(new Error(`the socket closed with ${code}`));
    });
  }

  static async open({ port, room, token }: Visitor): Promise<SocketDoor> {
    const headers = { Authorization: `Bearer ${token}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/${room}/watch?only=`, { headers });
    await new Promise((opened, failed) => {
      socket.once("open", opened);
      socket.once("error", failed);
    });
    return new SocketDoor(socket);
  }

  /** Sends a frame again when the room has time for it. */
  async deliver({ action, params, key }: Parcel): Promise<Delivered[]> {
    for (;;) {
      const { status, replayed = false, ...body } = await this.#ask({ action, params, ...keyed(key) });
      this.#socket.send(JSON.stringify({ type: "ack", seq: body.seq ?? 0 }));
      const { retry_after_seconds: seconds } = body;
      if (typeof seconds !== "number") return [{ status, body, replayed }];
      await sleep(seconds * 1000);
    }
  }

  async #ask(invocation: JsonObject): Promise<Frame> {
    this.#frames += 1;
    const id = this.#frames;
    const answered = new Promise<Frame>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#socket.send(JSON.stringify({ type: "invoke", id, ...invocation }));
    return await answered;
  }

  close(): void {
    this.#socket.removeAllListeners("close").terminate();
  }
}
