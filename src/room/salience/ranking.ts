import TinyQueue from "tinyqueue";
import { LIMITS } from "../../kernel/limits.ts";
import { agentOf } from "../../kernel/model.ts";
import { isReservedScope } from "../../kernel/names.ts";
import { compareKeys } from "../../kernel/order.ts";
import type { Signals } from "../../kernel/salience.ts";
import { NO_SIGNALS } from "../../kernel/salience.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
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

/** Ranked keys of which each was less salient than the one before. */
type Stream = Iterator<Ranked>;

interface Head {
  readonly ranked: Ranked;
  /** Where the next comes from. */
  readonly stream: Stream | null;
}

/**
 * The visible entries of `scopes` and `others`, by rank. Of entries that one writer wrote last, and that no expression
 * names, nothing but recency tells which is ahead: so only the beginnings of a few lists are looked at, and what is taken
 * costs, not what there is.
 */
export function* byScore(
  model: ReadModel,
  attention: Attention,
  { scopes, others }: { scopes: Iterable<string>; others: readonly Ranked[] },
): Iterable<Ranked> {
  const first: Head[] = others.map((ranked) => ({ ranked, stream: null }));
  const heads = new TinyQueue(first, (left, right) => byRank(left.ranked, right.ranked));
  const advance = (stream: Stream) => {
    const next = stream.next();
    if (!next.done) heads.push({ ranked: next.value, stream });
  };
  for (const scope of scopes) for (const stream of streamsOf(model, attention, scope)) advance(stream);
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    yield head.ranked;
    if (head.stream) advance(head.stream);
  }
}

function streamsOf(model: ReadModel, attention: Attention, scope: string): Stream[] {
  model.visibleKeys(scope);
  // Without recency a writer's entries are all alike: then they stand by key, and not by time.
  if (attention.weights.recency === 0) {
    const all = model.visibleKeys(scope).flatMap((key) => rankedKey(model, attention, scope, key));
    return [all.sort(byRank).values()];
  }
  const named = attention.namedKeys(scope);
  const streams: Stream[] = [...named].map((key) => rankedKey(model, attention, scope, key).values());
  for (const list of model.live.byRecency(scope)) {
    streams.push(unnamed(model, attention, scope, list, named));
  }
  return streams;
}

function* unnamed(
  model: ReadModel,
  attention: Attention,
  scope: string,
  list: readonly { readonly key: string }[],
  named: ReadonlySet<string>,
): Generator<Ranked, undefined> {
  for (const { key } of list) if (!named.has(key)) yield* rankedKey(model, attention, scope, key);
}

function rankedKey(model: ReadModel, attention: Attention, scope: string, key: string): Ranked[] {
  const entry = model.visibleEntry(scope, key);
  return entry ? [{ scope, key, score: attention.score(scope, key, entry) }] : [];
}

/** The first `count` keys of a scope. */
export function topKeys(model: ReadModel, attention: Attention, scope: string, count: number): string[] {
  const keys: string[] = [];
  if (count < 1) return keys;
  for (const { key } of byScore(model, attention, { scopes: [scope], others: [] })) {
    if (keys.push(key) >= count) break;
  }
  return keys;
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
  const readable = model.live
    .scopes()
    .filter((name) => !isReservedScope(name) && session.sight.mayRead(name));
  const messages = new Map<string, Signals>();
  const others: Ranked[] = [];
  if (scope === null || scope === "_messages") {
    for (const message of model.inbox.page(null, LIMITS.messagesPerReadDefault)) {
      const key = String(message.seq);
      messages.set(key, attention.messageSignals(message));
      others.push({ scope: "_messages", key, score: attention.messageScore(message) });
    }
  }
  const signalsOf = ({ scope: place, key }: Ranked): Signals => {
    if (place === "_messages") return messages.get(key) ?? NO_SIGNALS;
    const entry = model.live.entry(place, key);
    return entry ? attention.signals(place, key, entry) : NO_SIGNALS;
  };
  const scopes = readable.filter((name) => scope === null || name === scope);
  const top: (Ranked & { readonly signals: Signals })[] = [];
  for (const ranked of byScore(model, attention, { scopes, others })) {
    if (top.push({ ...ranked, signals: signalsOf(ranked) }) >= limit) break;
  }
  return { attention, top };
}
