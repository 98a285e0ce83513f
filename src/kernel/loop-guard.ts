import type { LogEvent } from "./model.ts";
import { isWrite } from "./state.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Of the places that a turn wrote so many are remembered: beyond that it is no answer to look out for. */
const MOST_PLACES = 256;

/** What one agent did in a row: one invocation, or several. */
interface Turn {
  readonly agent: string;
  /** Where it wrote. */
  readonly places: Set<string>;
  /** Whether it wrote where the turn before it, of another agent, had written. */
  isAnswer: boolean;
}

/**
 * Notices two agents that do nothing but answer each other [LIMIT-4]. Turns of the same two alternate, and each writes
 * where the one before it wrote. Whoever else acts, and a turn that writes elsewhere, ends the loop. Two workers of one
 * queue alternate, too, but each on its own tasks; what they only count in common is no answer, either.
 *
 * It is told of events and reads no clock: the same events at the same times are judged the same.
 */
export class LoopGuard {
  #before: Turn | null = null;
  #last: Turn | null = null;
  #answers = new TokenBucket();

  /** In how many seconds `agent` may go on, or null where it may now. `perMinute` answers may come at once, and then so many a minute. */
  lacks(agent: string, perMinute: number, now: number): number | null {
    if (!this.#isNextAnswer(agent)) return null;
    return this.#answers.lacks(1, rateOf(perMinute), now);
  }

  /** Notes what was done. What the room does by itself, by timers and samples, is nobody's input. */
  note({ kind, agent, payload }: LogEvent, perMinute: number, now: number): void {
    if (kind === "timer" || kind === "sample") return;
    if (agent === null || payload.acting) {
      this.#end();
      return;
    }
    const places = payload.writes.filter((write) => isWrite(write) && write.op !== "increment").map(placeOf);
    if (agent !== this.#last?.agent) this.#turn(agent, perMinute, now);
    for (const place of places) this.#wrote(place);
  }

  /** Whether it is `agent`'s turn again, after an answer to its last. */
  #isNextAnswer(agent: string): boolean {
    return this.#last?.isAnswer === true && this.#before?.agent === agent;
  }

  #turn(agent: string, perMinute: number, now: number): void {
    if (this.#isNextAnswer(agent)) this.#answers.take(1, rateOf(perMinute), now);
    else this.#answers = new TokenBucket();
    this.#before = this.#last;
    this.#last = { agent, places: new Set(), isAnswer: false };
  }

  #wrote(place: string): void {
    const turn = this.#last;
    if (!turn || turn.places.size >= MOST_PLACES) return;
    turn.places.add(place);
    turn.isAnswer ||= this.#before?.places.has(place) ?? false;
  }

  #end(): void {
    this.#before = null;
    this.#last = null;
    this.#answers = new TokenBucket();
  }
}

function rateOf(perMinute: number) {
  return { perSecond: perMinute / 60, burst: perMinute };
}

/** Messages are each an entry of their own: one answers another all the same. */
function placeOf({ scope, key }: { readonly scope: string; readonly key: string }): string {
  return scope === "_messages" ? scope : `${scope}\0${key}`;
}
