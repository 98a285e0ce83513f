import { invalid } from "../definition.ts";
import { valueRefusal } from "../invocation.ts";
import type { JsonObject } from "../json.ts";
import { own } from "../json.ts";
import { messageValue } from "../message.ts";
import { agentOf, eventAuthor } from "../model.ts";
import { nearest } from "../nearest.ts";
import type { StateReader } from "../state.ts";
import { setOperation } from "../state.ts";
import { joinedAgents } from "../suggestion.ts";
import type { Decision, DecisionContext } from "./decision.ts";

/** Decides `_send_message`: the next entry of `_messages`, in one event. */
export function decideSendMessage(params: JsonObject, context: DecisionContext): Decision {
  const { state, ports, identity, now } = context;
  const self = agentOf(identity);
  const content: JsonObject = {};
  for (const name of ["body", "kind", "to", "reply_to"]) {
    const value = own(params, name);
    if (value !== undefined) content[name] = value;
  }
  const message = messageValue(content, { action: "_send_message", bindings: { self } });
  if (!message.ok) return message;
  const replyTo = own(message.value, "reply_to");
  if (replyTo !== undefined && !state.entry("_messages", String(replyTo))) {
    return invalid("reply_to", `names no message: there is no number ${replyTo}`);
  }
  const fault = valueRefusal(message.value, "body");
  if (fault) return fault;
  const seq = state.highest("_messages") + 1;
  const write = setOperation(state, ports.hash, {
    scope: "_messages",
    key: String(seq),
    value: message.value,
  });
  const { agent, ...acting } = eventAuthor(identity);
  return {
    ok: true,
    status: 200,
    event: {
      kind: "message",
      agent,
      payload: { ok: true, action: "_send_message", ...acting, writes: [write] },
    },
    fields: { message: { seq, ...message.value, ts: now }, ...unknownRecipients(message.value, state) },
  };
}

/** A message to an id that nobody has joined with waits for whoever does; more often it is a misspelling. */
function unknownRecipients({ to = [] }: JsonObject, state: StateReader): JsonObject {
  const ids = Array.isArray(to) ? to : [to];
  const unknown = ids.filter((id) => typeof id === "string" && !state.entry("_agents", id)).map(String);
  const from = unknown[0];
  if (from === undefined) return {};
  const near = nearest(from, joinedAgents(state));
  const suggestion = near === undefined ? {} : { suggestion: { path: "params.to", from, to: near } };
  return { warning: "unknown_recipient", unknown, ...suggestion };
}
