import type { McpServer } from "@modelcontextprotocol/server";
import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from "@modelcontextprotocol/server";
import type { SessionOf } from "./room-server.ts";
import type { Session } from "./session.ts";
import { DEFAULT_BUDGET } from "./tools/reading.ts";

const MIME_TYPE = "application/json";

/** The URI of a room's context. */
export function contextUri(room: string): string {
  return `room://${room}/context`;
}

/**
 * The context of the room that the request's own token names: listed, read and subscribed to as a resource [MCP-6]. A
 * read takes no arguments, so that a token passed by a call has no place here.
 */
export function mountResources(server: McpServer, sessionOf: SessionOf): void {
  const list = () => {
    const { names } = sessionOf(undefined);
    if (names === null) return { resources: [] };
    return { resources: [{ uri: contextUri(names.room), name: `Room ${names.room}` }] };
  };
  const template = new ResourceTemplate("room://{room}/context", { list });
  const metadata = {
    title: "A room's context",
    description: "All that the holder of the request's token may see of its room.",
    mimeType: MIME_TYPE,
  };
  server.registerResource("context", template, metadata, async (uri, _variables, { mcpReq }) => {
    const session = sessionOf(undefined, mcpReq.signal);
    if (session.names === null || contextUri(session.names.room) !== uri.href) {
      throw new ResourceNotFoundError(uri.href, `Resource not found: ${uri.href}. ${adviceTo(session)}`);
    }
    const query = { budget: String(DEFAULT_BUDGET) };
    const { status, body } = await session.inRoom({ method: "GET", path: ["context"], query });
    if (status >= 400) throw new ProtocolError(ProtocolErrorCode.InvalidParams, String(body.message), body);
    return { contents: [{ uri: uri.href, mimeType: MIME_TYPE, text: JSON.stringify(body) }] };
  });
}

/** What who asks for a context that they may not read can do: the protocol has no other field for it. */
function adviceTo({ names }: Session): string {
  if (names === null) {
    return "Send Authorization: Bearer with a token of that room, or call the tool context with it as token; help says how to get one.";
  }
  return `This request's token opens ${contextUri(names.room)} alone; for another room send a token of that room.`;
}
