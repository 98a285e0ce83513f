import type { Refusal, Result } from "../../kernel/errors.ts";
import type { LogEvent } from "../../kernel/model.ts";
import type { Caller, WatchCall } from "../../protocol/calls.ts";
import type { Contexts } from "../context/contexts.ts";
import type { Invoking } from "../invoking.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import type { Waits } from "../waits.ts";
import { Commands } from "./commands.ts";
import { PresenceFeed } from "./presence-feed.ts";
import { Subscriptions } from "./subscriptions.ts";
import { ValueFeed } from "./value-feed.ts";
import { ViewFeed } from "./view-feed.ts";
import type { Frame, Watcher, WatchRecord, WatchSocket } from "./watcher.ts";
import { turnAway, Watchers } from "./watchers.ts";

export interface WatchParts {
  readonly model: ReadModel;
  readonly admit: (caller: Caller) => Result<Session>;
  /** Lets a frame's caller in: every frame of an agent is a heartbeat. */
  readonly enter: (caller: Caller) => Result<Session>;
  /** Runs `work` after `ms`, out of line. */
  readonly later: (ms: number, work: () => void) => void;
  readonly randomId: () => string;
  readonly invoking: Invoking;
  readonly contexts: Contexts;
  readonly waits: Waits;
}

/** Watching the room by socket: who watches, what each is told, and what each asks for. */
export class Watch {
  readonly #parts: WatchParts;
  readonly watchers: Watchers;
  readonly #values: ValueFeed;
  readonly #views: ViewFeed;
  readonly #presence: PresenceFeed;
  readonly #subscriptions: Subscriptions;
  readonly #commands: Commands;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { model, admit, later, randomId } = parts;
    this.watchers = new Watchers({
      model,
      admit,
      later,
      randomId,
      snapshot: (watcher, since) => this.#snapshot(watcher, since),
      closed: (watcher) => this.#closed(watcher),
    });
    this.#values = new ValueFeed(model, later);
    this.#views = new ViewFeed(model, this.#values, (frame) => this.watchers.broadcast("views", frame));
    this.#presence = new PresenceFeed(model, (frame) => this.watchers.broadcast("presence", frame));
    this.#subscriptions = new Subscriptions({
      model,
      values: this.#values,
      admit: ({ record }, agent) => admit({ claims: record.caller.claims, agent }),
      send: (watcher, frame) => this.watchers.send(watcher, frame),
    });
    this.#commands = new Commands({ ...parts, subscriptions: this.#subscriptions, watchers: this.watchers });
  }

  /** Lets a caller watch: what its socket is to remember, or why it may not. */
  begin(caller: Caller, call: WatchCall): Result<WatchRecord> {
    const entered = this.#parts.enter(caller);
    return entered.ok ? this.watchers.begin(entered.value, caller, call) : entered;
  }

  /** Greets a watcher that was let in, and sends it what it has missed since `since`. */
  open(record: WatchRecord, socket: WatchSocket, since: number | null): void {
    const admitted = this.#parts.admit(record.caller);
    if (!admitted.ok) return;
    if (record.feeds.includes("views")) this.#views.begin();
    if (record.feeds.includes("presence")) this.#presence.begin();
    this.watchers.open(record, socket, admitted.value, since);
  }

  /** Takes back a watcher after the object slept, or turns it away where its token has ceased to hold [WATCH-4]. */
  restore(record: WatchRecord, socket: WatchSocket): void {
    const admitted = this.#parts.admit(record.caller);
    if (!admitted.ok) {
      turnAway(socket, admitted.refusal);
      return;
    }
    const watcher = this.watchers.restore(record, socket, admitted.value);
    this.#commands.resume(watcher);
  }

  /** Does what a client's frame asks for; null stands for a frame that is no text. */
  handle(id: string, text: string | null): void {
    const watcher = this.watchers.get(id);
    if (watcher) this.#commands.handle(watcher, text);
  }

  /** Answers a client's frame that is not done, where it can be told which: whether it was answered. */
  refuse(id: string, text: string | null, refusal: Refusal): boolean {
    const watcher = this.watchers.get(id);
    return watcher !== undefined && this.#commands.refuse(watcher, text, refusal);
  }

  /** Establishes what watchers that a wake brought back have been told: what holds before anything changes. */
  establish(): void {
    this.watchers.recount();
    if (this.watchers.wanted("views")) this.#views.begin();
    if (this.watchers.wanted("presence")) this.#presence.begin();
    for (const watcher of this.watchers.all()) {
      for (const subscription of watcher.record.subscriptions) {
        this.#subscriptions.resume(watcher, subscription);
      }
    }
  }

  /** Tells watchers of an event, before what follows from it [WATCH-7]. */
  publish(event: LogEvent): void {
    this.watchers.publish(event);
  }

  /** Tells watchers of agents and values that the events of one commit have changed. */
  follow(events: readonly LogEvent[], stale: ReadonlySet<string>): void {
    if (this.watchers.size === 0) return;
    for (const event of events) {
      this.#views.registered(event);
      for (const { scope, key } of event.payload.writes) if (scope === "_agents") this.#presence.look(key);
    }
    this.wake(stale);
  }

  /** Has followed values that are stale read again. */
  wake(stale: ReadonlySet<string>): void {
    if (this.watchers.size === 0) return;
    this.#views.wake(stale);
    this.#values.wake(stale);
  }

  presenceMoved(agent: string): void {
    if (this.watchers.size > 0) this.#presence.look(agent);
  }

  expireDue(now: number): void {
    const { expiry } = this.watchers;
    if (expiry !== null && expiry <= now) this.endUnadmitted();
  }

  /** Ends what goes on by a token, or as an agent, that does not hold any more [AUTH-11]. */
  endUnadmitted(): void {
    this.watchers.endUnadmitted();
    this.#commands.endUnadmitted();
  }

  /** Has every followed value read again: what they read is not known any more. */
  reconsider(): void {
    this.#values.reconsider();
  }

  #closed(watcher: Watcher): void {
    this.#commands.end(watcher);
    if (!this.watchers.wanted("views")) this.#views.end();
    if (!this.watchers.wanted("presence")) this.#presence.end();
  }

  /** The room as it is, for a watcher that resumes: `since` is where it stopped, or null where nothing has happened. */
  *#snapshot(watcher: Watcher, since: number | null): Iterator<Frame> {
    if (since !== null && watcher.wants("views")) yield* this.#views.snapshot(since);
    if (watcher.wants("presence")) yield* this.#presence.snapshot(since !== null);
  }
}
