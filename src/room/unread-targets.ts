import type { Places } from "../cel/places.ts";
import type { ActionDefinition, TimerTemplate, ViewDefinition } from "../kernel/model.ts";
import { isShared } from "../kernel/names.ts";
import { effectiveWrite } from "../kernel/write-template.ts";
import { readPlaces } from "./salience/interests.ts";

/** A target of writes as it is written, and the actions that write it. */
export interface UnreadTarget {
  readonly target: string;
  readonly actions: readonly string[];
}

/** What is registered in a room, by id. */
export interface Registered {
  readonly actions: Iterable<readonly [string, ActionDefinition]>;
  readonly views: Iterable<readonly [string, ViewDefinition]>;
}

/**
 * The targets that actions write and no registered expression names, and the views that none names and no page shows.
 * Told from the texts alone, without running any: a name that is computed counts as every name. Agents may read them
 * all the same, in a context or a wait.
 */
export function unread({ actions, views }: Registered): { writes: UnreadTarget[]; views: string[] } {
  const [declared, shown] = [[...actions], [...views]];
  const named = new Named();
  for (const [, definition] of declared) noteAction(named, definition);
  for (const [, definition] of shown) noteView(named, definition);
  const writers = new Map<string, string[]>();
  for (const [id, definition] of declared) {
    for (const target of unnamedTargets(definition, named)) {
      writers.set(target, [...(writers.get(target) ?? []), id]);
    }
  }
  return {
    writes: [...writers].map(([target, ids]) => ({ target, actions: ids })),
    views: shown.filter(([id, { render }]) => !render && !named.hasView(id)).map(([id]) => id),
  };
}

/** What all expressions together name; the scope `self` is any agent's own. */
class Named {
  readonly #keys = new Map<string, Set<string>>();
  readonly #scopes = new Set<string>();
  readonly #views = new Set<string>();
  #anyScope = false;
  #anyView = false;

  /** Notes what a text names; `own` is the scope that it calls `self`, where that is known. */
  note({ keys, scopes, views, computed }: Places, own = "self"): void {
    const named = (scope: string) => (scope === "self" ? own : scope);
    for (const [scope, key] of keys) this.#keysOf(named(scope)).add(key);
    for (const scope of scopes) this.#scopes.add(named(scope));
    for (const id of views) this.#views.add(id);
    this.#anyScope ||= computed.scope;
    this.#anyView ||= computed.view;
  }

  /** Notes what a timer counts the writes of: it is read by it. */
  noteTimer(timer: TimerTemplate | undefined): void {
    const [scope, ...key] = timer?.tick_on?.replace(/^state\./, "").split(".") ?? [];
    if (scope !== undefined) this.#keysOf(scope).add(key.join("."));
  }

  hasView(id: string): boolean {
    return this.#anyView || this.#views.has(id);
  }

  /** Whether any text may read what a write of this scope and key, templates both, would land in. */
  hasTarget(scope: string, key: string | undefined): boolean {
    if (this.#anyScope || (scope.includes("${") && scope !== "${self}")) return true;
    if ([...this.#scopes].some((named) => mayBe(named, scope))) return true;
    const scopes = [...this.#keys].filter(([named]) => mayBe(named, scope));
    return key === undefined || key.includes("${")
      ? scopes.length > 0
      : scopes.some(([, keys]) => keys.has(key));
  }

  #keysOf(scope: string): Set<string> {
    const keys = this.#keys.get(scope) ?? new Set();
    this.#keys.set(scope, keys);
    return keys;
  }
}

/** Whether a scope that a text names may be the one that a write names. */
function mayBe(named: string, scope: string): boolean {
  if (named === scope) return true;
  return scope === "${self}" ? !isShared(named) : named === "self" && !isShared(scope);
}

function unnamedTargets({ scope: standard, writes }: ActionDefinition, named: Named): Set<string> {
  const targets = new Set<string>();
  for (const declared of writes) {
    const { scope = standard, key, delete: deletes, if_hash } = effectiveWrite(declared);
    // The room reads messages and help itself; a hash proves that somebody reads the entry.
    if (deletes || if_hash !== undefined || scope === "_messages" || scope === "_help") continue;
    if (!named.hasTarget(scope, key)) targets.add(`${scope}:${key ?? "*"}`);
  }
  return targets;
}

function noteAction(
  named: Named,
  { if: condition, enabled, result, timer, on_invoke, writes }: ActionDefinition,
) {
  for (const text of [condition, enabled, result]) noteText(named, text);
  for (const write of writes) {
    noteText(named, write.expr && typeof write.value === "string" ? write.value : undefined);
    noteText(named, write.enabled);
    named.noteTimer(write.timer);
  }
  named.noteTimer(timer);
  named.noteTimer(on_invoke?.timer);
}

function noteView(named: Named, { scope, expr, enabled, timer }: ViewDefinition) {
  for (const text of [expr, enabled]) noteText(named, text, scope);
  named.noteTimer(timer);
}

function noteText(named: Named, text: string | undefined, own?: string) {
  if (text !== undefined) named.note(readPlaces(text), own);
}
