import TinyQueue from "tinyqueue";
import { agentOf } from "../../kernel/model.ts";
import { utf8Bytes } from "../../kernel/names.ts";
import type { Answer } from "../../protocol/serialise.ts";
import { serialise } from "../../protocol/serialise.ts";
import type { NumberedMessage } from "../../storage/message-store.ts";
import { Attention } from "../salience/attention.ts";
import type { Ranked } from "../salience/ranking.ts";
import { byRank } from "../salience/ranking.ts";
import type { Reading, Selection } from "./context.ts";
import { shownMessage } from "./messages.ts";
import type { Part } from "./parts.ts";
import { isBuiltin } from "./parts.ts";

/** Bytes that count as one token [CTX-4]. */
const BYTES_PER_TOKEN = 4;
/** What one class of members may take of a budget before others had their turn. */
const LARGEST_SHARE = 0.5;
/** So many members that are too large, one after another, and no smaller one is looked for. */
const MOST_MISSES = 64;
/** What a system view counts for among members that are scored. */
const SYSTEM_VIEW_SCORE = 0.1;

/** A member that an answer may have room for: an entry, a view, an agent, an action, or a message. */
interface Candidate extends Ranked {
  readonly part: Part | null;
  readonly message?: NumberedMessage;
}

/** What a budget is spent on. */
export interface Spending {
  readonly reading: Reading;
  /** What would be shown without the budget. */
  readonly selection: Selection;
  /** What is told of a member beside its value, where that is asked for. */
  readonly meta: (part: Part, key: string) => Answer | undefined;
  /** Bytes of the answer that shows no member and says so. */
  readonly envelopeBytes: number;
}

/**
 * The members that fit into a budget [CTX-4]: unread directed messages, then actions, then the parts of `expand`, then
 * whatever has the highest score. Messages and actions take half of it each at most while others have not had their turn:
 * a room with hundreds of actions shows more than these.
 */
export function withinBudget(spending: Spending, budgetTokens: number): Selection {
  const { reading } = spending;
  const purse = new Purse(spending, budgetTokens * BYTES_PER_TOKEN - spending.envelopeBytes);
  const attention = new Attention(reading.model, agentOf(reading.session.identity));
  const { directed, actions, expanded, others } = classes(spending, attention);
  const share = Math.floor(purse.left * LARGEST_SHARE);
  const late = [...purse.spend(directed, share), ...purse.spend(actions, share)];
  purse.spend(new TinyQueue(expanded, byRank), purse.left);
  purse.spend(new TinyQueue(others, byRank), purse.left);
  purse.spend(late, purse.left);
  return purse.selection();
}

interface Classes {
  /** In the order in which they are shown. */
  readonly directed: readonly Candidate[];
  readonly actions: readonly Candidate[];
  readonly expanded: Candidate[];
  readonly others: Candidate[];
}

function classes({ reading, selection }: Spending, attention: Attention): Classes {
  const { model, session, shape } = reading;
  const agent = agentOf(session.identity);
  const cursor = agent === null ? Number.POSITIVE_INFINITY : model.presence.cursor(agent);
  const found: Classes = { directed: [], actions: [], expanded: [], others: [] };
  const directed: Candidate[] = [];
  for (const message of selection.messages) {
    const candidate = { part: null, message, ...messageRank(attention, message) };
    const isDirected = attention.messageSignals(message).directed === 1;
    if (isDirected && message.seq > cursor) directed.unshift(candidate);
    else if (shape.expand.includes("messages")) found.expanded.push(candidate);
    else found.others.push(candidate);
  }
  const actions: Candidate[] = [];
  for (const { part, keys } of selection.parts) {
    const names = shape.expand.some((name) => name === part.name || name === part.section);
    const into = part.section === "actions" ? actions : names ? found.expanded : found.others;
    const scoreOf = memberScore(reading, attention, part);
    for (const key of keys ?? part.keys()) into.push({ part, scope: part.name, key, score: scoreOf(key) });
  }
  return { ...found, directed, actions: actions.sort(byRank) };
}

