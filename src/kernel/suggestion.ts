import type { Refusal } from "./errors.ts";
import type { AgentRecord } from "./model.ts";
import { nearest } from "./nearest.ts";
import type { StateReader } from "./state.ts";

/** A name that is not known here, and the known name that it was probably meant to be. */
export type Suggestion = {
  /** Where it stands in what the caller sent, or in what the caller invoked. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
};

/** A name to be looked for: `among` holds only what the caller may see. */
export interface Unknown {
  readonly path: string;
  readonly from: string;
  readonly among: Iterable<string>;
}

/**
 * The refusal with the known name nearest to the unknown one, and first in its hint what `next` says of the call to
 * make with that; as it is where no name is near.
 */
export function suggest(refusal: Refusal, unknown: Unknown, next: (to: string) => string): Refusal {
  const { path, from, among } = unknown;
  const to = nearest(from, among);
  return to === undefined ? refusal : suggested(refusal, { path, from, to }, next(to));
}

/** The refusal with a suggestion and, first in its hint, the call to make with that. */
export function suggested(refusal: Refusal, suggestion: Suggestion, next: string): Refusal {
  const { hint, details } = refusal;
  const asked = `Did you mean ${suggestion.to}? ${next}`;
  return {
    ...refusal,
    hint: hint === undefined ? asked : `${asked} ${hint}`,
    details: { ...details, suggestion: { ...suggestion } },
  };
}

/** The refusal of an agent's id, with the nearest id of an agent that has joined and not left. */
export function suggestAgent(refusal: Refusal, agent: string, state: StateReader): Refusal {
  return suggest(refusal, { path: "agent", from: agent, among: joinedAgents(state) }, (to) => `Name ${to}.`);
}

/** The ids of the agents that have joined and not left. */
export function* joinedAgents(state: StateReader): Iterable<string> {
  for (const [id, { value }] of state.entries("_agents")) {
    if ((value as unknown as AgentRecord).status === "active") yield id;
  }
}
