import type { Refusal } from "../kernel/errors.ts";
import { ERROR_STATUS, isRetryable } from "../kernel/errors.ts";

/** The body of an error [HTTP-1]: a code, one sentence, the next call that would work, and the details. */
export function refusalBody(refusal: Refusal): Record<string, unknown> {
  const { code, message, hint, help, details } = refusal;
  return {
    error: code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(help === undefined ? {} : { help }),
    retryable: isRetryable(code),
    ...details,
  };
}

export function refusalStatus(refusal: Refusal): number {
  return ERROR_STATUS[refusal.code];
}
