import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import { isKey } from "../kernel/names.ts";
import { invokeManyCall } from "../protocol/batch.ts";
import { invokeBody, invokeManyBody } from "../protocol/requests.ts";
import { refusalResponse } from "../protocol/responses.ts";
import { readBody } from "./http.ts";
import { operations } from "./resource.ts";
import { callRoom } from "./room-calls.ts";

/** Invoking actions, registered or built in. */
export function actionRoutes(app: Hono<RouteEnv>): void {
  operations(app, { invoke, invokeMany });
}

async function invokeMany(c: RouteContext): Promise<Response> {
  const body = await readBody(c, invokeManyBody);
  if (!body.ok) return refusalResponse(body.refusal);
  return await callRoom(c, "invokeMany", invokeManyCall(body.value), body.value.agent);
}

async function invoke(c: RouteContext): Promise<Response> {
  const body = await readBody(c, invokeBody);
  if (!body.ok) return refusalResponse(body.refusal);
  const { params, agent, dry_run, if_action_hash } = body.value;
  const action = c.req.param("action") ?? "";
  const key = c.req.header("Idempotency-Key") ?? body.value.idempotency_key ?? undefined;
  const fault = isKey(action)
    ? idempotencyFault(key)
    : "action: must be 1 to 256 bytes without control characters";
  if (fault)
    return refusalResponse(
      refuse("invalid_request", `${fault}.`, { hint: "GET …/context?only=actions lists the actions." })
        .refusal,
    );
  const call = {
    action,
    params: params ?? {},
    idempotency_key: key,
    dry_run: dry_run ?? false,
    if_action_hash: if_action_hash ?? undefined,
  };
  return await callRoom(c, "invoke", call, agent);
}

function idempotencyFault(key: string | undefined): string | null {
  if (key === undefined || (key !== "" && key.length <= LIMITS.idempotencyKeyBytes)) return null;
  return `Idempotency-Key: must have 1 to ${LIMITS.idempotencyKeyBytes} characters`;
}
