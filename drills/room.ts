import type { Json, JsonObject } from "../src/kernel/json.ts";
import { jsonEqual } from "../src/kernel/json.ts";
import type { LogEvent } from "../src/kernel/model.ts";
import type { Connection } from "../workerd/connection.ts";
import { ACTS } from "./acts.ts";
import type { Faults } from "./faults.ts";
import { placeOf } from "./folded-state.ts";
import type { History } from "./history.ts";

const LOG_PAGE = 500;
const MESSAGE_PAGE = 500;

interface Member {
  readonly agent: string;
  readonly token: string;
}

interface PolledRow {
  readonly scope: string;
  readonly key: string;
  readonly value: Json;
  readonly revision: number;
  readonly hash: string;
  readonly updated_at: string;
}

type Message = JsonObject & { readonly seq: number; readonly ts: string };

/** A room under test, with the eyes of its owner. */
export class DrilledRoom {
  readonly id: string;
  readonly members: readonly Member[];
  /** Sees every event. */
  readonly viewToken: string;
  readonly #token: string;

  private constructor(id: string, token: string, viewToken: string, members: readonly Member[]) {
    this.id = id;
    this.viewToken = viewToken;
    this.#token = token;
    this.members = members;
  }

  /** Creates a room that knows every act, with so many agents. */
  static async create(connection: Connection, id: string, agents: readonly string[]): Promise<DrilledRoom> {
    const created = await connection.expect({ method: "POST", path: "/rooms", body: JSON.stringify({ id }) });
    const { token, view_token } = JSON.parse(created) as { token: string; view_token: string };
    const post = (path: string, body: object) =>
      connection.expect({ method: "POST", path: `/rooms/${id}${path}`, token, body: JSON.stringify(body) });
    for (const { action, definition } of ACTS) {
      if (definition === null) continue;
      await post("/actions/_register_action/invoke", { params: { id: action, ...definition } });
    }
    const members: Member[] = [];
    for (const agent of agents) {
      const joined = JSON.parse(await post("/agents", { id: agent })) as { token: string };
      members.push({ agent, token: joined.token });
    }
    return new DrilledRoom(id, token, view_token, members);
  }

  /** Registers a further action. */
  async register(connection: Connection, definition: JsonObject): Promise<void> {
    const path = `/rooms/${this.id}/actions/_register_action/invoke`;
    const body = JSON.stringify({ params: definition });
    await connection.expect({ method: "POST", path, token: this.#token, body });
  }

  /** How many sockets and streams the room knows that watch it. */
  async watchers(connection: Connection): Promise<number> {
    const { memory } = await this.#get<{ memory: { watchers: number } }>(connection, "/stats");
    return memory.watchers;
  }

  /** Reads on in the log from where `history` ends. */
  async readLog(connection: Connection, history: History): Promise<void> {
    for (let after: number | undefined = history.seq; after !== undefined; ) {
      const path: string = `/log?after=${after}&limit=${LOG_PAGE}`;
      const page: { events: (LogEvent & { chain: string })[]; next?: number } = await this.#get(
        connection,
        path,
      );
      // What the room has stored is what JSON.stringify made, and parsing keeps the order of keys: so does this text.
      for (const event of page.events) history.take({ ...event, text: JSON.stringify(event.payload) });
      after = page.next;
    }
  }

  /** Compares what the room answers of its state with what its whole log folds to [LOG-3]. */
  async compareState(connection: Connection, history: History, faults: Faults): Promise<void> {
    const { state, seq } = await this.#get<{ state: PolledRow[]; seq: number }>(connection, "/poll");
    if (seq !== history.seq) faults.add("other", `[LOG-3] room ${this.id} polls as of ${seq}`);
    const shown = new Map(
      state.map(({ scope, key, ...entry }) => [placeOf(scope, key), comparable(scope, { ...entry })]),
    );
    for (const message of await this.#messages(connection)) {
      const { seq: number, ts, ...value } = message;
      const { revision = 0, hash = "" } = history.state.entry("_messages", String(number)) ?? {};
      shown.set(placeOf("_messages", String(number)), { value, revision, hash, updated_at: ts });
    }
    for (const [place, { value, revision, hash, updated_at }] of history.state.entries) {
      const [scope = ""] = JSON.parse(place);
      const entry = shown.get(place);
      if (!entry || !jsonEqual(entry, comparable(scope, { value, revision, hash, updated_at })))
        faults.add("other", `[LOG-3] room ${this.id}: ${place} is not what the log folds to`);
      shown.delete(place);
    }
    for (const place of shown.keys())
      faults.add("other", `[LOG-3] room ${this.id}: ${place} is in no event of the log`);
  }

  async #messages(connection: Connection): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      const after = messages.at(-1)?.seq ?? 0;
      const path = `/context?only=messages&messages_after=${after}&messages_limit=${MESSAGE_PAGE}`;
      const page = await this.#get<{ messages: { recent: Message[] } }>(connection, path);
      messages.push(...page.messages.recent);
      if (page.messages.recent.length < MESSAGE_PAGE) return messages;
    }
  }

  async #get<Body>(connection: Connection, path: string): Promise<Body> {
    const call = { method: "GET", path: `/rooms/${this.id}${path}`, token: this.#token } as const;
    return JSON.parse(await connection.expect(call)) as Body;
  }
}

/** An agent's entry as it is recorded: what presence adds on reading, and what is never shown, is taken away [LOG-7]. */
function comparable(scope: string, entry: JsonObject): JsonObject {
  if (scope !== "_agents") return entry;
  const { waiting_on: _, last_heartbeat: __, generation: ___, ...value } = entry.value as JsonObject;
  return { ...entry, value };
}
