import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import type { EvaluateCall, Reply, RoomCall } from "../protocol/calls.ts";
import type { AnswerObject } from "../protocol/serialise.ts";
import { serialise } from "../protocol/serialise.ts";
import type { Stores } from "../storage/stores.ts";
import { refusalReply } from "./answers.ts";
import { readHistory } from "./history.ts";
import type { ReadModel } from "./read-model.ts";
import { readEval, readInfo, readLog, readPoll } from "./reads.ts";
import { pastRoom, readReplay } from "./replay.ts";
import { readSalience } from "./salience/salience.ts";
import { readSamples } from "./sampling.ts";
import type { Session } from "./session.ts";
import { readerRefusal } from "./session.ts";
import { verifyLog } from "./verify.ts";

const READ_NAMES = ["info", "evaluate", "poll", "log", "history", "samples", "salience"] as const;
export type ReadCall = Extract<RoomCall, { call: (typeof READ_NAMES)[number] }>;

/** A replay is read in slices, and is no call that is answered at once. */
export type ReplayRequest = Extract<RoomCall, { call: "replay" }>;

/** Answers what reads the room without leaving a trace. */
export class Reading {
  readonly #model: ReadModel;
  readonly #stores: Stores;
  readonly #digest: (text: string) => string;

  /** `digest` is SHA-256 of a text, in hex. */
  constructor(model: ReadModel, stores: Stores, digest: (text: string) => string) {
    this.#model = model;
    this.#stores = stores;
    this.#digest = digest;
  }

  answer(session: Session, call: ReadCall): Reply {
    const barred = readerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    return this.#reply(this.#read(session, call), call.compact);
  }

  /** Walks the log's chain; yields where others may have their turn [LOG-6]. */
  *verify(session: Session, compact: boolean): Generator<void, Reply> {
    const barred = readerRefusal(session) ?? wholeLogRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const { log, checkpoint } = this.#stores;
    const verification = yield* verifyLog(log, checkpoint.get(), this.#digest);
    return this.#reply(succeed({ ...verification }), compact);
  }

  /** The room as it was; yields where others may have their turn. `readmit` lets the caller in again [LOG-10]. */
  *replay(
    session: Session,
    readmit: () => Result<Session>,
    { args, compact }: ReplayRequest,
  ): Generator<void, Reply> {
    const barred = readerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const reading = { model: this.#model, stores: this.#stores, session, readmit };
    return this.#reply(yield* readReplay(reading, args), compact);
  }

  #read(session: Session, call: ReadCall): Result<AnswerObject> {
    const model = this.#model;
    switch (call.call) {
      case "info":
        return succeed(readInfo(model));
      case "evaluate":
        return this.#evaluate(session, call.args);
      case "poll":
        return succeed(readPoll(model, session));
      case "log":
        return readLog(model, session, call.args);
      case "history":
        return readHistory(model, session, call.args);
      case "samples":
        return readSamples(model, this.#stores.samples, call.args);
      case "salience":
        return readSalience(model, session, call.args);
    }
  }

  #evaluate(session: Session, { expr, seq }: EvaluateCall): Result<AnswerObject> {
    if (seq === undefined) return readEval(this.#model, session, expr);
    const found = pastRoom(this.#model, this.#stores, seq);
    if (!found.ok) return found;
    const { past } = found.value;
    return readEval(past, { ...session, now: past.journal.head.ts }, expr);
  }

  #reply(outcome: Result<AnswerObject>, compact: boolean): Reply {
    if (!outcome.ok) return refusalReply(outcome.refusal);
    const { seq } = this.#model.journal.head;
    return { status: 200, body: serialise(outcome.value, compact), seq };
  }
}

export function isRead(call: RoomCall): call is ReadCall {
  return (READ_NAMES as readonly string[]).includes(call.call);
}

/** Why the caller may not read every event whole, or null. */
export function wholeLogRefusal({ sight }: Session) {
  if (sight.everything) return null;
  return refuse("room_token_required", "Only a room or a view token reads the whole log.", {
    hint: "Call with the token or the view_token that creating the room answered.",
  });
}
