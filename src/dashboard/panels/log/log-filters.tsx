import type { EventKind } from "../../../client/main.ts";
import type { LogFilter } from "./log-reader.ts";

const KINDS: readonly EventKind[] = [
  "invoke",
  "message",
  "timer",
  "sample",
  "agent_join",
  "agent_update",
  "agent_leave",
  "register_action",
  "delete_action",
  "register_view",
  "delete_view",
  "room_create",
  "room_update",
  "token_mint",
  "token_revoke",
  "import",
  "fork",
  "migrate",
];

interface LogFiltersProps {
  readonly filter: LogFilter;
  readonly agents: readonly string[];
  /** Whether keys are looked for: an index of keys knows no kinds. */
  readonly isByKey: boolean;
  readonly onChange: (filter: LogFilter) => void;
}

export function LogFilters({ filter, agents, isByKey, onChange }: LogFiltersProps) {
  return (
    <>
      <select
        aria-label="Agent"
        value={filter.agent}
        onChange={(event) => onChange({ ...filter, agent: event.currentTarget.value })}
      >
        <option value="">all agents</option>
        {agents.map((agent) => (
          <option key={agent} value={agent}>
            {agent}
          </option>
        ))}
      </select>
      <select
        aria-label="Kind"
        value={isByKey ? "" : filter.kind}
        disabled={isByKey}
        onChange={(event) => onChange({ ...filter, kind: event.currentTarget.value as LogFilter["kind"] })}
      >
        <option value="">all kinds</option>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {kind}
          </option>
        ))}
      </select>
    </>
  );
}
