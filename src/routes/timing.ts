import type { MiddlewareHandler } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";

/**
 * Tells in `Server-Timing` for how long the room was waited for, where one was, and how long all took until the answer
 * began, in ms [HTTP-5]. On the platform the clock moves on with input and output alone: `room` is the way to the room's
 * object, what it did and what it stored, and the way back; `total` leaves out what the Worker computes after its last
 * input. A stream's body and a wait that goes on come after it.
 *
 * With `LOG` set to `requests` each request is also one line of JSON on the log: which call, of which room, its status and
 * both times; no token, no parameter, nothing that a caller wrote.
 */
export const timing: MiddlewareHandler<RouteEnv> = async (c, next) => {
  c.set("began", Date.now());
  await next();
  const times = timesOf(c);
  if (times !== null && !c.res.headers.has(HEADER)) c.res.headers.set(HEADER, times);
  if (c.env.LOG === "requests") console.log(JSON.stringify(line(c)));
};

const HEADER = "Server-Timing";

/** The header for an answer that is made now, with its others: one that is added later makes the response anew. */
export function timingHeader(c: RouteContext): Readonly<Record<string, string>> {
  const times = timesOf(c);
  return times === null ? {} : { [HEADER]: times };
}

/**
 * The times by now. Whoever has no token of a room is not told whether it is there: neither by an answer nor by how long it
 * took [AUTH-2].
 */
function timesOf(c: RouteContext): string | null {
  if (!c.get("claims") && c.req.path.startsWith("/rooms/")) return null;
  const room = c.get("roomMs");
  return `${room === undefined ? "" : `room;dur=${room}, `}total;dur=${Date.now() - c.get("began")}`;
}

function line(c: RouteContext) {
  const claims = c.get("claims");
  return {
    message: "request",
    call: c.get("operation") ?? null,
    status: c.res.status,
    room: claims?.room ?? null,
    token: claims?.kind ?? null,
    room_ms: c.get("roomMs") ?? null,
    total_ms: Date.now() - c.get("began"),
  };
}
