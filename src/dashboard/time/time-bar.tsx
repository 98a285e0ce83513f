import { useEffect, useMemo, useState } from "preact/hooks";
import type { LeanEvent, Room } from "../../client/main.ts";
import { Refusal } from "../parts/refusal.tsx";
import { Clock } from "../parts/time.tsx";
import { Activity } from "./activity.ts";
import { ActivityStrip } from "./activity-strip.tsx";
import { ForkDialog } from "./fork-dialog.tsx";
import { stripRows } from "./strip-rows.ts";
import { StripTable } from "./strip-table.tsx";
import { SPEEDS, usePlay } from "./use-play.ts";

const MOST_BUCKETS = 120;

interface TimeBarProps {
  readonly room: Room;
  /** The room as its owner sees it, who alone may fork; null for others. */
  readonly owned: Room | null;
  /** The event that is looked at; null is now. */
  readonly at: number | null;
  readonly head: number;
  /** What the room is known to have forgotten. */
  readonly earliest: number;
  readonly onGo: (at: number | null) => void;
}

/** The log as a line to move along, and who acted when above it. */
export default function TimeBar({ room, owned, at, head, earliest, onGo }: TimeBarProps) {
  const activity = useActivity(room, head);
  const events = activity.events.value;
  const first = Math.min(head, Math.max(earliest, activity.earliest.value));
  const seq = Math.min(head, Math.max(first, at ?? head));
  const [forking, setForking] = useState<number | null>(null);
  const play = usePlay({ seq, first, head, onGo });
  const goTo = (to: number | null) => {
    play.stop();
    onGo(to === null ? null : Math.min(head, Math.max(first, to)));
  };
  const buckets = Math.max(1, Math.min(MOST_BUCKETS, head - first));
  const span = useMemo(() => ({ first, last: head }), [first, head]);
  const rows = useMemo(() => stripRows(events, span, buckets), [events, span, buckets]);
  const isPartial = activity.from.value > first;
  return (
    <section class="time" id="time" aria-label="Time">
      <ActivityStrip rows={rows} span={span} buckets={buckets} seq={seq} onGo={goTo} />
      <StripTable rows={rows} />
      <input
        type="range"
        class="scrubber"
        aria-label="Event"
        aria-valuetext={toldOf(eventAt(events, seq), seq, head)}
        min={first}
        max={head}
        step={1}
        value={seq}
        onInput={(event) => goTo(event.currentTarget.valueAsNumber)}
      />
      <div class="time-controls">
        <Steps seq={seq} first={first} head={head} play={play} onGo={goTo} />
        <Where event={eventAt(events, seq)} seq={seq} head={head} />
        <span class="spring" />
        {isPartial && (
          <span class="muted small">Events up to {activity.from.value.toLocaleString()} are not drawn.</span>
        )}
        {owned && (
          <button type="button" onClick={() => setForking(seq)}>
            Fork from here
          </button>
        )}
        <button type="button" class="primary" disabled={at === null} onClick={() => goTo(null)}>
          Now
        </button>
      </div>
      <Refusal error={activity.failure.value} />
      {owned && forking !== null && (
        <ForkDialog room={owned} seq={forking} onClose={() => setForking(null)} />
      )}
    </section>
  );
}

function useActivity(room: Room, head: number): Activity {
  const activity = useMemo(() => new Activity(room, head), [room]);
  useEffect(() => () => activity.close(), [activity]);
  useEffect(() => void activity.read(head), [activity, head]);
  return activity;
}

/** The event itself, where it has been read and may be seen. */
function eventAt(events: readonly LeanEvent[], seq: number): LeanEvent | undefined {
  let [low, high] = [0, events.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return events[low]?.seq === seq ? events[low] : undefined;
}

function deedOf({ agent, kind, payload }: LeanEvent): string {
  const deed = `${agent ?? "room"} ${payload.action ?? kind}`;
  return payload.ok ? deed : `${deed}, refused: ${payload.code}`;
}

function toldOf(event: LeanEvent | undefined, seq: number, head: number): string {
  const where = `event ${seq} of ${head}`;
  return event ? `${where}, ${new Date(event.ts).toLocaleTimeString()}, ${deedOf(event)}` : where;
}

interface WhereProps {
  readonly event: LeanEvent | undefined;
  readonly seq: number;
  readonly head: number;
}

function Where({ event, seq, head }: WhereProps) {
  return (
    <span class="time-where">
      <span class="num">
        <b>{seq.toLocaleString()}</b>
        <span class="muted"> of {head.toLocaleString()}</span>
      </span>
      {event && <Clock ts={event.ts} />}
      {event && <span class={event.payload.ok ? "time-deed" : "time-deed bad"}>{deedOf(event)}</span>}
    </span>
  );
}

interface StepsProps {
  readonly seq: number;
  readonly first: number;
  readonly head: number;
  readonly play: ReturnType<typeof usePlay>;
  readonly onGo: (seq: number) => void;
}

function Steps({ seq, first, head, play, onGo }: StepsProps) {
  return (
    <div class="steps">
      <button type="button" aria-label="Step back" disabled={seq <= first} onClick={() => onGo(seq - 1)}>
        <span aria-hidden="true">‹</span>
      </button>
      <button type="button" aria-label={play.isPlaying ? "Pause" : "Play"} onClick={play.toggle}>
        <span aria-hidden="true">{play.isPlaying ? "❚❚" : "▶"}</span>
      </button>
      <button type="button" aria-label="Step forward" disabled={seq >= head} onClick={() => onGo(seq + 1)}>
        <span aria-hidden="true">›</span>
      </button>
      <select
        aria-label="Speed"
        value={play.speed}
        onChange={(event) => play.setSpeed(Number(event.currentTarget.value))}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed} {speed === 1 ? "event" : "events"}/s
          </option>
        ))}
      </select>
    </div>
  );
}
