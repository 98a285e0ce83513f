import type { AgentStatus } from "../../client/main.ts";

/** An agent by its id; null is the room. */
export function Who({ id }: { readonly id: string | null | undefined }) {
  if (id === undefined) return <span class="muted">–</span>;
  return id === null ? <span class="muted">room</span> : <span class="who">{id}</span>;
}

const WORDS: Readonly<Record<AgentStatus, string>> = {
  active: "active",
  waiting: "waiting",
  idle: "idle",
  left: "left",
};

export function Presence({ status }: { readonly status: AgentStatus }) {
  return (
    <span class={`presence ${status}`}>
      <i aria-hidden="true" />
      {WORDS[status]}
    </span>
  );
}
