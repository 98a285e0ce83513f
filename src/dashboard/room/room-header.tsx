import type { Role } from "../live/session.ts";
import type { Snapshot } from "../live/snapshot.ts";
import { Brand } from "../parts/brand.tsx";

interface RoomHeaderProps {
  readonly id: string;
  /** In place of the id. */
  readonly title: string | null;
  readonly role: Role;
  readonly snapshot: Snapshot | null;
  readonly isConnected: boolean;
  readonly eyes: string | null;
  readonly onEyes: (agent: string | null) => void;
  readonly onLeave: () => void;
  /** Whether the bar of time is open. */
  readonly isTimeOpen: boolean;
  readonly onTime: () => void;
}

/** Which room, how far, and who looks. */
export function RoomHeader(props: RoomHeaderProps) {
  const { id, title, role, snapshot, isConnected, onLeave, isTimeOpen, onTime } = props;
  return (
    <header class="room-header">
      <Brand />
      <h1 title={id} class={title === null ? "mono" : ""}>
        {title ?? id}
      </h1>
      <span class={`live ${isConnected ? "on" : ""}`} title={isConnected ? "Live" : "Not connected"}>
        <i aria-hidden="true" />
        <span class="sr">{isConnected ? "live" : "not connected"}</span>
        <span class="num" data-seq={snapshot?.seq}>
          {snapshot && `seq ${snapshot.seq}`}
        </span>
      </span>
      <span class="spring" />
      <button
        type="button"
        class="quiet time-button"
        aria-expanded={isTimeOpen}
        aria-controls={isTimeOpen ? "time" : undefined}
        title="The room as it was"
        onClick={onTime}
      >
        Time
      </button>
      {role === "room" ? <Eyes {...props} /> : <Identity role={role} self={snapshot?.self ?? ""} />}
      <button type="button" class="quiet" onClick={onLeave} title="Forget the token in this tab">
        Leave
      </button>
    </header>
  );
}

/** A room token looks through any agent's eyes, and acts as that agent then [AUTH-4]. */
function Eyes({ snapshot, eyes, onEyes }: RoomHeaderProps) {
  const agents = Object.entries(snapshot?.agents ?? {}).filter(
    ([agent, { status }]) => status !== "left" || agent === eyes,
  );
  return (
    <span class="eyes">
      <span class="muted" aria-hidden="true">
        as
      </span>
      <select
        aria-label="Act as"
        value={eyes ?? ""}
        onChange={(event) => onEyes(event.currentTarget.value === "" ? null : event.currentTarget.value)}
      >
        <option value="">room (sees all)</option>
        {agents.map(([agent]) => (
          <option key={agent} value={agent}>
            {agent}
          </option>
        ))}
      </select>
    </span>
  );
}

function Identity({ role, self }: { readonly role: Role; readonly self: string }) {
  return (
    <span class="identity muted">
      {role === "view" ? (
        "looking on"
      ) : (
        <>
          as <b>{self}</b>
        </>
      )}
    </span>
  );
}
