import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { Reply, WaitCall } from "../protocol/calls.ts";
import { waitQuery } from "../protocol/requests.ts";
import { jsonResponse, refusalResponse } from "../protocol/responses.ts";
import type { WaitRequest } from "../room-object.ts";
import { TIME_OVER, WAIT_HEADER } from "../room-object.ts";
import { contextShape, includedSections } from "./context-query.ts";
import { isCompact, readQuery } from "./http.ts";
import { resource } from "./resource.ts";
import { callerOf, replyResponse, roomStub, unreachable } from "./room-calls.ts";

/** Blocking until a condition holds. */
export function waitRoutes(app: Hono<RouteEnv>): void {
  resource(app, "/rooms/:room/wait", { GET: wait });
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
  const request: WaitRequest = { caller: callerOf(c, query.value.agent), call, compact: isCompact(c) };
  try {
    const response = await openWait(c, request);
    const socket = response.webSocket;
    if (!socket) return await replyResponse(c, await response.json<Reply>());
    return heldResponse(socket, Math.min(timeout, lifetime(c)));
  } catch (thrown) {
    return unreachable(thrown);
  }
}

/** How long the caller's token is still good, in ms: a wait does not outlive it [AUTH-11]. */
function lifetime(c: RouteContext): number {
  const expiresAt = c.get("claims")?.expires_at;
  return expiresAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, expiresAt - Date.now());
}

async function openWait(c: RouteContext, request: WaitRequest): Promise<Response> {
  const stub = roomStub(c.env, c.req.param("room") ?? "");
  const headers = { Upgrade: "websocket", [WAIT_HEADER]: encodeURIComponent(JSON.stringify(request)) };
  return await stub.fetch("https://room/wait", { headers });
}

/**
 * Holds a room's hibernating socket for a caller of plain HTTP [WAIT-5]. White space before the body shows, when it
 * cannot be written, that the caller has hung up: an ordinary close shows in no other way [WAIT-3].
 */
function heldResponse(socket: WebSocket, timeout: number): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const stop = () => {
    clearInterval(beat);
    clearTimeout(deadline);
    socket.close(1000, "done");
  };
  const beat = setInterval(() => void writer.write(encoder.encode(" ")).catch(stop), LIMITS.waitHeartbeatMs);
  const deadline = setTimeout(() => socket.send(TIME_OVER), timeout);
  const finish = (body: string) => {
    stop();
    const done = writer.write(encoder.encode(body)).then(() => writer.close());
    void done.catch(() => undefined);
  };
  socket.addEventListener("message", ({ data }) => finish((JSON.parse(String(data)) as Reply).body));
  socket.addEventListener("close", () => stop());
  void writer.closed.catch(stop);
  socket.accept();
  return jsonResponse(200, readable);
}
