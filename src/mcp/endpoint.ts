import type { McpServer } from "@modelcontextprotocol/server";
import { PRIVATE_HEADERS, VERSION } from "../protocol/responses.ts";
import { strangerFault } from "./origin.ts";
import type { Api } from "./session.ts";

export interface McpOptions {
  /** The API that the tools call. */
  readonly api: Api;
  /** The setting `ALLOWED_HOSTS`. */
  readonly allowedHosts?: string | undefined;
  /** Adds to the tools and resources of rooms what a test needs beside them. */
  readonly mount?: (server: McpServer) => void;
}

/** The headers that clients of the protocol send beside those of the API. */
export const MCP_HEADERS = ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"];

/** The code that JSON-RPC leaves to servers (section 5.1), for what its own codes do not tell. */
const SERVER_ERROR = -32000;

/**
 * Serves `POST /mcp`: one request, one answer, nothing kept in between. The MCP package is loaded by the first request
 * that comes in here, so that no other call pays for it.
 */
export async function serveMcp(request: Request, options: McpOptions): Promise<Response> {
  const fault = strangerFault(request, options.allowedHosts);
  if (fault) return marked(request, forbidden(fault));
  const { handle } = await import("./handler.ts");
  return marked(request, await handle(request, options));
}

function forbidden(message: string): Response {
  const body = { jsonrpc: "2.0", error: { code: SERVER_ERROR, message }, id: null };
  return Response.json(body, { status: 403 });
}

/** The answer with what every answer carries, readable by the page that asked. */
function marked(request: Request, response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("X-Sync-Version", VERSION);
  for (const [name, value] of Object.entries(PRIVATE_HEADERS)) headers.set(name, value);
  const origin = request.headers.get("Origin");
  if (origin !== null && response.status !== 403) {
    headers.set("Access-Control-Allow-Origin", origin);
    headers.append("Vary", "Origin");
  }
  return new Response(response.body, { status: response.status, headers });
}
