import type { Json, JsonObject } from "../../src/kernel/json.ts";
import type { Answer, Call } from "../../workerd/connection.ts";
import { Connection } from "../../workerd/connection.ts";

/** What is private in the room; nobody who attacks it may change or be shown it. */
export const SECRET = "canary-of-ana";

const ACTIONS: readonly JsonObject[] = [
  { id: "put", writes: [{ scope: "_work", key: "${params.key}", value: "${params.value}" }] },
  { id: "patch", writes: [{ scope: "_work", key: "${params.key}", merge: "${params.patch}" }] },
  { id: "add", writes: [{ scope: "_work", key: "${params.key}", increment: "${params.by}" }] },
  { id: "beat", writes: [{ key: "probe", increment: 1 }], result: "state._shared.probe" },
];

/** A room under attack, with a token of every kind; one client of it is nobody's target, and looks whether it works. */
export class Target {
  readonly id: string;
  readonly tokens: Readonly<Record<string, string | undefined>>;
  readonly #port: number;
  readonly #owner: string;
  readonly #ana: string;
  #connection: Connection | undefined;
  #beats = 0;

  private constructor(port: number, id: string, tokens: Record<string, string | undefined>) {
    this.#port = port;
    this.id = id;
    this.tokens = tokens;
    this.#owner = tokens.owner ?? "";
    this.#ana = tokens.ana ?? "";
  }

  static async create(port: number, id: string): Promise<Target> {
    const connection = await Connection.open(port);
    const post = async (path: string, token: string | undefined, body: JsonObject) => {
      const call: Call = { method: "POST", path, token, body: JSON.stringify(body) };
      return JSON.parse(await connection.expect(call)) as Record<string, string>;
    };
    const made = await post("/rooms", undefined, { id });
    const other = await post("/rooms", undefined, { id: `${id}-other` });
    const join = async (agent: string, extra: JsonObject = {}) =>
      (await post(`/rooms/${id}/agents`, made.token, { id: agent, ...extra })).token;
    const ana = await join("ana", { state: { secret: SECRET } });
    const ben = await join("ben");
    for (const action of ACTIONS)
      await post(`/rooms/${id}/actions/_register_action/invoke`, made.token, { params: action });
    connection.close();
    return new Target(port, id, {
      owner: made.token,
      view: made.view_token,
      join: made.join_token,
      ana,
      ben,
      foreign: other.token,
      nobody: undefined,
      forged: `${made.token}x`,
      old: `room_${"0".repeat(48)}`,
      long: `as_${"A".repeat(4_000)}`,
    });
  }

  /** Whether the room reads, writes in order and keeps its secret; what is wrong, or null. */
  async probe(): Promise<string | null> {
    const read = await this.#ask("GET", "/context?only=state.self", this.#ana);
    if (field(read, "state", "self", "secret") !== SECRET) return `a read answers ${told(read)}`;
    const beat = await this.#ask("POST", "/actions/beat/invoke", this.#owner);
    this.#beats += 1;
    return field(beat, "result") === this.#beats ? null : `beat ${this.#beats} answers ${told(beat)}`;
  }

  /** At the end: whether the log's chain holds, and its whole is still read. */
  async verify(): Promise<string | null> {
    const walked = await this.#ask("GET", "/log/verify", this.#owner);
    if (field(walked, "ok") !== true) return `the log answers ${told(walked)}`;
    const polled = await this.#ask("GET", "/poll", this.#owner);
    this.#connection?.close();
    return polled.status === 200 ? null : `poll answers ${told(polled)}`;
  }

  async #ask(method: "GET" | "POST", path: string, token: string): Promise<Answer> {
    this.#connection ??= await Connection.open(this.#port);
    try {
      return await this.#connection.send({ method, path: `/rooms/${this.id}${path}`, token });
    } catch {
      this.#connection = await Connection.open(this.#port);
      return await this.#connection.send({ method, path: `/rooms/${this.id}${path}`, token });
    }
  }
}

function field({ body }: Answer, ...path: string[]): Json | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value as Json | undefined;
}

function told({ status, body }: Answer): string {
  return `${status} ${body.slice(0, 300)}`;
}
