import type { Call } from "../workerd/connection.ts";
import { Connection } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import type { Seat } from "./audience.ts";

/** How a room, and the bare object beside it, is filled. */
export interface Size {
  readonly keys: number;
  readonly views: number;
  /** Events beside those that filled it, some 300 bytes each. */
  readonly events?: number;
}

/** What is asked of either side. Each call is made anew for each turn, so that no two writes are alike. */
export interface Subject {
  write(turn: number): Call;
  /** A hundred writes at once. */
  writeMany(turn: number): Call;
  /** A write as a frame; the path is that of its socket. */
  command(turn: number): Call;
  read(turn: number): Call;
  /** An expression over one key. */
  evaluate(turn: number): Call;
  /** A read by the owner, at a path made of the seq at which the room was filled. */
  ask(path: (seq: number) => string): (turn: number) => Call;
  /** Answered once the next write of `bell` has been made. */
  hold(turn: number): Call;
  ring(turn: number): Call;
  /** A write of which everyone who watches is told in some 300 bytes. */
  tell(turn: number): Call;
  /** Where to watch. */
  watch(turn: number): Seat;
}

/** Callers take turns, as agents do: each has a token of its own. An agent may invoke 100 times a second [LIMIT-1]. */
const AGENTS = 64;
/** Invocations in a batch: as many as it may have. */
export const BATCH = 100;
/** Writes with which a room begins its rounds, for deltas to tell of. */
export const LAST_WRITES = 10;
/** Entries that one invocation fills; an action has at most 64 writes. */
const BLOCK = 50;

function blocks({ keys }: Size): { blocks: number; perBlock: number } {
  const perBlock = Math.min(keys, BLOCK);
  return { blocks: Math.ceil(keys / perBlock), perBlock };
}

/** A key of a room of that size, another one each turn. */
function keyOf(size: Size, turn: number): string {
  const { blocks: count, perBlock } = blocks(size);
  return `k${(turn * 7919) % count}.${(turn * 31) % perBlock}`;
}

function news(turn: number): object {
  return { key: "news", value: `${"what is new, ".repeat(7)}${turn}` };
}

/** A room that is being made, by its owner and its agents. */
interface Founding {
  readonly connection: Connection;
  readonly room: string;
  readonly token: string;
  readonly tokens: readonly string[];
}

/** A room of that size, and its agents. */
export async function createRoom(server: Server, size: Size, agents = AGENTS): Promise<Subject> {
  const connection = await Connection.open(server.port);
  const { id, token } = await post<{ id: string; token: string }>(connection, "/rooms", undefined, {});
  const room = `/rooms/${id}`;
  const tokens: string[] = [];
  for (let agent = 1; agent <= agents; agent++) {
    const joined = await post<{ token: string }>(connection, `${room}/agents`, token, {
      id: `agent-${agent}`,
    });
    tokens.push(joined.token);
  }
  const founding = { connection, room, token, tokens };
  await register(founding, size);
  await fill(founding, size);
  const seq = await invokeAll(
    founding,
    Array.from({ length: LAST_WRITES }, (_, turn) => put(size, turn)),
  );
  connection.close();
  return roomSubject(founding, size, seq);
}

/** Posts JSON, and answers what is accepted. */
export async function post<T>(
  connection: Connection,
  path: string,
  token: string | undefined,
  body: object,
): Promise<T> {
  return JSON.parse(await connection.expect({ method: "POST", path, token, body: JSON.stringify(body) }));
}

