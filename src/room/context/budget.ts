import { agentOf } from "../../kernel/model.ts";
import { isReservedScope, utf8Bytes } from "../../kernel/names.ts";
import { compareKeys } from "../../kernel/order.ts";
import type { Answer } from "../../protocol/serialise.ts";
import { serialise } from "../../protocol/serialise.ts";
import type { NumberedMessage } from "../../storage/message-store.ts";
import { Attention } from "../salience/attention.ts";
import type { Ranked } from "../salience/ranking.ts";
import { byRank, byScore } from "../salience/ranking.ts";
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
  for (const members of [expanded, others]) {
    purse.spend(byScore(reading.model, attention, members), purse.left, MOST_MISSES);
  }
  purse.spend(late, purse.left);
  return purse.selection();
}

/** Members to be taken by rank: whole scopes, and what is ranked already. */
interface Members {
  readonly scopes: string[];
  readonly others: Ranked[];
}

interface Classes {
  /** In the order in which they are taken. */
  readonly directed: readonly Ranked[];
  readonly actions: readonly Ranked[];
  readonly expanded: Members;
  readonly others: Members;
}

function classes({ reading, selection }: Spending, attention: Attention): Classes {
  const { model, session, shape } = reading;
  const agent = agentOf(session.identity);
  const cursor = agent === null ? Number.POSITIVE_INFINITY : model.presence.cursor(agent);
  const [directed, actions]: [Ranked[], Ranked[]] = [[], []];
  const expanded: Members = { scopes: [], others: [] };
  const others: Members = { scopes: [], others: [] };
  const classOf = (...names: string[]) =>
    names.some((name) => shape.expand.includes(name)) ? expanded : others;
  for (const message of selection.messages) {
    const isDirected = attention.messageSignals(message).directed === 1 && message.seq > cursor;
    if (isDirected) directed.unshift(messageRank(attention, message));
    else classOf("messages").others.push(messageRank(attention, message));
  }
  for (const { part, keys } of selection.parts) {
    const members = classOf(part.name, part.section);
    if (keys === undefined && part.scope !== undefined && !isReservedScope(part.scope)) {
      members.scopes.push(part.scope);
      continue;
    }
    const scoreOf = memberScore(reading, attention, part);
    const into = part.section === "actions" ? actions : members.others;
    for (const key of keys ?? part.keys()) into.push({ scope: placeOf(part), key, score: scoreOf(key) });
  }
  return { directed, actions: actions.sort(byRank), expanded, others };
}

/** What a part's members are ranked under. */
function placeOf(part: Part): string {
  return part.scope ?? part.name;
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
  readonly #parts: ReadonlyMap<string, Part>;
  readonly #messages: ReadonlyMap<string, NumberedMessage>;
  readonly #taken = new Map<string, Set<string>>();

  constructor(spending: Spending, bytes: number) {
    this.#spending = spending;
    this.left = bytes;
    const { parts, messages } = spending.selection;
    this.#parts = new Map(parts.map(({ part }) => [placeOf(part), part]));
    this.#messages = new Map(messages.map((message) => [String(message.seq), message]));
  }

  /** Takes what fits into `share`, in order, until so many in a row did not; answers what did not fit. */
  spend(members: Iterable<Ranked>, share: number, mostMisses = Number.POSITIVE_INFINITY): Ranked[] {
    const end = this.left - share;
    const missed: Ranked[] = [];
    let misses = 0;
    for (const member of members) {
      const bytes = this.#bytesOf(member);
      if (bytes <= this.left - end) {
        this.left -= bytes;
        this.#takenOf(member.scope).add(member.key);
        misses = 0;
      } else {
        missed.push(member);
        misses += 1;
        if (misses >= mostMisses) break;
      }
    }
    return missed;
  }

  selection(): Selection {
    const { parts, messages } = this.#spending.selection;
    const taken = this.#takenOf("messages");
    return {
      parts: parts.map(({ part, keys }) => ({ part, keys: this.#inOrder(part, keys) })),
      messages: messages.filter(({ seq }) => taken.has(String(seq))),
    };
  }

  /** What was taken of a part, in the order in which the part shows it. */
  #inOrder(part: Part, keys: readonly string[] | undefined): string[] {
    const taken = this.#takenOf(placeOf(part));
    const isSorted = part.scope !== undefined && !isReservedScope(part.scope);
    if (isSorted) return [...taken].sort(compareKeys);
    return (keys ?? part.keys()).filter((key) => taken.has(key));
  }

  #takenOf(place: string): Set<string> {
    const taken = this.#taken.get(place) ?? new Set();
    this.#taken.set(place, taken);
    return taken;
  }

  /** What a member adds to the answer at most, with the comma before it, and its part where it is the first of that. */
  #bytesOf({ scope, key }: Ranked): number {
    const { reading, meta } = this.#spending;
    const textBytes = (answer: Answer) => utf8Bytes(serialise(answer, reading.compact)) + 1;
    const part = this.#parts.get(scope);
    if (!part) {
      const message = this.#messages.get(key);
      return message ? textBytes(shownMessage(message)) : 0;
    }
    const member = part.show(key);
    if (member === undefined) return 0;
    const name = utf8Bytes(JSON.stringify(key)) + 1;
    const isFirst = this.#takenOf(scope).size === 0;
    const opening = isFirst && part.section === "state" ? utf8Bytes(part.name) + 8 : 0;
    const about = meta(part, key);
    const aboutBytes = about === undefined ? 0 : name + textBytes(about) + opening;
    return name + textBytes(member) + opening + aboutBytes;
  }
}
