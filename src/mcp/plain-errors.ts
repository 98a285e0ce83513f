import type { JSONRPCMessage, McpServer } from "@modelcontextprotocol/server";
import { ProtocolErrorCode } from "@modelcontextprotocol/server";

/**
 * Has a server tell faults of the protocol as such [MCP-4]: where the params of a method do not fit, the package answers
 * an internal error whose message is a dump of its schema's complaints, and where its own code throws, what was thrown.
 */
export function tellPlainly(server: McpServer): McpServer {
  const connect = server.connect.bind(server);
  server.connect = async (transport) => {
    const send = transport.send.bind(transport);
    transport.send = async (message, options) => await send(plain(message), options);
    await connect(transport);
  };
  return server;
}

function plain(message: JSONRPCMessage): JSONRPCMessage {
  if (!("error" in message) || message.error.code !== ProtocolErrorCode.InternalError) return message;
  return { ...message, error: complaint(message.error.message) ?? MISTAKE };
}

const MISTAKE = { code: ProtocolErrorCode.InternalError, message: "The server made a mistake." };

/** The first of a schema's complaints in words, or null where the text is none of those. */
function complaint(text: string): { code: number; message: string } | null {
  if (!text.startsWith("[")) return null;
  try {
    const [first] = JSON.parse(text) as { readonly path?: unknown[]; readonly message?: string }[];
    const message = `Invalid params: ${first?.path?.join(".") ?? ""}: ${first?.message ?? "not valid"}.`;
    return { code: ProtocolErrorCode.InvalidParams, message };
  } catch {
    return null;
  }
}
