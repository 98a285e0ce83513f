import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serveMcp } from "../../src/mcp/endpoint.ts";
import { mountFixtures } from "../support/mcp-fixtures.ts";

const ASKS =
  "the client answers a question of the server in a request of its own, which only a session joins to it";

/** Scenarios that a server without sessions cannot pass, and why. */
const NOT_STATELESS: Readonly<Record<string, string>> = {
  "tools-call-sampling": ASKS,
  "tools-call-elicitation": ASKS,
  "elicitation-sep1034-defaults": ASKS,
  "elicitation-sep1330-enums": ASKS,
  "resources-subscribe":
    "what was subscribed to would have to be remembered, and told on a stream of the session",
  "resources-unsubscribe": "as resources-subscribe",
  "server-sse-polling":
    "a stream that is taken up again needs a store of what it has sent (the suite only warns)",
  "server-sse-multiple-streams": "is not examined without a session (the suite only warns)",
};

const ROOT = resolve(import.meta.dirname, "../..");

/** The endpoint of the Worker, with the suite's fixtures beside its tools, as a server on this machine. */
async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method = "GET", headers, url = "/" } = incoming;
  const given = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : [],
  );
  const body = method === "POST" ? Readable.toWeb(incoming) : null;
  const request = new Request(`http://${headers.host}${url}`, {
    method,
    headers: given as [string, string][],
    ...(body ? { body: body as unknown as ReadableStream, duplex: "half" } : {}),
  });
  const response = await serveMcp(request, {
    api: async () =>
      Response.json({ error: "not_configured", message: "There are no rooms here." }, { status: 500 }),
    allowedHosts: "localhost,127.0.0.1,[::1]",
    mount: mountFixtures,
  });
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) Readable.fromWeb(response.body as never).pipe(outgoing);
  else outgoing.end();
}

const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
const folder = mkdtempSync(join(tmpdir(), "mcp-conformance-"));

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Check {
  readonly status: string;
}

/** Runs the suite, and answers what each scenario found. */
async function findings(): Promise<Map<string, readonly Check[]>> {
  const { port } = server.address() as AddressInfo;
  const suite = join(ROOT, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
  const args = [suite, "server", "--url", `http://localhost:${port}/mcp`, "--suite", "all", "-o", folder];
  const PATH = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  await new Promise<void>((done) => {
    execFile("node", args, { env: { ...process.env, PATH } }, () => done());
  });
  const runs = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory());
  return new Map(
    runs.map(({ name }) => {
      const checks = JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8")) as Check[];
      return [name.replace(/^server-(.*?)-\d{4}-\d\d-\d\dT.*$/, "$1"), checks];
    }),
  );
}

it("[MCP-1] the conformance suite passes, but for what needs a session", async () => {
  const found = await findings();
  const isGood = ({ status }: Check) => status === "SUCCESS" || status === "INFO";
  const bad = [...found].filter(([, checks]) => checks.length === 0 || !checks.every(isGood));
  expect(bad.map(([name]) => name).sort()).toEqual(Object.keys(NOT_STATELESS).sort());
  expect(found.size).toBe(32);
});
