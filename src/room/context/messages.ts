import { agentOf } from "../../kernel/model.ts";
import type { Answer } from "../../protocol/serialise.ts";
import { RawJson } from "../../protocol/serialise.ts";
import type { NumberedMessage } from "../../storage/message-store.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";

/** How many messages there are, and how many the reader has yet to read [CTX-7]. */
export function messageCounts(model: ReadModel, session: Session) {
  const reader = agentOf(session.identity);
  const { unread, directed } = reader === null ? { unread: 0, directed: 0 } : model.inbox.unread(reader);
  return { count: model.inbox.count, unread, directed_unread: directed };
}

export function shownMessage(message: NumberedMessage): Answer {
  const { seq, from, kind, body, ts, ...rest } = message;
  const extras = Object.entries(rest).map(([name, value]) => [name, RawJson.of(value)] as const);
  return new Map<string, Answer>([
    ["seq", seq],
    ["from", from],
    ["kind", kind],
    ["body", RawJson.of(body)],
    ...extras,
    ["ts", ts],
  ]);
}
