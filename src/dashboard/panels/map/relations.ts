import type { MapEdge, MapNode, RoomMap } from "./room-map.ts";
import { isPrivate, nodesOf, OWN, scopeNode } from "./room-map.ts";
import { mayBecome } from "./write-targets.ts";

/** What belongs together on a map: asked by what a person points at, by readers' words, and by what changed. */
export class Relations {
  readonly nodes: ReadonlyMap<string, MapNode>;
  readonly #edges = new Map<string, MapEdge[]>();
  /** What a template or a next number may stand for is found among them. */
  readonly #patterns: readonly MapNode[];

  constructor(map: RoomMap) {
    const nodes = nodesOf(map);
    this.nodes = new Map(nodes.map((node) => [node.id, node]));
    this.#patterns = nodes.filter(({ kind }) => kind === "pattern" || kind === "next");
    for (const edge of map.edges) {
      for (const id of [edge.from, edge.to]) {
        const edges = this.#edges.get(id);
        if (edges) edges.push(edge);
        else this.#edges.set(id, [edge]);
      }
    }
  }

  /** The edges that begin or end at a node. */
  at(id: string): readonly MapEdge[] {
    return this.#edges.get(id) ?? [];
  }

  /** The patterns of which a key may be one. */
  patternsOf(scope: string, key: string): MapNode[] {
    return this.#patterns.filter((pattern) => isOneOf(pattern, scope, key));
  }

  /**
   * All edges that concern a node: a key is also written by what writes its pattern, and read by what reads its scope; a
   * scope's are those of its keys.
   */
  edgesOf(id: string): readonly MapEdge[] {
    const node = this.nodes.get(id);
    const edges = new Set(this.at(id));
    if (node?.kind === "scope") {
      for (const other of this.nodes.values()) {
        if (other.scope === node.scope) for (const edge of this.at(other.id)) edges.add(edge);
      }
    } else if (node?.scope !== undefined) {
      for (const edge of this.at(scopeNode(node.scope))) edges.add(edge);
      const patterns = node.key === undefined ? [] : this.patternsOf(node.scope, node.key);
      for (const pattern of patterns) for (const edge of this.at(pattern.id)) edges.add(edge);
    }
    return [...edges];
  }

  /** A node, its edges, and what they lead to, keys with their scope; of a pattern the keys that are there, too. */
  around(id: string): ReadonlySet<string> {
    const edges = this.edgesOf(id);
    const lit = new Set([id, ...edges.flatMap((edge) => [edge.id, edge.from, edge.to])]);
    const ends = [...lit].flatMap((each) => this.nodes.get(each) ?? []);
    for (const { scope } of ends) if (scope !== undefined) lit.add(scopeNode(scope));
    const patterns = ends.filter(({ kind }) => kind === "pattern" || kind === "next");
    for (const { kind, id: other, scope, key } of patterns.length === 0 ? [] : this.nodes.values()) {
      if (kind !== "key" || scope === undefined || key === undefined) continue;
      if (patterns.some((pattern) => isOneOf(pattern, scope, key))) lit.add(other);
    }
    return lit;
  }
}

/** Whether a key may be one that a pattern stands for. */
function isOneOf(
  { kind, scope: template = "", key: name = "" }: MapNode,
  scope: string,
  key: string,
): boolean {
  if (template === OWN ? !isPrivate(scope) : !mayBecome(template, scope)) return false;
  return kind === "next" ? /^(?:0|[1-9]\d*)$/.test(key) : mayBecome(name, key);
}
