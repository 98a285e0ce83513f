import type { Call } from "../workerd/connection.ts";
import { Connection } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import type { Seat } from "./audience.ts";

/** How a room, and the bare object beside it, is filled. */
export interface Size {
  readonly keys: number;
  readonly views: number;
}

/** What is asked of either side. Each call is made anew for each turn, so that no two writes are alike. */
export interface Subject {
  write(turn: number): Call;
  read(turn: number): Call;
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

function written(size: Size, turn: number): string {
  return JSON.stringify({ params: { key: keyOf(size, turn), value: `a value of some length, ${turn}` } });
}

function news(turn: number): string {
  return JSON.stringify({ params: { key: "news", value: `${"what is new, ".repeat(7)}${turn}` } });
}

/** A room with `size.keys` entries and `size.views` views, and its agents. */
export async function createRoom(server: Server, size: Size, agents = AGENTS): Promise<Subject> {
  const connection = await Connection.open(server.port);
  const post = async (path: string, token: string | undefined, body: object) =>
    JSON.parse(await connection.expect({ method: "POST", path, token, body: JSON.stringify(body) }));
  const { id, token } = await post("/rooms", undefined, {});
  const room = `/rooms/${id}`;
  const tokens: string[] = [];
  for (let agent = 1; agent <= agents; agent++) {
    tokens.push((await post(`${room}/agents`, token, { id: `agent-${agent}` })).token);
  }
  let calls = 0;
  const invoke = (action: string, params: object) =>
    post(`${room}/actions/${action}/invoke`, tokens[calls++ % tokens.length], { params });
  await fill(invoke, size);
  const bell = Math.floor(Math.random() * 1e9);
  connection.close();
  return roomSubject(room, tokens, size, bell);
}

type Invoke = (action: string, params: object) => Promise<unknown>;

async function fill(invoke: Invoke, size: Size): Promise<void> {
  const { blocks: count, perBlock } = blocks(size);
  const params = { key: { type: "string", required: true }, value: { type: "any", required: true } };
  const put = { id: "put", params, writes: [{ key: "${params.key}", value: "${params.value}" }] };
  await invoke("_register_action", put);
  const writes = Array.from({ length: perBlock }, (_, item) => ({
    key: `k\${params.block}.${item}`,
    value: "start",
  }));
  const block = { type: "integer", required: true };
  await invoke("_register_action", { id: "fill", params: { block }, writes });
  for (let done = 0; done < count; done++) await invoke("fill", { block: done });
  for (let view = 0; view < size.views; view++) {
    const expr = `size(string(state._shared["${keyOf(size, view)}"]))`;
    await invoke("_register_view", { id: `view-${view}`, scope: "_shared", expr });
  }
}

function roomSubject(room: string, tokens: readonly string[], size: Size, bell: number): Subject {
  const token = (turn: number) => tokens[turn % tokens.length];
  const put = `${room}/actions/put/invoke`;
  return {
    write: (turn) => ({ method: "POST", path: put, token: token(turn), body: written(size, turn) }),
    read: (turn) => ({ method: "GET", path: `${room}/context`, token: token(turn) }),
    hold(turn) {
      const condition = encodeURIComponent(`state._shared.bell == ${bell + turn}`);
      return { method: "GET", path: `${room}/wait?condition=${condition}`, token: tokens[0] };
    },
    ring(turn) {
      const body = JSON.stringify({ params: { key: "bell", value: bell + turn } });
      return { method: "POST", path: put, token: tokens[1], body };
    },
    tell: (turn) => ({ method: "POST", path: put, token: token(turn), body: news(turn) }),
    watch: (turn) => ({ path: `${room}/watch?only=events`, token: token(turn) }),
  };
}

/** A bare object with as many rows. It reads the bytes that the room answered. */
export async function createBare(
  server: Server,
  size: Size,
  bytes: string,
  name = `${size.keys}-${size.views}`,
): Promise<Subject> {
  const object = `/${name}`;
  const connection = await Connection.open(server.port);
  const body = JSON.stringify(blocks(size));
  await connection.expect({ method: "POST", path: `${object}/fill`, body });
  await connection.expect({ method: "POST", path: `${object}/keep`, body: bytes });
  connection.close();
  return {
    write: (turn) => ({ method: "POST", path: `${object}/write`, body: written(size, turn) }),
    read: () => ({ method: "GET", path: `${object}/read` }),
    hold: () => ({ method: "GET", path: `${object}/hold` }),
    ring: (turn) => ({
      method: "POST",
      path: `${object}/write`,
      body: JSON.stringify({ params: { key: "bell", value: turn } }),
    }),
    tell: (turn) => ({ method: "POST", path: `${object}/tell`, body: news(turn) }),
    watch: () => ({ path: `${object}/watch` }),
  };
}
