import type { Json } from "../../../client/main.ts";
import type { Box } from "./layout.ts";
import type { MapNode } from "./room-map.ts";
import { OWN } from "./room-map.ts";

/** What a node does when it is pointed at, pressed, or reached by the keyboard. */
export interface NodeHandlers {
  readonly onPoint: (id: string | null) => void;
  readonly onFocus: (id: string | null) => void;
  readonly onPress: (node: MapNode) => void;
  readonly onKey: (event: KeyboardEvent, node: MapNode) => void;
}

interface MapNodeProps extends NodeHandlers {
  readonly node: MapNode;
  readonly box: Box | undefined;
  /** What a screen reader is told of its edges. */
  readonly words: string;
  /** Entries of a scope, or how many nodes this one stands for. */
  readonly count: number;
  /** What the node is worth now; undefined where it is worth nothing. */
  readonly value: Json | undefined;
  /** Whether it is not there now: a key that nobody wrote, or a definition that is disabled. */
  readonly isAbsent: boolean;
  readonly isLit: boolean;
  readonly isHot: boolean;
  readonly isPressed: boolean;
  /** Whether Tab stops here. */
  readonly isStop: boolean;
}

export function MapNodeItem(props: MapNodeProps) {
  const { node, box, words, count, value, isAbsent, isLit, isHot, isPressed, isStop } = props;
  const { id, kind, contestedBy } = node;
  const label = kind === "more" ? `and ${count.toLocaleString()} more` : node.label;
  if (!box) return null;
  const classes = [
    "node",
    kind,
    ...(isAbsent ? ["absent"] : []),
    ...(isLit ? ["lit"] : []),
    ...(isHot ? ["hot"] : []),
    ...(contestedBy ? ["contested"] : []),
  ];
  return (
    <button
      type="button"
      class={classes.join(" ")}
      data-node={id}
      style={{ left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px` }}
      tabIndex={isStop ? 0 : -1}
      aria-pressed={isPressed}
      title={label}
      onPointerEnter={(event) => event.pointerType === "mouse" && props.onPoint(id)}
      onPointerLeave={() => props.onPoint(null)}
      onFocus={() => props.onFocus(id)}
      onBlur={() => props.onFocus(null)}
      onClick={() => props.onPress(node)}
      onKeyDown={(event) => props.onKey(event, node)}
    >
      {contestedBy && (
        <span class="sign" aria-hidden="true">
          !
        </span>
      )}
      <span class="label">{label}</span>
      {label === OWN && <span class="worth">each agent's own</span>}
      {kind === "scope" && label !== OWN && <span class="worth num">{count.toLocaleString()}</span>}
      {value !== undefined && <span class="worth num">{briefly(value)}</span>}
      <span class="sr">. {words}</span>
    </button>
  );
}

/** So much of a value as fits beside a name. */
function briefly(value: Json): string {
  if (typeof value === "string") return value.slice(0, 60);
  if (typeof value !== "object" || value === null) return String(value);
  const count = Array.isArray(value) ? value.length : Object.keys(value).length;
  return Array.isArray(value) ? `[${count}]` : `{${count}}`;
}
