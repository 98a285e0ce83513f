import { scopeRefusal } from "../authority.ts";
import { valueRefusal } from "../invocation.ts";
import type { Json, JsonObject } from "../json.ts";
import type { RunningState } from "../state.ts";
import { setOperation } from "../state.ts";
import type { Decision, DecisionContext, Refused } from "./decision.ts";
import { refusedAt } from "./decision.ts";
import { decideRegisterAction, decideRegisterView } from "./register.ts";

/** What a room is created with: definitions as `_register_action` and `_register_view` take them, and plain entries. */
export interface Furnishing {
  readonly actions: readonly JsonObject[];
  readonly views: readonly JsonObject[];
  readonly entries: readonly { readonly scope: string; readonly key: string; readonly value: Json }[];
}

/**
 * Writes what a room is created with into its first event, each part checked as if the room's owner had registered or
 * written it [TPL-1]. Answers the first refusal, or null.
 */
export function furnish(
  { actions, views, entries }: Furnishing,
  running: RunningState,
  context: DecisionContext,
): Refused | null {
  const within = { ...context, state: running };
  for (const [index, action] of actions.entries()) {
    const refused = take(decideRegisterAction(action, within), `actions[${index}]`, running);
    if (refused) return refused;
  }
  for (const [index, view] of views.entries()) {
    const refused = take(decideRegisterView(view, within), `views[${index}]`, running);
    if (refused) return refused;
  }
  for (const entry of entries) {
    const refused = scopeRefusal(entry.scope, false, OWNER) ?? valueRefusal(entry.value, entry.key);
    if (refused) return refused;
    running.write(setOperation(running, context.ports.hash, entry));
  }
  return null;
}

/** The authority of the room itself. */
const OWNER = { actionScope: "_shared", registrarGrants: [], invoker: null, mayWriteHelp: true };

function take(decision: Decision, place: string, running: RunningState): Refused | null {
  if (!decision.ok) return refusedAt(place, decision);
  for (const operation of decision.event?.payload.writes ?? []) running.write(operation);
  return null;
}
