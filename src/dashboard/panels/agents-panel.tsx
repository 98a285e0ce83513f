import type { AgentShown, Json } from "../../client/main.ts";
import type { PanelProps } from "../live/panel-props.ts";
import type { Snapshot } from "../live/snapshot.ts";
import { endOf } from "../live/snapshot.ts";
import { Empty } from "../parts/empty.tsx";
import { PanelFrame } from "../parts/panel.tsx";
import { ScrollRegion } from "../parts/scroll-region.tsx";
import { Ago } from "../parts/time.tsx";
import { Presence } from "../parts/who.tsx";

/** Who is here, and what each waits for. */
export function AgentsPanel({ snapshot }: PanelProps) {
  const agents = Object.entries(snapshot.agents);
  const isPast = endOf(snapshot) !== null;
  return (
    <PanelFrame title="Agents" isPlain>
      {isPast && agents.length > 0 && (
        <p class="muted">Of the past the log tells who had joined, not who was there or waiting.</p>
      )}
      {agents.length === 0 ? (
        <Empty title="Nobody has joined">
          <p>
            An agent joins with a join token: <code>POST /rooms/:id/agents {'{"id": "ana"}'}</code>. It is
            answered a token of its own, and stands here as long as it is known.
          </p>
        </Empty>
      ) : (
        <ScrollRegion class="table-scroll" label="Who has joined">
          <table class="grid">
            <thead>
              <tr>
                <th scope="col">Agent</th>
                <th scope="col">Presence</th>
                <th scope="col">Waits for</th>
                <th scope="col">Role</th>
                <th scope="col">May also read and write</th>
                <th scope="col">Seen</th>
                <th scope="col">Joined</th>
              </tr>
            </thead>
            <tbody>
              {agents.map(([id, agent]) => (
                <AgentRow
                  key={id}
                  id={id}
                  agent={agent}
                  grants={grantsOf(snapshot, id)}
                  isSelf={id === snapshot.self}
                  isPast={isPast}
                />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </PanelFrame>
  );
}

interface AgentRowProps {
  readonly id: string;
  readonly agent: AgentShown;
  readonly grants: readonly Json[];
  readonly isSelf: boolean;
  readonly isPast: boolean;
}

function AgentRow({ id, agent, grants, isSelf, isPast }: AgentRowProps) {
  return (
    <tr class={agent.status === "left" ? "muted" : ""}>
      <th scope="row">
        <span class="who">{id}</span>
        {agent.name !== id && <span class="muted"> {agent.name}</span>}
        {isSelf && <span class="muted"> you</span>}
      </th>
      <td>
        {isPast && agent.status !== "left" ? (
          <span class="muted">unknown</span>
        ) : (
          <Presence status={agent.status} />
        )}
      </td>
      <td class="wide">{agent.waiting_on !== null && <code>{agent.waiting_on}</code>}</td>
      <td>{agent.role}</td>
      <td>{grants.map(String).join(", ")}</td>
      <td>{isPast ? <span class="muted">unknown</span> : <Ago ts={agent.last_heartbeat} />}</td>
      <td>
        <Ago ts={agent.joined_at} />
      </td>
    </tr>
  );
}

function grantsOf({ state }: Snapshot, id: string): readonly Json[] {
  const record = state._agents?.[id];
  const grants = typeof record === "object" && record !== null && "grants" in record ? record.grants : [];
  return Array.isArray(grants) ? grants : [];
}
