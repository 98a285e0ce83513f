import type { JsonObject } from "../../src/kernel/json.ts";
import type { OperationId } from "../../src/protocol/operations.ts";

/** What a valid request of a call has, to be spoiled. */
export interface Model {
  readonly query?: Readonly<Record<string, string>>;
  readonly bodies?: readonly JsonObject[];
}

const SHAPING = {
  only: "state,views",
  include: "_actions",
  depth: "full",
  messages_after: "1",
  messages_limit: "5",
  messages: "false",
  actions: "false",
  expand: "views",
  elision: "none",
  meta: "true",
  since: "3",
  budget: "2000",
  compact: "true",
};

export const DEFINITIONS: readonly JsonObject[] = [
  {
    id: "vote",
    description: "Votes",
    params: { choice: { type: "string", enum: ["tea", "coffee"], required: true } },
    if: "self != '' && params.choice in ['tea', 'coffee']",
    enabled: "state._shared.closed != true",
    writes: [{ scope: "_votes", key: "${self}", value: "${params.choice}", if_hash: "" }],
    result: "size(state._votes)",
    on_invoke: { timer: { ms: 1 } },
  },
  {
    id: "wild",
    scope: "ben",
    params: { type: "object", properties: { a: { type: "integer", minimum: 1 } }, required: ["a"] },
    writes: [
      { key: "k", merge: { a: { b: "${params.a}" } }, timer: { ms: 60_000, effect: "delete" } },
      { key: "n", increment: "${params.a}", enabled: "state._shared.open == true" },
      { key: "l", append: true, value: "state.self.n", expr: true },
      { scope: "_notes", append: true, value: { "${self}": "${now}" } },
      { key: "gone", delete: true },
    ],
    timer: { ticks: 2, tick_on: "_shared.probe", effect: "enable" },
  },
];
const VIEW: JsonObject = {
  id: "tally",
  expr: "state._votes.map(k, state._votes[k])",
  scope: "_shared",
  render: { type: "metric", label: "Votes", temporal: true },
  timer: { at: "2030-01-01T00:00:00Z", effect: "delete" },
};
const MESSAGE: JsonObject = { body: { text: "hello" }, kind: "chat", to: ["ana", "ben"], reply_to: 1 };

/** Invocations of one room, each with params that fit. */
export const INVOCATIONS: readonly (readonly [action: string, params: JsonObject])[] = [
  ["put", { key: "k", value: { a: [1, 2] } }],
  ["patch", { key: "p", patch: { a: null, b: { c: 1 } } }],
  ["add", { key: "n", by: 2 }],
  ["vote", { choice: "tea" }],
  ["_send_message", MESSAGE],
  ["_register_view", VIEW],
  ["_delete_action", { id: "vote", if_hash: "0011223344556677" }],
  ["_delete_view", { id: "tally" }],
  ["help", { key: "guide" }],
  ...DEFINITIONS.map((definition) => ["_register_action", definition] as const),
];

const INVOKE: readonly JsonObject[] = INVOCATIONS.map(([, params]) => ({
  params,
  idempotency_key: "key-1",
  dry_run: false,
  if_action_hash: null,
}));

const BATCH: JsonObject = {
  invocations: INVOCATIONS.slice(0, 5).map(([action, params]) => ({ action, params })),
  atomic: false,
};

const DUMP: JsonObject = {
  tables: {
    rooms: [{ id: "old", created_at: "2025-01-01 00:00:00", meta: "{}" }],
    agents: [{ id: "ana", room_id: "old", name: "Ana", meta: "{}", token_hash: null }],
    state: [{ room_id: "old", scope: "_shared", key: "k", value: "1", revision: 1 }],
  },
};

/** Of every call a request that is valid, or nearly so. */
export const MODELS: Readonly<Record<OperationId, Model>> = {
  createRoom: { bodies: [{ meta: { topic: "tea" }, join: "open", template: "vote" }, { import: DUMP }] },
  getRoom: { query: { compact: "true" } },
  updateRoom: {
    bodies: [
      {
        meta: { topic: "tea" },
        config: { salience_weights: { recency: 0.5 }, retention: { events: 10_000 } },
      },
    ],
  },
  stats: { query: { compact: "true" } },
  deleteRoom: {},
  join: {
    bodies: [
      {
        id: "eve",
        name: "Eve",
        role: "player",
        meta: {},
        state: { mood: 1 },
        public_keys: ["mood"],
        views: { "eve.all": "state.self", other: { expr: "1", render: { type: "metric" } } },
      },
    ],
  },
  updateAgent: { bodies: [{ grants: ["ana"], role: "judge", name: "Ana", meta: { a: 1 } }] },
  leave: {},
  context: { query: SHAPING },
  invoke: { bodies: INVOKE },
  invokeMany: { bodies: [BATCH] },
  wait: { query: { condition: "state._shared.probe > 0", ...SHAPING } },
  watch: { query: { since: "1", only: "events,views,presence" } },
  evaluate: { bodies: [{ expr: "state._shared.map(k, state._shared[k])" }, { expr: "1 + 1", agent: null }] },
  poll: { query: { agent: "ana" } },
  log: { query: { after: "2", limit: "5", kind: "invoke", agent: "ana" } },
  verify: {},
  scopeHistory: { query: { prefix: "k", key: "k", after: "1", limit: "5" } },
  keyHistory: { query: { after: "1", limit: "5", agent: "ana" } },
  replay: { query: { agent: "ana" } },
  samples: { query: { after: "1", limit: "5" } },
  salience: { query: { scope: "_shared", limit: "5", agent: "ana" } },
  export: { query: { agent: "ana" } },
  import: { bodies: [DUMP] },
  fork: { bodies: [{ at: 3 }] },
  mintToken: { bodies: [{ kind: "agent", agent: "ana", label: "wall", expires_in: 60 }, { kind: "view" }] },
  listTokens: {},
  revokeToken: {},
  migration: {},
  migrate: { bodies: [{ to: "dual", force: false }] },
  templates: {},
  template: {},
  health: {},
};

/** What is in the target, and a little that is not, by the name of the path's part. */
export const SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  agent: ["ana", "ben", "nobody"],
  action: INVOCATIONS.map(([action]) => action),
  scope: ["_shared", "_votes", "ana", "ben", "_agents", "_messages", "_config"],
  key: ["k", "n", "probe", "secret", "1"],
  seq: ["1", "5", "0", "99999"],
  view: ["tally", "eve.mood"],
  token: ["none"],
  template: ["vote", "lock"],
};
