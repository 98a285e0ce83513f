import type { Refusal, Result } from "../../kernel/errors.ts";
import { refuse } from "../../kernel/errors.ts";
import { LIMITS } from "../../kernel/limits.ts";
import type { LogEvent } from "../../kernel/model.ts";
import { limitsOf } from "../../kernel/room-limits.ts";
import type { Caller, Feed, WatchCall } from "../../protocol/calls.ts";
import { CLOSE_CODES } from "../../protocol/frames.ts";
import { refusalReply } from "../answers.ts";
import { reachRefusal } from "../compaction.ts";
import { Earliest } from "../earliest.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import { readerRefusal } from "../session.ts";
import { answerFrame } from "./answer-frame.ts";
import { EventFrames } from "./event-frames.ts";
import type { Frame, WatchRecord, WatchSocket } from "./watcher.ts";
import { frameOf, Watcher } from "./watcher.ts";

export interface WatchersParts {
  readonly model: ReadModel;
  readonly admit: (caller: Caller) => Result<Session>;
  /** Runs `work` after `ms`, out of line. */
  readonly later: (ms: number, work: () => void) => void;
  readonly randomId: () => string;
  /** What a watcher that resumes should know beside events; `since` is null where it has missed none. */
  readonly snapshot: (watcher: Watcher, since: number | null) => Iterator<Frame>;
  /** Told of each watcher whose socket is gone. */
  readonly closed: (watcher: Watcher) => void;
}

/** Old events that are sent in one go before others get their turn. */
const EVENTS_PER_PAGE = 200;

/**
 * The sockets that watch the room. Each event is sent in the turn of its commit, filtered for who watches; whoever is
 * not at the log's end yet is sent old events as fast as it acknowledges them, and so misses none and gets none twice.
 */
export class Watchers {
  readonly #parts: WatchersParts;
  readonly #open = new Map<string, Watcher>();
  readonly #expiries = new Earliest();

  constructor(parts: WatchersParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#open.size;
  }

  /** When the first watcher's token may expire, ms since the epoch, or null. */
  get expiry(): number | null {
    return this.#expiries.at;
  }

  get(id: string): Watcher | undefined {
    return this.#open.get(id);
  }

  all(): Iterable<Watcher> {
    return this.#open.values();
  }

  /** What all together have been sent and have not acknowledged. */
  backlog(): { events: number; bytes: number } {
    const backlog = { events: 0, bytes: 0 };
    for (const { window } of this.#open.values()) {
      backlog.events += window.events;
      backlog.bytes += window.bytes;
    }
    return backlog;
  }

