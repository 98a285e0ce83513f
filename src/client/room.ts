import type * as answers from "./answers.ts";
import type { ConnectionOptions, RequestBody } from "./connection.ts";
import { Connection } from "./connection.ts";
import type * as options from "./options.ts";
import { bodyFields } from "./query.ts";
import { RoomActs } from "./room-acts.ts";
import type { RoomOptions } from "./room-reads.ts";
import type { AnyVocabulary, VocabularyShape } from "./vocabulary.ts";

/** A room that was just made, with its tokens: they are shown once. */
export interface CreatedRoom<V extends VocabularyShape = AnyVocabulary> {
  /** As its owner sees it. */
  readonly room: Room<V>;
  readonly id: string;
  readonly createdAt: string;
  /** The room token: the owner's. */
  readonly token: string;
  /** For spectators, who see everything. */
  readonly viewToken: string;
  /** For whoever is invited to join. */
  readonly joinToken: string;
  /** Where it is a fork. */
  readonly forkedFrom?: { readonly room: string; readonly seq: number };
}

/** A room as the holder of one token sees it. `V` types its words. */
export class Room<V extends VocabularyShape = AnyVocabulary> extends RoomActs<V> {
  /**
   * Joins a room, and answers it as the new agent sees it, with a token of its own. `token` is a join or room token;
   * an open room takes none. Only with a room token is a join whose answer was lost repeated by itself.
   */
  static async join<V extends VocabularyShape = AnyVocabulary>(
    joinOptions: Omit<RoomOptions, "agent"> & options.JoinOptions,
  ): Promise<Room<V>> {
    const { id, name, role, meta, state, publicKeys, views, signal, ...roomOptions } = joinOptions;
    return await new Room<V>(roomOptions).join({
      id,
      name,
      role,
      meta,
      state,
      publicKeys,
      views,
      signal,
    });
  }

  /** Joins as a new agent, and answers the room as that one sees it. A room token re-admits one that there is. */
  async join(joinOptions: options.JoinOptions): Promise<Room<V>> {
    const { signal, ...agent } = joinOptions;
    const { id, token } = await this.send<{ id: string; token: string }>({
      method: "POST",
      path: "/agents",
      json: bodyFields(agent),
      isRepeatable: this.token?.startsWith("room_") ?? false,
      signal,
    });
    return new Room<V>({ ...this.options, token, agent: id });
  }

  /** The room as an agent sees it, for a room token to act as that agent. */
  as(agent: string): Room<V> {
    return new Room<V>({ ...this.options, agent });
  }

  /** Changes the room's settings. */
  async update(changes: options.RoomUpdate, { signal }: options.CallOptions = {}): Promise<answers.RoomInfo> {
    return await this.call({ method: "PATCH", path: "", json: bodyFields(changes), signal });
  }

  /** Deletes the room with all that it holds. */
  async delete({ signal }: options.CallOptions = {}): Promise<void> {
    await this.call({ method: "DELETE", path: "", signal });
  }

  async updateAgent(
    agent: string,
    changes: options.AgentUpdate,
    { signal }: options.CallOptions = {},
  ): Promise<answers.AgentAnswer> {
    return await this.call({ method: "PATCH", path: agentPath(agent), json: bodyFields(changes), signal });
  }

  /** Has an agent leave: this room's own, unless another is named. */
  async leave(
    agent: string | null = this.agent,
    { signal }: options.CallOptions = {},
  ): Promise<answers.AgentAnswer> {
    if (agent === null) throw new TypeError("Which agent is to leave? Name it, or give it to the Room.");
    return await this.call({ method: "DELETE", path: agentPath(agent), signal });
  }

  /** The whole room as lines of JSON, as they are made. It takes a room or view token. */
  async export({ signal }: options.CallOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const { token, connection } = this;
    const { body } = await connection.stream({ path: `${this.path}/export`, token, signal });
    return body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
  }

