import { useEffect, useMemo, useState } from "preact/hooks";
import type { LogEvent } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import { endOf } from "../../live/snapshot.ts";
import { Empty } from "../../parts/empty.tsx";
import { Filter, PanelFrame } from "../../parts/panel.tsx";
import { Refusal } from "../../parts/refusal.tsx";
import { useSettled } from "../../parts/settled.ts";
import { EventDetail } from "./event-detail.tsx";
import { EventList } from "./event-list.tsx";
import { GoToSeq } from "./go-to-seq.tsx";
import { keyPages, keysNamed, offeredKeys } from "./key-pages.ts";
import { LogFilters } from "./log-filters.tsx";
import type { LogFilter } from "./log-reader.ts";
import { LogReader, logPages } from "./log-reader.ts";

/** So many newer events stand above one that was jumped to. */
const ABOVE = 4;

/** All that happened, the newest first. */
export function LogPanel({ snapshot, session }: PanelProps) {
  const [filter, setFilter] = useState<LogFilter>({ agent: "", kind: "" });
  const [text, setText] = useState("");
  const [from, setFrom] = useState<number | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const wanted = useSettled(text);
  const keys = JSON.stringify(keysNamed(wanted, snapshot));
  const { reader, isByKey } = useReader({ snapshot, session }, filter, keys, from);
  const end = endOf(snapshot);
  const events = useFound(reader, isByKey ? "" : wanted, end);
  const go = (seq: number) => {
    setFrom(seq);
    setChosen(seq);
  };
  return (
    <PanelFrame
      title="Log"
      tools={
        <>
          <LogFilters {...{ filter, isByKey }} agents={Object.keys(snapshot.agents)} onChange={setFilter} />
          <GoToSeq last={snapshot.seq} onGo={go} />
          <Filter
            label="Filter by scope.key or action"
            value={text}
            onChange={setText}
            offered={offeredKeys(text, snapshot)}
          />
        </>
      }
    >
      <div class="split">
        <div class="list-column">
          {from !== null && <FromThere reader={reader} last={snapshot.seq} onNow={() => setFrom(null)} />}
          {events.length === 0 && !reader.isReading.value ? (
            <NoEvents isRead={isByKey || wanted === ""} />
          ) : (
            <EventList
              key={from}
              {...{ events, chosen }}
              grown={reader.grown}
              last={end}
              onChoose={setChosen}
            />
          )}
          <Older reader={reader} />
        </div>
        {chosen !== null && (
          <EventDetail
            seq={chosen}
            known={isByKey ? undefined : events.find(({ seq }) => seq === chosen)}
            session={session}
            onClose={() => setChosen(null)}
          />
        )}
      </div>
    </PanelFrame>
  );
}

/** One reader for what is looked for, told of each new seq unless it began at an event that was jumped to. */
function useReader({ snapshot, session }: PanelProps, filter: LogFilter, keys: string, from: number | null) {
  const { room } = session;
  const { seq } = snapshot;
  const isByKey = keys !== "null";
  const [origin, setOrigin] = useState(seq);
  const reader = useMemo(
    () =>
      new LogReader({
        read: isByKey ? keyPages(room, JSON.parse(keys), filter) : logPages(room, filter),
        seq: from === null ? origin : Math.min(seq, from + ABOVE),
        isIndexed: isByKey,
      }),
    [room, filter, keys, from, origin],
  );
  useEffect(() => {
    void reader.older();
    return () => reader.close();
  }, [reader]);
  const isReading = reader.isReading.value;
  useEffect(() => {
    if (from !== null) return;
    if (!reader.reaches(seq)) setOrigin(seq);
    else if (!isReading) void reader.newer(seq);
  }, [reader, seq, isReading, from]);
  return { reader, isByKey };
}

interface FromThereProps {
  readonly reader: LogReader;
  readonly last: number;
  readonly onNow: () => void;
}

/** The ways on from an event that was jumped to. */
function FromThere({ reader, last, onNow }: FromThereProps) {
  return (
    <p class="older">
      {reader.newest < last && (
        <button
          type="button"
          class="quiet"
          disabled={reader.isReading.value}
          onClick={() => void reader.someNewer(last)}
        >
          Read newer events
        </button>
      )}
      <button type="button" class="quiet" onClick={onNow}>
        Back to the newest
      </button>
    </p>
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

function NoEvents({ isRead }: { readonly isRead: boolean }) {
  return (
    <Empty title="No events">
      {isRead ? (
        <p>Nothing fits the filter.</p>
      ) : (
        <p>
          Nothing that was read so far fits the filter. A whole name, such as <code>_shared.turn</code>, is
          looked for in all of the log.
        </p>
      )}
    </Empty>
  );
}

/** Of what was read, what names a text, up to the last event that a look at the past may tell of. */
function useFound(reader: LogReader, text: string, last: number | null): readonly LogEvent[] {
  const all = reader.events.value;
  return useMemo(() => {
    const found = withText(all, text);
    return last === null ? found : found.filter(({ seq }) => seq <= last);
  }, [all, text, last]);
}

/** Of what was read, what names a text: each event's names are put together once. */
function withText(events: readonly LogEvent[], text: string): readonly LogEvent[] {
  const wanted = text.trim().toLowerCase();
  return wanted === "" ? events : events.filter((event) => namesOf(event).includes(wanted));
}

const NAMES = new WeakMap<LogEvent, string>();

function namesOf(event: LogEvent): string {
  const known = NAMES.get(event);
  if (known !== undefined) return known;
  const { action = "", writes } = event.payload;
  const keys = writes.map((write) => ("hidden" in write ? write.scope : `${write.scope}.${write.key}`));
  const names = [action, ...keys].join("\n").toLowerCase();
  NAMES.set(event, names);
  return names;
}
