import { useEffect, useMemo, useState } from "preact/hooks";
import type { LogEvent } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import { endOf } from "../../live/snapshot.ts";
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
  const end = endOf(snapshot);
  const events = useMemo(
    () => withKey(all, key).filter(({ seq }) => end === null || seq <= end),
    [all, key, end],
  );
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
              rowProps={(index) => ({
                "aria-selected": events[index]?.seq === chosen?.seq,
                "aria-current": events[index]?.seq === end || undefined,
              })}
            />
          )}
          <Older reader={reader} />
        </div>
        {chosen && <EventDetail event={chosen} onClose={() => setChosen(null)} />}
      </div>
    </PanelFrame>
  );
}

/** What leads to older events, or what stands in the way. */
function Older({ reader }: { readonly reader: LogReader }) {
  const isReading = reader.isReading.value;
  return (
    <>
      <Refusal error={reader.failure.value} />
      {reader.hasOlder.value && (
        <button type="button" class="quiet older" disabled={isReading} onClick={() => void reader.older()}>
          {isReading ? "Reading…" : "Read older events"}
        </button>
      )}
    </>
  );
}

/** One reader a filter, told of each new seq; another where the seq is far from what the first has read. */
function useReader(room: PanelProps["session"]["room"], filter: LogFilter, seq: number): LogReader {
  const [origin, setOrigin] = useState(seq);
  const reader = useMemo(() => new LogReader(room, filter, origin), [room, filter, origin]);
  useEffect(() => {
    void reader.older();
    return () => reader.close();
  }, [reader]);
  const isReading = reader.isReading.value;
  useEffect(() => {
    if (!reader.reaches(seq)) setOrigin(seq);
    else if (!isReading) void reader.newer(seq);
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
