import { useMemo } from "preact/hooks";
import type { Layout } from "./layout.ts";
import { NODE_HEIGHT, pathOf } from "./layout.ts";
import type { MapEdge } from "./room-map.ts";

interface MapEdgesProps {
  readonly edges: readonly MapEdge[];
  readonly layout: Layout;
  /** What is pointed at and what belongs to it. */
  readonly lit: ReadonlySet<string> | null;
  readonly hot: ReadonlyMap<string, number>;
}

/** The edges under the nodes, those that matter just now drawn over the others. Nodes tell of them in words. */
export function MapEdges({ edges, layout, lit, hot }: MapEdgesProps) {
  // A room may have thousands: they are drawn anew only where they go elsewhere.
  const all = useMemo(
    () => (
      <g class="all">
        <Edges edges={edges} layout={layout} name="" />
      </g>
    ),
    [edges, layout],
  );
  return (
    <svg class="edges" width={layout.width} height={layout.height} aria-hidden="true">
      {all}
      <Edges edges={edges.filter(({ id }) => lit?.has(id))} layout={layout} name="lit" />
      <Edges edges={edges.filter(({ id }) => hot.has(id))} layout={layout} name="hot" />
    </svg>
  );
}

interface EdgesProps extends Pick<MapEdgesProps, "edges" | "layout"> {
  readonly name: string;
}

function Edges({ edges, layout, name }: EdgesProps) {
  const heads = new Map(edges.filter(({ kind }) => kind === "write").map((edge) => [edge.to, edge]));
  const classes = ({ kind, isContested }: MapEdge) => `${kind} ${isContested ? "contested" : ""} ${name}`;
  return (
    <>
      {edges.map((edge) => (
        <path key={edge.id} class={classes(edge)} data-edge={edge.id} d={pathOf(edge, layout)} />
      ))}
      {[...heads].map(([to, edge]) => (
        <path key={to} class={`head ${classes(edge)}`} d={headAt(to, layout)} />
      ))}
    </>
  );
}

/** The head of the arrows that end at a node. */
function headAt(id: string, { boxes }: Layout): string {
  const box = boxes.get(id);
  if (!box) return "";
  const [x, y] = [box.x, box.y + NODE_HEIGHT / 2 - 3];
  return `M${x} ${y}L${x - 7} ${y - 3.5}V${y + 3.5}Z`;
}