  /** Brings an export, or a dump of the original system, into this room, which is to be new. It takes the room token. */
  async import(
    body: RequestBody,
    { signal, format = "export" }: options.CallOptions & { readonly format?: "export" | "dump" } = {},
  ): Promise<answers.Imported> {
    const type = format === "export" ? "application/x-ndjson" : "application/json";
    return await this.call({
      method: "POST",
      path: "/import",
      body,
      headers: { "Content-Type": type },
      extraMs: IMPORT_MS,
      signal,
    });
  }

  /** Makes a new room that begins with what this one held at a moment. */
  async fork(forkOptions: options.ForkOptions = {}): Promise<CreatedRoom<V>> {
    const { signal, createToken, ...body } = forkOptions;
    const created = await this.call<CreationAnswer>({
      method: "POST",
      path: "/fork",
      json: bodyFields(body),
      headers: createToken === undefined ? {} : { "X-Sync-Create-Token": createToken },
      signal,
    });
    return createdRoom<V>(this.options, created);
  }

  async mintToken(mintOptions: options.MintTokenOptions): Promise<answers.MintedToken> {
    const { signal, ...body } = mintOptions;
    return await this.call({ method: "POST", path: "/tokens", json: bodyFields(body), signal });
  }

  /** What the tokens are, never the tokens themselves. */
  async listTokens(callOptions: options.CallOptions = {}): Promise<readonly answers.ListedToken[]> {
    const { tokens } = await this.call<{ tokens: answers.ListedToken[] }>({
      path: "/tokens",
      ...callOptions,
    });
    return tokens;
  }

  /** By the token's id. */
  async revokeToken(id: string, { signal }: options.CallOptions = {}): Promise<void> {
    await this.call({ method: "DELETE", path: `/tokens/${encodeURIComponent(id)}`, signal });
  }

  /** How far a room of the original system has moved. */
  async migration(callOptions: options.CallOptions = {}): Promise<answers.Migration> {
    return await this.call({ path: "/migration", ...callOptions });
  }

  /** Takes the next step of a migration, or the one back. */
  async migrate(
    to: answers.Phase,
    { force, signal }: options.MigrateOptions = {},
  ): Promise<answers.Migration> {
    return await this.call({ method: "POST", path: "/migration", json: { to, force }, signal });
  }
}

/** An import takes as long as its sender sends. */
const IMPORT_MS = 60 * 60_000;

function agentPath(agent: string): string {
  return `/agents/${encodeURIComponent(agent)}`;
}

interface CreationAnswer {
  readonly id: string;
  readonly created_at: string;
  readonly token: string;
  readonly view_token: string;
  readonly join_token: string;
  readonly forked_from?: { readonly room: string; readonly seq: number };
}

function createdRoom<V extends VocabularyShape>(
  connection: ConnectionOptions,
  created: CreationAnswer,
): CreatedRoom<V> {
  const { id, created_at, token, view_token, join_token, forked_from } = created;
  const { server, fetch, WebSocket, retry, attemptMs } = connection;
  return {
    room: new Room<V>({ server, fetch, WebSocket, retry, attemptMs, room: id, token }),
    id,
    createdAt: created_at,
    token,
    viewToken: view_token,
    joinToken: join_token,
    ...(forked_from === undefined ? {} : { forkedFrom: forked_from }),
  };
}

/** Creates a room. One whose answer was lost is not asked for again: nobody would have the first one's tokens. */
export async function createRoom<V extends VocabularyShape = AnyVocabulary>(
  server: string | URL,
  createOptions: options.CreateRoomOptions & Omit<ConnectionOptions, "server"> = {},
): Promise<CreatedRoom<V>> {
  const { fetch, WebSocket, retry, attemptMs, signal, createToken, ...body } = createOptions;
  const connection = { server, fetch, WebSocket, retry, attemptMs };
  const created = await new Connection(connection).json<CreationAnswer>({
    method: "POST",
    path: "/rooms",
    token: createToken,
    json: bodyFields(body),
    signal,
  });
  return createdRoom<V>(connection, created);
}
