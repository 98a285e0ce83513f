import { execFile } from "node:child_process";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, inject, it } from "vitest";
import { readmeBlock } from "./readme.ts";

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    execFile(command, args, (error, out, errors) => {
      if (error) failed(new Error(`${error.message}\n${out}${errors}`));
      else done(out);
    });
  });
}

function shell(lines: string): Promise<string> {
  return run("bash", ["-euo", "pipefail", "-c", lines]);
}

it("README: curl", async () => {
  const id = `crew-${crypto.randomUUID()}`;
  const said = await shell(readmeBlock("sh", "API=").replaceAll("crew", id));
  expect(said).toContain('"triggered":true');
});

it("README: MCP", async () => {
  const { mcpServers } = JSON.parse(readmeBlock("json", "mcpServers"));
  const client = new Client({ name: "desktop", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpServers.sync.url)));
  const made = await client.callTool({ name: "create_room", arguments: { template: "task-queue" } });
  expect(made.structuredContent).toHaveProperty("join_token");
  await client.close();
});

it("README: OpenAPI from Python", async ({ skip }) => {
  const isThere = await run("python3", ["--version"]).catch(() => null);
  skip(isThere === null, "there is no python3 on this machine");
  expect(await run("python3", ["-c", readmeBlock("python", "openapi.json")])).toContain("'invoked': True");
});

it("README: a language model", async () => {
  expect(await shell(readmeBlock("sh", "SKILL.md"))).toContain(inject("server"));
});
