import type { Refusal } from "./kernel/errors.ts";

/** Does `work`; a full disk is answered, and anything else that was not foreseen starts the object anew. */
export type Guard = <T>(work: () => T, answer: (refusal: Refusal) => T) => T;

/** Runs what takes long in steps, and lets others have their turn in between. */
export async function inTurns<T>(
  steps: Iterator<void, T>,
  guard: Guard,
  answer: (refusal: Refusal) => T,
): Promise<T> {
  for (;;) {
    const step = guard(
      () => steps.next(),
      (refusal) => ({ done: true as const, value: answer(refusal) }),
    );
    if (step.done) return step.value;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
