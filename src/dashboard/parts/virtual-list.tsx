import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Rows beyond each edge that are there already when a reader scrolls. */
const BEYOND = 8;

export interface VirtualListProps {
  readonly id: string;
  readonly label: string;
  readonly role: "tree" | "listbox";
  readonly count: number;
  /** px; all rows have it. */
  readonly rowHeight: number;
  /** The row that the keyboard is on. */
  readonly active: number;
  readonly onActive: (index: number) => void;
  readonly onChoose: (index: number) => void;
  /** The keys that close and open a branch of a tree. */
  readonly onArrow?: (index: number, to: "left" | "right") => void;
  readonly row: (index: number) => ComponentChildren;
  /** So many rows have come to stand before the first since the list began: what is in sight stays there. */
  readonly grown?: number;
  /** What a reader is told of a row. */
  readonly rowProps: (index: number) => Readonly<Record<string, unknown>>;
}

/** A list of any length, of which only the rows in sight are in the document. One stop of the Tab key. */
export function VirtualList(props: VirtualListProps) {
  const { id, label, role, count, rowHeight, active } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useAnchor(box, props.grown ?? 0, rowHeight);
  // What is active from the start may be far down.
  useLayoutEffect(() => {
    if (box.current) reveal(box.current, active, rowHeight);
  }, []);
  const first = Math.max(0, Math.floor(top / rowHeight) - BEYOND);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + BEYOND);
  // A row that leaves the sight at one edge is filled anew at the other: to fill one costs a tenth of making one.
  const slots = Math.ceil(height / rowHeight) + 2 * BEYOND + 2;
  const slotOf = (index: number) => (((index - (props.grown ?? 0)) % slots) + slots) % slots;
  const isShown = active >= first && active < last;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a tree or a list box, as its owner says.
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both have a label.
    <div
      ref={box}
      id={id}
      class="virtual"
      role={role}
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={isShown ? `${id}-${active}` : undefined}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={(event) => onKey(event, props, box.current)}
    >
      <div role="presentation" style={{ height: `${count * rowHeight}px` }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, offset) => (
          <Row key={slotOf(first + offset)} {...props} index={first + offset} />
        ))}
      </div>
    </div>
  );
}

/** Keeps what its reader looks at in its place, unless that is the beginning. */
function useAnchor(box: RefObject<HTMLDivElement | null>, grown: number, rowHeight: number): void {
  const was = useRef(grown);
  useLayoutEffect(() => {
    const more = grown - was.current;
    was.current = grown;
    if (box.current && box.current.scrollTop > 0) box.current.scrollTop += more * rowHeight;
  }, [grown]);
}

function Row(props: VirtualListProps & { readonly index: number }) {
  const { id, role, rowHeight, active, index, row, rowProps, onActive, onChoose } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys for its rows.
    // biome-ignore lint/a11y/noStaticElementInteractions: an item of a tree or an option.
    <div
      id={`${id}-${index}`}
      role={role === "tree" ? "treeitem" : "option"}
      class={`row${index === active ? " active" : ""}`}
      style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
      onClick={() => {
        onActive(index);
        onChoose(index);
      }}
      {...rowProps(index)}
    >
      {row(index)}
    </div>
  );
}

function onKey(event: KeyboardEvent, props: VirtualListProps, box: HTMLDivElement | null): void {
  const { count, rowHeight, active, onActive, onChoose, onArrow } = props;
  const page = Math.max(1, Math.floor((box?.clientHeight ?? 0) / rowHeight) - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  };
  const to = steps[event.key];
  if (to !== undefined) {
    const index = Math.min(count - 1, Math.max(0, to));
    onActive(index);
    if (box) reveal(box, index, rowHeight);
  } else if (event.key === "Enter" || event.key === " ") onChoose(active);
  else if (event.key === "ArrowLeft") onArrow?.(active, "left");
  else if (event.key === "ArrowRight") onArrow?.(active, "right");
  else return;
  event.preventDefault();
}

function reveal(box: HTMLDivElement, index: number, rowHeight: number): void {
  const top = index * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight > box.scrollTop + box.clientHeight) {
    box.scrollTop = top + rowHeight - box.clientHeight;
  }
}
