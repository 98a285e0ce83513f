import { useEffect, useRef } from "preact/hooks";
import type { Snapshot } from "../live/snapshot.ts";
import { fragmentOf } from "../place.ts";
import type { Panel } from "./panels.ts";

interface NavigationProps {
  readonly panels: readonly Panel[];
  readonly current: string;
  /** The event after which the room is looked at; null is now. */
  readonly at: number | null;
  readonly snapshot: Snapshot | null;
}

export function Navigation({ panels, current, at, snapshot }: NavigationProps) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const link = bar.current?.querySelector("[aria-current]");
    link?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <nav class="panels" aria-label="Panels" ref={bar}>
      {panels.map(({ id, title, count }) => (
        <a
          key={id}
          href={fragmentOf({ panel: id, item: [], at })}
          aria-current={id === current ? "page" : undefined}
        >
          {title}
          {snapshot && count && <span class="count num">{count(snapshot).toLocaleString()}</span>}
        </a>
      ))}
    </nav>
  );
}
