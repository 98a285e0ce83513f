import type { EventDraft, LogEvent } from "../kernel/model.ts";
import type { Chores } from "./chores.ts";
import { pointsOf } from "./derivations.ts";
import type { Journal } from "./journal.ts";
import type { ReadModel } from "./read-model.ts";
import type { RevokedTokens } from "./revoked-tokens.ts";
import type { Waits } from "./waits.ts";
import type { Watch } from "./watch/watch.ts";

/** Events after which a token that was good may be so no longer. */
const TOKEN_EVENTS = new Set(["token_revoke", "agent_leave", "agent_join"]);

/** Who is told of what was committed. */
export interface Listeners {
  readonly waits: Waits;
  readonly watch: Watch;
  readonly chores: Chores;
}

export interface CommittingParts {
  readonly model: ReadModel;
  readonly journal: Journal;
  readonly revoked: RevokedTokens;
}

/** An event with those of the timers that it made due, and the derivations that they made stale. */
interface Appended {
  readonly event: LogEvent;
  readonly events: readonly LogEvent[];
  readonly stale: ReadonlySet<string>;
}

/** Ends a transaction of several events that are not to be, with what is answered in their place. */
class TakenBack {
  readonly answer: unknown;

  constructor(answer: unknown) {
    this.answer = answer;
  }
}

/** Commits events, each in a transaction, and tells whoever depends on what they changed. */
export class Committing {
  readonly #parts: CommittingParts;
  readonly #listeners: () => Listeners;
  /** What was appended of events that are all to be, or none; nobody has been told of it. */
  #untold: Appended[] | null = null;
  /** Whether memory may hold what an event that failed within {@link together} has not stored. */
  #isSpoilt = false;

  /** `listeners` are asked for with the first commit: they are made after this. */
  constructor(parts: CommittingParts, listeners: () => Listeners) {
    this.#parts = parts;
    this.#listeners = listeners;
  }

  /** Commits one event at `ts`, with what `within` stores beside it. */
  commit(draft: EventDraft, ts: string, within: (event: LogEvent) => void): LogEvent {
    const appended = this.#append(draft, ts, within);
    if (this.#untold) this.#untold.push(appended);
    else this.#tell(appended);
    return appended.event;
  }

  /**
   * Commits every event of `work` in one transaction, or none: where `work` answers `undo`, the tables and memory are
   * as they were before it. Nobody is told of an event before all stand.
   */
  together<T>(work: () => { readonly keep: T } | { readonly undo: T }): T {
    const { journal, model } = this.#parts;
    const mark = model.live.mark();
    const untold: Appended[] = [];
    this.#untold = untold;
    this.#isSpoilt = false;
    let kept: T;
    try {
      kept = journal.together(() => {
        const outcome = work();
        if ("undo" in outcome) throw new TakenBack(outcome.undo);
        return outcome.keep;
      });
    } catch (thrown) {
      const isTakenBack = thrown instanceof TakenBack;
      if (isTakenBack && !this.#isSpoilt) this.#takeBack(untold, mark);
      else this.#forget();
      if (isTakenBack) return thrown.answer as T;
      throw thrown;
    } finally {
      this.#untold = null;
    }
    for (const appended of untold) this.#tell(appended);
    return kept;
  }

  #append(draft: EventDraft, ts: string, within: (event: LogEvent) => void): Appended {
    const { journal, model } = this.#parts;
    const stale = new Set<string>();
    const events: LogEvent[] = [];
    const touch = (appended: LogEvent) => {
      events.push(appended);
      for (const id of model.derivations.touch(pointsOf(appended))) stale.add(id);
    };
    try {
      const event = journal.append(draft, ts, (appended) => {
        touch(appended);
        journal.appendDue(ts, touch);
        within(appended);
      });
      return { event, events, stale };
    } catch (thrown) {
      if (this.#untold) this.#isSpoilt = true;
      else this.#forget();
      throw thrown;
    }
  }

  #tell({ event, events, stale }: Appended): void {
    const { waits, watch, chores } = this.#listeners();
    const endsTokens = TOKEN_EVENTS.has(event.kind);
    if (endsTokens) this.#parts.revoked.forget();
    // Whoever may watch no more is not shown the event that ends it.
    if (endsTokens) watch.endUnadmitted();
    for (const appended of events) {
      chores.note(appended, stale);
      watch.publish(appended);
    }
    if (endsTokens) waits.endUnadmitted();
    waits.wake(stale);
    watch.follow(events, stale);
  }

  /** Puts memory back as the tables are again: what was evaluated meanwhile saw what is not. */
  #takeBack(untold: readonly Appended[], mark: ReturnType<ReadModel["live"]["mark"]>): void {
    const { model, journal } = this.#parts;
    const events = untold.flatMap((appended) => appended.events);
    journal.forget();
    model.inbox.forget();
    model.live.takeBack(
      mark,
      events.flatMap(({ payload }) => payload.writes),
    );
    for (const event of events) model.derivations.touch(pointsOf(event));
  }

  /** Memory may hold what a failed transaction took back: load it anew. */
  #forget(): void {
    const { model, journal } = this.#parts;
    const { waits, watch } = this.#listeners();
    model.live.forget();
    model.inbox.forget();
    journal.forget();
    model.derivations.clear();
    waits.reconsider();
    watch.reconsider();
  }
}
