import type { MapEdge, MapGroup, MapNode, RoomMap } from "./room-map.ts";

/** So often each column is ordered by the one beside it: after that hardly anything moves. */
const SWEEPS = 6;

/**
 * Orders each column by the barycentre of what its nodes are linked with, so that few edges cross. Ties stay as they
 * were, and what is linked with nothing takes no part: the same vocabulary has the same order every time, whatever the
 * room holds. Keys stay with their scope.
 */
export function orderMap(map: RoomMap): RoomMap {
  const { edges } = map;
  const neighbours = neighboursOf(edges);
  let { actions, groups, views } = map;
  const ranked = (nodes: readonly MapNode[]) => ranks(nodes.filter(({ id }) => neighbours.has(id)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const middle = ranked(groups.flatMap(({ heading, rows }) => [heading, ...rows]));
    actions = sorted(actions, (node) => mean(node, neighbours, middle));
    views = sorted(views, (node) => mean(node, neighbours, middle));
    groups = orderGroups(groups, neighbours, new Map([...ranked(actions), ...ranked(views)]));
  }
  return { actions, groups, views, edges };
}

type Ranks = ReadonlyMap<string, number>;
type Neighbours = ReadonlyMap<string, readonly string[]>;

function neighboursOf(edges: readonly MapEdge[]): Neighbours {
  const all = new Map<string, string[]>();
  const add = (one: string, other: string) => {
    const others = all.get(one);
    if (others) others.push(other);
    else all.set(one, [other]);
  };
  for (const { from, to } of edges) {
    add(from, to);
    add(to, from);
  }
  return all;
}

/** Where each node stands in its column, from 0 to 1. */
function ranks(nodes: readonly MapNode[]): Ranks {
  return new Map(nodes.map(({ id }, index) => [id, (index + 0.5) / nodes.length]));
}

/** The middle of a node's neighbours, as far as they are ranked; null where none is. */
function mean({ id }: MapNode, neighbours: Neighbours, ranked: Ranks): number | null {
  const values = (neighbours.get(id) ?? []).flatMap((other) => ranked.get(other) ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value) / values.length;
}

/** In order of a weight; what has none comes last, as it was. */
function sorted<T>(items: readonly T[], weigh: (item: T) => number | null): T[] {
  const weighed = items.map((item) => ({ item, weight: weigh(item) ?? Number.POSITIVE_INFINITY }));
  return weighed.sort((a, b) => (a.weight === b.weight ? 0 : a.weight - b.weight)).map(({ item }) => item);
}

function orderGroups(groups: readonly MapGroup[], neighbours: Neighbours, outer: Ranks): MapGroup[] {
  const inner = groups.map(({ heading, rows }) => {
    const last = rows.filter(({ kind }) => kind === "more");
    const keys = rows.filter(({ kind }) => kind !== "more");
    return { heading, rows: [...sorted(keys, (row) => mean(row, neighbours, outer)), ...last] };
  });
  return sorted(inner, ({ heading, rows }) => {
    const values = [heading, ...rows].flatMap((node) => mean(node, neighbours, outer) ?? []);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value) / values.length;
  });
}
