import { LIMITS } from "../../kernel/limits.ts";
import { INCLUDABLE_SCOPES, SECTIONS } from "../context-shape.ts";
import { FEEDS, LOG_DEPTHS, REPLAYED_SCOPES } from "../requests.ts";
import type { AnswerHeader, Parameter, Parameters, RequestHeader } from "./declaration.ts";

/** Whole numbers of a URL have at most 15 digits. */
export const MOST_WHOLE_NUMBER = 999_999_999_999_999;

function text(description: string, schema: Parameter["schema"] = {}, example?: string): Parameter {
  return {
    description,
    schema: { type: "string", ...schema },
    ...(example === undefined ? {} : { example }),
  };
}

function whole(description: string, minimum = 0, maximum = MOST_WHOLE_NUMBER): Parameter {
  return { description, schema: { type: "integer", minimum, maximum } };
}

function flag(description: string, standard?: boolean): Parameter {
  const schema = { type: "boolean", ...(standard === undefined ? {} : { default: standard }) };
  return { description, schema };
}

function list(description: string, items: Parameter["schema"]): Parameter {
  return { description, schema: { type: "array", items } };
}

const KEY = { minLength: 1, maxLength: LIMITS.keyBytes, pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]*$" };
const SCOPE = { pattern: "^(?:_[A-Za-z0-9._:@-]{1,64}|[A-Za-z0-9][A-Za-z0-9._:@-]{0,63})$" };
const PART = { type: "string", pattern: `^(?:${SECTIONS.join("|")}|state\\..*)$` };

export const ROOM_ID = { pattern: "^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$" };
export const AGENT_ID = { pattern: "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" };

/** What may stand in a path. */
export const PATH: Parameters = {
  room: text("The room's id.", ROOM_ID, "tea"),
  agent: text("The agent's id.", AGENT_ID, "ana"),
  action: text("A registered action, or one that is built in.", KEY, "vote"),
  scope: text("A scope.", SCOPE, "_votes"),
  key: text(
    "A key of the scope. `.` and `..` are none that a URL can name: `?key=` of its scope takes them.",
    KEY,
    "ana",
  ),
  seq: { ...whole("The number of an event: 0 is before the first."), example: 4 },
  view: text("The view's id.", KEY, "tally"),
  template: text("The template's id.", {}, "vote"),
  token: text(
    "The token's id, as GET /rooms/{room}/tokens lists it.",
    {},
    "0f5c6b1e-3c49-4b8e-9b62-6a6c5e1b7d20",
  ),
};

/** With a room token: whose eyes or hands. */
export const agent = text(
  "With a room token: the joined agent to call as. Any other token is its own agent's.",
);

/** What any call with a JSON answer takes. */
export const compact = flag(
  "Leaves out fields of the envelope that are null, never any inside a value.",
  false,
);

export const page = {
  after: whole("Only what came after this seq."),
  limit: {
    description: `At most so many: ${LIMITS.eventsPerPage} at once, whatever is asked for.`,
    schema: {
      type: "integer",
      minimum: 1,
      maximum: MOST_WHOLE_NUMBER,
      default: LIMITS.eventsPerPageDefault,
    },
  },
} as const satisfies Parameters;

const mostLean = LIMITS.leanEventsPerPage.toLocaleString("en");
export const logLimit: Parameter = {
  description: `At most so many: ${LIMITS.eventsPerPage} at once, lean ${mostLean}, whatever is asked for.`,
  schema: page.limit.schema,
};
export const logDepth: Parameter = {
  description: "`lean` leaves out values, params and chain.",
  schema: { type: "string", enum: [...LOG_DEPTHS], default: "full" },
};
export const replayed = list("Reserved scopes to show under `state`; of `_messages` the newest.", {
  type: "string",
  enum: [...REPLAYED_SCOPES],
});

