import type { VNode } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Json } from "../../../client/main.ts";
import type { Snapshot } from "../../live/snapshot.ts";
import { ScrollRegion } from "../../parts/scroll-region.tsx";
import { choose } from "../../shown.ts";
import { layoutOf } from "./layout.ts";
import { MapEdges } from "./map-edges.tsx";
import type { NodeHandlers } from "./map-node.tsx";
import { MapNodeItem } from "./map-node.tsx";
import { columnsOf, moved } from "./moves.ts";
import { panelOf } from "./node-places.ts";
import type { Relations } from "./relations.ts";
import type { Counts, MapNode, RoomMap } from "./room-map.ts";
import { wordsOf } from "./words.ts";

interface MapDrawingProps {
  readonly snapshot: Snapshot;
  readonly map: RoomMap;
  readonly counts: Counts;
  readonly relations: Relations;
  readonly hot: ReadonlyMap<string, number>;
}

/** The graph: lists of buttons, and edges under them. */
export function MapDrawing({ snapshot, map, counts, relations, hot }: MapDrawingProps) {
  const box = useRef<HTMLElement>(null);
  const width = useWidth(box);
  const layout = useMemo(() => layoutOf(map, relations, width), [map, relations, width]);
  const words = useMemo(
    () => new Map([...relations.nodes].map(([id, node]) => [id, wordsOf(node, relations)])),
    [relations],
  );
  const columns = useMemo(() => columnsOf(map), [map]);
  const toward = (key: string, id: string) => moved(key, id, columns, relations, layout);
  const pointer = usePointer(box, snapshot.self, toward);
  const { looked, pinned, stops } = pointer;
  const lit = useMemo(
    () => (looked !== null && relations.nodes.has(looked) ? relations.around(looked) : null),
    [looked, relations],
  );
  const stopIds = new Set(
    columns.map((column) => (column.find(({ id }) => stops.includes(id)) ?? column[0])?.id),
  );
  const item = (node: MapNode) => (
    <MapNodeItem
      {...pointer.handlers}
      node={node}
      box={layout.boxes.get(node.id)}
      words={words.get(node.id) ?? ""}
      count={counts.get(node.id) ?? 0}
      value={worthOf(node, snapshot)}
      isAbsent={isAbsent(node, snapshot)}
      isLit={lit?.has(node.id) === true}
      isHot={hot.has(node.id)}
      isPressed={node.id === pinned}
      isStop={stopIds.has(node.id)}
    />
  );
  return (
    <ScrollRegion class="map-scroll" label="Map of the room" box={box}>
      <div class="map-titles" aria-hidden="true" style={{ width: `${layout.width}px` }}>
        <span>Actions</span>
        <span>State</span>
        <span>Views</span>
      </div>
      <div
        class={`map${lit ? " looking" : ""}`}
        style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
      >
        <MapEdges edges={map.edges} layout={layout} lit={lit} hot={hot} />
        <MapLists map={map} item={item} />
      </div>
    </ScrollRegion>
  );
}

interface MapListsProps {
  readonly map: RoomMap;
  readonly item: (node: MapNode) => VNode;
}

/** The columns as lists, as a screen reader goes through them. */
function MapLists({ map, item }: MapListsProps) {
  return (
    <>
      <ul aria-label="Actions">
        {map.actions.map((node) => (
          <li key={node.id}>{item(node)}</li>
        ))}
      </ul>
      <ul aria-label="State by scope">
        {map.groups.map(({ heading, rows }) => (
          <li key={heading.id}>
            {item(heading)}
            {rows.length > 0 && (
              <ul>
                {rows.map((node) => (
                  <li key={node.id}>{item(node)}</li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
      <ul aria-label="Views">
        {map.views.map((node) => (
          <li key={node.id}>{item(node)}</li>
        ))}
      </ul>
    </>
  );
}

/** The width of what an element can show without scrolling, px, as it changes. */
function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      setWidth(element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight));
    };
    const observer = new ResizeObserver(measure);
    measure();
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** What is pointed at, by mouse, finger or keyboard: a press looks at a node, a second one opens it. */
function usePointer(
  box: { readonly current: HTMLElement | null },
  self: string,
  toward: (key: string, id: string) => string | null,
) {
  const [pointed, setPointed] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [pinned, setPinned] = useState<string | null>(null);
  const [stops, setStops] = useState<readonly string[]>([]);
  const open = (node: MapNode) => choose(...panelOf(node, self));
  const handlers: NodeHandlers = {
    onPoint: setPointed,
    onFocus: (id) => {
      setFocused(id);
      if (id === null) return;
      if (id !== pinned) setPinned(null);
      setStops([id, ...stops.filter((each) => each !== id)].slice(0, 12));
    },
    onPress: (node) => (node.id === pinned ? open(node) : setPinned(node.id)),
    onKey: (event, node) => {
      const next = toward(event.key, node.id);
      if (event.key === "Enter") open(node);
      else if (event.key === "Escape") setPinned(null);
      else if (next === null) return;
      else box.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(next)}"]`)?.focus();
      event.preventDefault();
    },
  };
  return { handlers, looked: pointed ?? focused ?? pinned, pinned, stops };
}

function worthOf({ kind, label, scope, key }: MapNode, { state, views, self }: Snapshot): Json | undefined {
  if (kind === "view") return views[label];
  if (kind !== "key" || scope === undefined || key === undefined) return undefined;
  return (state[scope] ?? (scope === self ? state.self : undefined))?.[key];
}

/** Whether what a node stands for is not there now. */
function isAbsent(node: MapNode, snapshot: Snapshot): boolean {
  if (node.kind === "action") return snapshot.actions[node.label] === undefined;
  return (node.kind === "view" || node.kind === "key") && worthOf(node, snapshot) === undefined;
}
