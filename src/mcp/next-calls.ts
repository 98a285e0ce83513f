import type { ErrorCode } from "../kernel/errors.ts";
import { ERROR_STATUS } from "../kernel/errors.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject } from "../kernel/json.ts";
import type { ToldHint, ToolCall } from "./hints.ts";
import { toldHint } from "./hints.ts";
import type { ToolName } from "./tool-names.ts";

const help = (key?: string): ToolCall => ({ tool: "help", arguments: key === undefined ? {} : { key } });
const context = (args: JsonObject = {}): ToolCall => ({ tool: "context", arguments: args });
const ACTIONS = context({ only: ["actions"] });
const DEFINITIONS = context({ only: ["actions"], depth: "full" });
const VIEWS = context({ only: ["views"] });
const AGENTS = context({ only: ["agents"] });

/** The failed call over again: for what passes by itself. */
const AGAIN = "again";

/** What leads on from a refusal where its own hint names no call: every code has one [MCP-4]. */
const AFTER: Readonly<Record<ErrorCode, ToolCall | typeof AGAIN>> = {
  invalid_json: help("writes"),
  invalid_request: help(),
  invalid_param: ACTIONS,
  missing_param: ACTIONS,
  invalid_cel: help("cel"),
  invalid_timer: help("timers"),
  reserved_id: help("guide"),
  authentication_required: help(),
  invalid_token: help(),
  scope_denied: help("writes"),
  identity_mismatch: context(),
  read_only_token: context(),
  room_token_required: context(),
  not_found: help(),
  action_not_found: ACTIONS,
  action_expired: ACTIONS,
  agent_not_found: AGENTS,
  view_not_found: VIEWS,
  help_key_not_found: help(),
  method_not_allowed: help(),
  room_exists: { tool: "create_room", arguments: {} },
  room_not_empty: context(),
  agent_exists: AGAIN,
  view_exists: VIEWS,
  precondition_failed: context(),
  action_disabled: context(),
  action_cooldown: AGAIN,
  version_conflict: context(),
  proof_of_read_required: DEFINITIONS,
  idempotency_conflict: { tool: "look", arguments: { what: "log" } },
  not_a_number: context({ only: ["state"] }),
  phase_conflict: AGAIN,
  compacted: context(),
  too_large: help("context_shaping"),
  unsupported_media_type: help(),
  cel_error: help("cel"),
  cel_budget_exceeded: help("cel"),
  rate_limited: AGAIN,
  quota_exceeded: AGAIN,
  internal: AGAIN,
  not_configured: help(),
  overloaded: AGAIN,
  storage_full: context(),
};

function isCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_STATUS, code);
}

/** The failed call with the name that was meant in place of the unknown one, where that is among its arguments. */
function corrected({ tool, arguments: args }: ToolCall, suggestion: Json | undefined): ToolCall | null {
  if (!isJsonObject(suggestion)) return null;
  const { from, to } = suggestion;
  if (typeof from !== "string" || typeof to !== "string") return null;
  const said = JSON.stringify(args);
  const meant = said.replaceAll(JSON.stringify(from), JSON.stringify(to));
  return meant === said ? null : { tool, arguments: JSON.parse(meant) as JsonObject };
}

/** The same join by another id: the one that was asked for is another agent's. */
function renamed({ tool, arguments: args }: ToolCall): ToolCall {
  return { tool, arguments: { ...args, id: `${String(args.id)}-2` } };
}

/** Refusals that tell of a token that does not hold. */
const TOKENLESS: ReadonlySet<ErrorCode> = new Set(["authentication_required", "invalid_token"]);

/** Tools that can be called without a token. */
const OPEN_TOOLS: ReadonlySet<ToolName> = new Set(["help", "join", "create_room"]);

function isOpen({ tool, arguments: args }: ToolCall): boolean {
  return OPEN_TOOLS.has(tool) || (tool === "look" && args.what === "templates");
}

/**
 * A refusal of the API as the result of a tool: its hint in terms of the tools, and `next`, a call that leads on.
 * `mayAct` tells whether the caller's token is of a kind that acts in a room.
 */
export function failure(body: JsonObject, failed: ToolCall, mayAct = true): JsonObject {
  const hint = typeof body.hint === "string" ? toldHint(body.hint) : null;
  const holds = mayAct && !(isCode(body.error) && TOKENLESS.has(body.error));
  const leading = nextCall(body, hint, failed);
  const { tool, arguments: args } = holds || isOpen(leading) ? leading : helpOn(body);
  return { ...body, ...(hint === null ? {} : { hint: hint.text }), next: { tool, arguments: args } };
}

function helpOn(body: JsonObject): ToolCall {
  return help(typeof body.help === "string" ? body.help : undefined);
}

function nextCall(body: JsonObject, hint: ToldHint | null, failed: ToolCall): ToolCall {
  const better = corrected(failed, body.suggestion) ?? hint?.call;
  if (better) return better;
  const after = isCode(body.error) ? AFTER[body.error] : AGAIN;
  if (body.error === "agent_exists") return renamed(failed);
  if (after === AGAIN) return failed;
  return after.tool === "help" && typeof body.help === "string" ? helpOn(body) : after;
}
