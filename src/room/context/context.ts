import type { Result } from "../../kernel/errors.ts";
import { succeed } from "../../kernel/errors.ts";
import { utf8Bytes } from "../../kernel/names.ts";
import type { ContextShape, Section } from "../../protocol/context-shape.ts";
import { SECTIONS, wants } from "../../protocol/context-shape.ts";
import type { Answer, AnswerObject } from "../../protocol/serialise.ts";
import { RawJson, serialise } from "../../protocol/serialise.ts";
import type { NumberedMessage } from "../../storage/message-store.ts";
import type { Usage } from "../../storage/usage-store.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import { withinBudget } from "./budget.ts";
import type { Changes } from "./changes.ts";
import { changesSince } from "./changes.ts";
import { elided } from "./elision.ts";
import { messageCounts, shownMessage } from "./messages.ts";
import { MetaSection } from "./meta.ts";
import type { Part } from "./parts.ts";
import { actionsPart, agentsPart, partTitle, shown, stateParts, viewsPart } from "./parts.ts";

export interface Reading {
  readonly model: ReadModel;
  readonly session: Session;
  readonly shape: ContextShape;
  /** Whether fields of the envelope that are null are left out. */
  readonly compact: boolean;
}

/** What a reader is shown: of each part the members, and the messages. */
export interface Selection {
  readonly parts: readonly { readonly part: Part; readonly keys?: readonly string[] }[];
  readonly messages: readonly NumberedMessage[];
}

/** An answer, and how far its reader has read messages and state by it. */
export interface ContextAnswer {
  readonly answer: AnswerObject;
  readonly read: { readonly cursor: number; readonly seq: number };
}

/** Everything that one reader may see, shaped as it asked [CTX-1, CTX-2, CTX-6]. */
export function readContext(reading: Reading): Result<ContextAnswer> {
  const { shape } = reading;
  const parts = partsOf(reading);
  const changes = shape.since === null ? null : changesSince(reading, parts, shape.since);
  if (changes !== null && !changes.ok) return changes;
  const selection = changes === null ? everything(reading, parts) : changed(reading, changes.value);
  const draft = new Draft(reading, selection, changes?.value);
  return succeed(shape.budget === null ? draft.whole() : draft.within(shape.budget));
}

function everything({ model, shape }: Reading, parts: readonly Part[]): Selection {
  const messages = wants(shape, "messages")
    ? model.inbox.page(shape.messages_after, shape.messages_limit)
    : [];
  return { parts: parts.map((part) => ({ part })), messages };
}

function changed(reading: Reading, { parts, lastMessage }: Changes): Selection {
  const { model, shape } = reading;
  if (shape.messages_after !== null) return { ...everything(reading, []), parts };
  const messages_limit = Math.min(shape.messages_limit, model.inbox.highest - lastMessage);
  const { messages } = everything({ ...reading, shape: { ...shape, messages_limit } }, []);
  return { parts, messages: messages.filter(({ seq }) => seq > lastMessage) };
}

function partsOf({ model, session, shape }: Reading): Part[] {
  const depth = shape.depth;
  const builders: Partial<Record<Section, () => readonly Part[]>> = {
    state: () => stateParts(model, session, shape),
    views: () => [viewsPart(model, session)],
    agents: () => [agentsPart(model)],
    actions: () => {
      const used = depth === "usage" ? model.usage.all() : new Map<string, Usage>();
      return [actionsPart({ model, session, depth, usage: used })];
    },
  };
  return SECTIONS.filter((section) => wants(shape, section)).flatMap(
    (section) => builders[section]?.() ?? [],
  );
}

/** An answer in the making: what would be shown, and what a budget leaves of it. */
class Draft {
  readonly #reading: Reading;
  readonly #selection: Selection;
  readonly #changes: Changes | undefined;
  readonly #sections: readonly Section[];
  readonly #meta: MetaSection | null;

  constructor(reading: Reading, selection: Selection, changes: Changes | undefined) {
    this.#reading = reading;
    this.#selection = selection;
    this.#changes = changes;
    this.#sections = SECTIONS.filter((section) => wants(reading.shape, section));
    this.#meta = reading.shape.meta ? new MetaSection(reading.model, reading.session) : null;
  }

  whole(): ContextAnswer {
    return this.#answer(this.#selection, []);
  }

  /** As much as fits into so many tokens [CTX-4]. */
  within(tokens: number): ContextAnswer {
    const { parts } = this.#selection;
    const nothing = { parts: parts.map(({ part }) => ({ part, keys: [] })), messages: [] };
    const empty = this.#answer(nothing, elided(this.#reading, this.#selection, nothing));
    const envelopeBytes = utf8Bytes(serialise(empty.answer, this.#reading.compact));
    const meta = (part: Part, key: string) => this.#meta?.of(part, key);
    const spending = { reading: this.#reading, selection: this.#selection, meta, envelopeBytes };
    const fitted = withinBudget(spending, tokens);
    return this.#answer(fitted, elided(this.#reading, this.#selection, fitted));
  }

  #answer(selection: Selection, left: readonly Answer[]): ContextAnswer {
    const { model, session, shape } = this.#reading;
    const counts = messageCounts(model, session);
    const answer: Record<string, Answer> = {};
    for (const section of this.#sections) {
      if (section === "messages")
        answer.messages = { ...counts, recent: selection.messages.map(shownMessage) };
      else if (section === "self") answer.self = session.sight.agent ?? "";
      else answer[section] = sectionAnswer(section, selection);
    }
    if (this.#meta) answer.meta = this.#meta.answer(selection);
    const { seq } = model.journal.head;
    answer.seq = seq;
    answer._context = {
      sections: this.#sections,
      depth: shape.depth,
      elided: left,
      deleted: this.#changes?.deleted,
      before: this.#changes?.before,
      help: helpKeys(this.#reading, counts.directed_unread),
      request: RawJson.of(shape.request),
    };
    const cursor = selection.messages.at(-1)?.seq ?? 0;
    return { answer, read: { cursor, seq: this.#sections.includes("state") ? seq : 0 } };
  }
}

function sectionAnswer(section: Section, { parts }: Selection): Answer {
  const own = parts.filter(({ part }) => part.section === section);
  if (section !== "state") return own[0] ? shown(own[0].part, own[0].keys) : {};
  const scopes = own.filter(({ keys }) => keys === undefined || keys.length > 0);
  return new Map(scopes.map(({ part, keys }) => [partTitle(part), shown(part, keys)] as const));
}

/** So many entries, and asking for less is worth knowing. */
const MANY_ENTRIES = 200;

/** The help keys that matter to this reader now [CTX-6]. */
function helpKeys({ model, session, shape }: Reading, directedUnread: number): string[] {
  const keys: string[] = [];
  if (model.live.size().entries > MANY_ENTRIES) keys.push("context_shaping");
  if (model.live.count("_actions") === 0) keys.push("vocabulary_bootstrap");
  if (directedUnread > 0) keys.push("directed_messages");
  if (model.views.value("_contested") !== undefined) keys.push("contested_actions");
  // It evaluates every view: an agent that reads these has that done anyway.
  const isShown = session.sight.agent !== null && wants(shape, "views");
  if (isShown && model.vocabulary.needsReview()) keys.push("vocabulary_review");
  return keys;
}
