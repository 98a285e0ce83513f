import type { BuiltinCommand } from "../kernel/decide/builtins.ts";
import { BUILTINS } from "../kernel/decide/builtins.ts";
import type { Accepted, Decision } from "../kernel/decide/decision.ts";
import { decideInvoke } from "../kernel/decide/invoke.ts";
import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import type { Clause } from "../kernel/invocation.ts";
import type { JsonObject } from "../kernel/json.ts";
import { canonicalJson, jsonObject } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { EventDraft, LogEvent } from "../kernel/model.ts";
import { eventAuthor } from "../kernel/model.ts";
import { utf8Bytes } from "../kernel/names.ts";
import type { InvokeCall, InvokeManyCall, Reply } from "../protocol/calls.ts";
import { refusalBody } from "../protocol/refusal-body.ts";
import type { Answer, AnswerObject } from "../protocol/serialise.ts";
import { RawJson, serialise } from "../protocol/serialise.ts";
import type { AnswerKey } from "../storage/answer-store.ts";
import { invocationAnswer, refusalReply, valueFields, writesAnswer } from "./answers.ts";
import type { BatchesParts, Outcome } from "./batches.ts";
import { Batches } from "./batches.ts";
import { eventRefusal } from "./capacity.ts";
import { explainRefusal, shownReads } from "./explain/refusals.ts";
import { evaluateValue } from "./expressions.ts";
import { readHelp } from "./guidance.ts";
import { paramFault } from "./params.ts";
import type { RoomParts } from "./parts.ts";
import { decisionContext, decisionPorts } from "./ports.ts";
import { RoomRoots } from "./roots.ts";
import type { Session } from "./session.ts";
import { readerRefusal, writerRefusal } from "./session.ts";
import type { Tally } from "./tally.ts";
import type { Throttle } from "./throttle.ts";

/** Takes back the transaction of an invocation whose answer is too large to be kept for its key. */
class UnkeepableAnswer extends Error {
  readonly refusal = refuse(
    "too_large",
    `An answer that is kept for an idempotency key has at most ${LIMITS.keptAnswerBytes} bytes.`,
    { hint: "Write or answer less at once.", details: { limit: "keptAnswerBytes" } },
  ).refusal;
}

/** Runs invocations: decide, commit, answer; and keeps what it answered for a repeat [ACT-2, ACT-9]. */
export class Invoking {
  readonly #parts: RoomParts;
  readonly #batches: Batches;
  readonly #throttle: Throttle;
  readonly #tally: Tally;