function messageRank(attention: Attention, message: NumberedMessage): Ranked {
  return { scope: "messages", key: String(message.seq), score: attention.messageScore(message) };
}

const ENTITY_SCOPES: Readonly<Record<string, string>> = {
  views: "_views",
  agents: "_agents",
  actions: "_actions",
};

/** How a part's members are scored: as the keys that they are, or are defined by; what is available before what is not. */
function memberScore({ model, session }: Reading, attention: Attention, part: Part): (key: string) => number {
  const scope = part.scope ?? ENTITY_SCOPES[part.section] ?? "";
  return (key) => {
    if (part.section === "views" && key.startsWith("_")) return SYSTEM_VIEW_SCORE;
    if (part.section === "actions" && isBuiltin(key)) return 1;
    const entry = scope === "_audit" ? undefined : model.live.entry(scope, key);
    const score = entry ? attention.score(scope, key, entry) : 0;
    if (part.section !== "actions") return score;
    return score + (model.actions.availability(key, session.sight).available ? 1 : 0);
  };
}

/** Spends bytes on members. */
class Purse {
  left: number;
  readonly #spending: Spending;
  readonly #keys = new Map<Part, Set<string>>();
  readonly #messages = new Set<number>();

  constructor(spending: Spending, bytes: number) {
    this.#spending = spending;
    this.left = bytes;
  }

  /** Takes what fits into `share`, in order; answers what did not. */
  spend(candidates: readonly Candidate[] | TinyQueue<Candidate>, share: number): Candidate[] {
    const end = this.left - share;
    const missed: Candidate[] = [];
    let misses = 0;
    for (const candidate of inOrder(candidates)) {
      const bytes = misses < MOST_MISSES ? this.#bytesOf(candidate) : Number.POSITIVE_INFINITY;
      if (bytes <= this.left - end) {
        this.#take(candidate, bytes);
        misses = 0;
      } else {
        missed.push(candidate);
        misses += 1;
        if (misses >= MOST_MISSES && candidates instanceof TinyQueue) break;
      }
    }
    return missed;
  }

  selection(): Selection {
    const { parts, messages } = this.#spending.selection;
    return {
      parts: parts.map(({ part, keys }) => {
        const taken = this.#keys.get(part);
        return { part, keys: (keys ?? part.keys()).filter((key) => taken?.has(key)) };
      }),
      messages: messages.filter(({ seq }) => this.#messages.has(seq)),
    };
  }

  #take({ part, key, message }: Candidate, bytes: number): void {
    this.left -= bytes;
    if (message) this.#messages.add(message.seq);
    else if (part) this.#keys.set(part, (this.#keys.get(part) ?? new Set()).add(key));
  }

  /** What a member adds to the answer at most, with the comma before it, and its part where it is the first of that. */
  #bytesOf({ part, key, message }: Candidate): number {
    const { reading, meta } = this.#spending;
    const textBytes = (answer: Answer) => utf8Bytes(serialise(answer, reading.compact)) + 1;
    if (message) return textBytes(shownMessage(message));
    const member = part?.show(key);
    if (!part || member === undefined) return 0;
    const name = utf8Bytes(JSON.stringify(key)) + 1;
    const opening = this.#keys.has(part) || part.section !== "state" ? 0 : utf8Bytes(part.name) + 8;
    const about = meta(part, key);
    const aboutBytes = about === undefined ? 0 : name + textBytes(about) + opening;
    return name + textBytes(member) + opening + aboutBytes;
  }
}

function* inOrder(candidates: readonly Candidate[] | TinyQueue<Candidate>): Iterable<Candidate> {
  if (!(candidates instanceof TinyQueue)) {
    yield* candidates;
    return;
  }
  for (let next = candidates.pop(); next !== undefined; next = candidates.pop()) yield next;
}
