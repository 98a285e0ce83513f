import type { Result } from "../../kernel/errors.ts";
import { succeed } from "../../kernel/errors.ts";
import type { ContextShape, Section } from "../../protocol/context-shape.ts";
import { SECTIONS, wants } from "../../protocol/context-shape.ts";
import type { Answer, AnswerObject } from "../../protocol/serialise.ts";
import { RawJson } from "../../protocol/serialise.ts";
import type { NumberedMessage } from "../../storage/message-store.ts";
import type { Usage, UsageStore } from "../../storage/usage-store.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import type { Changes } from "./changes.ts";
import { changesSince } from "./changes.ts";
import { messageCounts, shownMessage } from "./messages.ts";
import type { Part } from "./parts.ts";
import { actionsPart, agentsPart, shown, stateParts, viewsPart } from "./parts.ts";

export interface Reading {
  readonly model: ReadModel;
  readonly session: Session;
  readonly shape: ContextShape;
  readonly usage: UsageStore;
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
  if (shape.since === null) return succeed(assemble(reading, everything(reading, parts), {}));
  const changes = changesSince(reading, parts, shape.since);
  if (!changes.ok) return changes;
  const { deleted, before } = changes.value;
  return succeed(assemble(reading, changed(reading, changes.value), { deleted, before }));
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
  const messages_limit = Math.min(shape.messages_limit, model.inbox.count - lastMessage);
  const { messages } = everything({ ...reading, shape: { ...shape, messages_limit } }, []);
  return { parts, messages };
}

function partsOf({ model, session, shape, usage }: Reading): Part[] {
  const depth = shape.depth;
  const builders: Partial<Record<Section, () => readonly Part[]>> = {
    state: () => stateParts(model, session, shape),
    views: () => [viewsPart(model)],
    agents: () => [agentsPart(model)],
    actions: () => {
      const used = depth === "usage" ? usage.all() : new Map<string, Usage>();
      return [actionsPart({ model, session, depth, usage: used })];
    },
  };
  return SECTIONS.filter((section) => wants(shape, section)).flatMap(
    (section) => builders[section]?.() ?? [],
  );
}

function assemble(
  reading: Reading,
  selection: Selection,
  changes: Partial<Pick<Changes, "deleted" | "before">>,
): ContextAnswer {
  const { model, session, shape } = reading;
  const sections = SECTIONS.filter((section) => wants(shape, section));
  const counts = messageCounts(model, session);
  const answer: Record<string, Answer> = {};
  for (const section of sections) {
    if (section === "messages") answer.messages = { ...counts, recent: selection.messages.map(shownMessage) };
    else if (section === "self") answer.self = session.sight.agent ?? "";
    else answer[section] = sectionAnswer(section, selection);
  }
  answer.seq = model.journal.head.seq;
  answer._context = {
    sections,
    depth: shape.depth,
    elided: [],
    ...changes,
    help: helpKeys(model, counts.directed_unread),
    request: RawJson.of(shape.request),
  };
  const { seq } = model.journal.head;
  const read = { cursor: selection.messages.at(-1)?.seq ?? 0, seq: sections.includes("state") ? seq : 0 };
  return { answer, read };
}

function sectionAnswer(section: Section, { parts }: Selection): Answer {
  const own = parts.filter(({ part }) => part.section === section);
  if (section !== "state") return own[0] ? shown(own[0].part, own[0].keys) : {};
  return new Map(own.map(({ part, keys }) => [part.name.slice("state.".length), shown(part, keys)] as const));
}

/** The help keys that matter to this reader now [CTX-6]. */
function helpKeys(model: ReadModel, directedUnread: number): string[] {
  const keys: string[] = [];
  if (model.live.count("_actions") === 0) keys.push("vocabulary_bootstrap");
  if (directedUnread > 0) keys.push("directed_messages");
  if (model.views.value("_contested") !== undefined) keys.push("contested_actions");
  return keys;
}
