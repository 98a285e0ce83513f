/** What stands on the map: an action on the left, a view on the right, and between them what the room holds. */
export interface MapNode {
  readonly id: string;
  /** `pattern` is a key that a template names, `next` a scope's next number, `more` what is not shown one by one. */
  readonly kind: "action" | "view" | "scope" | "key" | "pattern" | "next" | "more";
  /** As it is written; `""` of what stands for others, which changes with their number. */
  readonly label: string;
  /** Of what stands in the middle, as the room has it or a template says it. */
  readonly scope?: string;
  readonly key?: string;
  /** The actions that write one target. */
  readonly contestedBy?: readonly string[];
}

/** `write`: an action's write; `check`: what an action's expressions read; `read`: what a view's do. */
export interface MapEdge {
  readonly id: string;
  readonly kind: "write" | "check" | "read";
  /** The action or view that writes or reads. */
  readonly from: string;
  readonly to: string;
  readonly isContested: boolean;
}

/** A scope, with those of its keys that are named or newest. */
export interface MapGroup {
  readonly heading: MapNode;
  readonly rows: readonly MapNode[];
}

/** How many entries a scope has, or how many nodes one stands for, by its id. */
export type Counts = ReadonlyMap<string, number>;

/** A room as a graph in three columns. */
export interface RoomMap {
  readonly actions: readonly MapNode[];
  readonly groups: readonly MapGroup[];
  readonly views: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

/** The scope of whoever invokes, as templates write it: it stands for all private scopes that no text names. */
export const OWN = "${self}";

export function isPrivate(scope: string): boolean {
  return !scope.startsWith("_");
}

export const actionNode = (id: string) => `action ${id}`;
export const viewNode = (id: string) => `view ${id}`;
export const scopeNode = (scope: string) => `scope ${scope}`;
export const keyNode = (scope: string, key: string) => `key ${JSON.stringify([scope, key])}`;
export const nextNode = (scope: string) => `next ${scope}`;
export const moreNode = (scope: string) => `more ${scope}`;

/** Whether two maps show the same: a room changes often, what is linked with what hardly ever. */
export function isSameMap(one: RoomMap, other: RoomMap): boolean {
  const nodes = nodesOf(other);
  const edges = other.edges;
  return (
    nodesOf(one).length === nodes.length &&
    one.edges.length === edges.length &&
    nodesOf(one).every((node, index) => isSameNode(node, nodes[index])) &&
    one.edges.every(({ id, isContested }, index) => {
      const edge = edges[index];
      return edge?.id === id && edge.isContested === isContested;
    })
  );
}

function isSameNode({ id, contestedBy }: MapNode, other: MapNode | undefined): boolean {
  return id === other?.id && contestedBy === other.contestedBy;
}

export function nodesOf({ actions, groups, views }: RoomMap): MapNode[] {
  return [...actions, ...groups.flatMap(({ heading, rows }) => [heading, ...rows]), ...views];
}
