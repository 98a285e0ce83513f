import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { EventKind } from "../kernel/model.ts";
import { isKey, isScope } from "../kernel/names.ts";
import { contextShape } from "../protocol/context-query.ts";
import * as requests from "../protocol/requests.ts";
import { refusalResponse } from "../protocol/responses.ts";
import { isCompact, readBody, readQuery } from "./http.ts";
import { operations } from "./resource.ts";
import { callerOf, callRoom, replyResponse, roomStub, unreachable } from "./room-calls.ts";

const NAMES_HINT = "A scope is an agent's id or begins with _; a key has 1 to 256 bytes.";

/** What can be read of a room. */
export function readRoutes(app: Hono<RouteEnv>): void {
  operations(app, {
    context,
    evaluate,
    poll,
    log,
    verify,
    replay,
    samples,
    salience,
    scopeHistory: history,
    keyHistory: history,
  });
}

async function context(c: RouteContext): Promise<Response> {
  const query = readQuery(c, requests.contextQuery);
  if (!query.ok) return refusalResponse(query.refusal);
  const shape = contextShape(query.value, c.req.query());
  return shape.ok
    ? await callRoom(c, "context", shape.value, query.value.agent)
    : refusalResponse(shape.refusal);
}

async function evaluate(c: RouteContext): Promise<Response> {
  const body = await readBody(c, requests.evalBody);
  if (!body.ok) return refusalResponse(body.refusal);
  const { expr, seq, agent } = body.value;
  return await callRoom(c, "evaluate", { expr, seq }, agent);
}

async function poll(c: RouteContext): Promise<Response> {
  const query = readQuery(c, requests.agentQuery);
  return query.ok ? await callRoom(c, "poll", {}, query.value.agent) : refusalResponse(query.refusal);
}

function pageOf(
  { after, limit }: { after?: number | undefined; limit?: number | undefined },
  most: number = LIMITS.eventsPerPage,
) {
  return { after: after ?? null, limit: Math.min(limit ?? LIMITS.eventsPerPageDefault, most) };
}

async function salience(c: RouteContext): Promise<Response> {
  const query = readQuery(c, requests.salienceQuery);
  if (!query.ok) return refusalResponse(query.refusal);
  const { scope = null, limit = LIMITS.rankedKeysDefault, agent } = query.value;
  return await callRoom(c, "salience", { scope, limit }, agent);
}

async function log(c: RouteContext): Promise<Response> {
  const query = readQuery(c, requests.logQuery);
  if (!query.ok) return refusalResponse(query.refusal);
  const { kind, agent, depth = "full" } = query.value;
  const most = depth === "lean" ? LIMITS.leanEventsPerPage : LIMITS.eventsPerPage;
  const page = pageOf(query.value, most);
  return await callRoom(c, "log", { ...page, depth, kind: kind as EventKind | undefined, agent });
}

async function history(c: RouteContext): Promise<Response> {
  const query = readQuery(c, requests.historyQuery);
  if (!query.ok) return refusalResponse(query.refusal);
  const scope = c.req.param("scope") ?? "";
  const key = c.req.param("key") ?? query.value.key;
  const { agent, prefix } = query.value;
  if (!isScope(scope) || (key !== undefined && !isKey(key))) {
    return refusalResponse(
      refuse("invalid_request", "The path names no scope and key.", { hint: NAMES_HINT }).refusal,
    );
  }
  return await callRoom(c, "history", { scope, key, prefix, ...pageOf(query.value) }, agent);
}

async function verify(c: RouteContext): Promise<Response> {
  try {
    const caller = callerOf(c, c.req.query("agent"));
    return await replyResponse(
      c,
      await roomStub(c.env, c.req.param("room") ?? "").verify(caller, isCompact(c)),
    );
  } catch (thrown) {
    return unreachable(thrown);
  }
}

async function replay(c: RouteContext): Promise<Response> {
  const query = readQuery(c, requests.replayQuery);
  if (!query.ok) return refusalResponse(query.refusal);
  const seq = c.req.param("seq") ?? "";
  const { include = [], agent } = query.value;
  if (/^\d{1,15}$/.test(seq)) return await callRoom(c, "replay", { seq: Number(seq), include }, agent);
  const refused = refuse("invalid_request", "A replay is of a seq: a whole number.", {
    hint: "GET …/log lists the events and their seqs.",
  });
  return refusalResponse(refused.refusal);
}

async function samples(c: RouteContext): Promise<Response> {
  const query = readQuery(c, requests.samplesQuery);
  if (!query.ok) return refusalResponse(query.refusal);
  return await callRoom(c, "samples", { view: c.req.param("view") ?? "", ...pageOf(query.value) });
}
