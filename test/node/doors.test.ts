import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { createRoom, health, Room, template, templates } from "../../src/client/main.ts";
import { TOOL_OF } from "../../src/mcp/operations.ts";
import { TOOL_NAMES } from "../../src/mcp/tool-names.ts";
import type { OperationId } from "../../src/protocol/operations.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";

const IDS = Object.keys(OPERATIONS) as OperationId[];
const SERVER = "http://sync.test";

/** What the client sends: nothing answers. */
function recorder() {
  const sent: string[] = [];
  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    sent.push(`${init.method ?? "GET"} ${new URL(url).pathname}`);
    throw new Error("nobody is there");
  };
  return { sent, connection: { fetch: send, retry: { attempts: 1 } } };
}

type Calls = Readonly<Record<OperationId, (room: Room, server: Parameters<typeof health>[1]) => unknown>>;

/** Each call as a user of the client makes it. */
const CLIENT: Calls = {
  createRoom: (_, server) => createRoom(SERVER, server),
  getRoom: (room) => room.info(),
  updateRoom: (room) => room.update({ meta: {} }),
  deleteRoom: (room) => room.delete(),
  stats: (room) => room.stats(),
  join: (room) => room.join({ id: "ana" }),
  updateAgent: (room) => room.updateAgent("ana", { role: "lead" }),
  leave: (room) => room.leave("ana"),
  context: (room) => room.context(),
  invoke: (room) => room.invoke("vote", {}),
  invokeMany: (room) => room.invokeMany([{ action: "vote" }]),
  wait: (room) => room.wait("true"),
  watch: (room) => room.watch({ transport: "stream" }).next(),
  evaluate: (room) => room.evaluate("1"),
  poll: (room) => room.poll(),
  log: (room) => room.logPage(),
  verify: (room) => room.verify(),
  scopeHistory: (room) => room.historyPage("_shared"),
  keyHistory: (room) => room.historyPage("_shared", { key: "phase" }),
  replay: (room) => room.replay(1),
  samples: (room) => room.samplesPage("open"),
  salience: (room) => room.salience(),
  export: (room) => room.export(),
  import: (room) => room.import(""),
  fork: (room) => room.fork(),
  mintToken: (room) => room.mintToken({ kind: "view" }),
  listTokens: (room) => room.listTokens(),
  revokeToken: (room) => room.revokeToken("id"),
  migration: (room) => room.migration(),
  migrate: (room) => room.migrate("dual"),
  templates: (_, server) => templates(SERVER, server),
  template: (_, server) => template(SERVER, "vote", server),
  health: (_, server) => health(SERVER, server),
};

/** What a path of the API looks like once its parameters are filled. */
function pattern(id: OperationId): RegExp {
  const { method, path } = OPERATIONS[id];
  return new RegExp(`^${method} ${path.replace(/:\w+/g, "[^/]+")}$`);
}

/** Calls that no tool makes: they are the owner's, or stream what a tool cannot answer (docs/decisions/0010). */
const NOT_FOR_TOOLS = [
  "updateRoom",
  "deleteRoom",
  "updateAgent",
  "leave",
  "watch",
  "poll",
  "export",
  "import",
  "fork",
  "mintToken",
  "listTokens",
  "revokeToken",
  "migration",
  "migrate",
  "health",
];

describe("every door has every call", () => {
  it.each(IDS)("[SDK-1] the client makes the call %s", async (id) => {
    const { sent, connection } = recorder();
    const room = new Room({ server: SERVER, room: "demo", token: "as_token", ...connection });
    await Promise.resolve(CLIENT[id](room, connection)).catch(() => undefined);
    // A key may be `..`, which no path can name: the client sends it in the query.
    const place = id === "keyHistory" ? "scopeHistory" : id;
    expect(sent).toEqual([expect.stringMatching(pattern(place))]);
  });

  it("[CLI-1] a command makes each call", () => {
    const made = new Set(COMMANDS.flatMap(({ operations }) => operations));
    expect(IDS.filter((id) => !made.has(id))).toEqual([]);
    expect([...made].filter((id) => !(id in OPERATIONS))).toEqual([]);
  });

  it("[MCP-1] a tool makes each call but those that are known to be none of an agent's", () => {
    expect(IDS.filter((id) => TOOL_OF[id] === null)).toEqual(NOT_FOR_TOOLS);
    expect(TOOL_NAMES.filter((name) => !Object.values(TOOL_OF).includes(name))).toEqual(["register", "help"]);
  });
});
