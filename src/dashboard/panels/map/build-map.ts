import type { Snapshot } from "../../live/snapshot.ts";
import type { Link, LinkEnd } from "./links.ts";
import { linksOf } from "./links.ts";
import type { Counts, MapEdge, MapGroup, MapNode, RoomMap } from "./room-map.ts";
import {
  actionNode,
  isPrivate,
  keyNode,
  moreNode,
  nextNode,
  nodesOf,
  OWN,
  scopeNode,
  viewNode,
} from "./room-map.ts";
import type { HeldScope } from "./scope-rows.ts";
import { scopeRows } from "./scope-rows.ts";
import { isTemplate } from "./write-targets.ts";

/** Scopes that have panels of their own: on the map only where something is linked with them, and by named keys alone. */
const REGISTRIES = new Set(["_actions", "_views", "_agents", "_messages", "_config", "_help", "_audit"]);
/** So many scopes are shown that nothing is linked with, and so many actions or views. */
const LOOSE_SCOPES = 12;
const COLUMN = 300;
const MORE_SCOPES = "more state";

export interface CountedMap {
  readonly map: RoomMap;
  readonly counts: Counts;
}

/** The graph of a room; with a filter, what it finds by name, and what is linked with that. */
export function mapOf(snapshot: Snapshot, filter: string): CountedMap {
  const wanted = filter.trim().toLowerCase();
  const named = new NamedKeys(snapshot);
  const middle = middleOf(snapshot, named, wanted);
  const edges = new Map<string, MapEdge>();
  for (const edge of named.edges) {
    const end = middle.ends.get(edge.to) ?? edge.to;
    const moved = { ...edge, to: end, id: `${edge.kind} ${edge.from} ${end}` };
    edges.set(moved.id, {
      ...moved,
      isContested: moved.isContested || edges.get(moved.id)?.isContested === true,
    });
  }
  const column = (ids: string[], kind: "action" | "view", id: (name: string) => string) =>
    ids.map((label): MapNode => ({ id: id(label), kind, label }));
  const whole: RoomMap = {
    actions: column(Object.keys(snapshot.actionRecords), "action", actionNode),
    groups: middle.groups,
    views: column(Object.keys(snapshot.viewRecords), "view", viewNode),
    edges: [...edges.values()],
  };
  return capped(wanted === "" ? whole : filtered(whole, wanted), middle.counts);
}

/** What the texts of a room name, by scope, and the edges to it. */
class NamedKeys {
  readonly scopes = new Map<string, Map<string, MapNode>>();
  readonly edges: MapEdge[] = [];
  readonly #contested: Readonly<Record<string, readonly string[]>>;

  constructor(snapshot: Snapshot) {
    this.#contested = (snapshot.views._contested ?? {}) as Record<string, readonly string[]>;
    for (const [from, links] of linksOf(snapshot)) {
      for (const link of links) this.#add(from, link, snapshot);
    }
  }

  #add(from: string, { kind, to, target }: Link, { viewRecords }: Snapshot): void {
    if (to.kind === "view" && !Object.hasOwn(viewRecords, to.id)) return;
    const contestedBy = target === null ? undefined : own(this.#contested, target);
    const end = to.kind === "view" ? viewNode(to.id) : this.#noted(to, contestedBy);
    const isContested = contestedBy !== undefined;
    this.edges.push({ id: `${kind} ${from} ${end}`, kind, from, to: end, isContested });
  }

  /** Notes a place of the middle, and answers its node's id. */
  #noted(to: Exclude<LinkEnd, { kind: "view" }>, contestedBy: readonly string[] | undefined): string {
    const { scope } = to;
    const keys = this.scopes.get(scope) ?? new Map<string, MapNode>();
    this.scopes.set(scope, keys);
    if (to.kind === "scope") return scopeNode(scope);
    const node = nodeAt(to);
    const contest = contestedBy ?? keys.get(node.id)?.contestedBy;
    keys.set(node.id, contest === undefined ? node : { ...node, contestedBy: contest });
    return node.id;
  }
}