  /** Whether anybody watches what `feed` brings. */
  wanted(feed: Feed): boolean {
    for (const watcher of this.#open.values()) if (watcher.wants(feed)) return true;
    return false;
  }

  /** What to remember of a watcher that may be let in, or why it may not. */
  begin(session: Session, caller: Caller, { since, feeds }: WatchCall): Result<WatchRecord> {
    const { checkpoint } = this.#parts.model;
    const barred = readerRefusal(session) ?? this.#refusal(since) ?? reachRefusal(checkpoint, since);
    if (barred) return barred;
    const head = this.#parts.model.journal.head.seq;
    const isBehind = since !== null && since < head && feeds.includes("events");
    return {
      ok: true,
      value: {
        id: this.#parts.randomId(),
        caller,
        feeds,
        acknowledged: since ?? head,
        position: isBehind ? since : null,
        waits: [],
        subscriptions: [],
      },
    };
  }

  /** Greets a watcher and sends it what it has missed. */
  open(record: WatchRecord, socket: WatchSocket, session: Session, since: number | null): void {
    const watcher = this.#add(record, socket, session);
    const { model } = this.#parts;
    const { seq } = model.journal.head;
    watcher.remember();
    this.send(
      watcher,
      frameOf({ type: "hello", room: model.roomId(), self: session.sight.agent ?? "", seq }),
    );
    if (since !== null) watcher.snapshot = this.#parts.snapshot(watcher, since < seq ? since : null);
    this.#pump(watcher);
  }

  /** Takes back a watcher after the object slept: it has been sent all that there was, but for what is noted. */
  restore(record: WatchRecord, socket: WatchSocket, session: Session): Watcher {
    const watcher = this.#add(record, socket, session);
    if (!watcher.isLive) {
      watcher.snapshot = this.#parts.snapshot(watcher, record.acknowledged);
      this.#pumpLater(watcher);
    }
    return watcher;
  }

  /** Counts anew what watchers that a wake brought back have been sent and have not acknowledged. */
  recount(): void {
    const { model } = this.#parts;
    const behind = [...this.#open.values()].filter((watcher) => watcher.wants("events"));
    const acknowledged = Math.min(...behind.map(({ record }) => record.acknowledged));
    const count = Math.min(model.journal.head.seq - acknowledged, LIMITS.unacknowledgedEvents);
    if (behind.length === 0 || count === 0) return;
    for (const event of model.log.newest(count, LIMITS.pageChars)) {
      const frames = new EventFrames(event);
      for (const watcher of behind) {
        const { record, window } = watcher;
        const wasSent = event.seq > record.acknowledged && event.seq <= (record.position ?? event.seq);
        const frame = wasSent ? frames.for(watcher.sight(model)) : null;
        if (frame) window.add(event.seq, frame.bytes, true);
      }
    }
  }

  /** Sends an event to everyone who may see it. */
  publish(event: LogEvent): void {
    const frames = new EventFrames(event);
    for (const watcher of this.#open.values()) {
      if (!watcher.isLive || !watcher.wants("events")) continue;
      const frame = frames.for(watcher.sight(this.#parts.model));
      if (frame) this.send(watcher, frame);
    }
  }

  /** Sends a frame to everyone who watches `feed`. */
  broadcast(feed: Feed, frame: Frame): void {
    for (const watcher of this.#open.values()) {
      if (watcher.isLive && watcher.wants(feed)) this.send(watcher, frame);
    }
  }

  /** Sends one frame, unless the watcher has too much to acknowledge: then it is let go [WATCH-5]. */
  send(watcher: Watcher, frame: Frame): void {
    if (!this.#open.has(watcher.id)) return;
    if (watcher.window.isFull) {
      this.#letGo(watcher, CLOSE_CODES.slow, "resume with since=<your last seq>");
      return;
    }
    const { seq } = this.#parts.model.journal.head;
    watcher.window.add(watcher.record.position ?? seq, frame.bytes, frame.isEvent);
    watcher.socket.send(frame.text);
  }

  /** Notes what a watcher has got; one that has more to get is sent it. */
  acknowledge(watcher: Watcher, seq: number): void {
    const { record, window } = watcher;
    if (seq < record.acknowledged) return;
    const acknowledged = Math.min(seq, record.position ?? this.#parts.model.journal.head.seq);
    window.acknowledge(acknowledged);
    watcher.acknowledgements += 1;
    if (acknowledged > record.acknowledged) {
      record.acknowledged = acknowledged;
      watcher.remember();
    }
    this.#pump(watcher);
  }

  /** Forgets a watcher whose socket is gone. */
  forget(id: string): void {
    const watcher = this.#open.get(id);
    if (!watcher) return;
    this.#open.delete(id);
    this.#parts.closed(watcher);
  }

  /** Ends those whose token does not hold any more [AUTH-11]. */
  endUnadmitted(): void {
    for (const watcher of [...this.#open.values()]) this.endIfUnadmitted(watcher);
    this.#expiries.reset([...this.#open.values()].map(expiryOf));
  }

  /** Ends a watcher whose token does not hold any more. */
  endIfUnadmitted(watcher: Watcher): void {
    const admitted = this.#parts.admit(watcher.record.caller);
    if (admitted.ok || !this.#open.has(watcher.id)) return;
    this.forget(watcher.id);
    turnAway(watcher.socket, admitted.refusal);
  }

  /** Closes the socket of one that sends what is no frame. */
  endForFrames(watcher: Watcher): void {
    this.#letGo(watcher, CLOSE_CODES.policy, "three frames in a row were not valid");
  }

  #add(record: WatchRecord, socket: WatchSocket, session: Session): Watcher {
    const watcher = new Watcher(record, socket, session.identity);
    this.#open.set(record.id, watcher);
    this.#expiries.note(expiryOf(watcher));
    return watcher;
  }

  /** Sends a watcher what it has not got yet: a page of old events or, at the log's end, its snapshot. */
  #pump(watcher: Watcher): void {
    if (!this.#open.has(watcher.id) || watcher.hasAll) return;
    if (watcher.window.isHalfFull) this.#awaitAcknowledgement(watcher);
    else if (watcher.isLive) this.#sendSnapshot(watcher);
    else this.#sendPage(watcher);
  }

  #pumpLater(watcher: Watcher): void {
    this.#parts.later(0, () => this.#pump(watcher));
  }

  #sendPage(watcher: Watcher): void {
    const { model } = this.#parts;
    const { record, window } = watcher;
    const unreachable = reachRefusal(model.checkpoint, record.position);
    if (unreachable) {
      this.forget(watcher.id);
      turnAway(watcher.socket, unreachable.refusal, CLOSE_CODES.compacted);
      return;
    }
    for (const event of model.log.page({ after: record.position ?? 0, limit: EVENTS_PER_PAGE })) {
      if (window.isHalfFull) break;
      record.position = event.seq;
      const frame = new EventFrames(event).for(watcher.sight(model));
      if (frame) this.send(watcher, frame);
    }
    if (record.position === model.journal.head.seq) record.position = null;
    watcher.remember();
    this.#pumpLater(watcher);
  }

  #sendSnapshot(watcher: Watcher): void {
    while (watcher.snapshot && !watcher.window.isHalfFull) {
      const next = watcher.snapshot.next();
      if (next.done) watcher.snapshot = null;
      else this.send(watcher, next.value);
    }
    this.#pump(watcher);
  }

  /** A watcher that acknowledges nothing of a full window is let go: it is not there, or does not know how. */
  #awaitAcknowledgement(watcher: Watcher): void {
    const { acknowledgements } = watcher;
    this.#parts.later(LIMITS.acknowledgeWithinMs, () => {
      if (!this.#open.has(watcher.id) || watcher.acknowledgements !== acknowledgements) return;
      this.#letGo(watcher, CLOSE_CODES.slow, "acknowledge what you have got with ack {seq}");
    });
  }

  #letGo(watcher: Watcher, code: number, reason: string): void {
    this.forget(watcher.id);
    watcher.socket.close(code, reason);
  }

  #refusal(since: number | null) {
    const { seq } = this.#parts.model.journal.head;
    if (since !== null && since > seq) {
      return refuse("invalid_request", `The log ends at seq ${seq}, before since.`, {
        hint: "Leave out since to watch from now on.",
        details: { seq },
      });
    }
    const { watchersPerRoom } = limitsOf(this.#parts.model.live);
    if (this.#open.size < watchersPerRoom) return null;
    return refuse("quota_exceeded", `No more than ${watchersPerRoom} sockets watch this room at once.`, {
      hint: "Close one, or wait with GET …/wait.",
      details: { limit: "watchersPerRoom" },
    });
  }
}

/** Tells a watcher why it may watch no more, and closes its socket [AUTH-11]. */
export function turnAway(socket: WatchSocket, refusal: Refusal, code: number = CLOSE_CODES.token): void {
  socket.send(answerFrame(undefined, refusalReply(refusal)).text);
  socket.close(code, refusal.code);
}

function expiryOf({ record }: Watcher): number | undefined {
  return record.caller.claims?.expires_at;
}
