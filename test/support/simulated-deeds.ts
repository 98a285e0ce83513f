import type { Dice } from "../../drills/random.ts";
import type { ReferenceRoom } from "./reference-room.ts";
import type { Fields, Value } from "./reference-state.ts";
import { hashOf } from "./reference-state.ts";

export const MEMBERS = ["ana", "bob", "cleo"] as const;

/** Who calls: the owner, by itself or as an agent, or an agent with its newest token. */
export interface By {
  readonly token: "owner" | (typeof MEMBERS)[number];
  readonly as: string | null;
}

export interface Invocation {
  readonly do: "invoke" | "register" | "unregister" | "message";
  readonly by: By;
  readonly action: string;
  readonly params: Fields;
  readonly dry_run?: boolean;
  readonly idempotency_key?: string;
  readonly if_action_hash?: string;
}

/** A call of the simulation. */
export type Deed =
  | Invocation
  | { readonly do: "join"; readonly by: By; readonly id: string; readonly state: Fields }
  | { readonly do: "leave"; readonly by: By; readonly agent: string }
  | { readonly do: "grant"; readonly by: By; readonly agent: string; readonly grants: readonly string[] }
  | { readonly do: "configure"; readonly by: By; readonly value: Value }
  | { readonly do: "read"; readonly by: By };

const put = { key: "${params.k}", value: "${params.v}" };
const few = "state._shared.n == null || state._shared.n < 5";

/** Definitions of actions, some of one id: what is registered now may be either. */
const DEFINITIONS: readonly Fields[] = [
  { id: "put", writes: [put] },
  {
    id: "put",
    if: few,
    writes: [put, { scope: "_list", append: true, value: { by: "${self}", at: "${now}" } }],
  },
  { id: "inc", writes: [{ key: "n", increment: 1 }], result: "state._shared.n" },
  { id: "inc", writes: [{ key: "n", increment: 2 }], on_invoke: { timer: { ms: 1_000 } } },
  { id: "by", writes: [{ key: "${params.k}", increment: "${params.v}" }] },
  {
    id: "calc",
    writes: [
      { key: "n", value: "state._shared.n == null ? 1 : state._shared.n - 3", expr: true },
      { key: "n", increment: 1 },
    ],
    on_invoke: { timer: { ticks: 2, tick_on: "_shared.a" } },
  },
  {
    id: "merge",
    writes: [{ key: "${params.k}", merge: { x: "${params.v}", y: { z: "${params.k}" }, gone: null } }],
  },
  { id: "push", writes: [{ key: "${params.k}", append: true, value: "${params.v}" }] },
  { id: "add", writes: [{ scope: "_list", append: true, value: "${params.v}" }] },
  {
    id: "drop",
    writes: [
      { key: "${params.k}", delete: true },
      { scope: "_list", key: "1", delete: true },
    ],
  },
  { id: "cas", writes: [{ ...put, if_hash: "${params.h}" }] },
  { id: "claim", writes: [{ ...put, if_hash: "" }] },
  { id: "half", writes: [put, { key: "b", value: 1, if_hash: "${params.h}" }] },
  { id: "own", writes: [{ scope: "${self}", ...put }] },
  { id: "anas", scope: "ana", writes: [{ key: "log", append: true, value: "${params.v}" }] },
  { id: "reach", writes: [{ scope: "ana", ...put }] },
  { id: "lapse", writes: [{ ...put, timer: { ticks: 2, tick_on: "_shared.n", effect: "delete" } }] },
  { id: "doze", writes: [{ ...put, timer: { ms: 60_000, effect: "enable" } }] },
  { id: "gate", writes: [{ key: "g", value: "${params.v}", enabled: "state._shared.open == true" }] },
  { id: "typed", params: { v: { type: "integer", required: true } }, writes: [put] },
  {
    id: "shut",
    enabled: "state._shared.closed != true",
    writes: [{ key: "closed", value: "${params.v}" }],
    on_invoke: { timer: { ms: 2_000 } },
  },
  { id: "brief", writes: [put], timer: { ms: 5_000, effect: "delete" } },
  { id: "late", writes: [put], timer: { ticks: 2, tick_on: "_shared.n", effect: "enable" } },
  { id: "once", writes: [put], on_invoke: { timer: { ms: 1_000, effect: "delete" } } },
];

