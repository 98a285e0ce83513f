import type { HelpKey } from "./help-keys.ts";
import type { Json } from "./json.ts";

/** Every code that a room or the Worker answers, with its HTTP status [HTTP-2]. */
export const ERROR_STATUS = Object.freeze({
  invalid_json: 400,
  invalid_request: 400,
  invalid_param: 400,
  missing_param: 400,
  invalid_cel: 400,
  invalid_timer: 400,
  reserved_id: 400,
  authentication_required: 401,
  invalid_token: 401,
  scope_denied: 403,
  identity_mismatch: 403,
  read_only_token: 403,
  room_token_required: 403,
  not_found: 404,
  action_not_found: 404,
  action_expired: 404,
  agent_not_found: 404,
  view_not_found: 404,
  help_key_not_found: 404,
  method_not_allowed: 405,
  room_exists: 409,
  room_not_empty: 409,
  agent_exists: 409,
  view_exists: 409,
  precondition_failed: 409,
  action_disabled: 409,
  action_cooldown: 409,
  version_conflict: 409,
  proof_of_read_required: 409,
  idempotency_conflict: 409,
  not_a_number: 409,
  phase_conflict: 409,
  compacted: 410,
  too_large: 413,
  unsupported_media_type: 415,
  cel_error: 422,
  cel_budget_exceeded: 422,
  rate_limited: 429,
  quota_exceeded: 429,
  internal: 500,
  not_configured: 500,
  overloaded: 503,
  storage_full: 507,
});

export type ErrorCode = keyof typeof ERROR_STATUS;

/** A "no" that the caller can act on: a code, one sentence, and the next call that would work. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** A key of the room's help that explains more. */
  readonly help?: HelpKey;
  readonly details?: Readonly<Record<string, Json>>;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function succeed<T>(value: T): Result<T> {
  return { ok: true, value };
}

type RefusalExtras = Omit<Refusal, "code" | "message">;

export function refuse(
  code: ErrorCode,
  message: string,
  extras: RefusalExtras = {},
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, message, ...extras } };
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set(["action_cooldown", "overloaded", "storage_full"]);

/** Whether the same request may succeed later without a change to it. */
export function isRetryable(code: ErrorCode): boolean {
  return ERROR_STATUS[code] === 429 || RETRYABLE.has(code);
}
