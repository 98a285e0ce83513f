import { createMcpHandler } from "@modelcontextprotocol/server";
import { LIMITS } from "../kernel/limits.ts";
import type { McpOptions } from "./endpoint.ts";
import { tellPlainly } from "./plain-errors.ts";
import { contextUri } from "./resources.ts";
import { RoomEvents } from "./room-events.ts";
import type { SessionOf } from "./room-server.ts";
import { roomServer } from "./room-server.ts";
import { Session } from "./session.ts";
import { isListening, narrowedListen } from "./subscriptions.ts";
import { bearerOf } from "./token-names.ts";
import type { ToolName } from "./tool-names.ts";

/**
 * Serves one request of either era: 2026-07-28, and those of 2025 without sessions. A handler is made for each, since
 * what a subscription is told depends on whose it is.
 */
export async function handle(request: Request, { api, mount }: McpOptions): Promise<Response> {
  const { origin } = new URL(request.url);
  const own = bearerOf(request);
  const sessionOf: SessionOf = (token, signal) => new Session(api, origin, token ?? own, signal);
  const handler = createMcpHandler(
    (context) => {
      const server = roomServer(context, sessionOf);
      mount?.(server);
      return tellPlainly(server);
    },
    {
      bus: new RoomEvents(sessionOf(undefined), () => void handler.close()),
      maxRequestBodySize: LIMITS.requestBodyBytes,
      ...streaming(request.headers),
    },
  );
  if (!isListening(request.headers)) return await handler.fetch(request);
  const { names } = sessionOf(undefined);
  const parsedBody = await narrowedListen(request, names && contextUri(names.room));
  return await handler.fetch(request, { parsedBody });
}

/**
 * That a caller has hung up shows only when it is written to: a wait is answered on a stream, with a comment each
 * heartbeat, so that the room forgets it soon [WAIT-3]. Before 2026-07-28 every call is.
 */
function streaming(headers: Headers) {
  const keepAliveMs = isListening(headers) ? LIMITS.eventStreamCommentMs : LIMITS.waitHeartbeatMs;
  const tool: ToolName = "wait";
  return { keepAliveMs, responseMode: headers.get("Mcp-Name") === tool ? "sse" : "auto" } as const;
}
