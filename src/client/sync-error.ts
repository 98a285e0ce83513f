import type { Json } from "./json.ts";

/** Codes that a server answers, with the HTTP status of each. */
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

/**
 * Why a call failed: a code of the server, or of the SDK's own: `unreachable` where no answer came, `bad_answer` where
 * what came was none of a room's.
 */
export type ErrorCode = keyof typeof ERROR_STATUS | "unreachable" | "bad_answer";

export interface SyncErrorFields {
  readonly code: ErrorCode;
  readonly message: string;
  /** HTTP, or 0 where no answer came. */
  readonly status: number;
  readonly hint?: string | undefined;
  readonly help?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfter?: number | undefined;
  readonly details?: Readonly<Record<string, Json>> | undefined;
  readonly cause?: unknown;
}

/** A call that a room refused, or that did not reach it. */
export class SyncError extends Error {
  override readonly name = "SyncError";
  readonly code: ErrorCode;
  /** HTTP, or 0 where no answer came. */
  readonly status: number;
  /** The next call that would work. */
  readonly hint: string | undefined;
  /** A key of the room's help that explains more. */
  readonly help: string | undefined;
  /** Whether the same call may succeed later, without a change to it. */
  readonly retryable: boolean;
  /** Seconds until it may, where the server said so. */
  readonly retryAfter: number | undefined;
  /** Whatever else the server told: `unmet`, `suggestion`, `faults`, `available_at` … */
  readonly details: Readonly<Record<string, Json>>;

  constructor({ message, cause, ...fields }: SyncErrorFields) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = fields.code;
    this.status = fields.status;
    this.hint = fields.hint;
    this.help = fields.help;
    this.retryable = fields.retryable ?? false;
    this.retryAfter = fields.retryAfter;
    this.details = fields.details ?? {};
  }

  /** Whether `error` is one of these refusals; without codes, whether it is any. */
  static is(error: unknown, ...codes: readonly ErrorCode[]): error is SyncError {
    return error instanceof SyncError && (codes.length === 0 || codes.includes(error.code));
  }

  /** The error that the body of an answer, or a frame, tells of; null where it tells of none. */
  static from(body: unknown, status?: number, retryAfter?: number): SyncError | null {
    if (typeof body !== "object" || body === null || !("error" in body) || !("message" in body)) return null;
    const { error: code, message, hint, help, retryable, ...details } = body as RefusalBody;
    if (typeof code !== "string" || typeof message !== "string") return null;
    const known = ERROR_STATUS[code as keyof typeof ERROR_STATUS] as number | undefined;
    return new SyncError({
      code: code as ErrorCode,
      message,
      status: status ?? known ?? 0,
      hint,
      help,
      retryable: retryable ?? false,
      retryAfter,
      details,
    });
  }
}

type RefusalBody = Readonly<Record<string, Json>> & {
  readonly error: string;
  readonly message: string;
  readonly hint?: string;
  readonly help?: string;
  readonly retryable?: boolean;
};
