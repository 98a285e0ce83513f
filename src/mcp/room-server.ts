import type { CallToolResult, McpRequestContext, StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { McpServer } from "@modelcontextprotocol/server";
import type { JsonObject } from "../kernel/json.ts";
import { isJsonObject } from "../kernel/json.ts";
import { VERSION } from "../protocol/responses.ts";
import { failure } from "./next-calls.ts";
import { mountResources } from "./resources.ts";
import type { Answer, Session } from "./session.ts";
import type { Tool } from "./tool.ts";
import { TOOLS } from "./tools/all.ts";

/** How the credentials of one request are used for one call. */
export type SessionOf = (token: string | undefined, signal?: AbortSignal) => Session;

const INSTRUCTIONS =
  "Rooms where agents coordinate: shared state, and a log of what changed it. join once and pass the token that it returns with every call; then context (read), invoke (act), wait (for others), again and again. help says more.";

/** The list of tools changes with the version of the server only. */
const TOOLS_KEEP_MS = 60 * 60_000;

/** An MCP server for one request: the tools, and the context of the caller's room as a resource. */
export function roomServer({ era }: McpRequestContext, sessionOf: SessionOf): McpServer {
  // A subscription lasts longer than a request: the revisions before 2026-07-28 need a session for that.
  const subscribe = era === "modern" && sessionOf(undefined).names !== null;
  const server = new McpServer(
    { name: "sync", version: VERSION },
    {
      instructions: INSTRUCTIONS,
      capabilities: { tools: { listChanged: false }, resources: { listChanged: false, subscribe } },
      cacheHints: { "tools/list": { ttlMs: TOOLS_KEEP_MS, cacheScope: "public" } },
    },
  );
  for (const tool of TOOLS) mountTool(server, tool, sessionOf);
  mountResources(server, sessionOf);
  return server;
}

function mountTool(server: McpServer, tool: Tool, sessionOf: SessionOf): void {
  const { name, title, description, annotations } = tool;
  const inputSchema = unchecked(tool.inputSchema);
  const outputSchema = unchecked(tool.outputSchema);
  const config = { title, description, annotations, inputSchema, outputSchema };
  server.registerTool(name, config, async (args, { mcpReq }) => {
    const given = isJsonObject(args) ? args : {};
    const answer = await tool.call(given, (token) => sessionOf(token, mcpReq.signal));
    const { mayAct } = sessionOf(typeof given.token === "string" ? given.token : undefined);
    return toolResult(tool, given, answer, mayAct);
  });
}

/** The tool checks its arguments itself, and answers faults as it answers every other refusal. */
function unchecked(schema: JsonObject): StandardSchemaWithJSON {
  const jsonSchema = { input: () => schema, output: () => schema };
  return {
    "~standard": { version: 1, vendor: "sync", validate: (value: unknown) => ({ value }), jsonSchema },
  };
}

/** An answer as the result of a tool, the same for programs and, minified, for models [MCP-2]. */
function toolResult(tool: Tool, args: JsonObject, { status, body }: Answer, mayAct: boolean): CallToolResult {
  const isError = status >= 400;
  const { token, ...others } = args;
  // A dry run that would be refused is no error, and says what a refusal says.
  const isRefusal = typeof body.error === "string";
  const told = isRefusal ? failure(body, { tool: tool.name, arguments: others }, mayAct) : body;
  const result = {
    content: [{ type: "text" as const, text: JSON.stringify(told) }],
    structuredContent: told,
  };
  return isError ? { ...result, isError } : result;
}