  constructor(
    parts: RoomParts,
    pace: { readonly throttle: Throttle; readonly tally: Tally },
    batching: Pick<BatchesParts, "together" | "isFull">,
  ) {
    this.#parts = parts;
    this.#throttle = pace.throttle;
    this.#tally = pace.tally;
    this.#batches = new Batches({
      ...batching,
      attempt: (session, call, compact) => this.#attempt(session, call, compact),
      refuse: (session, call, refusal) => this.#refused(session, call, refusal),
      answered: (reply) => this.#tally.answered(reply),
    });
  }

  /** Answers one invocation, committed where it changes anything. */
  invoke(session: Session, call: InvokeCall, compact: boolean): Reply {
    return this.#counted(1, this.#throttle.admit(session, 1) ?? this.#invoke(session, call, compact));
  }

  /** Answers several invocations, in order, as if each had come alone [ACT-14]. */
  invokeMany(session: Session, call: InvokeManyCall, compact: boolean): Reply {
    const { length } = call.invocations;
    const limited = this.#throttle.admit(session, length);
    return this.#counted(length, limited ?? this.#batches.answer(session, call, compact));
  }

  #counted(invocations: number, reply: Reply): Reply {
    this.#tally.invocations += invocations;
    this.#tally.answered(reply);
    return reply;
  }

  #invoke(session: Session, call: InvokeCall, compact: boolean): Reply {
    const outcome = this.#attempt(session, call, compact);
    return "reply" in outcome ? outcome.reply : this.#refused(session, call, outcome.refusal);
  }

  #attempt(session: Session, call: InvokeCall, compact: boolean): Outcome {
    if (call.action === "help") return { reply: this.#help(session, call, compact) };
    const barred = writerRefusal(session);
    if (barred) return { reply: refusalReply(barred.refusal) };
    const kept = this.#keptAnswer(session, call);
    if (kept) return kept;
    const decision = this.#explained(session, call, this.#admissible(this.#decide(session, call)));
    if (call.dry_run) return { reply: this.#dryRun(session, call, decision, compact) };
    return decision.ok ? this.#commit(session, call, decision, compact) : decision;
  }

  #decide(session: Session, call: InvokeCall): Decision {
    const context = decisionContext(this.#parts.model, session, this.#parts.host);
    const builtin = BUILTINS.get(call.action);
    if (!builtin?.command) return decideInvoke(call, context);
    const params = withoutNulls(call.params);
    const fault = paramFault(builtin.params, params, session.checking);
    if (fault)
      return refuse("invalid_param", `${fault.path} ${fault.problem}.`, { details: { path: fault.path } });
    return builtin.command.decide(params, context);
  }

  /** A refusal says what the caller needs to do better; what is accepted costs no more for it [ACT-22]. */
  #explained(session: Session, call: InvokeCall, decision: Decision): Decision {
    if (decision.ok) return decision;
    return { ...decision, refusal: explainRefusal({ model: this.#parts.model, session, call }, decision) };
  }

  /** A decision that the room has space for. */
  #admissible(decision: Decision): Decision {
    if (!decision.ok || decision.event === null) return decision;
    return eventRefusal(this.#parts.model.live, decision.event) ?? decision;
  }

  #commit(session: Session, call: InvokeCall, decision: Accepted, compact: boolean): Outcome {
    const { event: draft, status } = decision;
    if (draft === null) return { reply: { status, body: serialise(valueFields(decision.fields), compact) } };
    let body = "";
    try {
      const event = this.#parts.commit(draft, session.now, (committed) => {
        body = serialise(this.#answer(session, call, decision, committed), compact);
        this.#keepAnswer(session, call, { status, body, seq: committed.seq });
      });
      return { reply: { status, body, seq: event.seq } };
    } catch (thrown) {
      if (!(thrown instanceof UnkeepableAnswer)) throw thrown;
      return thrown;
    }
  }

  #answer(session: Session, call: InvokeCall, decision: Accepted, event: LogEvent): AnswerObject {
    const fields: Record<string, Answer | undefined> = { ...valueFields(decision.fields) };
    if (event.kind === "register_view") {
      const value = this.#parts.model.views.value(String(decision.fields.id));
      fields.value = RawJson.of(value?.value ?? null);
    }
    if (decision.result) {
      const { expression, frame } = decision.result;
      const roots = new RoomRoots(this.#parts.model, frame.sight, { kind: "caller", ...frame });
      const evaluation = evaluateValue(expression, roots, session.account);
      fields.result = RawJson.of(evaluation.ok ? evaluation.value : { _error: evaluation.fault.message });
    }
    const answer = invocationAnswer(event, session.sight, fields);
    return answer.params === undefined ? { ...answer, params: RawJson.of(call.params) } : answer;
  }

  #refused(session: Session, call: InvokeCall, refusal: Refusal): Reply {
    const draft = refusedEvent(session, call, BUILTINS.get(call.action)?.command ?? null, refusal);
    const event = this.#parts.commit(draft, session.now, () => {});
    return refusalReply(refusal, event.seq);
  }

  #help(session: Session, call: InvokeCall, compact: boolean): Reply {
    const barred = readerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const { model, host } = this.#parts;
    const help = readHelp(model, call.params, decisionPorts(model, session, host).hash);
    if (!help.ok) return refusalReply(help.refusal);
    const body = serialise({ invoked: true, action: "help", ...help.value }, compact);
    return { status: 200, body, seq: model.journal.head.seq };
  }

  #dryRun(session: Session, call: InvokeCall, decision: Decision, compact: boolean): Reply {
    const { sight } = session;
    const head = {
      dry_run: true,
      invoked: false,
      allowed: decision.ok,
      action: call.action,
      agent: sight.agent,
    };
    const writes = decision.ok ? (decision.event?.payload.writes ?? []) : [];
    const outcome: AnswerObject = decision.ok
      ? writesAnswer(writes, sight)
      : valueFields({ ...refusalBody(decision.refusal), ...this.#clause(session, call, decision.clause) });
    return {
      status: 200,
      body: serialise({ ...head, ...outcome }, compact),
      seq: this.#parts.model.journal.head.seq,
    };
  }

  /** The clause that refused, and what the whole of its expression read [ACT-21]. */
  #clause(session: Session, call: InvokeCall, clause: Clause | undefined): JsonObject {
    if (clause === undefined) return {};
    const { clause: name, expression, frame } = clause;
    if (expression === undefined || frame === undefined) return { clause: name };
    const reads = shownReads(
      { model: this.#parts.model, session, call },
      { clause: name, expression, frame },
    );
    return { clause: name, expression, ...reads };
  }

  #answerKey(session: Session, call: InvokeCall): AnswerKey | null {
    if (call.idempotency_key === undefined || call.dry_run) return null;
    const { identity } = session;
    const who = session.sight.agent ?? ("token" in identity ? identity.token : "");
    return { identity: `${identity.kind}:${who}`, action: call.action, key: call.idempotency_key };
  }

  #requestDigest({ params, if_action_hash }: InvokeCall): string {
    return this.#parts.host.digest(canonicalJson([params, if_action_hash ?? null]));
  }

  #keptAnswer(session: Session, call: InvokeCall): Outcome | null {
    const key = this.#answerKey(session, call);
    const kept = key && this.#parts.answers.get(key, Date.parse(session.now));
    if (!kept) return null;
    if (kept.request === this.#requestDigest(call)) {
      return { reply: { status: kept.status, body: kept.body, seq: kept.seq, replayed: true } };
    }
    return refuse("idempotency_conflict", "The idempotency key was used for another request.", {
      hint: "Use a new key for a new request.",
    });
  }

  #keepAnswer(
    session: Session,
    call: InvokeCall,
    reply: { status: number; body: string; seq: number },
  ): void {
    const key = this.#answerKey(session, call);
    if (key === null) return;
    if (utf8Bytes(reply.body) > LIMITS.keptAnswerBytes) throw new UnkeepableAnswer();
    const now = Date.parse(session.now);
    const expiresAt = now + LIMITS.keptAnswerDays * 24 * 60 * 60 * 1000;
    this.#parts.answers.keep(key, { ...reply, request: this.#requestDigest(call) }, now, expiresAt);
  }
}

/** A built-in's parameters: null is the same as absent. */
function withoutNulls(params: JsonObject): JsonObject {
  return jsonObject(Object.entries(params).filter(([, value]) => value !== null));
}

function refusedEvent(
  session: Session,
  call: InvokeCall,
  builtin: BuiltinCommand | null,
  refusal: Refusal,
): EventDraft {
  const { agent, ...acting } = eventAuthor(session.identity);
  const payload = { ok: false, action: call.action, code: refusal.code, ...acting, writes: [] };
  return { kind: builtin?.kind ?? "invoke", agent, payload };
}
