import type { Json } from "../../../client/main.ts";
import type { EntryFacts, Snapshot } from "../../live/snapshot.ts";

/** A line of the tree: a scope, or an entry of one that is open. */
export type StateRow =
  | { readonly kind: "scope"; readonly scope: string; readonly count: number; readonly isOpen: boolean }
  | {
      readonly kind: "entry";
      readonly scope: string;
      readonly key: string;
      readonly value: Json;
      readonly facts: EntryFacts | undefined;
    };

/** Scopes that other panels show; they begin closed. */
const REGISTRIES = new Set(["_actions", "_views", "_agents", "_messages", "_config", "_help"]);

export function isClosedAtFirst(scope: string): boolean {
  return REGISTRIES.has(scope);
}

/**
 * The tree as lines. `toggled` are the scopes that are not as they were at first; a filter opens what it finds, by scope,
 * key, or the text of the value.
 */
export function stateRows(
  { state, facts }: Pick<Snapshot, "state" | "facts">,
  toggled: ReadonlySet<string>,
  filter: string,
): StateRow[] {
  const wanted = filter.trim().toLowerCase();
  const rows: StateRow[] = [];
  for (const [scope, entries] of Object.entries(state)) {
    const isWhole = scope.toLowerCase().includes(wanted);
    const isFound = (key: string, value: Json) =>
      isWhole || key.toLowerCase().includes(wanted) || textOf(value).includes(wanted);
    const found = Object.entries(entries).filter(([key, value]) => isFound(key, value));
    if (found.length === 0 && (wanted !== "" || isClosedAtFirst(scope))) continue;
    const isOpen = wanted !== "" || isClosedAtFirst(scope) === toggled.has(scope);
    rows.push({ kind: "scope", scope, count: found.length, isOpen });
    if (!isOpen) continue;
    for (const [key, value] of found) {
      rows.push({ kind: "entry", scope, key, value, facts: facts[scope]?.[key] });
    }
  }
  return rows;
}

function textOf(value: Json): string {
  return (typeof value === "string" ? value : JSON.stringify(value)).toLowerCase();
}
