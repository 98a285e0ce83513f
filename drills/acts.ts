import type { Json, JsonObject } from "../src/kernel/json.ts";
import { isJsonObject } from "../src/kernel/json.ts";
import type { Entry, LogEvent } from "../src/kernel/model.ts";
import type { Dice } from "./random.ts";

/** The state before an event, as the log up to then folds to. */
export interface Before {
  entry(scope: string, key: string): Entry | undefined;
  /** The key of the next numbered entry of a scope. */
  next(scope: string): string;
}

/** What an invocation does to one key: a new value, or none where it deletes. */
export interface Effect {
  readonly scope: string;
  readonly key: string;
  readonly value?: Json;
}

/** Who does something, with what. */
export interface Doing {
  readonly agent: string;
  readonly params: JsonObject;
}

/**
 * One thing that clients do: the action that a room has for it, and, written anew from the rules, what an accepted
 * invocation of it must have done. Every invocation has a `mark` of its own among its params, by which it is found in
 * the log.
 */
export interface Act {
  readonly action: string;
  /** The action as it is registered, less its id; null for a built-in one. */
  readonly definition: JsonObject | null;
  /** `hashOf` is what the client last heard of a key of `_cells`. */
  params(mark: string, dice: Dice, hashOf: (key: string) => string): JsonObject;
  /** Null where it should have been refused. */
  effects(doing: Doing, before: Before): readonly Effect[] | null;
}

/** Texts of up to so many characters make an event span pages of the database. */
const LONGEST_TEXT = 6_000;

const text = (value: Json | undefined) => String(value);

const add: Act = {
  action: "add",
  definition: {
    writes: [{ scope: "_counters", key: "${params.key}", increment: "${params.by}" }],
  },
  params: (mark, dice) => ({ mark, key: `counter-${dice.below(12)}`, by: dice.below(9) - 3 }),
  effects({ params }, before) {
    const key = text(params.key);
    const from = Number(before.entry("_counters", key)?.value ?? 0);
    return [{ scope: "_counters", key, value: from + Number(params.by) }];
  },
};

const transfer: Act = {
  action: "transfer",
  definition: {
    writes: [
      { scope: "_accounts", key: "${params.from}", increment: "${params.less}" },
      { scope: "_accounts", key: "${params.to}", increment: "${params.more}" },
    ],
  },
  params(mark, dice) {
    const [from, more] = [dice.below(10), dice.below(100)];
    const to = (from + 1 + dice.below(9)) % 10;
    return { mark, from: `account-${from}`, to: `account-${to}`, more, less: -more };
  },
  effects({ params }, before) {
    const has = (key: string) => Number(before.entry("_accounts", key)?.value ?? 0);
    const [from, to] = [text(params.from), text(params.to)];
    return [
      { scope: "_accounts", key: from, value: has(from) - Number(params.more) },
      { scope: "_accounts", key: to, value: has(to) + Number(params.more) },
    ];
  },
};

const push: Act = {
  action: "push",
  definition: { writes: [{ scope: "_lists", key: "${params.key}", append: true, value: "${params.mark}" }] },
  params: (mark, dice) => ({ mark, key: `list-${dice.below(60)}` }),
  effects({ params }, before) {
    const key = text(params.key);
    const list = (before.entry("_lists", key)?.value ?? []) as Json[];
    return [{ scope: "_lists", key, value: [...list, params.mark ?? null] }];
  },
};

const post: Act = {
  action: "post",
  definition: {
    writes: [
      { scope: "_posts", append: true, value: { mark: "${params.mark}", text: "${params.text}" } },
      { scope: "_posted", key: "${self}", value: "${params.mark}" },
    ],
  },
  params: (mark, dice) => ({
    mark,
    text: "long ".repeat(dice.below(4) === 0 ? dice.below(LONGEST_TEXT / 5) : 1),
  }),
  effects: ({ agent, params: { mark = null, text: words = null } }, before) => [
    { scope: "_posts", key: before.next("_posts"), value: { mark, text: words } },
    { scope: "_posted", key: agent, value: mark },
  ],
};