/** So many actions a run: few, so that much happens to each. */
const ACTIONS_PER_RUN = 7;

/** The definitions that one run uses; nothing grows without `inc`. */
export function vocabulary(dice: Dice): Fields[] {
  const ids = new Set(["inc"]);
  while (ids.size < ACTIONS_PER_RUN) ids.add(String(dice.pick(DEFINITIONS).id));
  return DEFINITIONS.filter(({ id }) => ids.has(String(id)));
}

const KEYS = ["a", "b", "open"];
/** Settings of the page. */
const LAYOUTS: readonly Value[] = [null, { title: "a" }, { title: "b", panels: ["log"] }, { home: "map" }];
const VALUES: readonly Value[] = [true, false, null, 0, 1, 7, "x", [], [1], {}, { x: 1, gone: 2 }];

/** Draws what is called next, of the actions that `words` define; hashes that are to be right are those of `room`, which is what the caller has read. */
export function nextDeed(dice: Dice, room: ReferenceRoom, words: readonly Fields[]): Deed {
  const by = caller(dice);
  const roll = dice.below(100);
  if (roll < 58) return invocation(dice, by, room, words);
  if (roll < 69) return registration(dice, by, room, words);
  if (roll < 71) return unregistration(dice, by, room, words);
  if (roll < 75) return message(dice, by);
  if (roll < 80)
    return { do: "join", by, id: dice.pick(MEMBERS), state: { [dice.pick(KEYS)]: dice.pick(VALUES) } };
  if (roll < 82) return { do: "leave", by, agent: dice.pick(MEMBERS) };
  if (roll < 89) {
    const grants = MEMBERS.filter(() => dice.below(2) === 0);
    return { do: "grant", by, agent: dice.pick(MEMBERS), grants };
  }
  if (roll < 91) return { do: "configure", by: { token: "owner", as: null }, value: dice.pick(LAYOUTS) };
  return { do: "read", by };
}

function caller(dice: Dice): By {
  const roll = dice.below(4);
  if (roll === 0) return { token: "owner", as: null };
  return roll === 1 ? { token: "owner", as: dice.pick(MEMBERS) } : { token: dice.pick(MEMBERS), as: null };
}

function invocation(dice: Dice, by: By, room: ReferenceRoom, words: readonly Fields[]): Invocation {
  const action = String(dice.pick(words).id);
  const k = dice.pick(KEYS);
  const target = room.state.get("_shared", action === "half" ? "b" : k)?.value;
  const all = {
    k,
    v: dice.pick(VALUES),
    h: dice.below(3) === 0 ? dice.pick(["", "0".repeat(16)]) : hashOf(target),
  };
  const params = Object.fromEntries(Object.entries(all).filter(() => dice.below(8) > 0));
  const hash = room.hashOfAction(action);
  return {
    ...{ do: "invoke", by, action, params },
    ...(dice.below(8) === 0 ? { dry_run: true } : {}),
    ...(dice.below(4) === 0 ? { idempotency_key: `key-${dice.below(2)}` } : {}),
    ...(dice.below(8) === 0 ? { if_action_hash: dice.below(3) === 0 || !hash ? "0".repeat(16) : hash } : {}),
  };
}

/** The hash of what is registered, none, or another. */
function proof(dice: Dice, id: string, room: ReferenceRoom): Fields {
  const roll = dice.below(4);
  if (roll === 0) return {};
  return { if_hash: roll === 1 ? "0".repeat(16) : (room.hashOfAction(id) ?? "") };
}

function registration(dice: Dice, by: By, room: ReferenceRoom, words: readonly Fields[]): Invocation {
  const definition = dice.pick(words);
  const params = { ...definition, ...proof(dice, String(definition.id), room) };
  return { do: "register", by, action: "_register_action", params };
}

function unregistration(dice: Dice, by: By, room: ReferenceRoom, words: readonly Fields[]): Invocation {
  const id = String(dice.pick(words).id);
  return { do: "unregister", by, action: "_delete_action", params: { id, ...proof(dice, id, room) } };
}

function message(dice: Dice, by: By): Invocation {
  const reply = dice.below(3) === 0 ? { reply_to: 1 + dice.below(6) } : {};
  return {
    do: "message",
    by,
    action: "_send_message",
    params: { body: dice.pick(["hello", 1, true]), ...reply },
  };
}
