import type { z } from "zod";
import type { InvokeCall, InvokeManyCall } from "./calls.ts";
import type { invokeManyBody } from "./requests.ts";

/** What a body or a frame asks for, as the room is asked. */
export function invokeManyCall(
  body: Pick<z.output<typeof invokeManyBody>, "invocations" | "atomic">,
): InvokeManyCall {
  const invocations = body.invocations.map(
    ({ action, params, idempotency_key, if_action_hash }): InvokeCall => ({
      action,
      params: params ?? {},
      idempotency_key: idempotency_key ?? undefined,
      if_action_hash: if_action_hash ?? undefined,
    }),
  );
  return { invocations, atomic: body.atomic ?? false };
}
