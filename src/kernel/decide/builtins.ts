import type { JsonObject } from "../json.ts";
import { LIMITS } from "../limits.ts";
import type { EventKind } from "../model.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import { decideSendMessage } from "./message.ts";
import { decideDelete, decideRegisterAction, decideRegisterView } from "./register.ts";

/** An action that every room has without registering it [ACT-13]. */
export interface Builtin {
  readonly description: string;
  readonly params: JsonObject;
  /** Null for help, which only reads. */
  readonly command: BuiltinCommand | null;
}

export interface BuiltinCommand {
  /** The kind of the event that it causes, also where it is refused. */
  readonly kind: EventKind;
  decide(params: JsonObject, context: DecisionContext): Decision;
}

const TEXT = { type: "string" };
const IF_HASH = {
  type: "string",
  description: "The hash of the current definition: proof that it was read",
};

/** Any type: what is wrong with a timer is said as `invalid_timer`. */
const TIMER = {
  type: "any",
  description: '{ ms, or at, or ticks and tick_on; effect: "delete" or "enable" }',
};

const REGISTER_ACTION: Builtin = {
  description: "Declare a write capability: a named action that any agent may invoke",
  params: {
    id: { ...TEXT, required: true, description: "Action id" },
    description: { ...TEXT, description: "What it does, for those who invoke it" },
    intent: { ...TEXT, description: "Why it exists" },
    scope: { ...TEXT, description: "The scope it is registered under (default _shared)" },
    params: { type: "object", description: "Parameter name → JSON Schema" },
    if: { ...TEXT, description: "CEL precondition; it may read params" },
    enabled: { ...TEXT, description: "CEL gate; while it is not true the action is disabled" },
    writes: { type: "array", required: true, description: "The writes, in order" },
    result: { ...TEXT, description: "CEL expression, evaluated after the writes and answered" },
    timer: TIMER,
    on_invoke: { type: "any", description: "{ timer }: the cooldown that each invocation begins" },
    if_hash: IF_HASH,
  },
  command: { kind: "register_action", decide: decideRegisterAction },
};

const REGISTER_VIEW: Builtin = {
  description: "Declare a read lens: a named expression whose value everyone sees",
  params: {
    id: { ...TEXT, required: true, description: "View id" },
    expr: { ...TEXT, required: true, description: "CEL expression" },
    scope: { ...TEXT, description: "The scope it is registered under (default: the caller's own)" },
    description: { ...TEXT, description: "What it shows" },
    enabled: { ...TEXT, description: "CEL gate; while it is not true the view is absent" },
    render: { type: "object", description: "How a page shows it: { type, label, … }" },
    timer: TIMER,
    if_hash: IF_HASH,
  },
  command: { kind: "register_view", decide: decideRegisterView },
};

const DELETE_ACTION: Builtin = {
  description: "Delete a registered action",
  params: { id: { ...TEXT, required: true, description: "Action id" }, if_hash: IF_HASH },
  command: {
    kind: "delete_action",
    decide: (params, context) => decideDelete("action", params, context),
  },
};

const DELETE_VIEW: Builtin = {
  description: "Delete a registered view",
  params: { id: { ...TEXT, required: true, description: "View id" }, if_hash: IF_HASH },
  command: {
    kind: "delete_view",
    decide: (params, context) => decideDelete("view", params, context),
  },
};

const SEND_MESSAGE: Builtin = {
  description: "Send a message to the room, or direct it at agents",
  params: {
    body: { type: "any", required: true, description: "The message: a text, or any JSON" },
    kind: { ...TEXT, description: "Message kind (default chat)" },
    to: { type: ["string", "array"], description: `An agent id, or up to ${LIMITS.messageRecipients}` },
    reply_to: { type: "integer", description: "The number of the message that it answers" },
  },
  command: { kind: "message", decide: decideSendMessage },
};

const HELP: Builtin = {
  description: "The room's guide: call without key for the list of keys",
  params: { key: { ...TEXT, description: "Help key. Try guide, standard_library, vocabulary_bootstrap" } },
  command: null,
};

/** Built-in actions by id, in the order in which context lists them. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ["_send_message", SEND_MESSAGE],
  ["_register_action", REGISTER_ACTION],
  ["_delete_action", DELETE_ACTION],
  ["_register_view", REGISTER_VIEW],
  ["_delete_view", DELETE_VIEW],
  ["help", HELP],
]);
