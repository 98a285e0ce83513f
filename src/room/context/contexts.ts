import type { Result } from "../../kernel/errors.ts";
import type { Reply } from "../../protocol/calls.ts";
import type { ContextShape } from "../../protocol/context-shape.ts";
import type { AnswerObject } from "../../protocol/serialise.ts";
import { RawJson, serialise } from "../../protocol/serialise.ts";
import { refusalReply, sendable } from "../answers.ts";
import { unmetClauses } from "../explain/unmet.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import { readerRefusal } from "../session.ts";
import type { Waiting } from "../waits.ts";
import type { ContextAnswer } from "./context.ts";
import { readContext } from "./context.ts";

/** Answers contexts, alone or as what a wait brings, and moves the reader's cursor by what it was shown. */
export class Contexts {
  readonly #model: ReadModel;
  readonly #wake: (stale: ReadonlySet<string>) => void;

  /** `wake` is told of the derivations that a moved cursor made stale. */
  constructor(model: ReadModel, wake: (stale: ReadonlySet<string>) => void) {
    this.#model = model;
    this.#wake = wake;
  }

  context(session: Session, shape: ContextShape, compact: boolean): Reply {
    const barred = readerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const context = this.#read(session, shape, compact);
    return context.ok
      ? this.#reply(session, context.value, context.value.answer, compact)
      : refusalReply(context.refusal);
  }

  /** The answer to a wait that was triggered, or whose time is over [WAIT-2]. */
  waitReport(session: Session, { call, compact, started_at }: Waiting, triggered: boolean): Reply {
    const shape = call.include === null ? call.shape : { ...call.shape, only: call.include };
    // Before the read: what that moves the cursor by may be what the condition waits for.
    const unmet = triggered ? {} : this.#unmet(session, call.condition);
    const read = this.#read(session, shape, compact);
    if (!read.ok) return refusalReply(read.refusal);
    const context = read.value.answer;
    const { seq } = this.#model.journal.head;
    const head: AnswerObject = triggered
      ? { triggered: true, condition: call.condition, seq }
      : { triggered: false, timeout: true, elapsed_ms: this.#model.now() - started_at, seq, ...unmet };
    const body = call.include === null ? { ...head, context } : { ...this.#named(context, shape), ...head };
    return this.#reply(session, read.value, body, compact);
  }

  /** Which clauses of a condition do not hold, as its waiter sees them [WAIT-7]. */
  #unmet({ sight, now, account }: Session, expression: string): AnswerObject {
    const frame = { sight, now, params: {} };
    const { fields } = unmetClauses(this.#model, { expression, frame, viewer: sight, account });
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, RawJson.of(value)]));
  }

  /** The sections that a wait named; what changed is not told without the names of what is gone. */
  #named(context: AnswerObject, { only, since }: ContextShape): AnswerObject {
    const names = [...(only ?? []), ...(since === null ? [] : ["_context"])];
    return Object.fromEntries(Object.entries(context).filter(([section]) => names.includes(section)));
  }

  #read(session: Session, shape: ContextShape, compact: boolean): Result<ContextAnswer> {
    return readContext({ model: this.#model, session, shape, compact });
  }

  /** Only an agent's own reading is noted: a room token that acts as it leaves no trace [AUTH-4, CTX-7]. */
  #noteRead(agent: string, read: ContextAnswer["read"]): void {
    if (this.#model.presence.hasRead(agent, read)) this.#wake(this.#model.moved("presence", agent));
  }

  /** What is too long to be sent has not been read. */
  #reply({ identity }: Session, { read }: ContextAnswer, answer: AnswerObject, compact: boolean): Reply {
    const { seq } = this.#model.journal.head;
    const reply = sendable({ status: 200, body: serialise(answer, compact), seq });
    if (reply.status === 200 && identity.kind === "agent") this.#noteRead(identity.agent, read);
    return reply;
  }
}
