import type {
  DeleteOperation,
  LogEvent,
  Operation,
  RunningTimer,
  TickTimer,
  Timer,
  TimerSlot,
  WriteOperation,
} from "../kernel/model.ts";
import type { Provenance } from "../kernel/provenance.ts";
import { isTick, isWrite } from "../kernel/state.ts";
import type { KeyIndex, KeyPosition } from "./key-index.ts";
import type { LogStore } from "./log-store.ts";
import type { MessageStore } from "./message-store.ts";
import type { StateStore, StateTable } from "./state-store.ts";
import { StoredEntry } from "./state-store.ts";

type KeyedEntry = readonly [string, StoredEntry];

export interface PastStoreParts {
  readonly log: LogStore;
  readonly index: KeyIndex;
  /** The state as it is now: of it, only messages are read, which never change. */
  readonly state: StateStore;
  readonly messages: MessageStore;
  /** The state as of the checkpoint behind which events were forgotten. */
  readonly base: StateStore;
  /** The checkpoint of the base. */
  readonly since: number;
  readonly seq: number;
  /** Whether the event is one of the original system: then what such events tell of a key is shown as what it was. */
  readonly isOpaque?: boolean;
}

/** Of what came before the last write the past tells nothing: it is the only one that is looked up [CTX-5]. */
function writtenBy({ seq, agent, payload }: LogEvent): Provenance {
  return { seq, writer: agent, via: payload.action ?? null, writers: [agent], velocity: 1 };
}

/** Events that are read at once. */
const EVENTS_PER_READ = 500;
const MESSAGES = "_messages";
/** Scopes whose entries stand in order of registration; others are put in the order of their keys [ROOM-4]. */
const REGISTRIES = new Set(["_actions", "_views"]);

/** Where an entry stands in the order of its scope: the event that made it, and which of its writes that was. */
interface Since {
  readonly seq: number;
  readonly at: number;
}

/**
 * The state as it was after the event `seq`: for each key the newest event that wrote it by then, found through the
 * index. What it costs grows with the keys that the room has held, not with what happened to them.
 */
export class PastStore implements StateTable {
  readonly #parts: PastStoreParts;
  readonly #loaded = new Map<string, ReadonlyMap<string, StoredEntry>>();

  constructor(parts: PastStoreParts) {
    this.#parts = parts;
  }

