import type { JsonObject } from "../kernel/json.ts";
import { isJsonObject } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";

const LISTEN = "subscriptions/listen";

/** Whether a request begins a subscription. The package refuses one whose header and body name different methods. */
export function isListening(headers: Headers): boolean {
  return headers.get("Mcp-Method") === LISTEN;
}

/**
 * The body of a request for a subscription with no resource in it but `own`, or undefined where it is no such body, and
 * the package's to refuse. The package acknowledges every resource that is asked for, and who asks would wait in vain
 * for word of another room [MCP-6].
 */
export async function narrowedListen(request: Request, own: string | null): Promise<JsonObject | undefined> {
  const body = await parsedCopy(request);
  if (!isJsonObject(body) || !isJsonObject(body.params)) return undefined;
  const { notifications } = body.params;
  if (!isJsonObject(notifications) || !Array.isArray(notifications.resourceSubscriptions)) return undefined;
  if (!notifications.resourceSubscriptions.every((uri) => typeof uri === "string")) return undefined;
  const isAsked = own !== null && notifications.resourceSubscriptions.includes(own);
  const resourceSubscriptions = isAsked ? [own] : [];
  return { ...body, params: { ...body.params, notifications: { ...notifications, resourceSubscriptions } } };
}

/** The JSON of a copy of the request's body, or undefined where it is none or is longer than a body may be. */
async function parsedCopy(request: Request): Promise<unknown> {
  let left = LIMITS.requestBodyBytes;
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left < 0) controller.error(new Error("The body is too long."));
      else controller.enqueue(chunk);
    },
  });
  try {
    return await new Response(request.clone().body?.pipeThrough(bounded)).json();
  } catch {
    return undefined;
  }
}
