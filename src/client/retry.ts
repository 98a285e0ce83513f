import type { SyncError } from "./sync-error.ts";

/** How often a call is repeated, and how long after a failure. */
export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  /** ms; doubled with each failure, and drawn at random from the upper half of what results. */
  readonly firstDelayMs: number;
  /** The longest delay. A server that asks for a longer one is not waited for: the error says for how long. */
  readonly mostDelayMs: number;
}

export const RETRY_POLICY: RetryPolicy = Object.freeze({
  attempts: 6,
  firstDelayMs: 200,
  mostDelayMs: 20_000,
});

/** A policy of which some is given. */
export function retryPolicy({ attempts, firstDelayMs, mostDelayMs }: Partial<RetryPolicy> = {}): RetryPolicy {
  return {
    attempts: attempts ?? RETRY_POLICY.attempts,
    firstDelayMs: firstDelayMs ?? RETRY_POLICY.firstDelayMs,
    mostDelayMs: mostDelayMs ?? RETRY_POLICY.mostDelayMs,
  };
}

/** Answers of proxies and of a server that is busy or on the move: what was asked may have been done, or not. */
const PASSING = new Set([502, 503, 504]);

/**
 * Whether a call that failed so may be sent again. One that was refused with 429 has done nothing; after any other
 * failure that passes, only a call that does no harm when it is done twice.
 */
export function mayRepeat({ status, code }: SyncError, isRepeatable: boolean): boolean {
  if (status === 429) return true;
  return (
    isRepeatable && (code === "unreachable" || PASSING.has(status) || (code === "bad_answer" && status < 300))
  );
}

/** ms until attempt `attempt` + 1, or null where there is to be none. `random` is in [0, 1). */
export function retryDelay(
  error: SyncError,
  attempt: number,
  policy: RetryPolicy,
  random: number,
): number | null {
  if (attempt >= policy.attempts) return null;
  const asked = (error.retryAfter ?? 0) * 1000;
  if (asked > policy.mostDelayMs) return null;
  return Math.max(asked, backoff(attempt, policy, random));
}

/** ms to let pass after failure number `failures`. */
export function backoff(failures: number, policy: RetryPolicy, random: number): number {
  const full = Math.min(policy.mostDelayMs, policy.firstDelayMs * 2 ** (failures - 1));
  return full * (0.5 + random / 2);
}

/** The seconds of a `Retry-After` header, which holds seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterSeconds(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/** Resolves after `ms`; rejects with the signal's reason as soon as that fires. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
