import { chainText } from "../kernel/chain.ts";
import { decideTimers } from "../kernel/decide/timers.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { EventDraft, EventPayload, LogEvent } from "../kernel/model.ts";
import { apply, isWrite } from "../kernel/state.ts";
import type { KeyIndex } from "../storage/key-index.ts";
import type { Head, LogStore, StoredEvent } from "../storage/log-store.ts";
import type { SampleStore } from "../storage/sample-store.ts";
import type { TokenStore } from "../storage/token-store.ts";
import type { UsageStore } from "../storage/usage-store.ts";
import type { LiveState } from "./live-state.ts";

export interface JournalParts {
  readonly live: LiveState;
  readonly log: LogStore;
  readonly index: KeyIndex;
  readonly samples: SampleStore;
  readonly tokens: TokenStore;
  readonly usage: UsageStore;
  /** SHA-256 of a text, in hex. */
  readonly digest: (text: string) => string;
  /** Runs all or nothing, synchronously. */
  readonly transaction: <T>(work: () => T) => T;
}

/** Appends events: log, index, state and what is derived from the event, in one transaction [LOG-1]. */
export class Journal {
  readonly #parts: JournalParts;
  #head: Head | undefined;
  #events = 0;
  #chars = 0;
  #isTogether = false;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  get head(): Head {
    this.#head ??= this.#parts.log.head();
    return this.#head;
  }

  /** What was appended since the room was loaded: events, and the characters of their payloads. */
  get appended(): { readonly events: number; readonly chars: number } {
    return { events: this.#events, chars: this.#chars };
  }

  /** `now` as an instant no earlier than the log's last event, so that `ts` never runs backwards [LOG-2]. */
  instant(now: number): string {
    const instant = new Date(now).toISOString();
    return instant < this.head.ts ? this.head.ts : instant;
  }

  /**
   * Appends `draft` at `ts`. `within` runs inside the same transaction, after state has changed: what it stores is
   * stored with the event or not at all.
   */
  append(draft: EventDraft, ts: string, within: (event: LogEvent) => void): LogEvent {
    const event: LogEvent = { seq: this.head.seq + 1, ts, ...draft };
    const payload = JSON.stringify(draft.payload);
    const chain = this.#parts.digest(chainText(this.head.chain, event, payload));
    this.together(() => {
      this.adopt(event, payload, chain);
      this.#keepTokens(event);
      within(event);
    });
    return event;
  }

  /**
   * Runs `work`, and with it stores all that it appends, or nothing. What runs within another joins it: nobody
   * takes back a part, and a batch would pay for a savepoint an event.
   */
  together<T>(work: () => T): T {
    if (this.#isTogether) return work();
    this.#isTogether = true;
    try {
      return this.#parts.transaction(work);
    } finally {
      this.#isTogether = false;
    }
  }

  /**
   * Appends an event as it has been logged before, in a transaction of the caller's. The tokens that it tells of are
   * those of the room in which it happened: they are not kept.
   */
  adopt(event: LogEvent, payload: string, chain: string): void {
    const { live, log, index } = this.#parts;
    const { seq, ts } = event;
    log.append({ ...event, payload, chain });
    for (const write of event.payload.writes) index.add(seq, write.scope, write.key, isWrite(write));
    apply(live, event);
    this.#count(event);
    this.#head = { seq, ts, chain };
    this.#events += 1;
    this.#chars += payload.length;
  }

  /** Appends the event that created this room as it was stored, in a transaction of the caller's. */
  restore({ payload, chain, ...event }: StoredEvent): void {
    const created: LogEvent = { ...event, payload: JSON.parse(payload) as EventPayload };
    this.adopt(created, payload, chain);
    this.#keepTokens(created);
  }

  /**
   * Appends the events of the timers that are due at `ts`, until none is: what one deletes may tick another. Inside the
   * transaction of an event these fire with it or not at all. `told` hears of each event.
   */
  appendDue(ts: string, told: (event: LogEvent) => void): void {
    const { live } = this.#parts;
    const now = Date.parse(ts);
    for (;;) {
      const due = live.timers.due(now, LIMITS.timersPerEvent);
      if (due.length === 0) return;
      const { size } = live.timers;
      this.append(decideTimers(due, live), ts, told);
      // Memory that holds a timer which the table does not would fire it for ever.
      if (live.timers.size >= size) throw new Error("a timer has fired and is due still");
    }
  }

  /** Drops what is in memory of the log's end. */
  forget(): void {
    this.#head = undefined;
  }

  #keepTokens({ kind, ts, payload }: LogEvent): void {
    const { tokens } = this.#parts;
    const subject = payload.writes[0]?.key;
    if (subject !== undefined && (kind === "agent_join" || kind === "agent_leave"))
      tokens.forgetAgent(subject);
    for (const token of payload.tokens ?? []) tokens.add(token);
    if (payload.revoked !== undefined) tokens.revoke(payload.revoked, ts);
  }

  #count(event: LogEvent): void {
    const { seq, kind, payload } = event;
    const { usage, samples } = this.#parts;
    if (payload.view !== undefined) samples.add(payload.view, seq);
    if (kind === "invoke" && payload.ok && payload.action !== undefined) usage.count(payload.action, event);
    for (const { op, scope, key } of payload.writes)
      if (op === "delete" && scope === "_actions") usage.forget(key);
  }
}
