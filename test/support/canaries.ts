import type { Answer, TestRoom } from "./room.ts";
import { Client, createRoom } from "./room.ts";
import { watch } from "./socket.ts";
import { stream } from "./stream.ts";

/** A room in which ana keeps secrets, written in every way that there is. */
export interface Aviary {
  readonly room: TestRoom;
  readonly ana: Client;
  readonly bob: Client;
  /** Granted ana's scope. */
  readonly cat: Client;
  /** Texts that only who may read ana's scope may ever be shown: keys, values and hashes. */
  readonly canaries: readonly string[];
}

/** What an action of ana's own scope does with a secret; each is invoked by others in {@link knock}. */
const ANA_ACTIONS = [
  { id: "keep", writes: [{ key: "${params.key}", value: "${params.value}" }] },
  {
    id: "derive",
    writes: [{ key: "canary-key-derived", value: 'state.self["canary-key-join"] + "-derived"', expr: true }],
  },
  { id: "collect", writes: [{ append: true, value: { "canary-key-inner": "${params.value}" } }] },
  { id: "push", writes: [{ key: "canary-key-list", append: true, value: "${params.value}" }] },
  { id: "mix", writes: [{ key: "canary-key-merged", merge: { "${params.key}": "${params.value}" } }] },
  {
    id: "lapse",
    writes: [{ key: "gone", value: "${params.value}", timer: { at: "2001-01-01", effect: "delete" } }],
  },
  {
    id: "hide",
    writes: [{ key: "later", value: "${params.value}", timer: { ms: 3_600_000, effect: "enable" } }],
  },
  { id: "drop", writes: [{ key: "canary-key-dropped", delete: true }] },
  { id: "guarded", if: 'state["ana"].exists(k, state["ana"][k] == "never")', writes: [] },
  { id: "broken_if", if: 'state["ana"].all(k, int(state["ana"][k]) > 0)', writes: [] },
  { id: "gated", enabled: 'state["ana"].exists(k, state["ana"][k] == "never")', writes: [] },
  { id: "broken_write", writes: [{ key: "k", value: 'state["ana"].map(k, int(k))', expr: true }] },
  { id: "guess", writes: [{ key: "canary-${params.rest}", value: 1, if_hash: "${params.hash}" }] },
  { id: "count", writes: [{ key: "canary-${params.rest}", increment: 1 }] },
];

/** Plants the canaries. Room and agents are fresh, and have seen nothing but this. */
export async function plant(): Promise<Aviary> {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { "canary-key-join": "canary-value-join" } });
  const bob = await room.join("bob");
  const cat = await room.join("cat");
  await room.owner.call("/agents/cat", { method: "PATCH", body: { grants: ["ana"] } });
  for (const action of ANA_ACTIONS) await ana.do("_register_action", { ...action, scope: "ana" });
  await cat.do("_register_action", {
    id: "grant_write",
    writes: [{ scope: "ana", key: "${params.key}", value: "${params.value}" }],
  });
  await bob.do("_register_action", {
    id: "note",
    writes: [{ scope: "${self}", key: "${params.key}", value: "${params.value}" }],
  });
  await ana.do("keep", { key: "canary-key-kept", value: "canary-value-kept" });
  await ana.do("keep", { key: "canary-key-dropped", value: "canary-value-dropped" });
  await ana.do("drop");
  await ana.do("lapse", { value: "canary-value-lapsed" });
  await ana.do("hide", { value: "canary-value-hidden" });
  await ana.do("derive");
  await ana.do("collect", { value: "canary-value-collected" });
  await ana.do("push", { value: "canary-value-pushed" });
  await ana.do("mix", { key: "canary-key-patch", value: "canary-value-patch" });
  await cat.do("grant_write", { key: "canary-key-granted", value: "canary-value-granted" });
  await ana.do("note", { key: "canary-key-noted", value: "canary-value-noted" });
  await ana.invoke("guarded", { secret: "canary-value-refused" });
  return { room, ana, bob, cat, canaries: await canariesOf(room.owner) };
}

