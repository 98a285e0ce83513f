import { readFileSync } from "node:fs";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, describe, expect, inject, it } from "vitest";
import { ACTIONS, VIEWS } from "../../examples/queue-demo/vocabulary.ts";
import "../support/provided.ts";

const TASKS = Array.from({ length: 9 }, (_, n) => `file-${n}.ts`);
const WORKERS = ["worker-1", "worker-2", "worker-3"];

interface Result {
  readonly isError: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers of every shape
  readonly body: any;
}

/** A participant: an MCP client, whose token goes with every request or with every call. */
class Participant {
  readonly client: Client;
  readonly #passed: string | undefined;

  private constructor(client: Client, passed: string | undefined) {
    this.client = client;
    this.#passed = passed;
  }

  static async connect(mode: Mode, token?: string): Promise<Participant> {
    const client = new Client(
      { name: "doors", version: "1" },
      { versionNegotiation: { mode: mode.era === "2026-07-28" ? { pin: "2026-07-28" } : "legacy" } },
    );
    const headers: Record<string, string> =
      mode.by === "header" && token ? { Authorization: `Bearer ${token}` } : {};
    const url = new URL(`${inject("server")}/mcp`);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    // From the list the client knows the schemas by which it checks every result.
    await client.listTools();
    const participant = new Participant(client, mode.by === "header" ? undefined : token);
    open.push(participant);
    return participant;
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<Result> {
    const passed = this.#passed === undefined ? {} : { token: this.#passed };
    const { isError = false, structuredContent } = await this.client.callTool({
      name,
      arguments: { ...passed, ...args },
    });
    return { isError, body: structuredContent };
  }

  async do(name: string, args: Record<string, unknown> = {}): Promise<Result["body"]> {
    const { isError, body } = await this.call(name, args);
    if (isError) throw new Error(`${name}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Waits as long as it takes, each time as the answer says. */
  async until(condition: string, only: string[]): Promise<Result["body"]> {
    let { next, ...answer } = await this.do("wait", { condition, only, timeout_seconds: 5 });
    while (!answer.triggered) ({ next, ...answer } = await this.do(next.tool, next.arguments));
    return answer.context;
  }
}

const open: Participant[] = [];
afterAll(() => Promise.all(open.map(({ client }) => client.close())));

interface Mode {
  readonly era: "2026-07-28" | "2025";
  readonly by: "header" | "argument";
}

async function join(mode: Mode, id: string, joinToken: string): Promise<Participant> {
  const { token } = await (await Participant.connect(mode)).do("join", { id, token: joinToken });
  return await Participant.connect(mode, token);
}

async function coordinate(coordinator: Participant): Promise<void> {
  for (const definition of VIEWS) await coordinator.do("register", { kind: "view", definition });
  for (const definition of ACTIONS) await coordinator.do("register", { kind: "action", definition });
  const [first = "", ...others] = TASKS;
  await coordinator.do("invoke", { action: "post_task", params: { file: first }, idempotency_key: first });
  await coordinator.do("invoke", {
    invocations: others.map((file) => ({ action: "post_task", params: { file }, idempotency_key: file })),
    atomic: true,
  });
  await coordinator.until(`views.done == ${TASKS.length}`, ["views"]);
  await coordinator.do("invoke", { action: "close" });
}

async function work(worker: Participant): Promise<void> {
  await worker.until("actions.submit != null", ["actions"]);
  for (;;) {
    const { views } = await worker.until("size(views.open) > 0 || state._shared.closed == true", ["views"]);
    const [key] = views.open;
    if (key === undefined) return;
    const claim = await worker.call("invoke", { action: "claim", params: { key } });
    // Another was faster: the refusal says so, and the next wait finds another task.
    if (claim.isError) {
      expect([claim.body.error, typeof claim.body.next.tool]).toEqual(["precondition_failed", "string"]);
      continue;
    }
    const params = { key, lines: claim.body.writes[0].value.file.length, imports: 0 };
    await worker.do("invoke", { action: "submit", params, idempotency_key: `done-${key}` });
  }
}

describe.each<Mode>([
  { era: "2026-07-28", by: "header" },
  { era: "2026-07-28", by: "argument" },
  { era: "2025", by: "header" },
  { era: "2025", by: "argument" },
])("the official client of the era of $era, with its token by $by", (mode) => {
  it("[MCP-1] [MCP-3] a coordinator and three workers do each task exactly once, as the log shows", async () => {
    const room = await (await Participant.connect(mode)).do("create_room");
    const coordinator = await join(mode, "coordinator", room.join_token);
    const workers = await Promise.all(WORKERS.map((id) => join(mode, id, room.join_token)));
    await Promise.all([coordinate(coordinator), ...workers.map(work)]);

    const done: string[] = [];
    const files: string[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: Result["body"] = await coordinator.do("look", { what: "log", after });
      for (const { agent, payload } of page.events) {
        if (payload.ok === false) continue;
        for (const { scope, key, op, value } of payload.writes ?? []) {
          if (scope === "_results" && op !== "delete") done.push(`${key} by ${agent}`);
          if (scope === "_queue" && op !== "delete") files.push(value.file);
        }
      }
      after = page.next_after;
    }
    expect(files.sort()).toEqual(TASKS);
    expect(new Set(done.map((line) => line.split(" ")[0])).size).toBe(TASKS.length);
    expect(done).toHaveLength(TASKS.length);
    expect(done.every((line) => WORKERS.some((id) => line.endsWith(` by ${id}`)))).toBe(true);
  });
});

it("the configuration of examples/mcp leads to the endpoint of a server that npm start has started", async () => {
  const config = JSON.parse(readFileSync("examples/mcp/mcp.json", "utf8"));
  const { pathname } = new URL(config.mcpServers.sync.url);
  const client = new Client({ name: "desktop", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(pathname, inject("server"))));
  expect(client.getServerVersion()?.name).toBe("sync");
  expect(client.getInstructions()).toContain("join");
  await client.close();
});

it("[MCP-6] the official client reads a room's context as a resource, and is told when it changes", async () => {
  const mode: Mode = { era: "2026-07-28", by: "header" };
  const room = await (await Participant.connect(mode)).do("create_room");
  const ana = await join(mode, "ana", room.join_token);
  const [resource] = (await ana.client.listResources()).resources;
  const uri = resource?.uri ?? "";
  let seen = 0;
  const told = new Promise<void>((resolve) => {
    ana.client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
      if (params.uri !== uri || ++seen < 2) return;
      resolve();
    });
  });
  const subscription = await ana.client.listen({ resourceSubscriptions: [uri] });
  expect(subscription.honoredFilter.resourceSubscriptions).toEqual([uri]);
  while (seen === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await ana.do("invoke", { action: "_send_message", params: { body: "hello" } });
  await told;
  const { contents } = await ana.client.readResource({ uri });
  const [context] = contents as { readonly text: string }[];
  expect(JSON.parse(context?.text ?? "{}").messages.count).toBe(1);
  await subscription.close();
});

it.each<Mode["era"]>(["2026-07-28", "2025"])(
  "[MCP-2] a wait whose client of %s hangs up is forgotten",
  async (era) => {
    const mode: Mode = { era, by: "header" };
    const room = await (await Participant.connect(mode)).do("create_room");
    const [ana, ben] = [await join(mode, "ana", room.join_token), await join(mode, "ben", room.join_token)];
    const waiting = ana.call("wait", { condition: "false", timeout_seconds: 50 });
    const ended = expect(waiting).rejects.toThrow();
    await ben.until('agents.ana.status == "waiting"', ["agents"]);
    await ana.client.close();
    await ended;
    const gone = await ben.do("wait", { condition: 'agents.ana.status != "waiting"', timeout_seconds: 20 });
    expect(gone.triggered).toBe(true);
  },
);
