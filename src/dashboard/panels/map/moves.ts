import type { Layout } from "./layout.ts";
import type { Relations } from "./relations.ts";
import type { MapNode, RoomMap } from "./room-map.ts";

/** The three columns as lists, from left to right. */
export function columnsOf({ actions, groups, views }: RoomMap): readonly (readonly MapNode[])[] {
  return [actions, groups.flatMap(({ heading, rows }) => [heading, ...rows]), views];
}

/**
 * Where a key leads from a node: up and down along its column; to a side, to what is linked there and nearest, or else to
 * the nearest. Null where it leads nowhere.
 */
export function moved(
  key: string,
  id: string,
  columns: readonly (readonly MapNode[])[],
  relations: Relations,
  layout: Layout,
): string | null {
  const at = columns.findIndex((column) => column.some((node) => node.id === id));
  const column = columns[at] ?? [];
  const index = column.findIndex((node) => node.id === id);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: Math.min(column.length - 1, index + 1),
    ArrowUp: Math.max(0, index - 1),
    Home: 0,
    End: column.length - 1,
  };
  const step = steps[key];
  if (step !== undefined) return column[step]?.id ?? null;
  const way = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const side = columns.slice(at + way, at + way + 1).flat();
  if (way === 0 || at + way < 0) return null;
  const linked = new Set(relations.edgesOf(id).flatMap(({ from, to }) => [from, to]));
  const wanted = side.filter((node) => linked.has(node.id));
  return nearest(wanted.length > 0 ? wanted : side, id, layout);
}

function nearest(nodes: readonly MapNode[], id: string, { boxes }: Layout): string | null {
  const top = boxes.get(id)?.y ?? 0;
  const distance = (node: MapNode) => Math.abs((boxes.get(node.id)?.y ?? 0) - top);
  const [first, ...others] = nodes;
  if (!first) return null;
  return others.reduce((best, node) => (distance(node) < distance(best) ? node : best), first).id;
}
