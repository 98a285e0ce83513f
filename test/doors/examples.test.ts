import { execFile, spawnSync } from "node:child_process";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, inject, it } from "vitest";
import desktop from "../../examples/mcp/desktop.json";
import "../support/provided.ts";

interface Ended {
  readonly code: number | string;
  readonly output: string;
}

function run(command: string, args: readonly string[]): Promise<Ended> {
  const env = {
    ...process.env,
    SYNC_URL: inject("server"),
    NO_PROXY: "127.0.0.1",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  return new Promise((ended) => {
    execFile(command, args, { env }, (error, out, errors) => {
      ended({ code: error?.code ?? 0, output: out + errors });
    });
  });
}

/** Why an example cannot be run here, or an empty text. */
function missing(...commands: string[]): string {
  const absent = commands.filter((command) => spawnSync(command, ["--version"]).status !== 0);
  return absent.length === 0 ? "" : `there is no ${absent.join(" and no ")} on this machine`;
}

const DONE = /^Every task was done exactly once/m;

it("the example in Python drains a queue, each task exactly once", async ({ skip }) => {
  const reason = missing("python3");
  skip(reason !== "", reason);
  const { code, output } = await run("python3", ["examples/python/queue_demo.py"]);
  expect(output).toMatch(DONE);
  expect(code).toBe(0);
});

it("the example in a shell drains a queue by one command that starts its own server", async ({ skip }) => {
  const reason = missing("bash", "curl", "npm");
  skip(reason !== "", reason);
  const { code, output } = await run("npm", ["run", "-s", "example:shell"]);
  expect(output).toMatch(DONE);
  expect(code).toBe(0);
});

it("the configuration for desktop clients leads into a room as the agent of its token", async ({ skip }) => {
  const post = async (path: string, body: object, token?: string) => {
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return await fetch(inject("server") + path, init);
  };
  skip((await post("/mcp", {})).status === 404, "this server does not speak MCP");
  const { id, token } = (await (await post("/rooms", { template: "task-queue" })).json()) as Joined;
  const joined = (await (await post(`/rooms/${id}/agents`, { id: "desk-agent" }, token)).json()) as Joined;
  const { url, headers } = desktop.mcpServers.sync;
  const sent = { Authorization: headers.Authorization.replace("${SYNC_TOKEN}", joined.token) };
  const client = new Client({ name: "desktop", version: "1" });
  const endpoint = new URL(new URL(url).pathname, inject("server"));
  await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit: { headers: sent } }));
  const context = await client.callTool({ name: "context", arguments: {} });
  expect(context.structuredContent).toMatchObject({ self: "desk-agent" });
  const help = await client.callTool({ name: "help", arguments: { key: "task-queue" } });
  expect(help.structuredContent).toMatchObject({ source: "room" });
  await client.close();
});

interface Joined {
  readonly id: string;
  readonly token: string;
}
