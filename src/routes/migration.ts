import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import type { MigrationCall } from "../protocol/calls.ts";
import { migrationBody } from "../protocol/requests.ts";
import { refusalResponse } from "../protocol/responses.ts";
import { isCompact, readBody } from "./http.ts";
import { operations } from "./resource.ts";
import { callerOf, replyResponse, roomStub, unreachable } from "./room-calls.ts";

/** How far a room of the original system has moved, and its next step. */
export function migrationRoutes(app: Hono<RouteEnv>): void {
  operations(app, {
    migration: (c) => move(c, null),
    migrate: async (c) => {
      const body = await readBody(c, migrationBody);
      return body.ok ? await move(c, body.value) : refusalResponse(body.refusal);
    },
  });
}

async function move(c: RouteContext, call: MigrationCall | null): Promise<Response> {
  const room = roomStub(c.env, c.req.param("room") ?? "");
  try {
    const caller = callerOf(c, c.req.query("agent"));
    return await replyResponse(c, await room.migration(caller, call, isCompact(c)));
  } catch (thrown) {
    return unreachable(thrown);
  }
}