async function canariesOf(owner: Client): Promise<string[]> {
  const rows = (await owner.call("/poll")).body.state as { scope: string; hash: string }[];
  const hashes = rows.filter(({ scope }) => scope === "ana").map(({ hash }) => hash);
  const values = [
    "join",
    "kept",
    "dropped",
    "collected",
    "pushed",
    "patch",
    "granted",
    "noted",
    "refused",
    "lapsed",
    "hidden",
  ];
  return [...hashes, ...values.map((name) => `canary-value-${name}`), ...HIDDEN_KEYS];
}

/** Keys that no definition spells out, so that only reading the scope can tell them. */
const HIDDEN_KEYS = ["kept", "granted", "noted", "patch"].map((name) => `canary-key-${name}`);

/** Canaries that a reader of ana's scope sees in it now. */
export const LIVE_CANARIES = ["kept", "join-derived", "collected", "pushed", "patch", "granted", "noted"].map(
  (name) => `canary-value-${name}`,
);

/** Who knocks: a token, perhaps the room's own acting as an agent. */
export interface Visitor {
  readonly client: Client;
  readonly as?: string;
}

export interface Knock {
  readonly door: string;
  readonly answer: Answer;
}

export const EXPRESSIONS = [
  "state",
  "state.ana",
  'state["ana"]',
  'state["ana"].keys()',
  'size(state["ana"])',
  'state["ana"].map(k, int(k))',
  'state["ana"].map(k, timestamp(state["ana"][k]))',
  'state["ana"].filter(k, "x".matches(state["ana"][k]))',
  'state["ana"].entries()',
  "state._audit",
  "state._agents",
  "state._actions",
  "state.map(s, state[s])",
  "state.map(s, state[s].map(k, int(k)))",
  "[views, agents, actions, messages, meta, self, room]",
];

const READS = [
  "",
  "/context",
  ...["lean", "full", "usage"].map((depth) => `/context?depth=${depth}`),
  ...["_audit", "_messages", "_actions", "_views", "_agents", "_config", "_help"].map(
    (scope) => `/context?include=${scope}`,
  ),
  "/context?only=state.ana",
  "/context?only=state.ana,state._audit&elision=none&compact=true",
  "/poll",
  "/replay/20?include=_actions,_views,_agents,_messages,_config,_help",
  "/history/ana?prefix=",
  "/history/ana?prefix=canary",
  "/history/_actions?prefix=",
  "/history/_agents?prefix=",
  "/tokens",
  '/wait?condition=size(state["ana"])>0&timeout=0',
  '/wait?condition=state["ana"].all(k,int(k)>0)&timeout=0',
  "/wait?condition=true&include=_audit",
  "/wait?condition=true&include=state,actions",
  '/wait?condition=state["ana"].map(k,&timeout=0',
];

const LOG_READS = [
  "/log?limit=500",
  "/log?limit=500&agent=ana",
  "/log?limit=500&kind=agent_join",
  "/log?limit=500&depth=lean",
];

export const INVOCATIONS: readonly (readonly [action: string, params?: unknown])[] = [
  ["keep", { key: "k", value: 1 }],
  ["derive"],
  ["collect", { value: 1 }],
  ["push", { value: 1 }],
  ["mix", { key: "k", value: 1 }],
  ["drop"],
  ["lapse", { value: 1 }],
  ["guarded"],
  ["broken_if"],
  ["gated"],
  ["broken_write"],
  ["guess", { rest: "key-list", hash: "0000000000000000" }],
  ["count", { rest: "key-list" }],
  ["grant_write", { key: "k", value: 1 }],
  ["help"],
  ["help", { key: "guide" }],
  ["no_such_action"],
  ["_register_action", { id: "keep", writes: [] }],
  ["_delete_action", { id: "keep" }],
  ["_register_view", { id: "mine", expr: 'state["ana"]', scope: "_shared" }],
  ["_register_view", { id: "hers", expr: 'state["ana"]', scope: "ana" }],
];

