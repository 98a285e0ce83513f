import type { Relations } from "./relations.ts";
import type { MapEdge, MapNode } from "./room-map.ts";

/** So many names are told of each kind of link. */
const TOLD = 12;

/** What a node is linked with, in words: what a screen reader is told of the edges. */
export function wordsOf({ id, kind, contestedBy }: MapNode, relations: Relations): string {
  if (kind === "more") return "";
  const edges = relations.edgesOf(id);
  const name = (end: string) => nameOf(relations.nodes.get(end));
  const from = (of: MapEdge["kind"]) =>
    told(
      edges.filter((edge) => edge.kind === of && edge.from !== id),
      (edge) => name(edge.from),
    );
  const to = (of: MapEdge["kind"]) =>
    told(
      edges.filter((edge) => edge.kind === of && edge.from === id),
      (edge) => name(edge.to),
    );
  const readers = [sentence("Read by the view", from("read")), sentence("Read by the action", from("check"))];
  const said = {
    action: [sentence("Writes", to("write")), sentence("Reads", to("check"))],
    view: [sentence("Reads", to("read")), ...readers],
  };
  const held = [
    contestedBy && `Contested: ${contestedBy.join(", ")} write it.`,
    sentence("Written by", from("write")),
    ...readers,
  ];
  const sentences = kind === "action" || kind === "view" ? said[kind] : held;
  return sentences.filter(Boolean).join(" ") || "Linked with nothing.";
}

/** A node's name where it stands alone: a key with its scope. */
export function nameOf(node: MapNode | undefined): string {
  if (!node) return "";
  const { kind, label, scope } = node;
  return scope === undefined || kind === "scope" || kind === "more" ? label : `${scope}.${label}`;
}

function told(edges: readonly MapEdge[], name: (edge: MapEdge) => string): readonly string[] {
  return [...new Set(edges.map(name))];
}

function sentence(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const rest = names.length - TOLD;
  const shown = names.slice(0, TOLD).join(", ");
  return `${what} ${shown}${rest > 0 ? ` and ${rest} more` : ""}.`;
}
