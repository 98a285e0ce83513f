import type { Result } from "../kernel/errors.ts";
import { succeed } from "../kernel/errors.ts";
import type { DeleteOperation, Entry, LogEvent, Operation, WriteOperation } from "../kernel/model.ts";
import { isWrite } from "../kernel/state.ts";
import type { HistoryCall } from "../protocol/calls.ts";
import type { Answer, AnswerObject } from "../protocol/serialise.ts";
import { RawJson } from "../protocol/serialise.ts";
import type { Place } from "../storage/key-index.ts";
import { reachRefusal } from "./compaction.ts";
import type { ReadModel } from "./read-model.ts";
import type { Session } from "./session.ts";

/** What a key was at some point: revision 0 and hash "" where it was absent. */
interface Version {
  readonly revision: number;
  readonly hash: string;
}

const ABSENT: Version = { revision: 0, hash: "" };

/** What happened to a key, or to every key with a prefix. A scope that may not be read has no history [AUTH-5]. */
export function readHistory(model: ReadModel, session: Session, call: HistoryCall): Result<AnswerObject> {
  const unreachable = reachRefusal(model.checkpoint, call.after);
  if (unreachable) return unreachable;
  const { scope, key, prefix, limit } = call;
  const seqs = session.sight.mayRead(scope) ? touched(model, call) : [];
  const events = model.log.firstEvents(seqs.slice(0, limit));
  const versions = new Map<string, Version>();
  const entries = events.flatMap((event) => changes(model, event, call, versions));
  const subject = key === undefined ? { prefix: prefix ?? "" } : { key };
  const next = seqs.length > events.length ? events.at(-1)?.seq : undefined;
  return succeed({ scope, ...subject, entries, after: call.after ?? 0, next });
}

function touched({ index }: ReadModel, { scope, key, prefix, after, limit }: HistoryCall): number[] {
  if (key !== undefined) return index.after(scope, key, after ?? 0, limit + 1);
  return index.afterWithPrefix(scope, prefix ?? "", after ?? 0, limit + 1);
}

function changes(
  model: ReadModel,
  event: LogEvent,
  { scope, key, prefix }: HistoryCall,
  versions: Map<string, Version>,
): Answer[] {
  const touches = (name: string) => (key === undefined ? name.startsWith(prefix ?? "") : name === key);
  const operations = event.payload.writes.filter((write) => write.scope === scope && touches(write.key));
  return operations.map((operation) => {
    const before = versions.get(operation.key) ?? versionOf(lastWrite(model, operation, event.seq - 1));
    const { revision, hash } = operation;
    versions.set(operation.key, { revision, hash });
    return {
      seq: event.seq,
      ts: event.ts,
      agent: event.agent,
      action: event.payload.action ?? event.kind,
      key: operation.key,
      op: operation.op,
      ...operationDetails(operation),
      revision,
      hash,
      before: { ...before },
    };
  });
}

/** What a key was after the event `seq`: what wrote it last by then, if anything did. */
export function lastWrite(
  { index, log, base }: ReadModel,
  { scope, key }: Place,
  seq: number,
): WriteOperation | DeleteOperation | Entry | undefined {
  const wrote = index.lastWrite(scope, key, seq);
  const earlier = wrote === null ? [] : log.events([wrote]);
  const writes = earlier.flatMap(({ payload }) => payload.writes);
  const ofKey = writes.filter((write) => write.scope === scope && write.key === key).filter(isWrite);
  return ofKey.at(-1) ?? base.get(scope, key);
}

function versionOf({ revision, hash }: Version = ABSENT): Version {
  return { revision, hash };
}

/** What an operation wrote, and the timers that it set or ended. */
function operationDetails(operation: Operation): AnswerObject {
  switch (operation.op) {
    case "delete":
      return {};
    case "enable":
      return { slot: operation.slot };
    case "legacy":
      return operation.value === undefined ? {} : { value: RawJson.of(operation.value) };
    case "cooldown":
      return { cooldown: RawJson.of(operation.cooldown) };
    default: {
      const { value, timer } = operation;
      return { value: RawJson.of(value), timer: timer && RawJson.of(timer) };
    }
  }
}
