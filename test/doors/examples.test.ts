import { execFile, spawnSync } from "node:child_process";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, inject, it } from "vitest";
import configuration from "../../examples/mcp/mcp.json";
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

it("the configuration for MCP clients leads to the server, and from there into a room", async () => {
  const { url } = configuration.mcpServers.sync;
  const client = new Client({ name: "desktop", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(new URL(url).pathname, inject("server"))));
  const call = async (name: string, args: Record<string, unknown>) => {
    const { structuredContent, isError } = await client.callTool({ name, arguments: args });
    expect(isError ?? false).toBe(false);
    return structuredContent as Readonly<Record<string, unknown>>;
  };
  const { join_token } = await call("create_room", { template: "task-queue" });
  const { token } = await call("join", { id: "worker", token: join_token });
  expect(await call("context", { token })).toMatchObject({ self: "worker", views: { ready: [] } });
  expect(await call("help", { token, key: "task-queue" })).toMatchObject({ source: "room" });
  await client.close();
});
