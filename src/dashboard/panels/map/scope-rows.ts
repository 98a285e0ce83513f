import type { EntryFacts } from "../../live/snapshot.ts";
import type { MapGroup, MapNode } from "./room-map.ts";
import { keyNode, moreNode, scopeNode } from "./room-map.ts";

/** So many keys of a scope are shown, if not more are named. */
const SHOWN = 12;
/** So many named keys of a scope are shown. */
const NAMED = 60;

/** An entry that is there. */
export interface HeldKey {
  readonly scope: string;
  readonly key: string;
  readonly label: string;
  readonly facts: EntryFacts | undefined;
}

export interface ScopeRows {
  readonly group: MapGroup;
  /** Named keys that are not shown; edges to them end at what stands for the rest. */
  readonly folded: ReadonlySet<string>;
}

/** A scope as its heading and rows: what is named first, then what is newest, then how many more there are. */
export function scopeRows(
  scope: string,
  named: readonly MapNode[],
  held: readonly HeldKey[],
  showsHeld: boolean,
): ScopeRows {
  const shown = named.slice(0, NAMED);
  const folded = new Set(named.slice(NAMED).map(({ id }) => id));
  const names = new Set(named.map(({ id }) => id));
  const loose = showsHeld ? held.filter((each) => !names.has(keyNode(each.scope, each.key))) : [];
  const newest = newestOf(loose, Math.max(0, SHOWN - shown.length));
  const rows: MapNode[] = [...shown, ...newest.map(nodeOf)];
  const more = loose.length - newest.length + folded.size;
  if (more > 0) rows.push({ id: moreNode(scope), kind: "more", label: moreLabel(more), scope, count: more });
  const heading: MapNode = { id: scopeNode(scope), kind: "scope", label: scope, scope, count: held.length };
  return { group: { heading, rows }, folded };
}

export function moreLabel(count: number): string {
  return `and ${count.toLocaleString("en")} more`;
}

function nodeOf({ scope, key, label }: HeldKey): MapNode {
  return { id: keyNode(scope, key), kind: "key", label, scope, key };
}

/** The `most` keys that were written last, in the order in which they came. One walk: a scope may hold thousands. */
function newestOf(held: readonly HeldKey[], most: number): readonly HeldKey[] {
  if (held.length <= most) return held;
  const best: HeldKey[] = [];
  for (const each of held) {
    const after = best.findLastIndex((other) => !isNewer(each, other));
    if (after + 1 >= most) continue;
    best.splice(after + 1, 0, each);
    if (best.length > most) best.pop();
  }
  const chosen = new Set(best);
  return held.filter((each) => chosen.has(each));
}

function isNewer({ facts: a }: HeldKey, { facts: b }: HeldKey): boolean {
  const [left, right] = [a?.updated_at ?? "", b?.updated_at ?? ""];
  return left === right ? (a?.seq ?? 0) > (b?.seq ?? 0) : left > right;
}
