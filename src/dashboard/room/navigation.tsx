import type { Snapshot } from "../live/snapshot.ts";
import { PANELS } from "./panels.ts";

interface NavigationProps {
  readonly current: string;
  readonly snapshot: Snapshot | null;
}

export function Navigation({ current, snapshot }: NavigationProps) {
  return (
    <nav class="panels" aria-label="Panels">
      {PANELS.map(({ id, title, count }) => (
        <a key={id} href={`#${id}`} aria-current={id === current ? "page" : undefined}>
          {title}
          {snapshot && count && <span class="count num">{count(snapshot).toLocaleString()}</span>}
        </a>
      ))}
    </nav>
  );
}
