import { BUILTINS } from "../../kernel/decide/builtins.ts";
import type { Refused } from "../../kernel/decide/decision.ts";
import type { Refusal } from "../../kernel/errors.ts";
import type { Clause } from "../../kernel/invocation.ts";
import type { JsonObject } from "../../kernel/json.ts";
import { own } from "../../kernel/json.ts";
import { isShared } from "../../kernel/names.ts";
import type { Frame } from "../../kernel/ports.ts";
import { suggest, suggested } from "../../kernel/suggestion.ts";
import type { InvokeCall } from "../../protocol/calls.ts";
import { evaluateText } from "../expressions.ts";
import type { ReadModel } from "../read-model.ts";
import { RoomRoots } from "../roots.ts";
import type { Session } from "../session.ts";
import { suggestParam } from "./misnamed.ts";
import { readPoints, ShownReads } from "./shown-reads.ts";
import { unmetClauses } from "./unmet.ts";

/** A longer condition is left for the caller to write. */
const MOST_CONDITION_CHARS = 300;

/** A refused invocation, and who asks why. */
interface Refusing {
  readonly model: ReadModel;
  readonly session: Session;
  readonly call: InvokeCall;
}

type Expression = Clause & { readonly expression: string; readonly frame: Frame };

/**
 * The refusal with what the caller needs to do better: the clauses that do not hold and what they read, and the known
 * name nearest to one that is not known [ACT-22]. Nothing that the caller may not read is in it.
 */
export function explainRefusal(refusing: Refusing, { refusal, clause }: Refused): Refusal {
  switch (refusal.code) {
    case "precondition_failed":
    case "action_disabled":
      return isExpression(clause) ? explainGate(refusing, refusal, clause) : refusal;
    case "cel_error":
    case "cel_budget_exceeded":
      return isExpression(clause) ? explainFault(refusing, refusal, clause) : refusal;
    case "action_not_found":
    case "view_not_found":
      return suggestDefinition(refusing, refusal);
    case "scope_denied":
      return suggestScope(refusing, refusal);
    case "invalid_param":
    case "missing_param":
      return suggestParam(refusing.model, refusing.call, refusal);
    default:
      return refusal;
  }
}

function isExpression(clause: Clause | undefined): clause is Expression {
  return clause?.expression !== undefined && clause.frame !== undefined;
}

/** The keys that an expression read, as far as the caller may read them. */
export function shownReads({ model, session }: Refusing, { expression, frame }: Expression): JsonObject {
  const points = readPoints(model, () => {
    const roots = new RoomRoots(model, frame.sight, { kind: "caller", ...frame });
    evaluateText(expression, roots, session.account);
  });
  return new ShownReads(model, session.sight).of(points, frame.sight);
}

function explainGate(refusing: Refusing, refusal: Refusal, clause: Expression): Refusal {
  const { model, session, call } = refusing;
  const { expression, frame } = clause;
  const question = { expression, frame, viewer: session.sight, account: session.account };
  const { fields, suggestion } = unmetClauses(model, question);
  const explained = {
    ...refusal,
    hint: waitHint(clause, session),
    details: { ...refusal.details, ...fields },
  };
  if (!suggestion) return suggestParam(model, call, explained);
  const where = `The ${clause.clause} of ${call.action}`;
  const next = `${where} reads ${suggestion.from}, which is absent: redefine it with _register_action.`;
  return suggested(explained, { path: clause.clause, ...suggestion }, next);
}

/** The call that blocks until the clause holds, where the caller can make it: it has the clause's eyes, and no params. */
function waitHint({ expression, frame }: Expression, { sight }: Session): string {
  const condition = encodeURIComponent(expression);
  const isAskable = !/\bparams\b/.test(expression) && frame.sight.isWithin(sight);
  return isAskable && condition.length <= MOST_CONDITION_CHARS
    ? `Wait until it holds with GET …/wait?condition=${condition}.`
    : "Wait with GET …/wait?condition=… until what it reads has changed.";
}

function explainFault(refusing: Refusing, refusal: Refusal, clause: Expression): Refusal {
  const { expression } = clause;
  const details = { ...refusal.details, expression, ...shownReads(refusing, clause) };
  return suggestParam(refusing.model, refusing.call, { ...refusal, details });
}

/** The id of an action or view that is not there: the one invoked, or the one that a built-in was to delete. */
function suggestDefinition({ model, call, session }: Refusing, refusal: Refusal): Refusal {
  if (!BUILTINS.has(call.action)) {
    const unknown = {
      path: "action",
      from: call.action,
      among: [...model.actions.ids(session.sight), ...BUILTINS.keys()],
    };
    return suggest(refusal, unknown, (to) => `POST …/actions/${encodeURIComponent(to)}/invoke.`);
  }
  const id = own(call.params, "id");
  if (typeof id !== "string") return refusal;
  const among = refusal.code === "view_not_found" ? model.visibleKeys("_views") : model.actions.registered();
  const next = (to: string) => `Invoke ${call.action} with ${JSON.stringify({ params: { id: to } })}.`;
  return suggest(refusal, { path: "params.id", from: id, among }, next);
}

/** A scope without authority may be a shared one that lacks its underscore, or the caller's own. */
function suggestScope({ model, session }: Refusing, refusal: Refusal): Refusal {
  const scope = refusal.details?.scope;
  if (typeof scope !== "string") return refusal;
  const shared = model.live.scopes().filter((each) => isShared(each));
  const among = ["_shared", ...shared, ...(session.sight.agent === null ? [] : [session.sight.agent])];
  return suggest(refusal, { path: "scope", from: scope, among }, (to) => `Name the scope ${to}.`);
}
