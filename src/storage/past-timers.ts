import type { LogEvent, RunningTimer, TickTimer, Timer, TimerSlot } from "../kernel/model.ts";
import { isTick } from "../kernel/state.ts";
import type { KeyIndex, KeyPosition } from "./key-index.ts";
import type { LogStore } from "./log-store.ts";
import type { StoredEntry } from "./state-store.ts";

/** Events that are read at once. */
const EVENTS_PER_READ = 500;

/** What ran of timers after the event `seq`. Clocks of the past all read 0, so what has ticked lies before. */
export class PastTimers {
  readonly #log: LogStore;
  readonly #index: KeyIndex;
  readonly #seq: number;

  constructor({ log, index, seq }: { log: LogStore; index: KeyIndex; seq: number }) {
    this.#log = log;
    this.#index = index;
    this.#seq = seq;
  }

  /** A timer as it ran, set by the event `from`. */
  running(timer: Timer, from: number): RunningTimer {
    if ("expires_at" in timer) return timer;
    return { ...timer, since: -this.#ticks(timer.tick_on, from) };
  }

  /** An entry as it was after the event `since`, with what has ticked from then on. */
  ticked(entry: StoredEntry, since: number): StoredEntry {
    const { timer, cooldown } = entry;
    if (!timer && !cooldown) return entry;
    const ticked = (running: RunningTimer | undefined) => {
      if (!running || "expires_at" in running) return running;
      return { ...running, since: running.since - this.#ticks(running.tick_on, since) };
    };
    return entry.withTimers({ timer: ticked(timer), cooldown: ticked(cooldown) });
  }

  /**
   * The entry with its timers as the events since its last write have left them. They are walked back, and not far: what
   * began a cooldown says the rest, because an action that is invoked is dormant no more.
   */
  moved(scope: string, entry: StoredEntry, position: KeyPosition): StoredEntry {
    const { timer, cooldown } = entry;
    const ended = new Set<TimerSlot>();
    for (const [operation, seq] of this.#movesBack(scope, position)) {
      if (operation.op === "enable") ended.add(operation.slot);
      else {
        const begun = ended.has("cooldown") ? undefined : this.running(operation.cooldown, seq);
        return entry.withTimers({ timer: timer?.effect === "enable" ? undefined : timer, cooldown: begun });
      }
    }
    return entry.withTimers({
      timer: ended.has("timer") ? undefined : timer,
      cooldown: ended.has("cooldown") ? undefined : cooldown,
    });
  }

  /** What has moved the timers of a key since it was last written, newest first. */
  *#movesBack(scope: string, { key, wrote, touched }: KeyPosition) {
    for (let seq: number | null = touched; seq !== null && seq !== wrote; ) {
      for (const { payload } of this.#log.events([seq])) {
        for (const operation of payload.writes.toReversed()) {
          const isMove = operation.op === "cooldown" || operation.op === "enable";
          if (operation.scope === scope && operation.key === key && isMove) yield [operation, seq] as const;
        }
      }
      seq = this.#index.lastTouch(scope, key, seq - 1);
    }
  }

  /** How often a key has ticked since the event `from`. */
  #ticks({ scope, key }: TickTimer["tick_on"], from: number): number {
    let ticks = 0;
    for (const { payload } of this.#events(scope, key, from)) {
      ticks += payload.writes.filter(
        (write) => write.scope === scope && write.key === key && isTick(write),
      ).length;
    }
    return ticks;
  }

  /** The events after `after`, up to the past's own, that touched a key. */
  *#events(scope: string, key: string, after: number): Iterable<LogEvent> {
    for (let from: number | undefined = after; from !== undefined; ) {
      const seqs: number[] = this.#index
        .after(scope, key, from, EVENTS_PER_READ)
        .filter((touched) => touched <= this.#seq);
      yield* this.#log.events(seqs);
      from = seqs[EVENTS_PER_READ - 1];
    }
  }
}