  /** Every entry of a scope, in order of its first write. */
  load(scope: string): ReadonlyMap<string, StoredEntry> {
    const known = this.#loaded.get(scope);
    if (known) return known;
    const loaded = new Map(this.#read(scope));
    this.#loaded.set(scope, loaded);
    return loaded;
  }

  get(scope: string, key: string): StoredEntry | undefined {
    if (scope !== MESSAGES) return this.load(scope).get(key);
    return Number(key) <= this.highest(MESSAGES) ? this.#parts.state.get(scope, key) : undefined;
  }

  totals(): Map<string, { entries: number; chars: number }> {
    const messages = this.#parts.messages.count(this.highest(MESSAGES));
    const totals = new Map([[MESSAGES, { entries: messages, chars: 0 }]]);
    const scopes = new Set([...this.#parts.base.totals().keys(), ...this.#parts.index.scopes()]);
    scopes.delete(MESSAGES);
    for (const scope of scopes) {
      const entries = this.load(scope);
      const chars = entries.values().reduce((sum, { text }) => sum + text.length, 0);
      totals.set(scope, { entries: entries.size, chars });
    }
    return totals;
  }

  /** Of messages, the highest number there was. */
  highest(scope: string): number {
    const { state, messages, index, seq } = this.#parts;
    return scope === MESSAGES ? messages.highestAt(index, seq, state.highest(MESSAGES)) : 0;
  }

  put(): void {
    throw new Error("the past does not change");
  }

  remove(): void {
    this.put();
  }

  raiseHighest(): void {
    this.put();
  }

  #read(scope: string): KeyedEntry[] {
    const { base, index, seq } = this.#parts;
    const entries = new Map<string, { entry: StoredEntry; since: Since }>();
    for (const [at, [key, entry]] of base.load(scope).entries()) {
      entries.set(key, { entry: this.#ticked(entry), since: { seq: 0, at } });
    }
    const positions = index.positions(scope, seq);
    for (const { key, event, operation } of this.#writes(scope, positions)) {
      if (operation.op === "delete") entries.delete(key);
      else {
        const since = this.#since(event, operation, entries.get(key)?.since);
        entries.set(key, { entry: this.#entryOf(event, operation), since });
      }
    }
    if (this.#parts.isOpaque) for (const [key, told] of this.#told(scope, positions)) entries.set(key, told);
    for (const position of positions) {
      const { key, wrote, touched } = position;
      const found = touched === wrote ? undefined : entries.get(key);
      if (found) entries.set(key, { ...found, entry: this.#moved(scope, found.entry, position) });
    }
    const ordered = [...entries].sort(([, a], [, b]) => a.since.seq - b.since.seq || a.since.at - b.since.at);
    return ordered.map(([key, { entry }]) => [key, entry]);
  }

  /** What old events told of keys last: a value without a revision and a hash, for nothing is known of these. */
  *#told(scope: string, positions: readonly KeyPosition[]) {
    const seqs = [...new Set(positions.map(({ touched }) => touched))].sort((a, b) => a - b);
    const last = new Map(positions.map(({ key, touched }) => [key, touched]));
    for (let from = 0; from < seqs.length; from += EVENTS_PER_READ) {
      for (const { seq, ts, payload } of this.#parts.log.events(seqs.slice(from, from + EVENTS_PER_READ))) {
        for (const told of payload.writes) {
          if (told.op !== "legacy" || told.scope !== scope || last.get(told.key) !== seq) continue;
          if (told.value === undefined) continue;
          const rest = { revision: 0, hash: "", updated_at: ts };
          yield [
            told.key,
            { entry: new StoredEntry(JSON.stringify(told.value), rest, told.value), since: { seq, at: 0 } },
          ] as const;
        }
      }
    }
  }

  /** The last operation of each position's newest write, oldest event first. */
  *#writes(scope: string, positions: readonly KeyPosition[]) {
    const keysBySeq = new Map<number, Set<string>>();
    for (const { key, wrote } of positions) {
      if (wrote !== null) keysBySeq.set(wrote, (keysBySeq.get(wrote) ?? new Set()).add(key));
    }
    const seqs = [...keysBySeq.keys()].sort((a, b) => a - b);
    for (let from = 0; from < seqs.length; from += EVENTS_PER_READ) {
      for (const event of this.#parts.log.events(seqs.slice(from, from + EVENTS_PER_READ))) {
        const last = new Map<string, WriteOperation | DeleteOperation>();
        const newest = keysBySeq.get(event.seq);
        for (const operation of event.payload.writes) {
          const { key } = operation;
          if (operation.scope === scope && isWrite(operation) && newest?.has(key)) last.set(key, operation);
        }
        for (const [key, operation] of last) yield { key, event, operation };
      }
    }
  }

  #entryOf(event: LogEvent, operation: WriteOperation): StoredEntry {
    const { value, revision, hash, enabled, timer, cooldown, updated_at = event.ts } = operation;
    return new StoredEntry(
      JSON.stringify(value),
      {
        revision,
        hash,
        updated_at,
        provenance: writtenBy(event),
        ...(enabled === undefined ? {} : { enabled }),
        ...(timer === undefined ? {} : { timer: this.#running(timer, event.seq) }),
        ...(cooldown === undefined ? {} : { cooldown: this.#running(cooldown, event.seq) }),
      },
      value,
    );
  }

  /**
   * The entry with its timers as the events since its last write have left them. They are walked back, and not far: what
   * began a cooldown says the rest, because an action that is invoked is dormant no more.
   */
  #moved(scope: string, entry: StoredEntry, position: KeyPosition): StoredEntry {
    const { timer, cooldown } = entry;
    const ended = new Set<TimerSlot>();
    for (const [operation, seq] of this.#movesBack(scope, position)) {
      if (operation.op === "enable") ended.add(operation.slot);
      else {
        const begun = ended.has("cooldown") ? undefined : this.#running(operation.cooldown, seq);
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
    const { log, index } = this.#parts;
    for (let seq: number | null = touched; seq !== null && seq !== wrote; ) {
      for (const { payload } of log.events([seq])) {
        for (const operation of payload.writes.toReversed()) {
          const isMove = operation.op === "cooldown" || operation.op === "enable";
          if (operation.scope === scope && operation.key === key && isMove) yield [operation, seq] as const;
        }
      }
      seq = index.lastTouch(scope, key, seq - 1);
    }
  }

  /** An entry of the base with what has ticked since. */
  #ticked(entry: StoredEntry): StoredEntry {
    const { timer, cooldown } = entry;
    if (!timer && !cooldown) return entry;
    const ticked = (running: RunningTimer | undefined) => {
      if (!running || "expires_at" in running) return running;
      return { ...running, since: running.since - this.#ticks(running.tick_on, this.#parts.since) };
    };
    return entry.withTimers({ timer: ticked(timer), cooldown: ticked(cooldown) });
  }

  /** A timer as it ran at `seq`, set by the event `from`: clocks of the past all read 0, so what has ticked lies before. */
  #running(timer: Timer, from: number): RunningTimer {
    if ("expires_at" in timer) return timer;
    return { ...timer, since: -this.#ticks(timer.tick_on, from) };
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

  /** The events after `after`, up to the store's own, that touched a key. */
  *#events(scope: string, key: string, after: number): Iterable<LogEvent> {
    const { log, index, seq } = this.#parts;
    for (let from: number | undefined = after; from !== undefined; ) {
      const seqs: number[] = index
        .after(scope, key, from, EVENTS_PER_READ)
        .filter((touched) => touched <= seq);
      yield* log.events(seqs);
      from = seqs[EVENTS_PER_READ - 1];
    }
  }

  /** Since when an entry has been there without a break; `inBase` is where it stands among those from before the log. */
  #since(event: LogEvent, operation: WriteOperation, inBase: Since | undefined): Since {
    const { scope, key } = operation;
    if (!REGISTRIES.has(scope)) return { seq: event.seq, at: 0 };
    let [seq, revision] = [event.seq, operation.revision];
    while (revision > 1) {
      const earlier = this.#parts.index.lastWrite(scope, key, seq - 1);
      if (earlier === null && inBase) return inBase;
      if (earlier === null) break;
      seq = earlier;
      revision -= 1;
    }
    const made = seq === event.seq ? [event] : this.#parts.log.events([seq]);
    const writes = made.flatMap(({ payload }) => payload.writes);
    const ofKey = (write: Operation) => write.scope === scope && write.key === key && isWrite(write);
    const gone = writes.findLastIndex((write) => ofKey(write) && write.op === "delete");
    return { seq, at: writes.findIndex((write, at) => at > gone && ofKey(write)) };
  }
}