/** Knocks at every door of the room with one token. */
export async function knock({ client, as }: Visitor): Promise<Knock[]> {
  const knocks: Knock[] = [];
  const note = (door: string, answer: Answer) => knocks.push({ door, answer });
  const claim = as === undefined ? {} : { agent: as };
  for (const path of as === undefined ? [...READS, ...LOG_READS] : READS) {
    const asked = as === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}agent=${as}`;
    note(asked, await client.call(asked.replaceAll('"', "%22")));
  }
  for (const expr of EXPRESSIONS) {
    note(`eval ${expr}`, await client.call("/eval", { body: { expr, ...claim } }));
    note(`eval ${expr} at 20`, await client.call("/eval", { body: { expr, seq: 20, ...claim } }));
  }
  for (const dryRun of [true, false]) {
    for (const [action, params] of INVOCATIONS) {
      const answer = await client.invoke(action, params ?? {}, { dry_run: dryRun, ...claim });
      note(`${dryRun ? "dry run" : "invoke"} ${action}`, answer);
    }
  }
  return knocks;
}

/** What a socket asks for beside expressions and invocations. */
const FRAMES = [
  { type: "context" },
  {
    type: "context",
    depth: "full",
    include: ["_audit", "_messages", "_actions", "_views", "_agents", "_config"],
  },
  { type: "context", only: ["state.ana", "state._audit"] },
  { type: "wait", condition: 'size(state["ana"]) > 0' },
  { type: "wait", condition: 'state["ana"].all(k, int(state["ana"][k]) > 0)', timeout: 0 },
  { type: "wait", condition: "true", include: ["state", "actions"] },
  { type: "wait", condition: 'state["ana"].map(k,' },
];

/**
 * Everything that one token's socket and event stream are sent, from the room's first event on: what they ask for in
 * every way that there is, and what they are told of while `work` is done.
 */
export async function overhear({ client, as }: Visitor, work: () => Promise<unknown>): Promise<Knock[]> {
  const query = `?since=0${as === undefined ? "" : `&agent=${as}`}`;
  const [socket, events] = [await watch(client, query), await stream(client, query)];
  EXPRESSIONS.forEach((expr, id) => void socket.send({ type: "subscribe", id, expr }));
  for (const frame of FRAMES) socket.send({ ...frame, id: JSON.stringify(frame).slice(0, 64) });
  await work();
  for (const [action, params] of INVOCATIONS) {
    for (const dry_run of [true, false]) {
      await socket.ask({ type: "invoke", action, params: params ?? {}, dry_run });
    }
  }
  await client
    .do("_send_message", { body: "last" }, as === undefined ? {} : { agent: as })
    .catch(() => undefined);
  const { seq } = await socket.ask({ type: "ping" });
  const seen = socket.of("event").at(-1)?.seq;
  await events.until(({ event, data }) => event === "event" && data.seq >= seen);
  const got = [...socket.frames, ...events.events.map(({ data }) => data)];
  socket.close();
  await events.close();
  return got.map((body) => ({
    door: `${body.type} ${body.id ?? ""}`,
    answer: { status: seq, body, headers: new Headers() },
  }));
}

/** Every canary that an answer holds, with the door behind which it was. */
export function leaks(knocks: readonly Knock[], canaries: readonly string[]): string[] {
  return knocks.flatMap(({ door, answer }) => {
    const text = JSON.stringify([answer.body, [...answer.headers]]);
    return canaries.filter((canary) => text.includes(canary)).map((canary) => `${canary} behind ${door}`);
  });
}

/** A token of a room that has nothing to do with this one, aimed at it. */
export async function foreigner(room: TestRoom): Promise<Client> {
  const other = await createRoom();
  return new Client(room.id, other.owner.token);
}
