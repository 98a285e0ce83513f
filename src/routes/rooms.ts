import { Hono } from "hono";
import { bearerToken } from "../auth/authenticate.ts";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { verifyCreateToken } from "../auth/tokens.ts";
import { refuse } from "../kernel/errors.ts";
import { isRoomId } from "../kernel/names.ts";
import { createRoomBody, updateRoomBody } from "../protocol/requests.ts";
import { refusalResponse } from "../protocol/responses.ts";
import { isCompact, readBody } from "./http.ts";
import { resource } from "./resource.ts";
import { callRoom, replyResponse, roomStub, unreachable } from "./room-calls.ts";

/** `POST /rooms` */
export function creationRoutes(): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  resource(app, "/", { POST: createRoom });
  return app;
}

/** `/rooms/:room` itself: what it is, its settings, its end. */
export function roomRoutes(app: Hono<RouteEnv>): void {
  resource(app, "/rooms/:room", {
    GET: (c) => callRoom(c, "info", {}),
    PATCH: async (c) => {
      const body = await readBody(c, updateRoomBody);
      return body.ok ? await callRoom(c, "updateRoom", body.value) : refusalResponse(body.refusal);
    },
    DELETE: (c) => callRoom(c, "deleteRoom", {}),
  });
}

async function createRoom(c: RouteContext): Promise<Response> {
  const barred = await creationRefusal(c);
  if (barred) return barred;
  const body = await readBody(c, createRoomBody);
  if (!body.ok) return refusalResponse(body.refusal);
  const id = body.value.id ?? crypto.randomUUID();
  if (!isRoomId(id)) {
    const refused = refuse("invalid_request", "A room id must match [A-Za-z0-9][A-Za-z0-9._~-]{0,127}.", {
      details: { faults: [{ path: "id", problem: "must match [A-Za-z0-9][A-Za-z0-9._~-]{0,127}" }] },
    });
    return refusalResponse(refused.refusal);
  }
  const { meta = {}, join = "token" } = body.value;
  try {
    const reply = await roomStub(c.env, id).create({ id, meta, join }, isCompact(c));
    return await replyResponse(c, reply);
  } catch (thrown) {
    return unreachable(thrown);
  }
}

/** Who may not create rooms learns nothing of the rooms there are [AUTH-9]. */
async function creationRefusal(c: RouteContext): Promise<Response | null> {
  if (c.env.ROOM_CREATION === "open") return null;
  const token = bearerToken(c.req.raw);
  if (token !== null && (await verifyCreateToken(token, c.get("keys")))) return null;
  const refused = refuse(
    token === null ? "authentication_required" : "invalid_token",
    "Creating a room here needs a create token.",
    { hint: "Send Authorization: Bearer <create token>; `npm run token:create` prints one." },
  );
  return refusalResponse(refused.refusal, { "WWW-Authenticate": "Bearer" });
}
