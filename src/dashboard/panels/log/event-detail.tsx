import { useEffect, useState } from "preact/hooks";
import type { Json, LogEvent } from "../../../client/main.ts";
import type { Session } from "../../live/session.ts";
import { JsonBlock } from "../../parts/json.tsx";
import { Detail } from "../../parts/panel.tsx";
import { Refusal } from "../../parts/refusal.tsx";
import { Who } from "../../parts/who.tsx";

interface EventDetailProps {
  readonly seq: number;
  /** The event, where it has been read whole. */
  readonly known: LogEvent | undefined;
  readonly session: Session;
  readonly onClose: () => void;
}

/** One event, with all that the reader may see of it. */
export function EventDetail({ seq, known, session, onClose }: EventDetailProps) {
  const { event, error } = useEvent(session, seq, known);
  return (
    <Detail title={`Event ${seq}`} onClose={onClose}>
      <Refusal error={error} />
      {event && <EventFacts event={event} />}
    </Detail>
  );
}

/** An event that is known, or is read. */
function useEvent({ room }: Session, seq: number, known: LogEvent | undefined) {
  const [event, setEvent] = useState(known);
  const [error, setError] = useState<unknown>(null);
  const isKnown = known !== undefined;
  useEffect(() => {
    setEvent(known);
    setError(null);
    if (isKnown) return;
    const end = new AbortController();
    room
      .logPage({ after: seq - 1, limit: 1, signal: end.signal })
      .then(({ events }) => setEvent(events[0]))
      .catch((thrown: unknown) => {
        if (!end.signal.aborted) setError(thrown);
      });
    return () => end.abort();
  }, [room, seq, isKnown]);
  return { event: event?.seq === seq ? event : known, error };
}

function EventFacts({ event }: { readonly event: LogEvent }) {
  const { seq, kind, ts, agent, payload, chain } = event;
  return (
    <>
      {!payload.ok && (
        <p class="bad">
          Refused: <code>{payload.code}</code>
        </p>
      )}
      <dl class="facts-list">
        <dt>Kind</dt>
        <dd>{kind}</dd>
        <dt>Time</dt>
        <dd class="num">{ts}</dd>
        <dt>Agent</dt>
        <dd>
          <Who id={agent} />
          {payload.acting === "room" && <span class="muted"> by the room's token</span>}
        </dd>
        {chain && (
          <>
            <dt>Chain</dt>
            <dd class="mono break">{chain}</dd>
          </>
        )}
      </dl>
      <JsonBlock value={payload as unknown as Json} label={`Payload of event ${seq}`} />
    </>
  );
}
