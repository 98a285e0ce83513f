import { createMcpHandler } from "@modelcontextprotocol/server";
import { LIMITS } from "../kernel/limits.ts";
import type { McpOptions } from "./endpoint.ts";
import { RoomEvents } from "./room-events.ts";
import type { SessionOf } from "./room-server.ts";
import { roomServer } from "./room-server.ts";
import { Session } from "./session.ts";
import { bearerOf } from "./token-names.ts";

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
      return server;
    },
    {
      bus: new RoomEvents(sessionOf(undefined), () => void handler.close()),
      maxRequestBodySize: LIMITS.requestBodyBytes,
      keepAliveMs: LIMITS.eventStreamCommentMs,
    },
  );
  return await handler.fetch(request);
}