async function register({ connection, room, tokens }: Founding, size: Size): Promise<void> {
  let turn = 0;
  const invoke = (action: string, params: object) =>
    post(connection, `${room}/actions/${action}/invoke`, tokens[turn++ % tokens.length], { params });
  const params = { key: { type: "string", required: true }, value: { type: "any", required: true } };
  await invoke("_register_action", {
    id: "put",
    params,
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
  const writes = Array.from({ length: blocks(size).perBlock }, (_, item) => ({
    key: `k\${params.block}.${item}`,
    value: "start",
  }));
  const block = { type: "integer", required: true };
  await invoke("_register_action", { id: "fill", params: { block }, writes });
  for (let view = 0; view < size.views; view++) {
    const expr = `size(string(state._shared["${keyOf(size, view)}"]))`;
    await invoke("_register_view", { id: `view-${view}`, scope: "_shared", expr });
  }
}

interface Invocation {
  readonly action: string;
  readonly params: object;
}

/** Keys first, then so many events over them. */
async function fill(founding: Founding, size: Size): Promise<void> {
  const { blocks: count } = blocks(size);
  const filled = Array.from({ length: count }, (_, block) => ({ action: "fill", params: { block } }));
  for (let done = 0; done < count; done += 20) await invokeAll(founding, filled.slice(done, done + 20), done);
  for (let done = 0; done < (size.events ?? 0); done += BATCH) {
    const invocations = Array.from({ length: BATCH }, (_, index) => put(size, done + index));
    await invokeAll(founding, invocations, done / BATCH);
  }
}

function put(size: Size, turn: number): Invocation {
  return { action: "put", params: { key: keyOf(size, turn), value: `a value of some length, ${turn}` } };
}

/** Invokes by the agent whose turn it is; answers the seq of the last event. */
async function invokeAll(
  { connection, room, tokens }: Founding,
  invocations: readonly Invocation[],
  turn = 0,
): Promise<number> {
  const body = { invocations, atomic: true };
  const { seq } = await post<{ seq: number }>(
    connection,
    `${room}/invoke`,
    tokens[turn % tokens.length],
    body,
  );
  return seq;
}

function roomSubject({ room, token: owner, tokens }: Founding, size: Size, seq: number): Subject {
  const bell = Math.floor(Math.random() * 1e9);
  const token = (turn: number) => tokens[turn % tokens.length];
  const path = `${room}/actions/put/invoke`;
  const post = (to: string, turn: number, body: object): Call => ({
    method: "POST",
    path: to,
    token: token(turn),
    body: JSON.stringify(body),
  });
  return {
    write: (turn) => post(path, turn, { params: put(size, turn).params }),
    writeMany: (turn) => post(`${room}/invoke`, turn, { invocations: batch(size, turn) }),
    command(turn) {
      const frame = { type: "invoke", id: turn, ...put(size, turn) };
      return post(`${room}/watch?only=views`, turn, frame);
    },
    read: (turn) => ({ method: "GET", path: `${room}/context`, token: token(turn) }),
    evaluate: (turn) => post(`${room}/eval`, turn, { expr: `state._shared["${keyOf(size, turn)}"] != null` }),
    ask: (to) => () => ({ method: "GET", path: room + to(seq), token: owner }),
    hold(turn) {
      const condition = encodeURIComponent(`state._shared.bell == ${bell + turn}`);
      return { method: "GET", path: `${room}/wait?condition=${condition}`, token: tokens[0] };
    },
    ring: (turn) => post(path, 1, { params: { key: "bell", value: bell + turn } }),
    tell: (turn) => post(path, turn, { params: news(turn) }),
    watch: (turn) => ({ path: `${room}/watch?only=events`, token: token(turn) }),
  };
}

/** As many writes as a batch may have. */
function batch(size: Size, turn: number): Invocation[] {
  return Array.from({ length: BATCH }, (_, index) => put(size, turn * BATCH + index));
}

/** A bare object with as many rows. It reads the bytes that the room answered. */
export async function createBare(
  server: Server,
  size: Size,
  bytes: string,
  name = `${size.keys}-${size.views}-${size.events ?? 0}`,
): Promise<Subject> {
  const object = `/${name}`;
  const connection = await Connection.open(server.port);
  const rows = { ...blocks(size), events: size.events ?? 0 };
  await connection.expect({ method: "POST", path: `${object}/fill`, body: JSON.stringify(rows) });
  await connection.expect({ method: "POST", path: `${object}/keep`, body: bytes });
  connection.close();
  const post = (call: string, body: object): Call => ({
    method: "POST",
    path: `${object}/${call}`,
    body: JSON.stringify(body),
  });
  const read: Subject["read"] = () => ({ method: "GET", path: `${object}/read` });
  return {
    write: (turn) => post("write", { params: put(size, turn).params }),
    writeMany: (turn) => post("writeMany", { invocations: batch(size, turn) }),
    command: (turn) => ({ ...post("watch", put(size, turn)), path: `${object}/watch` }),
    read,
    evaluate: read,
    ask: () => read,
    hold: () => ({ method: "GET", path: `${object}/hold` }),
    ring: (turn) => post("write", { params: { key: "bell", value: turn } }),
    tell: (turn) => post("tell", { params: news(turn) }),
    watch: () => ({ path: `${object}/watch` }),
  };
}
