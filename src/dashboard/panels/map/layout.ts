import type { Relations } from "./relations.ts";
import type { MapEdge, MapNode, RoomMap } from "./room-map.ts";

/** px. */
export const NODE_HEIGHT = 26;
const GAP = 4;
const GROUP_GAP = 14;
/** A narrower panel scrolls sideways; in a wider one the map stays so wide that eyes can follow an edge. */
const LEAST_WIDTH = 660;
const MOST_WIDTH = 1280;
/** Beside the views, for the edges from view to view. */
const LOOPS = 32;
const EDGE = 6;

/** A node's place, px from the top left corner of the map. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
}

/** Where everything stands in a panel of a width: the middle one below the other, the sides beside what they are linked with. */
export function layoutOf(map: RoomMap, relations: Relations, panelWidth: number): Layout {
  const { actions, groups, views } = map;
  const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, panelWidth));
  const side = Math.round(width * 0.235);
  const centre = Math.round(width * 0.29);
  const inner = width - LOOPS;
  const boxes = new Map<string, Box>();
  let y = EDGE;
  for (const { heading, rows } of groups) {
    for (const { id } of [heading, ...rows]) {
      boxes.set(id, { x: Math.round((inner - centre) / 2), y, width: centre });
      y += NODE_HEIGHT;
    }
    y += GROUP_GAP;
  }
  const middle = new Map(boxes);
  const columns = [
    { nodes: actions, x: EDGE },
    { nodes: views, x: inner - side },
  ];
  for (const { nodes, x } of columns) {
    const wanted = nodes.map((node) => meanTop(node, relations, middle));
    spread(wanted, NODE_HEIGHT + GAP).forEach((top, index) => {
      const id = nodes[index]?.id;
      if (id !== undefined) boxes.set(id, { x, y: EDGE + top, width: side });
    });
  }
  const bottom = Math.max(0, ...[...boxes.values()].map((box) => box.y));
  return { width, height: bottom + NODE_HEIGHT + EDGE, boxes };
}

/** The height at which a node's edges would be level, on average; null where it has none. */
function meanTop({ id }: MapNode, relations: Relations, boxes: ReadonlyMap<string, Box>): number | null {
  const tops = relations.at(id).flatMap(({ from, to }) => boxes.get(from === id ? to : from)?.y ?? []);
  return tops.length === 0 ? null : tops.reduce((sum, top) => sum + top) / tops.length;
}

/**
 * Tops as near to the wanted ones as their order and a step between them allow: neighbours that want the same place
 * stand around it together. What wants nothing follows the one before it.
 */
export function spread(wanted: readonly (number | null)[], step: number): number[] {
  const blocks: { sum: number; count: number; size: number }[] = [];
  const topOf = ({ sum, count }: { sum: number; count: number }) =>
    Math.max(0, count === 0 ? 0 : sum / count);
  wanted.forEach((top) => {
    blocks.push({ sum: top ?? 0, count: top === null ? 0 : 1, size: 1 });
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)];
      if (!before || !last) return;
      const offset = before.size * step;
      if (last.count > 0 && topOf(before) + offset <= topOf(last)) return;
      blocks.pop();
      before.sum += last.sum - last.count * offset;
      before.count += last.count;
      before.size += last.size;
    }
  });
  return blocks.flatMap((block) => {
    const top = Math.round(topOf(block));
    return Array.from({ length: block.size }, (_, index) => top + index * step);
  });
}

/** An edge as the `d` of a path. */
export function pathOf({ from, to, kind }: MapEdge, { boxes, width }: Layout): string {
  const [start, end] = [boxes.get(from), boxes.get(to)];
  if (!start || !end) return "";
  // Writes and reads of the same two nodes stand apart.
  const offset = kind === "check" ? 3 : kind === "write" ? -3 : 0;
  const [y, toY] = [start.y + NODE_HEIGHT / 2 + offset, end.y + NODE_HEIGHT / 2 + offset];
  if (start.x === end.x) {
    const x = start.x + start.width;
    const bend = Math.min(width - 2, x + 12 + Math.abs(toY - y) / 8);
    return `M${x} ${y}C${bend} ${y} ${bend} ${toY} ${x} ${toY}`;
  }
  const isRightward = start.x < end.x;
  const x = isRightward ? start.x + start.width : start.x;
  // The head of an arrow takes the rest of the way.
  const toX = isRightward ? end.x - (kind === "write" ? 5 : 0) : end.x + end.width;
  const half = (x + toX) / 2;
  return `M${x} ${y}C${half} ${y} ${half} ${toY} ${toX} ${toY}`;
}
