import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { InvokeCall, InvokeManyCall, Reply } from "../protocol/calls.ts";
import { diskFull } from "../protocol/full-disk.ts";
import type { Answer } from "../protocol/serialise.ts";
import { RawJson, serialise } from "../protocol/serialise.ts";
import { refusalReply } from "./answers.ts";
import type { Committing } from "./committing.ts";
import type { Session } from "./session.ts";

/** What became of an invocation: answered, or refused in a way that the log is to tell of [LOG-5]. */
export type Outcome = { readonly reply: Reply } | { readonly refusal: Refusal };

export interface BatchesParts {
  readonly together: Committing["together"];
  /** Whether what was thrown says that the disk is full. */
  readonly isFull: (thrown: unknown) => boolean;
  /** Runs one invocation, and commits what it decides. */
  readonly attempt: (session: Session, call: InvokeCall, compact: boolean) => Outcome;
  /** Logs a refusal and answers it. */
  readonly refuse: (session: Session, call: InvokeCall, refusal: Refusal) => Reply;
  /** Told of the answer to each invocation that stands for itself. */
  readonly answered: (reply: Reply) => void;
}

/** The answers of a batch so far, in order. */
class Results {
  readonly #results: Answer[] = [];
  #chars = 0;
  #seq: number | undefined;

  /** Whether another answer might be more than can be passed on. */
  get isFull(): boolean {
    return this.#chars > LIMITS.batchAnswerBytes;
  }

  add({ status, body, replayed, seq }: Reply): void {
    this.#chars += body.length;
    this.#seq = seq ?? this.#seq;
    this.#results.push({ status, replayed, body: new RawJson(body) });
  }

  reply(compact: boolean): Reply {
    const seq = this.#seq;
    const body = serialise({ results: this.#results, seq: seq ?? null }, compact);
    return { status: 200, body, ...(seq === undefined ? {} : { seq }) };
  }
}

/** Why an atomic batch is not to be: which invocation was not accepted, counted from 0. */
interface Undone {
  readonly index: number;
  readonly call: InvokeCall;
  readonly outcome: Outcome;
}

/** Runs invocations in one go: each sees what those before it wrote, and each is an event of its own [ACT-14]. */
export class Batches {
  readonly #parts: BatchesParts;

  constructor(parts: BatchesParts) {
    this.#parts = parts;
  }

  answer(session: Session, { invocations, atomic }: InvokeManyCall, compact: boolean): Reply {
    return atomic ? this.#all(session, invocations, compact) : this.#each(session, invocations, compact);
  }

  #each(session: Session, invocations: readonly InvokeCall[], compact: boolean): Reply {
    const results = new Results();
    for (const call of invocations) {
      const reply = results.isFull ? refusalReply(tooMuch()) : this.#alone(session, call, compact);
      this.#parts.answered(reply);
      results.add(reply);
    }
    return results.reply(compact);
  }

  /** A full disk ends one invocation; what those before it wrote stands, and is answered. */
  #alone(session: Session, call: InvokeCall, compact: boolean): Reply {
    const { attempt, refuse, isFull } = this.#parts;
    try {
      const outcome = attempt(session, call, compact);
      return "reply" in outcome ? outcome.reply : refuse(session, call, outcome.refusal);
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown;
      return refusalReply(diskFull());
    }
  }

  /** All or none. Of one that is not to be the log tells the invocation that was refused, and nothing else. */
  #all(session: Session, invocations: readonly InvokeCall[], compact: boolean): Reply {
    const ran = this.#parts.together<Reply | Undone>(() => {
      const results = new Results();
      for (const [index, call] of invocations.entries()) {
        const outcome = results.isFull ? { refusal: tooMuch() } : this.#parts.attempt(session, call, compact);
        if ("refusal" in outcome || outcome.reply.status >= 400) return { undo: { index, call, outcome } };
        results.add(outcome.reply);
      }
      return { keep: results.reply(compact) };
    });
    if (!("outcome" in ran)) return ran;
    const { index, call, outcome } = ran;
    const reply = "reply" in outcome ? outcome.reply : this.#parts.refuse(session, call, outcome.refusal);
    return { ...reply, body: `{"index":${index},${reply.body.slice(1)}` };
  }
}

function tooMuch(): Refusal {
  return refuse("too_large", `The answers of a batch have at most ${LIMITS.batchAnswerBytes} bytes.`, {
    hint: "Send the rest in a further batch.",
    details: { limit: "batchAnswerBytes" },
  }).refusal;
}
