import TinyQueue from "tinyqueue";
import { LIMITS } from "../../kernel/limits.ts";
import { agentOf } from "../../kernel/model.ts";
import { isReservedScope } from "../../kernel/names.ts";
import { compareKeys } from "../../kernel/order.ts";
import type { Signals } from "../../kernel/salience.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import type { Scored } from "./attention.ts";
import { Attention } from "./attention.ts";

/** A key and how much it deserves its reader's attention. */
export interface Ranked {
  readonly scope: string;
  readonly key: string;
  readonly score: number;
}

/** The highest score first, ties by scope and key [CTX-4]. */
export function byRank(left: Ranked, right: Ranked): number {
  if (left.score !== right.score) return right.score - left.score;
  return compareKeys(left.scope, right.scope) || compareKeys(left.key, right.key);
}

/** The visible entries of a scope with their scores, in the room's order. */
export function rankedEntries(model: ReadModel, attention: Attention, scope: string): Ranked[] {
  const ranked: Ranked[] = [];
  for (const key of model.visibleKeys(scope)) {
    const entry = model.live.entry(scope, key);
    if (entry) ranked.push({ scope, key, score: attention.score(scope, key, entry) });
  }
  return ranked;
}

/** What a ranking is of: one scope or, where it is null, every scope that stands under `state`, and the newest messages. */
export interface RankingRange {
  readonly scope: string | null;
  readonly limit: number;
}

/** The keys that deserve a reader's attention most, with what speaks for each [CTX-8]. */
export function ranking(
  model: ReadModel,
  session: Session,
  { scope, limit }: RankingRange,
): { readonly attention: Attention; readonly top: readonly (Ranked & { readonly signals: Signals })[] } {
  const attention = new Attention(model, agentOf(session.identity));
  const scopes = model.live.scopes().filter((name) => !isReservedScope(name) && session.sight.mayRead(name));
  const found = scopes
    .filter((name) => scope === null || name === scope)
    .flatMap((name) => rankedEntries(model, attention, name));
  const messages = model.inbox.page(null, LIMITS.messagesPerReadDefault);
  const byNumber = new Map(messages.map((message) => [String(message.seq), message]));
  if (scope === null || scope === "_messages") {
    for (const [key, message] of byNumber) {
      found.push({ scope: "_messages", key, score: attention.messageScore(message) });
    }
  }
  const queue = new TinyQueue(found, byRank);
  const top = Array.from({ length: Math.min(limit, found.length) }, () => queue.pop() as Ranked);
  const signalsOf = ({ scope: place, key }: Ranked) => {
    const message = place === "_messages" ? byNumber.get(key) : undefined;
    if (message) return attention.messageSignals(message);
    return attention.signals(place, key, model.live.entry(place, key) as Scored);
  };
  return { attention, top: top.map((ranked) => ({ ...ranked, signals: signalsOf(ranked) })) };
}
