import type { EntryFacts, Scope } from "../../live/snapshot.ts";
import type { MapGroup, MapNode } from "./room-map.ts";
import { isPrivate, keyNode, moreNode, OWN, scopeNode } from "./room-map.ts";

/** So many keys of a scope are shown, if not more are named. */
const SHOWN = 12;
/** So many named keys of a scope are shown: those with the most links. */
const NAMED = 30;

/** What the room holds in a scope. */
export interface HeldScope {
  readonly scope: string;
  readonly entries: Scope;
  readonly facts: Readonly<Record<string, EntryFacts>>;
}

export interface ScopeRows {
  readonly group: MapGroup;
  /** Named keys that are not shown; edges to them end at what stands for the rest. */
  readonly folded: ReadonlySet<string>;
  /** Entries, and what is not shown one by one. */
  readonly count: number;
  readonly more: number;
}

interface ScopeRowsQuery {
  /** The group's name: a scope, or what stands for each agent's own. */
  readonly scope: string;
  readonly named: readonly MapNode[];
  readonly held: readonly HeldScope[];
  /** Whether keys are shown that nothing names. */
  readonly showsLoose: boolean;
  /** What a filter wants, in lower case. */
  readonly wanted: string;
  readonly links: (id: string) => number;
}

/** A scope as its heading and rows: what is named first, then what is newest, then what stands for the others. */
export function scopeRows({ scope, named, held, showsLoose, wanted, links }: ScopeRowsQuery): ScopeRows {
  const most = named.toSorted((a, b) => links(b.id) - links(a.id)).slice(0, NAMED);
  const shown = named.length > NAMED ? named.filter((node) => most.includes(node)) : named;
  const folded = new Set(named.filter((node) => !shown.includes(node)).map(({ id }) => id));
  const names = new Set(named.map(({ id }) => id));
  const found = showsLoose ? held.map((each) => newestOf(each, scope, wanted)) : [];
  const loose = found.flatMap(({ rows }) => rows).filter(({ node }) => !names.has(node.id));
  const newest = loose.sort(byAge).slice(0, Math.max(0, SHOWN - shown.length));
  const rows = [...shown, ...newest.sort((a, b) => a.at - b.at).map(({ node }) => node)];
  const isThere = ({ key = "" }: MapNode) => held.some(({ entries }) => Object.hasOwn(entries, key));
  const there = named.filter((node) => node.kind === "key" && isThere(node)).length;
  const total = found.reduce((sum, { count }) => sum + count, 0);
  const more = Math.max(0, total - (wanted === "" ? there : 0) - newest.length) + folded.size;
  if (more > 0) rows.push({ id: moreNode(scope), kind: "more", label: "", scope });
  const heading: MapNode = { id: scopeNode(scope), kind: "scope", label: scope, scope };
  const count = held.reduce((sum, { entries }) => sum + Object.keys(entries).length, 0);
  return { group: { heading, rows }, folded, count, more };
}

interface HeldRow {
  readonly node: MapNode;
  readonly ts: string;
  /** Its place in its scope. */
  readonly at: number;
}

interface Newest {
  readonly rows: readonly HeldRow[];
  /** How many keys there are that a filter wants. */
  readonly count: number;
}

const known = new WeakMap<
  Scope,
  { readonly facts: object; readonly group: string; readonly found: Newest }
>();

/** The newest of a scope, more than are shown whatever is named; found once for a scope that does not change. */
function newestOf(held: HeldScope, group: string, wanted: string): Newest {
  const { entries, facts } = held;
  if (wanted !== "") return findNewest(held, group, wanted);
  const kept = known.get(entries);
  if (kept?.facts === facts && kept.group === group) return kept.found;
  const found = findNewest(held, group, wanted);
  known.set(entries, { facts, group, found });
  return found;
}

function findNewest({ scope, entries, facts }: HeldScope, group: string, wanted: string): Newest {
  const isOwn = group === OWN && isPrivate(scope);
  const labelled = (key: string) => (isOwn ? `${scope}.${key}` : key);
  const keys = Object.keys(entries).map((key, at) => ({ key, at, ts: facts[key]?.updated_at ?? "" }));
  const found =
    wanted === "" ? keys : keys.filter(({ key }) => `${scope}.${key}`.toLowerCase().includes(wanted));
  const count = found.length;
  const newest = found.sort(byAge).slice(0, SHOWN + NAMED);
  const rows = newest.map(({ key, at, ts }) => {
    const node: MapNode = { id: keyNode(scope, key), kind: "key", label: labelled(key), scope, key };
    return { node, ts, at };
  });
  return { rows, count };
}

/** The newest first; of one instant, what stands later. */
function byAge(a: { ts: string; at: number }, b: { ts: string; at: number }): number {
  return a.ts === b.ts ? b.at - a.at : a.ts < b.ts ? 1 : -1;
}
