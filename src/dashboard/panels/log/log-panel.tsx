import { useEffect, useMemo, useState } from "preact/hooks";
import type { LogEvent } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import { Empty } from "../../parts/empty.tsx";
import { Filter, PanelFrame } from "../../parts/panel.tsx";
import { Refusal } from "../../parts/refusal.tsx";
import { VirtualList } from "../../parts/virtual-list.tsx";
import { EventDetail } from "./event-detail.tsx";
import { EventLine } from "./event-line.tsx";
import { LogFilters } from "./log-filters.tsx";
import type { LogFilter } from "./log-reader.ts";
import { LogReader } from "./log-reader.ts";

const ROW_PX = 26;

/** All that happened, the newest first. */
export function LogPanel({ snapshot, session }: PanelProps) {
  const [filter, setFilter] = useState<LogFilter>({ agent: "", kind: "" });
  const [key, setKey] = useState("");
  const [active, setActive] = useState(0);
  const [chosen, setChosen] = useState<LogEvent | null>(null);
  const reader = useReader(session.room, filter, snapshot.seq);
  const all = reader.events.value;
  const events = useMemo(() => withKey(all, key), [all, key]);
  const failure = reader.failure.value;
  return (
    <PanelFrame
      title="Log"
      tools={
        <>
          <LogFilters filter={filter} agents={Object.keys(snapshot.agents)} onChange={setFilter} />
          <Filter label="Filter by key or action" value={key} onChange={setKey} />
        </>
      }
    >
      <div class="split">
        <div class="list-column">
          {events.length === 0 && !reader.isReading.value ? (
            <Empty title="No events">Nothing that was read fits the filter.</Empty>
          ) : (
            <VirtualList
              id="log-list"
              label="Events, the newest first"
              role="listbox"
              count={events.length}
              rowHeight={ROW_PX}
              active={Math.min(active, events.length - 1)}
              onActive={setActive}
              onChoose={(index) => setChosen(events[index] ?? null)}
              row={(index) => <EventLine event={events[index]} />}
              rowProps={(index) => ({ "aria-selected": events[index]?.seq === chosen?.seq })}
            />
          )}
          <Refusal error={failure} />
          {reader.hasOlder.value && (
            <button
              type="button"
              class="quiet older"
              disabled={reader.isReading.value}
              onClick={() => void reader.older()}
            >
              {reader.isReading.value ? "Reading…" : "Read older events"}
            </button>
          )}
        </div>
        {chosen && <EventDetail event={chosen} onClose={() => setChosen(null)} />}
      </div>
    </PanelFrame>
  );
}

/** One reader a filter, told of each new seq. */
function useReader(room: PanelProps["session"]["room"], filter: LogFilter, seq: number): LogReader {
  const reader = useMemo(() => new LogReader(room, filter, seq), [room, filter]);
  useEffect(() => {
    void reader.older();
    return () => reader.close();
  }, [reader]);
  const isReading = reader.isReading.value;
  useEffect(() => {
    if (!isReading) void reader.newer(seq);
  }, [reader, seq, isReading]);
  return reader;
}

function withKey(events: readonly LogEvent[], text: string): readonly LogEvent[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return events;
  return events.filter(({ payload }) => {
    const names = payload.writes.map((write) =>
      "hidden" in write ? write.scope : `${write.scope}.${write.key}`,
    );
    return [payload.action ?? "", ...names].some((name) => name.toLowerCase().includes(wanted));
  });
}
