import type { Hono } from "hono";
import type { z } from "zod";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import type { JsonObject } from "../kernel/json.ts";
import { isJsonObject } from "../kernel/json.ts";
import type { joinBody } from "../protocol/requests.ts";
import * as requests from "../protocol/requests.ts";
import { refusalResponse } from "../protocol/responses.ts";
import { readBody } from "./http.ts";
import { operations } from "./resource.ts";
import { callRoom } from "./room-calls.ts";

/** Joining, changing and leaving. */
export function agentRoutes(app: Hono<RouteEnv>): void {
  operations(app, {
    join,
    updateAgent: async (c) => {
      const body = await readBody(c, requests.updateAgentBody);
      if (!body.ok) return refusalResponse(body.refusal);
      return await callRoom(c, "updateAgent", { agent: agentOf(c), ...body.value });
    },
    leave: (c) => callRoom(c, "leave", { agent: agentOf(c) }),
  });
}

function agentOf(c: RouteContext): string {
  return c.req.param("agent") ?? "";
}

async function join(c: RouteContext): Promise<Response> {
  const body = await readBody(c, requests.joinBody);
  if (!body.ok) return refusalResponse(body.refusal);
  const { agent, views, ...command } = body.value;
  return await callRoom(c, "join", { ...command, views: viewList(views) }, agent);
}

/** Views as a list of definitions, from either form in which they come. */
function viewList(views: z.output<typeof joinBody>["views"]): readonly JsonObject[] {
  if (views === undefined) return [];
  if (Array.isArray(views)) return views;
  return Object.entries(views).map(([id, view]) =>
    isJsonObject(view) ? { ...view, id } : { id, expr: view },
  );
}
