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
  const began = Date.now();
  c.set("began", began);
  await next();
  if (!c.get("isTimed"))
    for (const [name, value] of Object.entries(timingHeader(c))) c.res.headers.set(name, value);
  if (c.env.LOG === "requests") console.log(JSON.stringify(line(c, Date.now() - began)));
};

/**
 * The header for an answer that is made now, with the others: to add one to an answer that is there costs as much as to
 * authenticate its caller. Whoever has no token of a room is not told whether it is there: neither by an answer nor by how
 * long it took [AUTH-2].
 */
export function timingHeader(c: RouteContext): { readonly "Server-Timing"?: string } {
  c.set("isTimed", true);
  if (!c.get("claims") && c.req.path.startsWith("/rooms/")) return {};
  const room = c.get("roomMs");
  const total = Date.now() - (c.get("began") ?? Date.now());
  return { "Server-Timing": `${room === undefined ? "" : `room;dur=${room}, `}total;dur=${total}` };
}

function line(c: RouteContext, total: number) {
  const claims = c.get("claims");
  return {
    message: "request",
    call: c.get("operation") ?? null,
    status: c.res.status,
    room: claims?.room ?? null,
    token: claims?.kind ?? null,
    room_ms: c.get("roomMs") ?? null,
    total_ms: total,
  };
}
