import { exports } from "cloudflare:workers";
import type { Body } from "./room.ts";

export const MODERN = "2026-07-28";
const LEGACY = "2025-11-25";

/** A result of `tools/call`, with what it says parsed from its text. */
export interface ToolResult {
  readonly isError: boolean;
  readonly body: Body;
  readonly raw: Body;
}

export interface RpcOptions {
  readonly token?: string | undefined;
  readonly era?: "modern" | "legacy";
  readonly headers?: Record<string, string>;
  readonly url?: string;
  readonly signal?: AbortSignal;
}

let ids = 0;

/** One JSON-RPC request to `/mcp`, as a client of either era sends it. */
export async function mcpRequest(
  method: string,
  params: Body = {},
  options: RpcOptions = {},
): Promise<Response> {
  const { token, era = "modern", url = "http://sync.test/mcp", signal } = options;
  const version = era === "modern" ? MODERN : LEGACY;
  const headers = new Headers({
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
    "MCP-Protocol-Version": version,
    ...options.headers,
  });
  if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
  const name = params.name ?? params.uri;
  if (era === "modern") {
    headers.set("Mcp-Method", method);
    if (name !== undefined) headers.set("Mcp-Name", name);
  }
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const body = {
    jsonrpc: "2.0",
    id: ++ids,
    method,
    params: era === "modern" ? { ...params, _meta } : params,
  };
  const init: RequestInit = { method: "POST", headers, body: JSON.stringify(body) };
  if (signal) init.signal = signal;
  return await exports.default.fetch(new Request(url, init));
}

/** The answer to a request: its `result` or `error`, from a body of JSON or of one event. */
export async function rpc(method: string, params: Body = {}, options: RpcOptions = {}): Promise<Body> {
  const response = await mcpRequest(method, params, options);
  const text = await response.text();
  const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
  const json = isStream ? (/^data: (\{.*\})$/m.exec(text)?.[1] ?? "null") : text;
  return { status: response.status, ...JSON.parse(json) };
}

/** Calls a tool. */
export async function callTool(name: string, args: Body = {}, options: RpcOptions = {}): Promise<ToolResult> {
  const answer = await rpc("tools/call", { name, arguments: args }, options);
  if (!answer.result) throw new Error(`${name}: ${JSON.stringify(answer)}`);
  const { isError = false, content } = answer.result;
  return { isError, body: JSON.parse(content[0].text), raw: answer.result };
}

/** Calls a tool, and fails the test where it is refused. */
export async function useTool(name: string, args: Body = {}, options: RpcOptions = {}): Promise<Body> {
  const { isError, body } = await callTool(name, args, options);
  if (isError) throw new Error(`${name}: ${JSON.stringify(body)}`);
  return body;
}

/** The messages of a stream of the protocol, read only as far as a test asks. */
export class McpStream {
  /** Every message that was read. */
  readonly messages: Body[] = [];
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";
  #given = 0;

  constructor(response: Response) {
    if (!response.body) throw new Error("has no body");
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next message, or null where the stream is over. */
  async next(): Promise<Body | null> {
    while (this.#given === this.messages.length) {
      const { done, value } = await this.#reader.read();
      if (done) return null;
      const records = (this.#rest + value).split("\n\n");
      this.#rest = records.pop() ?? "";
      for (const record of records) {
        const data = /^data: (.*)$/m.exec(record)?.[1];
        if (data !== undefined) this.messages.push(JSON.parse(data));
      }
    }
    return this.messages[this.#given++];
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}