function nodeAt(to: Extract<LinkEnd, { kind: "key" | "next" }>): MapNode {
  const { scope } = to;
  if (to.kind === "next") return { id: nextNode(scope), kind: "next", label: "next number", scope };
  const { key } = to;
  const kind = isTemplate(key) || isTemplate(scope) ? "pattern" : "key";
  return { id: keyNode(scope, key), kind, label: key, scope, key };
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

interface Middle {
  readonly groups: readonly MapGroup[];
  readonly counts: Counts;
  /** Where edges end whose node is not shown by itself. */
  readonly ends: ReadonlyMap<string, string>;
}

function middleOf(snapshot: Snapshot, { scopes, edges }: NamedKeys, wanted: string): Middle {
  const edgesTo = Map.groupBy(edges, ({ to }) => to);
  const links = (id: string) => edgesTo.get(id)?.length ?? 0;
  const holds = heldScopes(snapshot, scopes);
  const loose = [...holds.keys()].filter((scope) => !scopes.has(scope) && !REGISTRIES.has(scope));
  const shown = wanted === "" ? loose.slice(0, LOOSE_SCOPES) : loose;
  const ends = new Map<string, string>();
  const counts = new Map<string, number>();
  const groups = [...scopes.keys(), ...shown].map((scope) => {
    const [held, named] = [holds.get(scope) ?? [], [...(scopes.get(scope)?.values() ?? [])]];
    const showsLoose = !REGISTRIES.has(scope);
    const { group, folded, count, more } = scopeRows({ scope, named, held, showsLoose, wanted, links });
    for (const id of folded) ends.set(id, moreNode(scope));
    counts.set(group.heading.id, count).set(moreNode(scope), more);
    return group;
  });
  const rest = loose.length - shown.length;
  if (rest > 0) groups.push({ heading: { id: MORE_SCOPES, kind: "more", label: "" }, rows: [] });
  return { groups, counts: counts.set(MORE_SCOPES, rest), ends };
}

/** What the room holds, by scope: private scopes that no text names stand together as each agent's own. */
function heldScopes({ state, facts, self }: Snapshot, scopes: NamedKeys["scopes"]): Map<string, HeldScope[]> {
  const held = new Map<string, HeldScope[]>();
  for (const [shown, entries] of Object.entries(state)) {
    const scope = shown === "self" ? self : shown;
    const isOne = !isPrivate(scope) || scopes.has(scope);
    if (!isOne && Object.keys(entries).length === 0) continue;
    const group = isOne ? scope : OWN;
    held.set(group, [...(held.get(group) ?? []), { scope, entries, facts: facts[shown] ?? {} }]);
  }
  return held;
}

/** What a filter finds, and what is linked with it. A scope brings its keys, a key its scope. */
function filtered(map: RoomMap, wanted: string): RoomMap {
  const found = new Set(
    nodesOf(map)
      .filter((node) => isFound(node, wanted))
      .map(({ id }) => id),
  );
  for (const { heading, rows } of map.groups) {
    if (isFound(heading, wanted)) for (const { id } of rows) found.add(id);
  }
  const kept = new Set(found);
  for (const { from, to } of map.edges) {
    if (found.has(from)) kept.add(to);
    if (found.has(to)) kept.add(from);
  }
  const isKept = ({ id }: MapNode) => kept.has(id);
  const groups = map.groups
    .map(({ heading, rows }) => ({ heading, rows: rows.filter(isKept) }))
    .filter(({ heading, rows }) => isKept(heading) || rows.length > 0);
  return { ...map, actions: map.actions.filter(isKept), groups, views: map.views.filter(isKept) };
}

function isFound({ kind, label, scope }: MapNode, wanted: string): boolean {
  if (kind === "more") return false;
  const name = scope === undefined || kind === "scope" ? label : `${scope}.${label}`;
  return name.toLowerCase().includes(wanted);
}

/** As many actions and views as a page can draw, and the edges between what is there. */
function capped(map: RoomMap, counts: Counts): CountedMap {
  const shown = { ...map, actions: cut(map.actions, "actions"), views: cut(map.views, "views") };
  const there = new Set(nodesOf(shown).map(({ id }) => id));
  const edges = map.edges.filter(({ from, to }) => there.has(from) && there.has(to));
  const rest = (nodes: readonly MapNode[]) => nodes.length - COLUMN;
  const counted = new Map(counts).set("more actions", rest(map.actions)).set("more views", rest(map.views));
  return { map: { ...shown, edges }, counts: counted };
}

function cut(nodes: readonly MapNode[], what: string): readonly MapNode[] {
  if (nodes.length <= COLUMN) return nodes;
  return [...nodes.slice(0, COLUMN), { id: `more ${what}`, kind: "more", label: "" }];
}
