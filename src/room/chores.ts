import type { LogEvent } from "../kernel/model.ts";
import type { Compaction } from "./compaction.ts";
import { earliestOf } from "./earliest.ts";
import type { Firing } from "./firing.ts";
import type { ReadModel } from "./read-model.ts";
import type { Sampling } from "./sampling.ts";
import type { Waits } from "./waits.ts";
import type { Watch } from "./watch/watch.ts";

export interface ChoresParts {
  readonly model: ReadModel;
  readonly firing: Firing;
  readonly sampling: Sampling;
  readonly compaction: Compaction;
  readonly waits: Waits;
  readonly watch: Watch;
  /** Told of each agent that has become idle. */
  readonly presenceMoved: (agent: string) => void;
}

/** What a room does without being called, by its one alarm. */
export class Chores {
  readonly #parts: ChoresParts;

  constructor(parts: ChoresParts) {
    this.#parts = parts;
  }

  /** When there is something to do next, ms since the epoch, or null. */
  get dueAt(): number | null {
    const { model, firing, sampling, compaction, waits, watch } = this.#parts;
    const listens = watch.watchers.size + waits.size > 0;
    return earliestOf([
      firing.dueAt,
      model.presence.flushAt,
      listens ? model.presence.idleAt : null,
      sampling.dueAt,
      compaction.dueAt,
      waits.deadline,
      watch.watchers.expiry,
    ]);
  }

  /** Plans what an event asks for, and what it has made stale. */
  note(event: LogEvent, stale: ReadonlySet<string>): void {
    this.#parts.sampling.note(event, stale);
    this.#parts.compaction.note(event);
  }

  /** Does what is due by now; doing it twice does no more. */
  run(): void {
    const { model, firing, sampling, compaction, waits, watch, presenceMoved } = this.#parts;
    const now = model.now();
    firing.fire();
    model.presence.save();
    for (const agent of model.presence.becomeIdle(now)) presenceMoved(agent);
    sampling.run(now);
    compaction.run(now);
    waits.expireDue(now);
    watch.expireDue(now);
  }
}
