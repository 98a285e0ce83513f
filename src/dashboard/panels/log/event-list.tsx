import { useMemo, useState } from "preact/hooks";
import type { LogEvent } from "../../../client/main.ts";
import { VirtualList } from "../../parts/virtual-list.tsx";
import { EventLine } from "./event-line.tsx";

const ROW_PX = 26;

interface EventListProps {
  /** The newest first. */
  readonly events: readonly LogEvent[];
  /** So many have come anew since the list began. */
  readonly grown: number;
  /** A seq. */
  readonly chosen: number | null;
  /** The last event of the past that is looked at; null where that is now. */
  readonly last: number | null;
  readonly onChoose: (seq: number) => void;
}

/** Events, one a line. What the keyboard is on, and what is in sight, stays where it is when more come. */
export function EventList({ events, grown, chosen, last, onChoose }: EventListProps) {
  const [active, setActive] = useState<number | null>(chosen);
  const index = active === null ? 0 : Math.min(placeOf(active, events), events.length - 1);
  return (
    <VirtualList
      id="log-list"
      label="Events, the newest first"
      role="listbox"
      count={events.length}
      rowHeight={ROW_PX}
      active={index}
      grown={grown}
      onActive={(at) => setActive(events[at]?.seq ?? null)}
      onChoose={(at) => {
        const event = events[at];
        if (event) onChoose(event.seq);
      }}
      row={(at) => <Line event={events[at]} />}
      rowProps={(at) => ({
        "aria-selected": events[at]?.seq === chosen,
        "aria-current": events[at]?.seq === last || undefined,
        "data-refused": events[at]?.payload.ok === false ? "" : undefined,
      })}
    />
  );
}

/** The same elements for as long as the event is the same: it never changes. */
function Line({ event }: { readonly event: LogEvent | undefined }) {
  return useMemo(() => <EventLine event={event} />, [event]);
}

/** Where an event stands among those that are ordered from the newest on. */
function placeOf(seq: number, events: readonly LogEvent[]): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.seq ?? 0) > seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
