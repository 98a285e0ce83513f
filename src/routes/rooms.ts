import type { Hono } from "hono";
import { bearerToken } from "../auth/authenticate.ts";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { verifyCreateToken } from "../auth/tokens.ts";
import type { Furnishing } from "../kernel/decide/furnish.ts";
import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import type { JsonObject } from "../kernel/json.ts";
import { isRoomId } from "../kernel/names.ts";
import type { Reply } from "../protocol/calls.ts";
import { createRoomBody, updateRoomBody } from "../protocol/requests.ts";
import { refusalResponse } from "../protocol/responses.ts";
import { findTemplate, furnishingOf } from "../templates/templates.ts";
import { isCompact, readBody } from "./http.ts";
import { operations } from "./resource.ts";
import { callRoom, replyResponse, roomStub, timed, unreachable } from "./room-calls.ts";

/** `POST /rooms` */
export function creationRoutes(app: Hono<RouteEnv>): void {
  operations(app, { createRoom });
}

/** `/rooms/:room` itself: what it is, its settings, its end. */
export function roomRoutes(app: Hono<RouteEnv>): void {
  operations(app, {
    getRoom: (c) => callRoom(c, "info", {}),
    updateRoom: async (c) => {
      const body = await readBody(c, updateRoomBody);
      return body.ok ? await callRoom(c, "updateRoom", body.value) : refusalResponse(body.refusal);
    },
    stats: (c) => callRoom(c, "stats", {}),
    deleteRoom: (c) => callRoom(c, "deleteRoom", {}),
  });
}

async function createRoom(c: RouteContext): Promise<Response> {
  const barred = await creationRefusal(c, bearerToken(c.req.raw), "Authorization: Bearer");
  if (barred) return barred;
  const body = await readBody(c, createRoomBody);
  if (!body.ok) return refusalResponse(body.refusal);
  const { meta = {}, join = "token", import: dump, template } = body.value;
  const id = newRoomId(body.value.id);
  if (!id.ok) return refusalResponse(id.refusal);
  const furnishing = template === undefined ? succeed(undefined) : furnishingFor(template);
  if (!furnishing.ok) return refusalResponse(furnishing.refusal);
  try {
    const command = { id: id.value, meta, join, furnishing: furnishing.value };
    const created = await timed(c, () => roomStub(c.env, id.value).create(command, isCompact(c)));
    const isImport = dump !== undefined && created.status === 201;
    return await replyResponse(c, isImport ? await importDump(c, id.value, created, dump) : created);
  } catch (thrown) {
    return unreachable(thrown);
  }
}

function furnishingFor(name: string): Result<Furnishing> {
  const template = findTemplate(name, "invalid_request");
  return template.ok ? succeed(furnishingOf(template.value)) : template;
}

/** Brings a dump into a room that was created for it; where that fails there is no room. */
async function importDump(c: RouteContext, id: string, created: Reply, dump: JsonObject): Promise<Reply> {
  const room = roomStub(c.env, id);
  const caller = { claims: created.tokens?.token ?? null, agent: null };
  const body = new Response(JSON.stringify(dump)).body ?? new ReadableStream();
  const imported = await room.import(caller, body, "dump", isCompact(c));
  if (imported.status !== 200) {
    await room.call(caller, { call: "deleteRoom", args: {}, compact: false });
    return imported;
  }
  const { seq, ...report } = JSON.parse(imported.body) as Record<string, unknown>;
  const answer = { ...(JSON.parse(created.body) as object), import: report, seq };
  return { ...created, body: JSON.stringify(answer), seq: Number(seq) };
}

/** The id that a new room is to have, or one that nobody has yet. */
export function newRoomId(id: string = crypto.randomUUID()): Result<string> {
  if (isRoomId(id)) return succeed(id);
  return refuse("invalid_request", "A room id must match [A-Za-z0-9][A-Za-z0-9._~-]{0,127}.", {
    details: { faults: [{ path: "id", problem: "must match [A-Za-z0-9][A-Za-z0-9._~-]{0,127}" }] },
  });
}

/**
 * Why `token`, which came in the header `header`, does not let the caller create a room, or null. Who may not create
 * rooms learns nothing of the rooms there are [AUTH-9].
 */
export async function creationRefusal(
  c: RouteContext,
  token: string | null,
  header: string,
): Promise<Response | null> {
  if (c.env.ROOM_CREATION === "open") return null;
  if (token !== null && (await verifyCreateToken(token, c.get("keys")))) return null;
  const refused = refuse(
    token === null ? "authentication_required" : "invalid_token",
    "Creating a room here needs a create token.",
    { hint: `Send ${header} <create token>; \`npm run token:create\` prints one.` },
  );
  return refusalResponse(refused.refusal);
}
