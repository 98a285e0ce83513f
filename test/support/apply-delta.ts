import { isReservedScope } from "../../src/kernel/names.ts";
import { compareKeys } from "../../src/kernel/order.ts";

type Members = Readonly<Record<string, unknown>>;
type Scopes = Readonly<Record<string, Members>>;

/** A context as it is answered. */
export interface Shown {
  readonly state?: Scopes;
  readonly views?: Members;
  readonly agents?: Members;
  readonly actions?: Members;
  readonly messages?: { readonly recent: readonly unknown[] };
  readonly self: string;
  readonly meta?: { readonly state: Scopes; readonly actions: Members };
  readonly _context: {
    readonly deleted?: {
      readonly state?: Readonly<Record<string, readonly string[]>>;
      readonly scopes?: readonly string[];
      readonly views?: readonly string[];
      readonly actions?: readonly string[];
      readonly agents?: readonly string[];
    };
    readonly before?: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
    readonly request: Readonly<Record<string, unknown>>;
  };
}

interface Changed {
  readonly members: Members | undefined;
  readonly gone?: readonly string[] | undefined;
  /** Where members stand that may be new, of those in order of registration; others stand in the order of their keys. */
  readonly before?: Readonly<Record<string, string | null>> | "keys" | undefined;
}

/** The full answer of now, less `_salience`: what an earlier one becomes by what changed since its seq [CTX-3]. */
export function applyDelta(earlier: Shown, delta: Shown): Shown {
  const { deleted = {}, before = {}, ...context } = delta._context;
  const scopes = (was: Scopes = {}, changed: Scopes = {}, isEmptyShown = true) =>
    mergeScopes(was, changed, { self: delta.self, deleted, before, isEmptyShown });
  const merged = {
    state: () => scopes(earlier.state, delta.state),
    views: () =>
      merge(earlier.views, {
        members: delta.views,
        gone: [...(deleted.views ?? []), "_salience"],
        before: before.views,
      }),
    agents: () => merge(earlier.agents, { members: delta.agents, gone: deleted.agents, before: "keys" }),
    actions: () =>
      merge(earlier.actions, { members: delta.actions, gone: deleted.actions, before: before.actions }),
    messages: () => ({ ...delta.messages, recent: recentOf(earlier, delta) }),
    meta: () => ({
      state: scopes(earlier.meta?.state, delta.meta?.state, false),
      actions: merge(earlier.meta?.actions, {
        members: delta.meta?.actions,
        gone: deleted.actions,
        before: before.actions,
      }),
    }),
    _context: () => context,
  };
  return Object.fromEntries(
    Object.entries(delta).map(([name, value]) => [
      name,
      Object.hasOwn(merged, name) ? merged[name as keyof typeof merged]() : value,
    ]),
  ) as unknown as Shown;
}

interface ScopeChanges extends Required<Pick<Shown["_context"], "deleted" | "before">> {
  readonly self: string;
  /** Whether a scope that shows nothing is shown. */
  readonly isEmptyShown: boolean;
}

/** Scopes stand in the order of their keys, the reader's own under its id; those that it asked for come last. */
function mergeScopes(was: Scopes, changed: Scopes, changes: ScopeChanges): Scopes {
  const { self, deleted, before, isEmptyShown } = changes;
  const names = new Set([...Object.keys(was), ...Object.keys(changed)]);
  for (const name of deleted.scopes ?? []) names.delete(name);
  const ordered = (name: string) => (name === "self" ? self : name);
  const plain = [...names].filter((name) => !isReservedScope(name));
  plain.sort((left, right) => compareKeys(ordered(left), ordered(right)));
  const merged = [...plain, ...[...names].filter(isReservedScope)].map((name) => {
    const isRegistry = name === "_actions" || name === "_views";
    const members = merge(at(was, name), {
      members: at(changed, name),
      gone: at(deleted.state ?? {}, name),
      before: isRegistry ? before[`state.${name}`] : "keys",
    });
    return [name, members] as const;
  });
  return Object.fromEntries(merged.filter(([, members]) => isEmptyShown || Object.keys(members).length > 0));
}

/** Names are anybody's to choose, those of an object's own prototype too. */
function at<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function merge(was: Members = {}, { members = {}, gone = [], before = {} }: Changed): Members {
  const merged = new Map(Object.entries(was));
  for (const key of gone) merged.delete(key);
  for (const [key, value] of Object.entries(members)) {
    if (before !== "keys" && Object.hasOwn(before, key)) merged.delete(key);
    else merged.set(key, value);
  }
  if (before === "keys") return Object.fromEntries([...merged].sort(([a], [b]) => compareKeys(a, b)));
  const placed = Object.entries(members).filter(([key]) => Object.hasOwn(before, key));
  const placedAt = (next: string) => placed.filter(([key]) => before[key] === next);
  const rest = placed.filter(([key]) => !merged.has(before[key] ?? ""));
  return Object.fromEntries([...[...merged].flatMap((member) => [...placedAt(member[0]), member]), ...rest]);
}

/** The newest of both, as many as were asked for; those after a certain number are as they were asked for. */
function recentOf({ messages: was }: Shown, { messages: now, _context: { request } }: Shown): unknown[] {
  const recent = now?.recent ?? [];
  if (request.messages_after !== undefined) return [...recent];
  const limit = Number(request.messages_limit ?? 50);
  return [...(was?.recent ?? []), ...recent].slice(limit === 0 ? Number.POSITIVE_INFINITY : -limit);
}
