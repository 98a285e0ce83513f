import { runDurableObjectAlarm } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { hash } from "node:crypto";
import { chainText } from "../../src/kernel/chain.ts";
import { rows, timedRows } from "./ledger.ts";
import type { Answer, Body, TestRoom } from "./room.ts";
import { Client, createRoom, roomObject } from "./room.ts";

const NDJSON = { "Content-Type": "application/x-ndjson" };

/** The response of an export, its body unread. */
export async function openExport(client: Client): Promise<Response> {
  const headers = { Authorization: `Bearer ${client.token}` };
  return await exports.default.fetch(
    new Request(`http://sync.test/rooms/${client.room}/export`, { headers }),
  );
}

export async function exportText(client: Client): Promise<string> {
  return new TextDecoder().decode(await (await openExport(client)).arrayBuffer());
}

/** What a room exports, line by line. */
export async function exportLines(client: Client): Promise<Body[]> {
  const text = await exportText(client);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Lines as a body; a line that is a text is sent as it is. */
export function bodyOf(lines: readonly Body[]): string {
  return lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
}

export async function importInto(
  client: Client,
  body: BodyInit,
  headers: Record<string, string> = NDJSON,
): Promise<Answer> {
  const response = await exports.default.fetch(
    new Request(`http://sync.test/rooms/${client.room}/import`, {
      method: "POST",
      headers: { Authorization: `Bearer ${client.token}`, ...headers },
      body,
    }),
  );
  return { status: response.status, body: await response.json(), headers: response.headers };
}

export interface ForkedRoom {
  readonly id: string;
  readonly owner: Client;
  /** What the fork was answered. */
  readonly body: Body;
}

export async function forked(room: Pick<TestRoom, "owner">, options: Body = {}): Promise<ForkedRoom> {
  const { status, body } = await room.owner.call("/fork", { body: options });
  if (status !== 201) throw new Error(`fork: ${status} ${JSON.stringify(body)}`);
  return { id: body.id, owner: new Client(body.id, body.token), body };
}

export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/** Lines with the chains that fit them, as whoever forges an export would make them. */
export function chained(lines: readonly Body[]): Body[] {
  let chain = "";
  return lines.map((line) => {
    if (line.checkpoint) chain = line.checkpoint.chain;
    if (line.head) return { head: { ...line.head, chain } };
    if (line.seq === undefined) return line;
    chain = sha256(chainText(chain, line, JSON.stringify(line.payload)));
    return { ...line, chain };
  });
}

/** A stream of bytes that is written by hand. */
export function slowBody(): {
  readable: ReadableStream<Uint8Array>;
  write(text: string): void;
  close(): void;
  fail(): void;
} {
  let controller: ReadableByteStreamController;
  const readable = new ReadableStream({
    type: "bytes",
    start(made) {
      controller = made;
    },
  });
  return {
    readable,
    write: (text) => controller.enqueue(new TextEncoder().encode(text)),
    close: () => controller.close(),
    fail: () => controller.error(new Error("hung up")),
  };
}

/** Everything that a room's state is, what it is called aside: entries, registered ones in their order, numbers used, timers left. */
export async function stateOf(room: string): Promise<Body> {
  const isOwn = "NOT (scope = '_config' AND key = 'room')";
  return {
    entries: await rows(
      room,
      `SELECT scope, key, value, revision, hash, updated_at, enabled FROM state WHERE ${isOwn}
         ORDER BY scope, CASE WHEN scope IN ('_actions', '_views') THEN rowid END, key`,
    ),
    counters: await rows(room, "SELECT scope, highest FROM counters ORDER BY scope"),
    timers: await timedRows(room),
  };
}

/** Everything that tells how a room stands: a refused import leaves all of it as it was. */
export async function standing(room: string): Promise<Body> {
  const tables = ["log", "log_index", "state", "tokens", "counters", "base", "checkpoint", "import_mark"];
  const found = tables.map(async (table) => [table, await rows(room, `SELECT * FROM ${table}`)] as const);
  return Object.fromEntries(await Promise.all(found));
}

const HOUR = 3_600_000;
const timed = (id: string, timer: Record<string, unknown>) => ({
  id,
  writes: [{ key: "${params.k}", value: "${params.v}", timer }],
});

const ACTIONS = [
  { id: "set", writes: [{ key: "${params.k}", value: "${params.v}" }] },
  { id: "own", writes: [{ scope: "${self}", key: "${params.k}", value: "${params.v}" }] },
  { id: "inc", writes: [{ key: "${params.k}", increment: 2 }] },
  { id: "mix", writes: [{ key: "${params.k}", merge: { "${params.k}": "${params.v}", gone: null } }] },
  { id: "push", writes: [{ key: "${params.k}", append: true, value: "${params.v}" }] },
  { id: "add", writes: [{ scope: "_list", append: true, value: "${params.v}" }] },
  { id: "drop", writes: [{ key: "${params.k}", delete: true }] },
  { id: "unlist", writes: [{ scope: "_list", key: "${params.k}", delete: true }] },
  { id: "gate", writes: [{ key: "${params.k}", value: 1, enabled: "state._shared.turn > 2" }] },
  { id: "say", writes: [{ scope: "_messages", append: true, value: { body: "${params.v}", mood: "é" } }] },
  { id: "guide", writes: [{ scope: "_help", key: "house", value: "${params.v}" }] },
  timed("later", { ms: HOUR, effect: "enable" }),
  timed("until", { ms: HOUR, effect: "delete" }),
  timed("lapse", { ticks: 4, tick_on: "_shared.turn", effect: "delete" }),
  timed("sleep", { ticks: 3, tick_on: "state._shared.turn", effect: "enable" }),
  {
    id: "cool",
    params: { n: { type: "integer", minimum: 1 } },
    if: "params.n != 7",
    writes: [],
    result: "1 + 1",
    on_invoke: { timer: { ticks: 5, tick_on: "_shared.turn" } },
  },
];

/** A room in which everything has happened that leaves a trace in a log. */
export async function furnishedRoom(): Promise<{ room: TestRoom; ana: Client }> {
  const room = await createRoom({ meta: { purpose: "test" } });
  const ana = await room.join("ana", { state: { secret: "hidden", __proto__x: 1 }, public_keys: ["secret"] });
  await room.join("bob", {
    views: [
      { id: "z", expr: "1" },
      { id: "b", expr: "2" },
    ],
  });
  for (const action of ACTIONS) await ana.do("_register_action", action);
  await ana.do("_register_view", {
    id: "n",
    expr: "state._shared.turn",
    scope: "_shared",
    render: { type: "metric", temporal: true },
  });
  const steps: [string, Body][] = [
    ["set", { k: "turn", v: 0 }],
    ["set", { k: "__proto__", v: { constructor: [1, "é", null] } }],
    ["own", { k: "10", v: "ten" }],
    ["mix", { k: "m", v: 1 }],
    ["mix", { k: "m", v: { deep: true } }],
    ["push", { k: "p", v: 1 }],
    ["push", { k: "p", v: [2] }],
    ["add", { v: "one" }],
    ["add", { v: "two" }],
    ["unlist", { k: "2" }],
    ["later", { k: "t1", v: 1 }],
    ["until", { k: "t2", v: 1 }],
    ["lapse", { k: "t3", v: 1 }],
    ["sleep", { k: "t4", v: 1 }],
    ["gate", { k: "g" }],
    ["cool", { n: 1 }],
    ["inc", { k: "turn" }],
    ["say", { v: "by an action" }],
    ["drop", { k: "m" }],
    ["set", { k: "m", v: "again" }],
    ["_register_action", { id: "inc", writes: [{ key: "${params.k}", increment: 1 }] }],
    ["inc", { k: "turn" }],
  ];
  for (const [action, params] of steps) await ana.do(action, params);
  await ana.invoke("cool", { n: 7 });
  await ana.do("_send_message", { body: "hello", to: "bob" });
  await room.owner.do("guide", { v: "Be kind." });
  await room.owner.call("/agents/bob", { method: "PATCH", body: { grants: ["ana"] } });
  await room.owner.call("/tokens", { body: { kind: "view", label: "wall" } });
  await room.owner.call("/agents/bob", { method: "DELETE" });
  await runDurableObjectAlarm(roomObject(room.id));
  return { room, ana };
}

/** Has the room forget all but its newest events. */
export async function compact(room: TestRoom, events: number): Promise<void> {
  await room.owner.call("", { method: "PATCH", body: { config: { retention: { events } } } });
  const most = events + Math.ceil(events / 10);
  do await runDurableObjectAlarm(roomObject(room.id));
  while ((await room.owner.call("/stats")).body.log.events >= most);
}
