import type { ErrorCode, Refusal } from "../../kernel/errors.ts";
import type { JsonObject } from "../../kernel/json.ts";
import { LIMITS } from "../../kernel/limits.ts";
import { refusalBody } from "../refusal-body.ts";
import type { ExampleObject } from "./types.ts";

type Example = Omit<Refusal, "code">;

const NO_TOKEN = "Send Authorization: Bearer <token> with a token of this room.";

/** A refusal of each code as it is answered, around the room of the other examples: tea or coffee. */
const REFUSALS: Readonly<Record<ErrorCode, Example>> = {
  invalid_json: { message: "The body is no JSON.", hint: "Send a JSON object, or nothing for {}." },
  invalid_request: {
    message: "There is no section or scope vews to ask for.",
    hint: "Did you mean views? Ask for views. only and expand take state, views, agents, actions, messages, self or state.<scope>; include takes _audit, _messages, _actions, _views, _agents, _config, _help.",
    details: {
      faults: [{ path: "vews", problem: "is unknown" }],
      suggestion: { path: "query", from: "vews", to: "views" },
    },
  },
  invalid_param: {
    message: 'params.choice is not valid: instance does not match any of ["tea","coffee"].',
    hint: "The params of vote are in GET …/context?only=actions.",
    details: { path: "params.choice" },
  },
  missing_param: {
    message: "The key of a write needs ${params.topic}, and the invocation does not supply it.",
    hint: "Pass params.topic.",
    details: { placeholder: "${params.topic}" },
  },
  invalid_cel: {
    message: "unexpected character: =",
    help: "cel",
    details: {
      path: "if",
      line: 1,
      column: 20,
      caret: "state._shared.open = true\n                   ^",
    },
  },
  invalid_timer: {
    message: "writes[0].timer.ms must be a positive integer of at most 315360000000.",
    hint: 'Declare {"ms": 60000, "effect": "delete"}, or at, or ticks with tick_on in place of ms.',
    help: "timers",
    details: { path: "writes[0].timer.ms" },
  },
  reserved_id: {
    message: 'The id "help" is kept for the room itself.',
    hint: "Choose an id that does not begin with an underscore and is not help.",
  },
  authentication_required: { message: "This call needs a token.", hint: NO_TOKEN },
  invalid_token: { message: "The token is not valid for this room.", hint: NO_TOKEN },
  scope_denied: {
    message: "This action has no authority to write to the scope ana.",
    hint: "Register the action under the scope ana, or have its registrar granted ana.",
    details: { scope: "ana", action_scope: "_shared" },
  },
  identity_mismatch: {
    message: "The token is not that agent's.",
    hint: "Leave out agent: it follows from the token.",
  },
  read_only_token: { message: "A view token only reads.", hint: "Join as an agent to take part." },
  room_token_required: {
    message: "Only the room token may do this.",
    hint: "Call with the token that creating the room answered, and without agent.",
  },
  not_found: {
    message: 'There is no template "vot".',
    hint: "Did you mean vote? Name the template vote. GET /templates describes them: task-queue, vote, turn-game, review, lock, blackboard.",
    details: { suggestion: { path: "template", from: "vot", to: "vote" } },
  },
  action_not_found: {
    message: 'There is no action "vot" in this room.',
    hint: "Did you mean vote? POST …/actions/vote/invoke. GET …/context?only=actions lists the actions; _register_action makes one.",
    help: "vocabulary_bootstrap",
    details: { suggestion: { path: "action", from: "vot", to: "vote" } },
  },
  action_expired: {
    message: 'The time of the action "vote" is over.',
    hint: "GET …/context?only=actions lists the actions; _register_action makes one.",
    help: "timers",
  },
  agent_not_found: {
    message: 'There is no agent "ann" in this room now.',
    hint: "GET …/context?only=agents lists the agents.",
  },
  view_not_found: {
    message: 'There is no view "count" in this room.',
    hint: "GET …/context?only=views lists the views.",
  },
  help_key_not_found: {
    message: 'There is no help on "timer".',
    hint: 'Did you mean timers? Invoke help with {"params":{"key":"timers"}}. Invoke help without key for the list of keys.',
    details: { suggestion: { path: "params.key", from: "timer", to: "timers" } },
  },
  method_not_allowed: { message: "PUT is not among the methods of this path.", hint: "Use GET." },
  room_exists: {
    message: "The room tea exists.",
    hint: "Choose another id, or none to be given one.",
  },
  room_not_empty: {
    message: "Only a room in which nothing has happened yet can be imported into.",
    hint: "POST /rooms makes one.",
  },
  agent_exists: {
    message: "The agent id ana is taken.",
    hint: "Join with another id, with the agent's own token, or with the room token.",
  },
  view_exists: { message: "The view ana.plan belongs to another.", hint: "Choose another view id." },
  precondition_failed: {
    message: "The if of vote does not hold now.",
    hint: "Wait until it holds with GET …/wait?condition=state._shared.open%20%3D%3D%20true.",
    help: "refusals",
    details: {
      clause: "if",
      expression: "state._shared.open == true",
      unmet: [
        {
          clause: "state._shared.open == true",
          line: 1,
          column: 1,
          value: false,
          reads: [{ scope: "_shared", key: "open", value: null, absent: true }],
        },
      ],
    },
  },
  action_disabled: {
    message: "The enabled of vote does not hold now.",
    hint: "Wait until it holds with GET …/wait?condition=views.tally%20%3C%202.",
    help: "refusals",
    details: {
      clause: "enabled",
      expression: "views.tally < 2",
      unmet: [
        {
          clause: "views.tally < 2",
          line: 1,
          column: 1,
          value: false,
          reads: [{ scope: "_views", key: "tally", value: 2 }],
        },
      ],
    },
  },
  action_cooldown: {
    message: "The action vote cannot be invoked yet.",
    hint: 'Wait with GET …/wait?condition=actions["vote"].available.',
    help: "timers",
    details: { available_at: "2026-11-23T09:01:00.000Z" },
  },
  version_conflict: {
    message: "The entry _shared.phase is not what the caller read.",
    hint: "Read the entry again and invoke with its hash.",
    details: {
      scope: "_shared",
      key: "phase",
      expected: "ba2df4903a2c14e8",
      current: { revision: 0, hash: "" },
    },
  },
  proof_of_read_required: {
    message: "The action vote was registered by another.",
    hint: "Read its definition and hash at GET …/context?only=actions&depth=full and pass the hash as if_hash.",
  },
  idempotency_conflict: {
    message: "The idempotency key was used for another request.",
    hint: "Use a new key for a new request.",
  },
  not_a_number: {
    message: "_shared.phase cannot be incremented by that.",
    hint: "Increment an entry that holds a number, or none, by a number, and stay within ±(2^53−1).",
    details: { scope: "_shared", key: "phase" },
  },
  phase_conflict: {
    message: "The room is being imported into.",
    hint: "Repeat the call when the import has been answered.",
  },
  compacted: {
    message: "This room has forgotten its events up to 40.",
    hint: "Read from after=40, or the room as it is with GET …/context.",
    details: { earliest: 41 },
  },
  too_large: {
    message: `A request has at most ${LIMITS.requestBodyBytes} bytes.`,
    hint: "Send less at once.",
    details: { limit: "requestBodyBytes" },
  },
  unsupported_media_type: {
    message: "An import is an export or a dump, as its Content-Type says.",
    hint: "Send an export as application/x-ndjson, or a dump of the original system as application/json.",
  },
  cel_error: {
    message: "division by zero",
    help: "cel",
    details: {
      path: "writes[0].value",
      line: 1,
      column: 1,
      caret: "1 / 0\n^",
      expression: "1 / 0",
      reads: [],
    },
  },
  cel_budget_exceeded: {
    message: `the expression makes a list longer than ${LIMITS.expressionListElements} elements`,
    help: "cel",
    details: { path: "expr" },
  },
  rate_limited: {
    message: "An agent invokes at most 100 times a second, and 200 times at once.",
    hint: "Repeat the call after 1 s; to learn of a change, GET …/wait?condition=… in place of invoking again.",
    details: { limit: "invocationsPerSecond", retry_after_seconds: 1 },
  },
  quota_exceeded: {
    message: `No more than ${LIMITS.waitsPerToken} waits are open at once.`,
    hint: "Join several conditions with ||, or let a wait end first.",
    details: { limit: "waitsPerToken" },
  },
  internal: { message: "The server made a mistake." },
  not_configured: {
    message: "This deployment has no AUTH_SECRET to sign tokens with.",
    hint: "Run `npx wrangler secret put AUTH_SECRET` with a long random text; locally `npm start` makes one.",
  },
  overloaded: {
    message: "The room could not answer just now.",
    hint: "Repeat the call; with the same Idempotency-Key an invocation is done once.",
  },
  storage_full: {
    message: `This room holds at most ${LIMITS.actions} actions.`,
    hint: "Delete one that is not used with _delete_action.",
    details: { limit: "actions" },
  },
};

/** The body of a refusal of each code, by the code. */
export function refusalExamples(): Record<string, ExampleObject> {
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([code, refusal]) => {
      return [code, { value: refusalBody({ code: code as ErrorCode, ...refusal }) as JsonObject }];
    }),
  );
}
