import type { AboutContext } from "./context.ts";
import { compareKeys } from "./key-order.ts";
import { isSame, member, reuse } from "./structure.ts";

type Members = Readonly<Record<string, unknown>>;
type Scopes = Readonly<Record<string, Members>>;

/** A context as it is answered, whatever parts of it were asked for. */
export interface Shown {
  readonly state?: Scopes;
  readonly views?: Members;
  readonly agents?: Members;
  readonly actions?: Members;
  readonly messages?: { readonly recent: readonly unknown[] };
  readonly self: string;
  readonly meta?: { readonly state: Scopes; readonly actions: Members };
  readonly _context: {
    readonly deleted?: DeletedParts;
    readonly before?: MovedParts;
    readonly request: Members;
  };
}

type DeletedParts = NonNullable<AboutContext["deleted"]>;
type MovedParts = NonNullable<AboutContext["before"]>;

/**
 * What an earlier context becomes by `delta`, the answer to the same query `since` its seq: the full answer of now
 * [CTX-3]. What did not change is the same object as before.
 */
export function applyDelta<C extends Shown>(earlier: C, delta: C): C {
  const { deleted = {}, before = {}, ...context } = delta._context;
  const { state, views, agents, actions, messages, meta } = delta;
  const scopes = (was: Scopes = {}, changed: Scopes = {}, isEmptyShown = true) =>
    mergeScopes(was, changed, { self: delta.self, deleted, before, isEmptyShown });
  const ofActions = { gone: deleted.actions, before: before.actions };
  const goneViews = [...(deleted.views ?? []), "_salience"];
  const merged: { -readonly [Name in keyof Shown]?: Shown[Name] } = { _context: context };
  if (state) merged.state = scopes(earlier.state, state);
  if (views) merged.views = merge(earlier.views, { members: views, gone: goneViews, before: before.views });
  if (agents)
    merged.agents = merge(earlier.agents, { members: agents, gone: deleted.agents, before: "keys" });
  if (actions) merged.actions = merge(earlier.actions, { members: actions, ...ofActions });
  if (messages) merged.messages = { ...messages, recent: recentOf(earlier, delta) };
  if (meta) {
    merged.meta = {
      state: scopes(earlier.meta?.state, meta.state, false),
      actions: merge(earlier.meta?.actions, { members: meta.actions, ...ofActions }),
    };
  }
  return { ...delta, ...merged };
}

interface ScopeChanges {
  readonly self: string;
  readonly deleted: DeletedParts;
  readonly before: MovedParts;
  /** Whether a scope that shows nothing is shown. */
  readonly isEmptyShown: boolean;
}

/** Scopes that are shown where they are asked for only, after the others. */
const ASKED_FOR = new Set(["_actions", "_views", "_agents", "_messages", "_audit", "_help", "_config"]);

/** Scopes stand in the order of their keys, the reader's own under its id. */
function mergeScopes(was: Scopes, changed: Scopes, changes: ScopeChanges): Scopes {
  const { self, deleted, before, isEmptyShown } = changes;
  const names = new Set([...Object.keys(was), ...Object.keys(changed)]);
  for (const name of deleted.scopes ?? []) names.delete(name);
  const ordered = (name: string) => (name === "self" ? self : name);
  const plain = [...names].filter((name) => !ASKED_FOR.has(name));
  plain.sort((left, right) => compareKeys(ordered(left), ordered(right)));
  const merged = [...plain, ...[...names].filter((name) => ASKED_FOR.has(name))].map((name) => {
    const isRegistry = name === "_actions" || name === "_views";
    const members = merge(member(was, name), {
      members: member(changed, name),
      gone: member(deleted.state ?? {}, name),
      before: isRegistry ? before[`state.${name}`] : "keys",
    });
    return [name, members] as const;
  });
  const shown = merged.filter(([, members]) => isEmptyShown || Object.keys(members).length > 0);
  return same(was, Object.fromEntries(shown));
}

interface Changed {
  readonly members: Members | undefined;
  readonly gone?: readonly string[] | undefined;
  /** Where members stand that may be new, of those in order of registration; others stand in the order of their keys. */
  readonly before?: Readonly<Record<string, string | null>> | "keys" | undefined;
}

function merge(was: Members = {}, { members = {}, gone = [], before = {} }: Changed): Members {
  const news = Object.entries(members).map(([key, value]) => [key, reuse(member(was, key), value)] as const);
  const isPlaced = before !== "keys" && Object.keys(before).length > 0;
  if (!isPlaced && !gone.some((key) => Object.hasOwn(was, key))) {
    // The usual case, which must not cost what a room of 10,000 entries holds, but what changed.
    const changed = news.filter(([key, value]) => !Object.hasOwn(was, key) || !Object.is(was[key], value));
    if (changed.length === 0) return was;
    if (changed.every(([key]) => Object.hasOwn(was, key))) return { ...was, ...Object.fromEntries(changed) };
  }
  const merged = new Map(Object.entries(was));
  for (const key of gone) merged.delete(key);
  for (const [key, value] of news) {
    if (before !== "keys" && Object.hasOwn(before, key)) merged.delete(key);
    else if (before !== "keys" || merged.has(key)) merged.set(key, value);
  }
  if (before === "keys") {
    const added = news.filter(([key]) => !merged.has(key));
    return same(was, Object.fromEntries(inOrder([...merged], added)));
  }
  const placed = Object.keys(members)
    .filter((key) => Object.hasOwn(before, key))
    .map((key) => [key, reuse(member(was, key), members[key])] as const);
  const placedAt = (next: string) => placed.filter(([key]) => before[key] === next);
  const rest = placed.filter(([key]) => !merged.has(before[key] ?? ""));
  return same(
    was,
    Object.fromEntries([...[...merged].flatMap((each) => [...placedAt(each[0]), each]), ...rest]),
  );
}

type Entry = readonly [key: string, value: unknown];

/** Both in the order of their keys, in which the first stand already. */
function inOrder(ordered: readonly Entry[], added: readonly Entry[]): readonly Entry[] {
  const sorted = [...added].sort(([a], [b]) => compareKeys(a, b));
  const parts: Entry[][] = [];
  let from = 0;
  for (const each of sorted) {
    const to = placeOf(each[0], ordered, from);
    parts.push(ordered.slice(from, to), [each]);
    from = to;
  }
  return [...parts, ordered.slice(from)].flat();
}

/** Where a key would stand, of those from `from` on. */
function placeOf(key: string, ordered: readonly Entry[], from: number): number {
  let [low, high] = [from, ordered.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(ordered[middle]?.[0] ?? "", key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function same<T extends Members>(was: T, now: T): T {
  return isSame(was, now) ? was : now;
}

/** The newest of both, as many as were asked for; those after a certain number are as they were asked for. */
function recentOf({ messages: was }: Shown, { messages: now, _context: { request } }: Shown): unknown[] {
  const recent = now?.recent ?? [];
  if (request.messages_after !== undefined) return [...recent];
  const limit = Number(request.messages_limit ?? 50);
  return [...(was?.recent ?? []), ...recent].slice(limit === 0 ? Number.POSITIVE_INFINITY : -limit);
}
