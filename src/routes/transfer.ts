import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { ImportFormat } from "../protocol/calls.ts";
import { forkBody } from "../protocol/requests.ts";
import { linesResponse, refusalResponse } from "../protocol/responses.ts";
import { isCompact, readBody } from "./http.ts";
import { operations } from "./resource.ts";
import { callerOf, replyResponse, roomStub, unreachable } from "./room-calls.ts";
import { creationRefusal, newRoomId } from "./rooms.ts";

/** Moving whole rooms: out, in, and from one into another. Their lines pass through, and are never held here. */
export function transferRoutes(app: Hono<RouteEnv>): void {
  operations(app, {
    export: reachable(exportRoom),
    import: reachable(importRoom),
    fork: reachable(forkRoom),
  });
}

function reachable(handler: (c: RouteContext) => Promise<Response>) {
  return async (c: RouteContext) => {
    try {
      return await handler(c);
    } catch (thrown) {
      return unreachable(thrown);
    }
  };
}

async function exportRoom(c: RouteContext): Promise<Response> {
  const room = roomStub(c.env, c.req.param("room") ?? "");
  const streamed = await room.export(callerOf(c, c.req.query("agent")));
  if ("reply" in streamed) return await replyResponse(c, streamed.reply);
  return linesResponse(streamed.stream, { "X-Sync-Seq": String(streamed.seq) });
}

async function importRoom(c: RouteContext): Promise<Response> {
  const type = (c.req.header("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase();
  const format = FORMATS.get(type ?? "");
  if (format === undefined) return refusalResponse(unsupported().refusal);
  const announced = Number(c.req.header("Content-Length") ?? 0);
  if (announced > LIMITS.importBytes) return refusalResponse(tooLarge().refusal);
  const { body } = c.req.raw;
  if (!body) return refusalResponse(refuse("invalid_request", "The body is empty.", { hint: HINT }).refusal);
  const room = roomStub(c.env, c.req.param("room") ?? "");
  const caller = callerOf(c, c.req.query("agent"));
  return await replyResponse(c, await room.import(caller, body, format, isCompact(c)));
}

/** A fork is a creation, too: where creating takes a token, that one comes in a header beside the room's. */
async function forkRoom(c: RouteContext): Promise<Response> {
  const barred = await creationRefusal(
    c,
    c.req.header("X-Sync-Create-Token") ?? null,
    "X-Sync-Create-Token:",
  );
  if (barred) return barred;
  const body = await readBody(c, forkBody);
  if (!body.ok) return refusalResponse(body.refusal);
  const id = newRoomId(body.value.id);
  if (!id.ok) return refusalResponse(id.refusal);
  const source = roomStub(c.env, c.req.param("room") ?? "");
  const streamed = await source.fork(callerOf(c, c.req.query("agent")), body.value.at);
  if ("reply" in streamed) return await replyResponse(c, streamed.reply);
  const made = await roomStub(c.env, id.value).takeFork(id.value, streamed.stream, isCompact(c));
  return await replyResponse(c, made);
}

/** What a body holds, by its type. */
const FORMATS: ReadonlyMap<string, ImportFormat> = new Map([
  ["application/x-ndjson", "export"],
  ["application/json", "dump"],
]);

const HINT = "Send what GET …/export of a room answered, or a dump of the original system.";

function unsupported() {
  return refuse("unsupported_media_type", "An import is an export or a dump, as its Content-Type says.", {
    hint: "Send an export as application/x-ndjson, or a dump of the original system as application/json.",
  });
}

function tooLarge() {
  return refuse("too_large", `An import has at most ${LIMITS.importBytes} bytes.`, {
    hint: "The room is as it was created.",
    details: { limit: "importBytes" },
  });
}
