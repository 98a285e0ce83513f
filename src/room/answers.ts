import type { Refusal } from "../kernel/errors.ts";
import type { LogEvent } from "../kernel/model.ts";
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

/** What an invoker is told of its own writes [ACT-8, AUTH-7]. */
export function writeAnswer(operation: VisibleOperation): AnswerObject {
  if ("hidden" in operation) return { scope: operation.scope, hidden: true };
  const { scope, key } = operation;
  if (operation.op === "delete") return { scope, key, deleted: true };
  const { value, revision, hash } = operation;
  return { scope, key, value: RawJson.of(value), revision, hash };
}

/** What every answer to an invocation says [ACT-8]. */
export function invocationAnswer(event: LogEvent, sight: Sight, fields: AnswerObject): AnswerObject {
  const { action, params, writes } = event.payload;
  return {
    invoked: true,
    action,
    agent: event.agent,
    params: params === undefined ? undefined : RawJson.of(params),
    writes: writes.map((operation) => writeAnswer(sight.operation(operation))) as Answer[],
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
