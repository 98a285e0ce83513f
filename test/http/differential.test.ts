import { expect, it } from "vitest";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import type { Knock, Visitor } from "../support/canaries.ts";
import { knock, overhear } from "../support/canaries.ts";
import { forge, takeApart } from "../support/forge.ts";
import { callTool } from "../support/mcp.ts";
import type { TestRoom } from "../support/room.ts";
import { type Client, createRoom, request } from "../support/room.ts";

/** What a room keeps from most: much of it, or next to nothing. */
interface Hoard {
  readonly state: Record<string, unknown>;
  readonly keys: (index: number) => string;
  readonly value: string;
  readonly label: string;
}

const RICH: Hoard = {
  state: { one: "canary-1", two: { deep: "canary-2" }, three: [1, 2, 3] },
  keys: (index) => `k${index}`,
  value: "canary-".repeat(4_000),
  label: "canary-label",
};
const POOR: Hoard = { state: { one: 1 }, keys: () => "k", value: "x", label: "l" };

/** The doors are many. */
const LONG = { timeout: 100_000 };

/** Two rooms with the same public history have this many private entries more or less. */
const WRITES = 12;

interface Scene {
  readonly room: TestRoom;
  readonly ana: Client;
  readonly visitors: Readonly<Record<string, Visitor>>;
}

