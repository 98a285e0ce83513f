import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ScrollRegion } from "./scroll-region.tsx";

interface ItemListProps {
  readonly label: string;
  readonly ids: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
  /** What stands in an item. */
  readonly item: (id: string) => ComponentChildren;
  /** What stands before the items. */
  readonly children?: ComponentChildren;
}

/** Items of which one can be chosen; the one that the address names is in sight when the list appears. */
export function ItemList({ label, ids, chosen, onChoose, item, children }: ItemListProps) {
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    box.current?.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <ScrollRegion class="list-scroll" label={label} box={box}>
      {children}
      <ul class="items">
        {ids.map((id) => (
          <li key={id}>
            <button type="button" class="item" aria-pressed={id === chosen} onClick={() => onChoose(id)}>
              {item(id)}
            </button>
          </li>
        ))}
      </ul>
    </ScrollRegion>
  );
}
