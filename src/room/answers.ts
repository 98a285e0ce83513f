import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { LogEvent, Operation, Timer } from "../kernel/model.ts";
import type { Sight, VisibleOperation } from "../kernel/sight.ts";
import type { Reply } from "../protocol/calls.ts";
import { refusalBody, refusalStatus } from "../protocol/refusal-body.ts";
import type { Answer, AnswerObject } from "../protocol/serialise.ts";
import { RawJson } from "../protocol/serialise.ts";

/** A refusal as a reply. */
export function refusalReply(refusal: Refusal, seq?: number): Reply {
  const body = JSON.stringify(refusalBody(refusal));
  return { status: refusalStatus(refusal), body, ...(seq === undefined ? {} : { seq }) };
}

/** A reply as it can be sent: what would be too long is refused, before its text is made of its parts. */
export function sendable(reply: Reply): Reply {
  return reply.body.length <= LIMITS.answerChars ? reply : refusalReply(tooLong().refusal, reply.seq);
}

function tooLong() {
  return refuse("too_large", `The answer would have more than ${LIMITS.answerChars} characters.`, {
    hint: "Ask for less at once: only=, budget= or messages_limit= of a context, limit= of a page; an export tells all.",
    details: { limit: "answerChars" },
  });
}

/** What an invoker is told of its own writes, and of the cooldown that they began [ACT-8, AUTH-7]. */
export function writesAnswer(operations: readonly Operation[], sight: Sight): AnswerObject {
  const begun = operations.find((operation) => operation.op === "cooldown");
  const writes = operations.filter((operation) => operation !== begun);
  return {
    writes: sight.operations(writes).map(writeAnswer) as Answer[],
    cooldown: begun && cooldownAnswer(begun.cooldown, sight),
  };
}

function writeAnswer(operation: VisibleOperation): AnswerObject {
  if ("hidden" in operation) return { scope: operation.scope, hidden: true };
  const { op, scope, key, revision, hash } = operation;
  if (op === "delete") return { scope, key, deleted: true };
  if (op === "cooldown" || op === "enable" || op === "legacy") return { scope, key, revision, hash };
  const { value, timer } = operation;
  return { scope, key, value: RawJson.of(value), revision, hash, timer: timer && RawJson.of(timer) };
}

/** When a cooldown ends: ticks are told to who may read what they count. */
function cooldownAnswer(cooldown: Timer, sight: Sight): AnswerObject {
  if (!("expires_at" in cooldown)) {
    return sight.mayRead(cooldown.tick_on.scope) ? { ticks_remaining: cooldown.ticks } : {};
  }
  const { effect, expires_at } = cooldown;
  return effect === "enable" ? { available_at: expires_at } : { expires_at };
}

/** What every answer to an invocation says [ACT-8]. */
export function invocationAnswer(event: LogEvent, sight: Sight, fields: AnswerObject): AnswerObject {
  const { action, params, writes } = event.payload;
  return {
    invoked: true,
    action,
    agent: event.agent,
    params: params === undefined ? undefined : RawJson.of(params),
    ...writesAnswer(writes, sight),
    ...fields,
    seq: event.seq,
  };
}

/** The fields of a decision as values: what an agent wrote stays as it wrote it. */
export function valueFields(fields: Readonly<Record<string, unknown>>): AnswerObject {
  const answers = Object.entries(fields).map(([name, value]) => {
    const isScalar = value === null || typeof value !== "object";
    return [name, isScalar ? (value as Answer) : RawJson.of(value)] as const;
  });
  return Object.fromEntries(answers);
}
