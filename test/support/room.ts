import { env, exports } from "cloudflare:workers";
import type { RoomObject } from "../../src/room-object.ts";

/** Any JSON body, read without ceremony: tests assert what they expect of it. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers of every shape
export type Body = any;

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

export interface RequestOptions {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** One request through the Worker's front door. A body that is a string is sent as it is. */
export async function request(path: string, options: RequestOptions = {}): Promise<Answer> {
  const { token, body, method = body === undefined ? "GET" : "POST" } = options;
  const headers = new Headers(options.headers);
  if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
  const response = await exports.default.fetch(new Request(`http://sync.test${path}`, init));
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
}

/** A room as one token sees it. */
export class Client {
  readonly room: string;
  readonly token: string | undefined;
  readonly agent: string | null;

  constructor(room: string, token: string | undefined, agent: string | null = null) {
    this.room = room;
    this.token = token;
    this.agent = agent;
  }

  call(path: string, options: Omit<RequestOptions, "token"> = {}): Promise<Answer> {
    return request(`/rooms/${this.room}${path}`, { ...options, token: this.token });
  }

  /** `extra` goes into the body beside the params: `dry_run`, `agent`, `if_action_hash`, `idempotency_key`. */
  invoke(action: string, params: Body = {}, extra: Record<string, unknown> = {}): Promise<Answer> {
    return this.call(`/actions/${encodeURIComponent(action)}/invoke`, { body: { params, ...extra } });
  }

  /** Invokes, and fails the test unless it is accepted. */
  async do(action: string, params: Body = {}, extra: Record<string, unknown> = {}): Promise<Body> {
    const answer = await this.invoke(action, params, extra);
    if (answer.status >= 300) throw new Error(`${action}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async context(query = ""): Promise<Body> {
    return (await this.call(`/context${query}`)).body;
  }

  async eval(expr: string): Promise<Body> {
    return (await this.call("/eval", { body: { expr } })).body;
  }

  wait(condition: string, query = ""): Promise<Answer> {
    return this.call(`/wait?condition=${encodeURIComponent(condition)}${query}`);
  }

  async log(query = ""): Promise<Body[]> {
    return (await this.call(`/log${query}`)).body.events;
  }
}

export interface TestRoom {
  readonly id: string;
  readonly owner: Client;
  readonly viewer: Client;
  readonly joiner: Client;
  /** Has an agent join, and answers it as a client. */
  join(id: string, extra?: Record<string, unknown>): Promise<Client>;
}

let rooms = 0;

/** A fresh room of its own for a test. */
export async function createRoom(options: Record<string, unknown> = {}): Promise<TestRoom> {
  const id =
    typeof options.id === "string" ? options.id : `room-${++rooms}-${crypto.randomUUID().slice(0, 8)}`;
  const { status, body } = await request("/rooms", { body: { ...options, id } });
  if (status !== 201) throw new Error(`create: ${status} ${JSON.stringify(body)}`);
  const owner = new Client(id, body.token);
  return {
    id,
    owner,
    viewer: new Client(id, body.view_token),
    joiner: new Client(id, body.join_token),
    async join(agent, extra = {}) {
      const joined = await owner.call("/agents", { body: { id: agent, ...extra } });
      if (joined.status !== 201) throw new Error(`join: ${joined.status} ${JSON.stringify(joined.body)}`);
      return new Client(id, joined.body.token, agent);
    },
  };
}

/** The Durable Object of a room, for tests that evict it or look at its tables. */
export function roomObject(room: string): DurableObjectStub<RoomObject> {
  return env.ROOMS.get(env.ROOMS.idFromName(room));
}
