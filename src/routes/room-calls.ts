import type { RouteContext } from "../auth/route-env.ts";
import { signToken } from "../auth/tokens.ts";
import { refuse } from "../kernel/errors.ts";
import { isRoomId } from "../kernel/names.ts";
import type { Caller, CallName, Reply, RoomCall, RoomCalls, SocketRequest } from "../protocol/calls.ts";
import { READS, SOCKET_HEADER } from "../protocol/calls.ts";
import { fullAtCommit, isDiskFull } from "../protocol/full-disk.ts";
import { jsonResponse, refusalResponse } from "../protocol/responses.ts";
import type { RoomObject } from "../room-object.ts";
import { asking } from "./asking.ts";
import { isCompact } from "./http.ts";
import { timingHeader } from "./timing.ts";

/** So many ids of objects are remembered: each is a digest of its room's id. */
const MOST_IDS = 1_000;
const objectIds = new Map<string, DurableObjectId>();

/** The object of a room: its id alone leads there, so that no directory has to be asked. */
export function roomStub({ ROOMS }: Env, room: string): DurableObjectStub<RoomObject> {
  const known = objectIds.get(room);
  if (known) return ROOMS.get(known);
  if (objectIds.size >= MOST_IDS) objectIds.clear();
  const id = ROOMS.idFromName(room);
  objectIds.set(room, id);
  return ROOMS.get(id);
}

/** The caller of a room, as far as its token and what it claims to be say. */
export function callerOf(c: RouteContext, agent: string | null | undefined): Caller {
  const bearer = c.get("bearer");
  return { claims: c.get("claims"), ...(bearer === undefined ? {} : { bearer }), agent: agent ?? null };
}

/** Forwards one call to the room of the path, and its answer to the caller. */
export async function callRoom<Name extends CallName>(
  c: RouteContext,
  call: Name,
  args: RoomCalls[Name],
  agent?: string | null,
): Promise<Response> {
  const room = c.req.param("room") ?? "";
  if (!isRoomId(room)) return refusalResponse(noSuchRoom().refusal);
  const bytes = c.get("bodyChars") ?? 0;
  const request = { call, args, compact: isCompact(c), bytes } as RoomCall;
  // The log's agent is whose events are asked for, not who asks.
  const claimed = agent ?? (call === "log" ? null : c.req.query("agent"));
  try {
    const ask = (sparing: boolean) => roomStub(c.env, room).call(callerOf(c, claimed), request, sparing);
    const reply = await timed(c, () => asking(room, READS.has(call), ask));
    return await replyResponse(c, reply);
  } catch (thrown) {
    return unreachable(thrown);
  }
}

/**
 * Asks the room of the path for a socket. A reply without one says why there is none. The platform cancels a request whose
 * client has gone, and a socket that came later would be nobody's: the room would never hear that it is. So it is waited for.
 */
export async function openSocket(c: RouteContext, request: SocketRequest): Promise<Response> {
  const room = c.req.param("room") ?? "";
  const ask = async (sparing: boolean) => {
    const told = encodeURIComponent(JSON.stringify({ ...request, sparing }));
    const headers = { Upgrade: "websocket", [SOCKET_HEADER]: told };
    return await roomStub(c.env, room).fetch("https://room/socket", { headers });
  };
  const opened = timed(c, () => asking(room, true, ask));
  c.executionCtx.waitUntil(opened.catch(() => undefined));
  return await opened;
}

/** Asks the room, and notes how long it was waited for. */
export async function timed<T>(c: RouteContext, ask: () => Promise<T>): Promise<T> {
  const asked = Date.now();
  try {
    return await ask();
  } finally {
    c.set("roomMs", (c.get("roomMs") ?? 0) + Date.now() - asked);
  }
}

function noSuchRoom() {
  return refuse("invalid_token", "The token is not valid for this room.", {
    hint: "Name a room as it was created, with a token of it: Authorization: Bearer <token>.",
  });
}

/**
 * The object was reset, moved or is too busy: what was acknowledged stands, and a repeat with its key is safe. A disk
 * that was full when a commit was written, after the room had decided it, is told as in a room that saw it itself.
 */
export function unreachable(thrown: unknown): Response {
  console.error("room unreachable", thrown instanceof Error ? thrown.message : thrown);
  if (isDiskFull(thrown)) return refusalResponse(fullAtCommit());
  const refusal = refuse("overloaded", "The room could not answer just now.", {
    hint: "Repeat the call; with the same Idempotency-Key an invocation is done once.",
  }).refusal;
  return refusalResponse(refusal, { "Retry-After": "1" });
}

/** A room's reply as a response, its tokens signed. */
export async function replyResponse(c: RouteContext, reply: Reply): Promise<Response> {
  const body = await signedBody(c, reply);
  return jsonResponse(reply.status, body, { ...replyHeaders(reply), ...timingHeader(c) });
}

function replyHeaders({ status, seq, replayed, retryAfter }: Reply): Record<string, string> {
  const wait = retryAfter ?? (status === 429 || status === 503 ? 1 : undefined);
  return {
    ...(seq === undefined ? {} : { "X-Sync-Seq": String(seq) }),
    ...(replayed ? { "Idempotency-Replayed": "true" } : {}),
    ...(wait === undefined ? {} : { "Retry-After": String(wait) }),
  };
}

async function signedBody(c: RouteContext, { body, tokens }: Reply): Promise<string> {
  const fields = Object.entries(tokens ?? {});
  if (fields.length === 0) return body;
  const signed = JSON.parse(body) as Record<string, unknown>;
  for (const [field, claims] of fields) signed[field] = await signToken(claims, c.get("keys"));
  return JSON.stringify(signed);
}
