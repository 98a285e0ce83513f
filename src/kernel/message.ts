import type { Result } from "./errors.ts";
import { refuse, succeed } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { isJsonObject, jsonObject, own } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { isAgentId } from "./names.ts";

/** Fields that the room sets or checks itself; a reader takes `seq` and `ts` for the message's own, so none may pass. */
const SET_BY_ROOM = new Set(["from", "via", "kind", "body", "to", "reply_to", "seq", "ts"]);

/** Who sends a message, and by which action: set by the room, whatever the sender claims [ACT-4]. */
export interface Sender {
  readonly action: string;
  readonly bindings: { readonly self: string | null };
}

function invalid(path: string, problem: string) {
  return refuse("invalid_param", `${path} ${problem}.`, { help: "directed_messages", details: { path } });
}

/** The entry of `_messages` that `content` makes; content that is no object is the body. */
export function messageValue(content: Json, sender: Sender): Result<JsonObject> {
  const fields = isJsonObject(content) ? content : jsonObject([["body", content]]);
  const body = own(fields, "body");
  if (body === undefined) return invalid("body", "is required");
  const kind = own(fields, "kind") ?? "chat";
  if (typeof kind !== "string" || kind === "") return invalid("kind", "must be a string");
  const to = own(fields, "to") ?? null;
  if (to !== null && !isRecipient(to)) {
    return invalid("to", `must be an agent id or a list of up to ${LIMITS.messageRecipients}`);
  }
  const replyTo = own(fields, "reply_to") ?? null;
  if (replyTo !== null && !(typeof replyTo === "number" && Number.isInteger(replyTo) && replyTo > 0)) {
    return invalid("reply_to", "must be the number of a message");
  }
  const message = jsonObject(Object.entries(fields).filter(([name]) => !SET_BY_ROOM.has(name)));
  Object.assign(message, { from: sender.bindings.self, kind, body });
  if (to !== null) message.to = to;
  if (replyTo !== null) message.reply_to = replyTo;
  if (sender.action !== "_send_message") message.via = sender.action;
  return succeed(message);
}

function isRecipient(to: Json): boolean {
  const ids = Array.isArray(to) ? to : [to];
  return (
    ids.length > 0 &&
    ids.length <= LIMITS.messageRecipients &&
    ids.every((id) => typeof id === "string" && isAgentId(id))
  );
}