/** Compare-and-set. */
const swap: Act = {
  action: "swap",
  definition: {
    writes: [
      { scope: "_cells", key: "${params.key}", value: "${params.mark}", if_hash: "${params.expected}" },
    ],
  },
  params(mark, dice, hashOf) {
    const key = `cell-${dice.below(16)}`;
    return { mark, key, expected: hashOf(key) };
  },
  effects({ params }, before) {
    const key = text(params.key);
    if ((before.entry("_cells", key)?.hash ?? "") !== params.expected) return null;
    return [{ scope: "_cells", key, value: params.mark ?? null }];
  },
};

const claim: Act = {
  action: "claim",
  definition: {
    if: "state._claims[params.task] == null",
    writes: [{ scope: "_claims", key: "${params.task}", value: { by: "${self}", mark: "${params.mark}" } }],
  },
  params: (mark, dice) => ({ mark, task: `task-${dice.below(30)}` }),
  effects({ agent, params }, before) {
    const key = text(params.task);
    if (before.entry("_claims", key)) return null;
    return [{ scope: "_claims", key, value: { by: agent, mark: params.mark ?? null } }];
  },
};

const release: Act = {
  action: "release",
  definition: { writes: [{ scope: "_claims", key: "${params.task}", delete: true }] },
  params: (mark, dice) => ({ mark, task: `task-${dice.below(30)}` }),
  effects({ params }, before) {
    const key = text(params.task);
    return before.entry("_claims", key) ? [{ scope: "_claims", key }] : [];
  },
};

const patch: Act = {
  action: "patch",
  definition: {
    writes: [
      {
        scope: "_cards",
        key: "${params.key}",
        merge: { last: "${params.mark}", fields: { "${params.field}": "${params.value}" } },
      },
    ],
  },
  params: (mark, dice) => ({
    mark,
    key: `card-${dice.below(12)}`,
    field: `field-${dice.below(6)}`,
    value: dice.below(4) === 0 ? null : dice.below(1_000),
  }),
  effects({ params }, before) {
    const key = text(params.key);
    const card = before.entry("_cards", key)?.value;
    const fields = isJsonObject(card) && isJsonObject(card.fields) ? { ...card.fields } : {};
    if (params.value === null) delete fields[text(params.field)];
    else fields[text(params.field)] = params.value ?? null;
    return [{ scope: "_cards", key, value: { last: params.mark ?? null, fields } }];
  },
};

/** A write into the agent's own private scope. */
const confide: Act = {
  action: "confide",
  definition: { writes: [{ scope: "${self}", key: "${params.key}", value: "${params.mark}" }] },
  params: (mark, dice) => ({ mark, key: `page-${dice.below(5)}` }),
  effects: ({ agent, params }) => [{ scope: agent, key: text(params.key), value: params.mark ?? null }],
};

/** Its event holds no params: they are what was sent, and the mark is in the body. */
const tell: Act = {
  action: "_send_message",
  definition: null,
  params: (mark) => ({ body: { mark } }),
  effects: ({ agent, params }, before) => [
    {
      scope: "_messages",
      key: before.next("_messages"),
      value: { from: agent, kind: "chat", body: params.body ?? null },
    },
  ],
};

/** Each as likely as the others. */
export const ACTS: readonly Act[] = [add, transfer, push, post, swap, claim, release, patch, confide, tell];

const BY_ACTION = new Map(ACTS.map((act) => [act.action, act]));

export function actOf(action: string): Act | undefined {
  return BY_ACTION.get(action);
}

/** What was asked for, as an accepted event tells it; null where the event is of no act. */
export function doingOf({ agent, payload }: LogEvent): (Doing & { readonly mark: string }) | null {
  const [first] = payload.writes;
  const said = payload.action === tell.action && first?.op === "set" ? first.value : null;
  const params = isJsonObject(said) ? { body: said.body ?? null } : payload.params;
  const mark = isJsonObject(params?.body) ? params.body.mark : params?.mark;
  if (!payload.ok || agent === null || params === undefined || typeof mark !== "string") return null;
  return { agent, params, mark };
}
