import type { MiddlewareHandler } from "hono";
import type { RouteEnv } from "../auth/route-env.ts";

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
  const began = Date.now();
  await next();
  const total = Date.now() - began;
  const room = c.get("roomMs");
  // Whoever has no token of a room is not told whether it is there: neither by an answer nor by how long it took [AUTH-2].
  if (c.get("claims") || !c.req.path.startsWith("/rooms/")) {
    c.res.headers.set("Server-Timing", timesOf(room, total));
  }
  if (c.env.LOG === "requests") console.log(JSON.stringify(line(c, total, room)));
};

function timesOf(room: number | undefined, total: number): string {
  return `${room === undefined ? "" : `room;dur=${room}, `}total;dur=${total}`;
}

type Line = Parameters<typeof timing>[0];

function line(c: Line, total: number, room: number | undefined) {
  const claims = c.get("claims");
  return {
    message: "request",
    call: c.get("operation") ?? null,
    status: c.res.status,
    room: claims?.room ?? null,
    token: claims?.kind ?? null,
    room_ms: room ?? null,
    total_ms: total,
  };
}