/** How a context, or what a wait brings, is shaped [CTX-2]. */
export const shape: Parameters = {
  only: list("Sections, or single scopes as `state._shared`.", PART),
  depth: {
    description: "How much to tell of each action.",
    schema: { type: "string", enum: ["lean", "full", "usage"], default: "lean" },
  },
  include: list("Reserved scopes to show under `state`; for a wait also the sections to bring.", {
    type: "string",
    enum: [...INCLUDABLE_SCOPES, ...SECTIONS],
  }),
  messages: flag("Whether to show messages.", true),
  messages_after: whole("The oldest messages after this number, in place of the newest."),
  messages_limit: {
    ...whole("At most so many messages.", 0, LIMITS.messagesPerRead),
    schema: {
      type: "integer",
      minimum: 0,
      maximum: LIMITS.messagesPerRead,
      default: LIMITS.messagesPerReadDefault,
    },
  },
  actions: flag("Whether to show actions.", true),
  expand: list("Parts that a budget leaves out last.", PART),
  elision: {
    description: "Lifts a budget.",
    schema: { type: "string", enum: ["none"] },
  },
  since: whole("Only what may look different from what the same query showed as of this seq."),
  budget: whole("Tokens (bytes / 4) that the answer may have.", 1, LIMITS.budgetTokens),
  meta: flag("Tells of each value where it came from.", false),
};

export const condition: Parameter = {
  ...text("A CEL expression. Already true answers at once.", { minLength: 1 }, "size(state._votes) >= 1"),
  required: true,
};

export const timeout: Parameter = {
  description: `ms; more than ${LIMITS.waitMaxMs} is taken as that.`,
  schema: { type: "integer", minimum: 0, maximum: MOST_WHOLE_NUMBER, default: LIMITS.waitDefaultMs },
};

export const feeds = list("What to be sent without asking; by default all.", {
  type: "string",
  enum: [...FEEDS],
});

export const since = whole("Old events after this seq come first.");
export const kind = text("Only events of this kind.");
export const ofAgent = text("Only events of this agent.");
export const prefix = text("Keys that begin with this.");
export const oneKey = text("Only this key; goes before `prefix`.", KEY);
export const ofScope = text("Only keys of this scope.", SCOPE);
export const ranked: Parameter = {
  description: "At most so many keys.",
  schema: {
    type: "integer",
    minimum: 1,
    maximum: LIMITS.rankedKeys,
    default: LIMITS.rankedKeysDefault,
  },
};

export const REQUEST_HEADERS: Readonly<Record<RequestHeader, Parameter>> = {
  "Idempotency-Key": text(
    "The same key with the same request is done once, and answered alike for seven days.",
    { minLength: 1, maxLength: LIMITS.idempotencyKeyBytes },
  ),
  "Last-Event-ID": text("For an event stream: the seq after which it goes on. Goes before `since`.", {
    pattern: "^\\d{1,15}$",
  }),
  "X-Sync-Create-Token": text("Where creating rooms takes a token: a `create_` token."),
};

export const ANSWER_HEADERS: Readonly<
  Record<
    AnswerHeader | "X-Sync-Version" | "Server-Timing" | "Retry-After" | "Allow" | "WWW-Authenticate",
    Parameter
  >
> = {
  "X-Sync-Version": { ...text("The wire's version.", { const: "v8" }), required: true },
  "Server-Timing": {
    ...text("For how long the room was waited for, and how long it took until the answer began, ms.", {
      pattern: "^(?:room;dur=\\d+, )?total;dur=\\d+$",
    }),
  },
  "X-Sync-Seq": whole("The log's last event as of this answer."),
  "Idempotency-Replayed": text("Set where this is the first answer to the same key, given again.", {
    const: "true",
  }),
  "Retry-After": { ...whole("Seconds until the same call may succeed."), required: true },
  Allow: { ...text("The methods that the path has."), required: true },
  "WWW-Authenticate": { ...text("How to authenticate.", { const: "Bearer" }), required: true },
};
