import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { Reply, SocketRequest, WaitCall } from "../protocol/calls.ts";
import { contextShape, includedSections } from "../protocol/context-query.ts";
import { waitQuery } from "../protocol/requests.ts";
import { jsonResponse, refusalResponse } from "../protocol/responses.ts";
import { whenGone } from "./client-gone.ts";
import { HeldWait } from "./held-wait.ts";
import { isCompact, readQuery } from "./http.ts";
import { operations } from "./resource.ts";
import { callerOf, openSocket, replyResponse, unreachable } from "./room-calls.ts";

/** Blocking until a condition holds. */
export function waitRoutes(app: Hono<RouteEnv>): void {
  operations(app, { wait });
}

async function wait(c: RouteContext): Promise<Response> {
  const query = readQuery(c, waitQuery);
  if (!query.ok) return refusalResponse(query.refusal);
  const shape = contextShape(query.value, c.req.query());
  if (!shape.ok) return refusalResponse(shape.refusal);
  const timeout = Math.min(query.value.timeout ?? LIMITS.waitDefaultMs, LIMITS.waitMaxMs);
  const call: WaitCall = {
    condition: query.value.condition,
    timeout,
    shape: shape.value,
    include: includedSections(query.value),
  };
  const caller = callerOf(c, query.value.agent);
  const request: SocketRequest = { open: "wait", caller, call, compact: isCompact(c) };
  try {
    const response = await openSocket(c, request);
    const socket = response.webSocket;
    if (!socket) return await replyResponse(c, await response.json<Reply>());
    return await heldResponse(c, new HeldWait(socket, Math.min(timeout, lifetime(c))));
  } catch (thrown) {
    return unreachable(thrown);
  }
}

/** How long the caller's token is still good, in ms: a wait does not outlive it [AUTH-11]. */
function lifetime(c: RouteContext): number {
  const expiresAt = c.get("claims")?.expires_at;
  return expiresAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, expiresAt - Date.now());
}

/** An answer that comes soon has its own status and headers; one that does not, streams. */
async function heldResponse(c: RouteContext, held: HeldWait): Promise<Response> {
  whenGone(c.req.raw.signal, () => held.release());
  const reply = await held.answerSoon();
  return reply ? await replyResponse(c, reply) : jsonResponse(200, held.stream());
}