async function scene(hoard: Hoard): Promise<Scene> {
  const room = await createRoom();
  const ana = await room.join("ana", { state: hoard.state });
  const [bob, cat] = [await room.join("bob"), await room.join("cat")];
  await room.owner.call("/agents/cat", { method: "PATCH", body: { grants: ["ana"] } });
  await room.owner.call("/agents/cat", { method: "PATCH", body: { grants: [] } });
  await room.owner.call("/tokens", { body: { kind: "view", label: hoard.label } });
  await ana.do("_register_action", {
    id: "keep",
    scope: "ana",
    params: { key: { type: "string" }, value: {} },
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
  await ana.do("_register_action", { id: "drop", scope: "ana", writes: [{ key: "none", delete: true }] });
  await ana.do("_register_action", { id: "tally", scope: "ana", if: "size(state.self) > 5", writes: [] });
  await ana.do("_register_view", { id: "open", expr: "1 + 1", scope: "ana", render: { type: "metric" } });
  await bob.do("_register_action", { id: "public", writes: [{ key: "p", increment: 1 }] });
  for (let index = 0; index < WRITES; index++) {
    await ana.do("keep", { key: hoard.keys(index), value: hoard.value });
  }
  await bob.do("public");
  await ana.do("_send_message", { body: "hello", to: "bob" });
  const visitors: Record<string, Visitor> = {
    bob: { client: bob },
    cat: { client: cat },
    "room as bob": { client: room.owner, as: "bob" },
  };
  return { room, ana, visitors };
}

const MORE = [
  "/context?budget=700",
  "/context?meta=true&budget=3000",
  "/context?since=4",
  "/salience",
  "/salience?scope=ana",
  "/replay/6",
  "/replay/22",
  "/samples/open",
  "/history/ana/k1",
  "/history/ana?key=one",
  "/export",
  "/log/verify",
  "/log?kind=invoke&limit=3",
  "/log?after=6&limit=2",
  "/migration",
  "/tokens",
  "/stats",
  "/context?depth=full&since=9&budget=900",
  "/context?only=self,views,messages&compact=true",
];
const ASKED = [
  "size(state)",
  "state.keys()",
  "meta",
  "top_n('ana', 5)",
  "salient('ana', 0.0)",
  "written_by('ana', 'ana')",
  "stale(1)",
  "contested()",
  "views._vocabulary",
  "messages",
  "string(state) + string(views)",
  "state.ana.k1.x == 1",
  "state.ana1",
];

/** Everything that one visitor is told, at every door. */
async function told(visitor: Visitor): Promise<Knock[]> {
  const { client, as } = visitor;
  // The room as an agent has that agent's eyes: of it what the others were not asked yet is enough.
  const knocks = as === undefined ? [...(await knock(visitor))] : [];
  const claim = as === undefined ? {} : { agent: as };
  for (const path of MORE) {
    // Of the log `agent` asks for an agent's events: the room reads it as itself.
    if (as !== undefined && path.startsWith("/log?")) continue;
    const query = as === undefined ? "" : `${path.includes("?") ? "&" : "?"}agent=${as}`;
    const answer = await client.call(path + query);
    knocks.push({ door: path, answer });
  }
  for (const expr of ASKED) {
    knocks.push({ door: expr, answer: await client.call("/eval", { body: { expr, ...claim } }) });
  }
  const many = { invocations: [{ action: "tally" }, { action: "keepp" }], ...claim };
  knocks.push({ door: "batch", answer: await client.call("/invoke", { body: many }) });
  for (const [tool, args] of [
    ["context", {}],
    ["look", { what: "history", scope: "ana" }],
    ["look", { what: "log" }],
    ["look", { what: "replay", seq: 22 }],
    ["look", { what: "eval", expr: "[state, views, agents, meta]" }],
    ["look", { what: "salience" }],
    ["wait", { condition: "size(state.ana) > 3", timeout: 0 }],
    ["invoke", { action: "tally" }],
  ] as const) {
    const { body } = await callTool(tool, { ...args, ...(client.token ? { token: client.token } : {}) });
    if (as === undefined) knocks.push({ door: tool, answer: { status: 0, body, headers: new Headers() } });
  }
  return knocks;
}

/** What of an answer is not the same even of two rooms that are alike: ids, times, and what is made of them. */
function normalised({ door, answer }: Knock, room: string): string {
  return (
    JSON.stringify([door, answer.status, answer.body, [...answer.headers]])
      .replaceAll(room, "ROOM")
      .replaceAll(/room-\d+-[0-9a-f]{8}/g, "OTHER")
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME")
      .replaceAll(/"(incarnation|id|elapsed_ms|hash|_hash)":("[\w-]{10,}"|\d+)/g, '"$1":0')
      .replaceAll(/dur=\d+/g, "dur=0")
      // The heaviest comes first, and what is recent grows lighter by the ms.
      .replaceAll(/(?<=reasons\\?":\[)[^\]]*/g, (reasons) => reasons.split(",").sort().join())
      .replaceAll(/"(velocity|score|recency)":[\d.e-]+/g, '"$1":0')
      .replaceAll(/\d\.\d{3,}(?:e-\d+)?/g, "FRACTION")
      .replaceAll(/"[0-9a-f]{16}"|\\"[0-9a-f]{16}\\"/g, "HASH")
  );
}

it(
  "[AUTH-5] what others keep to themselves, and how much of it, changes no byte of what one is told",
  LONG,
  async () => {
    const [rich, poor] = [await scene(RICH), await scene(POOR)];
    for (const name of Object.keys(rich.visitors)) {
      const [one, other] = [await told(rich.visitors[name]!), await told(poor.visitors[name]!)];
      expect(one.length).toBe(other.length);
      for (const [index, each] of one.entries()) {
        expect([name, normalised(each, rich.room.id)]).toEqual([
          name,
          normalised(other[index]!, poor.room.id),
        ]);
      }
    }
  },
);

/** Who has no token that opens the room, or none that reads: each is told the same whatever the room holds. */
async function outsiders({ room, ana }: Scene): Promise<Record<string, string | undefined>> {
  const mint = async (body: Record<string, unknown>) => (await room.owner.call("/tokens", { body })).body;
  const [viewing, acting] = [await mint({ kind: "view" }), await mint({ kind: "agent", agent: "bob" })];
  for (const { id } of [viewing, acting]) await room.owner.call(`/tokens/${id}`, { method: "DELETE" });
  const dan = await room.join("dan", { state: { one: 1 } });
  await dan.call("/agents/dan", { method: "DELETE" });
  const { prefix, payload } = takeApart(ana.token as string);
  return {
    nobody: undefined,
    "a join token": room.joiner.token,
    "a revoked view token": viewing.token,
    "a revoked agent's token": acting.token,
    "the token of one who left": dan.token,
    "the room token of another room": (await createRoom()).owner.token,
    "a token whose time is over": await forge(prefix, { ...payload, exp: 1 }),
    "an old bearer string": `room_${"0".repeat(48)}`,
    "a token that nobody signed": `as_${"a".repeat(20)}.b.c`,
  };
}

/** Every call of the API once, with names and texts that only the room's own could know. */
async function knockOutside(room: string, token: string | undefined): Promise<Knock[]> {
  const bodies: Readonly<Record<string, unknown>> = {
    join: { id: "ana" },
    invoke: { params: { key: "one", value: 1 } },
    evaluate: { expr: "size(state.ana) + 1" },
  };
  const known: Readonly<Record<string, string>> = {
    room,
    agent: "ana",
    action: "keep",
    view: "open",
    scope: "ana",
    key: "one",
    seq: "9",
  };
  const calls = Object.entries(OPERATIONS).filter(([, { path }]) => path.startsWith("/rooms/:room"));
  const knocks = calls.map(async ([id, { method, path }]) => {
    const named = path.replace(/:(\w+)/g, (_, name: string) => known[name] ?? "x");
    const query = id === "wait" ? "?condition=size(state.ana)>3&timeout=0" : "";
    const headers = id === "import" ? { "Content-Type": "application/x-ndjson" } : {};
    const body = method === "GET" || method === "DELETE" ? {} : { body: bodies[id] ?? {} };
    return { door: id, answer: await request(named + query, { method, token, headers, ...body }) };
  });
  const look = callTool("look", { what: "room", ...(token === undefined ? {} : { token }) });
  const { body } = await look;
  return [
    ...(await Promise.all(knocks)),
    { door: "mcp", answer: { status: 0, body, headers: new Headers() } },
  ];
}

it(
  "[AUTH-2] [AUTH-5] whoever has no token that reads is told nothing of what a room holds, by no byte",
  LONG,
  async () => {
    const [rich, poor] = [await scene(RICH), await scene(POOR)];
    const [ofRich, ofPoor] = [await outsiders(rich), await outsiders(poor)];
    for (const name of Object.keys(ofRich)) {
      const [one, other] = [
        await knockOutside(rich.room.id, ofRich[name]),
        await knockOutside(poor.room.id, ofPoor[name]),
      ];
      expect(one.filter(({ door, answer }) => door !== "mcp" && answer.status < 400)).toEqual([]);
      for (const [index, each] of one.entries()) {
        const text = normalised(other[index]!, poor.room.id);
        expect([name, normalised(each, rich.room.id)]).toEqual([name, text]);
      }
    }
  },
);

it("[AUTH-5] who may see it is told apart, so that the comparison is not blind", async () => {
  const [rich, poor] = [await scene(RICH), await scene(POOR)];
  for (const pick of [({ room }: Scene) => room.viewer, ({ ana }: Scene) => ana]) {
    for (const door of ["/context", "/poll", "/history/ana?prefix=", "/log?limit=500", "/replay/22"]) {
      const [one, other] = [await pick(rich).call(door), await pick(poor).call(door)];
      const text = normalised({ door, answer: one }, rich.room.id);
      expect(text).not.toBe(normalised({ door, answer: other }, poor.room.id));
    }
  }
});

it(
  "[WATCH-3] sockets and streams tell no more frames, and no longer ones, of what is hidden",
  LONG,
  async () => {
    const heard = async (hoard: Hoard, name: string) => {
      const { room, ana, visitors } = await scene(hoard);
      const work = async () => {
        for (let index = 0; index < 3; index++) {
          await ana.do("keep", { key: hoard.keys(100 + index), value: hoard.value });
        }
      };
      const frames = await overhear(visitors[name]!, work);
      // How often a value that reads the clock is sent is a matter of time.
      const told = frames.filter(({ answer }) => answer.body.type === "event");
      return told
        .map((frame) => normalised({ ...frame, answer: { ...frame.answer, status: 0 } }, room.id))
        .sort();
    };
    for (const name of ["bob", "room as bob"]) {
      expect([name, await heard(RICH, name)]).toEqual([name, await heard(POOR, name)]);
    }
  },
);
