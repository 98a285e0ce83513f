import type { Call } from "./connection.ts";
import type { WaitOptions } from "./options.ts";
import type { RetryPolicy } from "./retry.ts";
import { mayRepeat, pause, retryDelay } from "./retry.ts";
import { SyncError } from "./sync-error.ts";

/** Sends a call once. */
type Attempt = <Answer>(call: Call) => Promise<Answer>;

/** What every answer of a wait tells. */
interface WaitAnswer {
  readonly triggered: boolean;
  readonly condition?: string;
  readonly timeout?: true;
  readonly elapsed_ms?: number;
  readonly unmet?: readonly unknown[];
}

/** So long a server holds a wait. */
const MOST_MS = 55_000;
/** So long after a wait's time is over its answer may still be on its way. */
const GRACE_MS = 3_000;

/**
 * A wait of any length, as a chain of waits that a server holds. An attempt that fails is followed by another that asks
 * for the time that is left then; how often, the policy says of a wait without `timeout`, and of one with it the time.
 */
export async function holdWait(
  attempt: Attempt,
  policy: RetryPolicy,
  condition: string,
  options: WaitOptions,
): Promise<WaitAnswer> {
  const { signal, timeout = Number.POSITIVE_INFINITY, ...shape } = options;
  const begun = Date.now();
  // An answer that shows messages moves the read cursor, and what was unread would not be so for the next wait.
  const isHarmless = !showsMessages(options);
  let hasHeld = false;
  for (let failures = 0; ; ) {
    const left = Math.max(0, timeout - (Date.now() - begun));
    const isEnd = hasHeld || left <= MOST_MS;
    const ms = hasHeld ? 0 : Math.min(left, MOST_MS);
    const query = {
      ...(isEnd || isHarmless ? shape : { include: "self" }),
      condition,
      timeout: Math.ceil(ms),
    };
    try {
      const call = { path: "/wait", query, extraMs: ms, mostMs: left + GRACE_MS, signal };
      const answer: WaitAnswer = await attempt(call);
      failures = 0;
      if (hasHeld) return held(condition, answer);
      if (answer.triggered && (isEnd || isHarmless)) return answer;
      if (isEnd) return { ...answer, elapsed_ms: Date.now() - begun };
      hasHeld = answer.triggered;
    } catch (error) {
      failures += 1;
      const delay = delayAfter(error, failures, policy, timeout, begun);
      await pause(delay, signal);
    }
  }
}

/** ms until the next attempt, which is made no later than when the time is over; throws where there is to be none. */
function delayAfter(
  error: unknown,
  failures: number,
  policy: RetryPolicy,
  timeout: number,
  begun: number,
): number {
  if (!SyncError.is(error) || !mayRepeat(error, true)) throw error;
  const isBounded = timeout < Number.POSITIVE_INFINITY;
  const attempts = isBounded ? Number.POSITIVE_INFINITY : policy.attempts;
  const delay = retryDelay(error, failures, { ...policy, attempts }, Math.random());
  if (delay === null) throw error;
  const left = timeout - (Date.now() - begun);
  if (left <= 0) throw unanswered(timeout, error);
  return Math.min(delay, left);
}

/** Nobody knows whether the condition holds: the server did not say. */
function unanswered(timeout: number, cause: SyncError): SyncError {
  return new SyncError({
    code: "unreachable",
    message: `The wait's ${timeout / 1_000} s are over, and the server did not say whether it holds. ${cause.message}`,
    status: 0,
    hint: cause.hint,
    retryable: true,
    cause,
  });
}

/** What a condition that held is answered with, though it may have ceased to since. */
function held(condition: string, answer: WaitAnswer): WaitAnswer {
  const { timeout: _, elapsed_ms: __, unmet: ___, ...shown } = answer;
  return { ...shown, condition, triggered: true };
}

function showsMessages({ only, include, messages = true }: WaitOptions): boolean {
  const sections = include?.filter((name) => !name.startsWith("_")) ?? [];
  const shown = sections.length > 0 ? sections : (only ?? ["messages"]);
  return messages && shown.includes("messages");
}
