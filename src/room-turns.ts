import type { Refusal } from "./kernel/errors.ts";

/** Does `work`; a full disk is answered, and anything else that was not foreseen starts the object anew. */
export type Guard = <T>(work: () => T, answer: (refusal: Refusal) => T) => T;

/** Work that yields where others may have their turn. */
export type Steps<T> = Iterator<void, T>;

/** How work in steps is done, and how it ends before its time. */
export interface Stepping<T> {
  readonly guard: Guard;
  readonly refused: (refusal: Refusal) => T;
  /** What is answered where the room is not there any more, or null while it is. */
  readonly gone: () => T | null;
}

/** Runs what takes long in steps, and lets others have their turn in between. */
export async function inTurns<T>(begin: () => Steps<T>, stepping: Stepping<T>): Promise<T> {
  const steps = begin();
  for (;;) {
    const step = stepOf(steps, stepping);
    if (step.done) return step.value;
    await othersTurn();
  }
}

/**
 * Runs long reads one after the other, for each holds what it has read so far, which may be as much as the room. One that
 * ends with its first step waits for none; another begins anew when its turn has come.
 */
export function oneByOne(): typeof inTurns {
  let count = 0;
  let last = Promise.resolve();
  return async (begin, stepping) => {
    const steps = begin();
    const step = stepOf(steps, stepping);
    if (step.done) return step.value;
    const isAlone = count === 0;
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    count += 1;
    try {
      await (isAlone ? othersTurn() : before);
      return await inTurns(isAlone ? () => steps : begin, stepping);
    } finally {
      count -= 1;
      resolve();
    }
  };
}

function stepOf<T>(steps: Steps<T>, { guard, refused, gone }: Stepping<T>): IteratorResult<void, T> {
  const ended = gone();
  if (ended !== null) return { done: true, value: ended };
  return guard(
    () => steps.next(),
    (refusal) => ({ done: true as const, value: refused(refusal) }),
  );
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
