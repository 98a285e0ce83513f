import type { Json, LogEvent } from "../../../client/main.ts";
import { JsonBlock } from "../../parts/json.tsx";
import { Detail } from "../../parts/panel.tsx";
import { Who } from "../../parts/who.tsx";

interface EventDetailProps {
  readonly event: LogEvent;
  readonly onClose: () => void;
}

/** One event, with all that the reader may see of it. */
export function EventDetail({ event, onClose }: EventDetailProps) {
  const { seq, kind, ts, agent, payload, chain } = event;
  return (
    <Detail title={`Event ${seq}`} onClose={onClose}>
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
    </Detail>
  );
}
