import type { Call } from "./connection.ts";
import type { WaitOptions } from "./options.ts";

type Send = <Answer>(call: Call) => Promise<Answer>;

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

/** A wait of any length, as a chain of waits that a server holds. */
export async function holdWait(send: Send, condition: string, options: WaitOptions): Promise<WaitAnswer> {
  const { signal, timeout = Number.POSITIVE_INFINITY, ...shape } = options;
  const begun = Date.now();
  const ask = (query: object, ms: number) =>
    send<WaitAnswer>({
      path: "/wait",
      query: { ...query, condition, timeout: Math.ceil(ms) },
      extraMs: ms,
      signal,
    });
  for (;;) {
    const left = timeout - (Date.now() - begun);
    if (left <= MOST_MS) {
      const answer = await ask(shape, Math.max(0, left));
      return answer.triggered ? answer : { ...answer, elapsed_ms: Date.now() - begun };
    }
    // An answer that shows messages moves the read cursor, and what was unread would not be so for the next wait.
    const isHarmless = !showsMessages(options);
    const answer = await ask(isHarmless ? shape : { include: "self" }, MOST_MS);
    if (!answer.triggered) continue;
    return isHarmless ? answer : held(condition, await ask(shape, 0));
  }
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
