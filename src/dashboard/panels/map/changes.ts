import type { EntryFacts, Snapshot } from "../../live/snapshot.ts";
import type { Relations } from "./relations.ts";
import { actionNode, keyNode, moreNode, OWN, scopeNode, viewNode } from "./room-map.ts";

/** A key that is not as it was. */
interface Change {
  readonly scope: string;
  readonly key: string;
  /** The action that wrote it, as far as the room tells: of a deleted key it does not. */
  readonly via: string | null;
  readonly isDeleted: boolean;
}

/** The views that are worth something else than before. */
export function viewsSince(was: Snapshot, now: Snapshot): string[] {
  return Object.keys(now.viewRecords).filter((id) => was.views[id] !== now.views[id]);
}

/**
 * What is to be seen of the step from one snapshot to the next: keys that changed, the actions that did it, the views
 * that are worth something else by it, and the edges between them; as ids of nodes and edges. `views` are those that
 * changed lately: a view's value comes by itself, and may come before the keys.
 */
export function changesOn(
  relations: Relations,
  was: Snapshot,
  now: Snapshot,
  views: Iterable<string>,
): ReadonlySet<string> {
  const invoked = invokedSince(was, now);
  const changed = new Set([...invoked].map(actionNode));
  const scopes = new Set<string>();
  for (const change of changesSince(was, now)) {
    note(change, relations, invoked, changed);
    scopes.add(scopeNode(change.scope));
  }
  for (const id of views) {
    // A value that follows the clock changes each second: only what something on the map has changed is told.
    const edges = relations
      .at(viewNode(id))
      .filter((edge) => edge.from === viewNode(id) && (changed.has(edge.to) || scopes.has(edge.to)));
    for (const edge of edges) changed.add(edge.id).add(viewNode(id));
  }
  return changed;
}

function note(
  change: Change,
  relations: Relations,
  invoked: ReadonlySet<string>,
  changed: Set<string>,
): void {
  const { scope, key, via, isDeleted } = change;
  if (scope === "_actions" && !isDeleted) changed.add(actionNode(key));
  if (scope === "_views" && !isDeleted) changed.add(viewNode(key));
  const id = keyNode(scope, key);
  const isShown = relations.nodes.has(id);
  const rest = [moreNode(scope), moreNode(OWN)].find((each) => relations.nodes.has(each));
  if (isShown) changed.add(id);
  else changed.add(isDeleted ? scopeNode(scope) : (rest ?? scopeNode(scope)));
  const writers = new Set(via === null ? [] : [actionNode(via)]);
  if (isDeleted) for (const action of invoked) writers.add(actionNode(action));
  const targets = [
    ...(isShown ? [id] : []),
    ...relations.patternsOf(scope, key).map((pattern) => pattern.id),
  ];
  for (const target of targets) {
    for (const edge of relations.at(target)) {
      if (edge.kind !== "write" || !writers.has(edge.from)) continue;
      changed.add(target).add(edge.id).add(edge.from);
    }
  }
}

/** Actions that were invoked in between, whether or not they wrote. */
function invokedSince(was: Snapshot, now: Snapshot): Set<string> {
  if (was.actions === now.actions) return new Set();
  const ids = Object.keys(now.actionRecords).filter((id) => {
    const [before, after] = [was.actions[id], now.actions[id]];
    return before !== undefined && before !== after && (before.invocations ?? 0) < (after?.invocations ?? 0);
  });
  return new Set(ids);
}

function* changesSince(was: Snapshot, now: Snapshot): Iterable<Change> {
  for (const shown of new Set([...Object.keys(was.facts), ...Object.keys(now.facts)])) {
    const [before = {}, after = {}] = [was.facts[shown], now.facts[shown]];
    if (before === after) continue;
    const scope = shown === "self" ? now.self : shown;
    for (const [key, facts] of Object.entries(after)) {
      if (isChanged(before[key], facts)) yield { scope, key, via: facts.via ?? null, isDeleted: false };
    }
    for (const key of Object.keys(before)) {
      if (!Object.hasOwn(after, key)) yield { scope, key, via: null, isDeleted: true };
    }
  }
}

function isChanged(was: EntryFacts | undefined, now: EntryFacts): boolean {
  return (
    was !== now &&
    (was?.revision !== now.revision || was.hash !== now.hash || was.updated_at !== now.updated_at)
  );
}
