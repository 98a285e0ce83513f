import { useEffect, useMemo } from "preact/hooks";
import type { Billing } from "../../players/plays.ts";
import { playFor } from "../../players/plays.ts";
import type { Snapshot } from "../live/snapshot.ts";
import { Refusal } from "../parts/refusal.tsx";
import { ExampleAgents, isEmptyStage } from "./example-agents.ts";

interface PlayBarProps {
  readonly room: string;
  /** The room's. */
  readonly token: string;
  readonly snapshot: Snapshot;
  /** Whether this is a place to offer it: elsewhere the bar stands only while they play. */
  readonly isOffered: boolean;
}

/** Offers a play by two example agents where nobody is yet, and ends it [DASH-12]. */
export function PlayBar({ room, token, snapshot, isOffered }: PlayBarProps) {
  const agents = useMemo(() => new ExampleAgents({ server: location.origin, room, token }), [room, token]);
  useEffect(() => () => agents.stop(), [agents]);
  const billing = useMemo(() => playFor(Object.keys(snapshot.actionRecords)), [snapshot.actionRecords]);
  const { kind } = agents.doing.value;
  if (kind === "playing" || kind === "leaving")
    return <Playing agents={agents} isLeaving={kind === "leaving"} />;
  if (!isOffered || billing === null || !isEmptyStage(snapshot)) return null;
  return <Offer agents={agents} billing={billing} />;
}

function Playing({ agents, isLeaving }: { readonly agents: ExampleAgents; readonly isLeaving: boolean }) {
  return (
    <section class="play-bar" aria-label="Example agents">
      <p role="status">
        {isLeaving ? "The example agents are leaving." : "Two example agents play here."}{" "}
        <span class="muted">They live in this tab: keep it open.</span>
      </p>
      <button type="button" disabled={isLeaving} onClick={() => agents.stop()}>
        Stop
      </button>
    </section>
  );
}

function Offer({ agents, billing }: { readonly agents: ExampleAgents; readonly billing: Billing }) {
  const doing = agents.doing.value;
  const hasPlayed = doing.kind === "nothing" && doing.ended !== null;
  return (
    <section class="play-bar" aria-label="Example agents">
      {doing.kind === "failed" ? (
        <Refusal error={doing.error} />
      ) : (
        <p role="status">
          {hasPlayed ? "The example agents have left." : "Nobody is here yet."}{" "}
          <span class="muted">See how the room is used: two agents join, play from this tab, and leave.</span>
        </p>
      )}
      <button type="button" class="primary" onClick={() => void agents.play(billing)}>
        {hasPlayed ? "Play again" : "Let two example agents play"}
      </button>
    </section>
  );
}
