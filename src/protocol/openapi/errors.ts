import type { ErrorCode } from "../../kernel/errors.ts";

/** What any call of a room may be refused with. */
export const ROOM: readonly ErrorCode[] = [
  "invalid_request",
  "authentication_required",
  "invalid_token",
  "scope_denied",
  "identity_mismatch",
  "agent_not_found",
  "phase_conflict",
  "not_configured",
  "overloaded",
  "storage_full",
];

/** What a call with a body in JSON may be refused with, besides. */
export const BODY: readonly ErrorCode[] = ["invalid_json", "too_large"];

/** For the room's owner only. */
export const OWNER: readonly ErrorCode[] = [...ROOM, "room_token_required"];

/** Where older events may have been forgotten. */
export const PAST: readonly ErrorCode[] = [...ROOM, "compacted"];

/** Who creates a room. */
export const CREATION: readonly ErrorCode[] = [
  "invalid_request",
  "authentication_required",
  "invalid_token",
  "room_exists",
  "not_configured",
  "overloaded",
  "storage_full",
];

/** What an action, or a built-in one, may refuse. */
export const INVOCATION: readonly ErrorCode[] = [
  ...ROOM,
  ...BODY,
  "read_only_token",
  "invalid_param",
  "missing_param",
  "invalid_cel",
  "invalid_timer",
  "reserved_id",
  "action_not_found",
  "action_expired",
  "view_not_found",
  "help_key_not_found",
  "precondition_failed",
  "action_disabled",
  "action_cooldown",
  "version_conflict",
  "proof_of_read_required",
  "idempotency_conflict",
  "not_a_number",
  "cel_error",
  "cel_budget_exceeded",
  "rate_limited",
];
