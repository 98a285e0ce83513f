import type { Reply } from "../protocol/calls.ts";
import type { AnswerObject } from "../protocol/serialise.ts";
import { serialise } from "../protocol/serialise.ts";
import type { Stores } from "../storage/stores.ts";
import { refusalReply } from "./answers.ts";
import type { Journal } from "./journal.ts";
import type { ReadModel } from "./read-model.ts";
import type { Session } from "./session.ts";
import { ownerRefusal } from "./session.ts";
import type { Tally } from "./tally.ts";
import type { Throttle } from "./throttle.ts";
import type { Waits } from "./waits.ts";
import type { Watchers } from "./watch/watchers.ts";

/** The scopes that are told of: those with most value text. */
const MOST_SCOPES = 50;
/** From so many of the newest events it is estimated what the log holds. */
const WEIGHED_EVENTS = 100;

export interface StatsParts {
  readonly model: ReadModel;
  readonly stores: Pick<Stores, "log" | "sizes">;
  readonly journal: Pick<Journal, "appended">;
  readonly tally: Tally;
  readonly throttle: Throttle;
  readonly waits: Waits;
  readonly watchers: Watchers;
}

/** What a room costs: what it holds, on disk and in memory, and what it did since it was loaded [STATS-1]. */
export class Stats {
  readonly #parts: StatsParts;
  /** When the room was loaded, ISO 8601. */
  readonly #since: string;

  constructor(parts: StatsParts) {
    this.#parts = parts;
    this.#since = new Date(parts.model.now()).toISOString();
  }

  /** Looks at totals and counters: what it costs does not grow with the log. */
  answer(session: Session, compact: boolean): Reply {
    const barred = ownerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const { seq } = this.#parts.model.journal.head;
    const answer: AnswerObject = { ...this.#held(), memory: this.#memory(), activity: this.#activity(), seq };
    return { status: 200, body: serialise(answer, compact), seq };
  }

  #held(): AnswerObject {
    const { model, stores } = this.#parts;
    const { live, inbox } = model;
    const { entries, chars } = live.size();
    return {
      storage_bytes: stores.sizes.bytes,
      log: this.#log(),
      state: { entries, chars, scopes: live.largest(MOST_SCOPES).map((scope) => ({ ...scope })) },
      messages: inbox.count,
      agents: live.count("_agents"),
      actions: live.count("_actions"),
      views: live.count("_views"),
      timers: live.timers.size,
      samples: stores.sizes.samples(),
      kept_answers: stores.sizes.answers(),
    };
  }

  #log(): AnswerObject {
    const { model, stores } = this.#parts;
    const first = model.checkpoint.seq;
    const last = model.journal.head.seq;
    const events = last - first;
    const weighed = Math.min(events, WEIGHED_EVENTS);
    const bytes = weighed === 0 ? 0 : stores.log.bytesAfter(last - weighed) / weighed;
    return { events, earliest: first + 1, estimated_bytes: Math.round(bytes * events) };
  }

  #memory(): AnswerObject {
    const { model, waits, watchers, throttle } = this.#parts;
    return {
      derivations: model.derivations.size,
      waits: waits.size,
      watchers: watchers.size,
      backlog: { ...watchers.backlog() },
      buckets: throttle.size,
    };
  }

  #activity(): AnswerObject {
    const { model, journal, tally } = this.#parts;
    const { events, chars } = journal.appended;
    return {
      since: this.#since,
      events,
      mean_event_chars: events === 0 ? 0 : Math.round(chars / events),
      evaluations: model.derivations.evaluations,
      invocations: tally.invocations,
      refused: tally.refused,
    };
  }
}
