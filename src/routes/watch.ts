import type { Hono } from "hono";
import { offeredProtocols } from "../auth/authenticate.ts";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { refuse } from "../kernel/errors.ts";
import type { Reply, SocketRequest } from "../protocol/calls.ts";
import { FEEDS, watchQuery } from "../protocol/requests.ts";
import { eventStreamResponse, refusalResponse } from "../protocol/responses.ts";
import { clientIsThere, whenGone } from "./client-gone.ts";
import { EventStream } from "./event-stream.ts";
import { readQuery } from "./http.ts";
import { operations } from "./resource.ts";
import { callerOf, openSocket, replyResponse, unreachable } from "./room-calls.ts";

/** Watching a room: by WebSocket, or by Server-Sent Events on the same path. */
export function watchRoutes(app: Hono<RouteEnv>): void {
  operations(app, { watch });
}

/** The subprotocol that the server selects, where a client offers it [AUTH-10]. */
const PROTOCOL = "sync.v8";

async function watch(c: RouteContext): Promise<Response> {
  const query = readQuery(c, watchQuery);
  if (!query.ok) return refusalResponse(query.refusal);
  const isSocket = c.req.header("Upgrade")?.toLowerCase() === "websocket";
  const isStream = /\btext\/event-stream\b/.test(c.req.header("Accept") ?? "");
  if (!isSocket && !isStream) return refusalResponse(neither().refusal);
  const { agent, only } = query.value;
  const resumed = isSocket ? undefined : lastEventId(c);
  const since = resumed ?? query.value.since ?? null;
  if (Number.isNaN(since)) return refusalResponse(badEventId().refusal);
  const call = { since, feeds: only ?? FEEDS };
  const request: SocketRequest = { open: "watch", caller: callerOf(c, agent), call };
  try {
    const response = await openSocket(c, request);
    const socket = response.webSocket;
    if (!socket) return await replyResponse(c, await response.json<Reply>());
    return isSocket ? await socketResponse(c, socket) : streamResponse(c, socket, since);
  } catch (thrown) {
    return unreachable(thrown);
  }
}

async function socketResponse(c: RouteContext, webSocket: WebSocket): Promise<Response> {
  await clientIsThere();
  const isOffered = offeredProtocols(c.req.raw).includes(PROTOCOL);
  const headers = isOffered ? { "Sec-WebSocket-Protocol": PROTOCOL } : undefined;
  return new Response(null, { status: 101, webSocket, ...(headers ? { headers } : {}) });
}

function streamResponse(c: RouteContext, socket: WebSocket, since: number | null): Response {
  const stream = new EventStream(socket, since);
  whenGone(c.req.raw.signal, () => stream.end());
  return eventStreamResponse(stream.readable);
}

/** The seq after which a stream is resumed, by the header with which event-stream clients resume; NaN for no number. */
function lastEventId(c: RouteContext): number | undefined {
  const id = c.req.header("Last-Event-ID") ?? "";
  if (id === "") return undefined;
  return /^\d{1,15}$/.test(id) ? Number(id) : Number.NaN;
}

function badEventId() {
  return refuse("invalid_request", "Last-Event-ID: must be the seq of an event.", {
    hint: "Send the id of the last event that you have got, or leave the header out.",
  });
}

function neither() {
  return refuse("invalid_request", "Watching takes a WebSocket or an event stream.", {
    hint: "Connect with a WebSocket client, or send Accept: text/event-stream.",
  });
}
