import type { LogEvent } from "../../../client/main.ts";
import { JsonLine } from "../../parts/json.tsx";
import { Clock } from "../../parts/time.tsx";
import { Who } from "../../parts/who.tsx";

/** One event on one line. */
export function EventLine({ event }: { readonly event: LogEvent | undefined }) {
  if (!event) return null;
  const { seq, kind, ts, agent, payload } = event;
  return (
    <span class={`event${payload.ok ? "" : " refused"}`}>
      <span class="num muted">{seq}</span>
      <Clock ts={ts} />
      <span class="event-agent">
        <Who id={agent} />
      </span>
      <span class="event-what">
        <span class={payload.action ? "mono" : "muted"}>{payload.action ?? kind}</span>
        {!payload.ok && <b class="bad"> refused: {payload.code}</b>}
      </span>
      <span class="value muted">
        {payload.writes.slice(0, 3).map((write) =>
          "hidden" in write ? (
            <span key={write.scope}>{write.scope} (hidden) </span>
          ) : (
            <span key={`${write.scope} ${write.key}`}>
              <code>
                {write.scope}.{write.key}
              </code>{" "}
              {write.value === undefined ? write.op : <JsonLine value={write.value} />}{" "}
            </span>
          ),
        )}
      </span>
    </span>
  );
}
