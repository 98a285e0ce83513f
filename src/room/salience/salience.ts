import type { Result } from "../../kernel/errors.ts";
import { refuse, succeed } from "../../kernel/errors.ts";
import type { Json } from "../../kernel/json.ts";
import type { Signals, Weights } from "../../kernel/salience.ts";
import { rounded, SIGNALS } from "../../kernel/salience.ts";
import type { SalienceCall } from "../../protocol/calls.ts";
import type { Answer, AnswerObject } from "../../protocol/serialise.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import { ranking } from "./ranking.ts";

/** How many keys the system view `_salience` shows. */
const TOP = 10;

/** The system view `_salience`: the keys that deserve an agent's attention most, and why [VIEW-6, CTX-8]; none where there are no keys. */
export function salienceView(model: ReadModel, session: Session): readonly Json[] {
  const { attention, top } = ranking(model, session, { scope: null, limit: TOP });
  return top.map(({ scope, key, score, signals }) => ({
    scope,
    key,
    score: rounded(score),
    reasons: reasonsOf(attention.weights, signals),
  }));
}

/** The signals that speak for a key, the one that counts most first. */
function reasonsOf(weights: Weights, signals: Signals): string[] {
  const parts = SIGNALS.map((signal) => ({ signal, part: rounded(weights[signal] * signals[signal]) }));
  return parts
    .filter(({ part }) => part > 0)
    .sort((left, right) => right.part - left.part)
    .map(({ signal }) => signal);
}

/** Scores signal by signal, as the caller, or the agent that it acts as, is shown them [CTX-8]. */
export function readSalience(model: ReadModel, session: Session, call: SalienceCall): Result<AnswerObject> {
  if (call.scope !== null && !session.sight.mayRead(call.scope)) {
    return refuse("scope_denied", `The scope ${JSON.stringify(call.scope)} is not yours to read.`, {
      hint: "GET …/salience without scope ranks every scope that you see.",
    });
  }
  const { attention, top } = ranking(model, session, call);
  const entries = top.map(({ scope, key, score, signals }): Answer => {
    const shown = SIGNALS.map((signal) => [signal, rounded(signals[signal])] as const);
    return { scope, key, score: rounded(score), signals: Object.fromEntries(shown) };
  });
  return succeed({
    agent: attention.agent ?? "",
    weights: attention.weights,
    entries,
    computed_at: session.now,
    seq: model.journal.head.seq,
  });
}
