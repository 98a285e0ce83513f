import type { Result } from "../kernel/errors.ts";
import { succeed } from "../kernel/errors.ts";
import type { EventDraft, LogEvent } from "../kernel/model.ts";
import type { Caller, CreateRoomCommand, Reply, RoomCall, WaitCall } from "../protocol/calls.ts";
import type { AnswerObject } from "../protocol/serialise.ts";
import { serialise } from "../protocol/serialise.ts";
import type { Stores } from "../storage/stores.ts";
import { refusalReply } from "./answers.ts";
import { Contexts } from "./contexts.ts";
import { Derivations, heartbeatPoint, pointsOf, presencePoint } from "./derivations.ts";
import { earliestOf } from "./earliest.ts";
import { Inbox } from "./inbox.ts";
import { Invoking } from "./invoking.ts";
import { Journal } from "./journal.ts";
import { LiveState } from "./live-state.ts";
import { Membership } from "./membership.ts";
import type { RoomParts } from "./parts.ts";
import type { Host } from "./ports.ts";
import { Presence } from "./presence.ts";
import { ReadModel } from "./read-model.ts";
import { readEval, readHistory, readLog, readPoll } from "./reads.ts";
import { RevokedTokens } from "./revoked-tokens.ts";
import type { Session } from "./session.ts";
import { admit, ownerRefusal, readerRefusal } from "./session.ts";
import type { Waiting } from "./waits.ts";
import { Waits } from "./waits.ts";
import { Watch } from "./watch/watch.ts";

/** What a room needs of the platform. */
export interface RoomHost extends Host {
  /** ms since the epoch. */
  now(): number;
  /** Runs all or nothing, synchronously. */
  transaction<T>(work: () => T): T;
  /** Runs `work` after `ms`, out of line. */
  later(ms: number, work: () => void): void;
}

/** Deleting a room is its object's affair: the room itself only says who may. */
type DeleteCall = { readonly call: "deleteRoom" };

/** Events after which a token that was good may be so no longer. */
const TOKEN_EVENTS = new Set(["token_revoke", "agent_leave", "agent_join"]);

/** One room: calls come in, events are committed, and whoever depends on them is told. */
export class Room {
  readonly #host: RoomHost;
  readonly #derivations = new Derivations();
  readonly #model: ReadModel;
  readonly #revoked: RevokedTokens;
  readonly #invoking: Invoking;
  readonly #membership: Membership;
  readonly #contexts: Contexts;
  readonly #waits: Waits;
  readonly #watch: Watch;

  constructor(stores: Stores, host: RoomHost) {
    this.#host = host;
    const { log, tokens, usage } = stores;
    const live = new LiveState(stores.state);
    const { digest, transaction } = host;
    const journal = new Journal({ live, log, tokens, usage, digest, transaction });
    const presence = new Presence(stores.presence, host.now());
    const inbox = new Inbox(live, stores.messages, presence);
    const derivations = this.#derivations;
    this.#model = new ReadModel({ live, journal, log, presence, inbox, derivations, now: () => host.now() });
    this.#revoked = new RevokedTokens(tokens);
    const commit = this.#commit.bind(this);
    const parts: RoomParts = { model: this.#model, host, answers: stores.answers, tokens, usage, commit };
    this.#invoking = new Invoking(parts);
    this.#membership = new Membership(parts);
    this.#contexts = new Contexts(this.#model, usage, (stale) => this.#wake(stale));
    this.#waits = new Waits({
      model: this.#model,
      admit: (caller) => this.#admit(caller),
      report: (session, waiting, triggered) => this.#contexts.waitReport(session, waiting, triggered),
      later: host.later,
      randomId: host.randomId,
      presenceMoved: (agent) => this.#presenceMoved(agent),
    });
    this.#watch = new Watch({
      model: this.#model,
      admit: (caller) => this.#admit(caller),
      enter: (caller) => this.#enter(caller),
      later: host.later,
      randomId: host.randomId,
      invoking: this.#invoking,
      contexts: this.#contexts,
      waits: this.#waits,
    });
  }

  /** Whether the room has been created. */
  get exists(): boolean {
    return this.#model.room() !== undefined;
  }

  /** How many derivations have been evaluated since the room was loaded. */
  get evaluations(): number {
    return this.#derivations.evaluations;
  }

  /** When the room has something to do without being called, ms since the epoch, or null [LOG-7]. */
  get dueAt(): number | null {
    const { presence } = this.#model;
    const listens = this.#watch.watchers.size + this.#waits.size > 0;
    return earliestOf([
      presence.flushAt,
      listens ? presence.idleAt : null,
      this.#waits.deadline,
      this.#watch.watchers.expiry,
    ]);
  }

  get waits(): Waits {
    return this.#waits;
  }

  get watch(): Watch {
    return this.#watch;
  }

  /** Establishes what waits and watchers that a wake brought back know, before anything changes it [WATCH-4]. */
  establish(): void {
    this.#watch.establish();
    this.#waits.establish();
  }

  /** Does what is due by now; doing it twice does no more. */
  doDue(): void {
    const now = this.#moveOn();
    this.#model.presence.save();
    this.#waits.expireDue(now);
    this.#watch.expireDue(now);
  }

  /** Answers a wait whose caller says that its time is over. */
  expireWait(id: string): void {
    this.#moveOn();
    this.#waits.expire(id);
  }

  /** Forgets a waiting caller that hung up. */
  abandonWait(id: string): void {
    this.#moveOn();
    this.#waits.abandon(id);
  }

  /** Forgets a watcher whose socket is gone. */
  forgetWatcher(id: string): void {
    this.#moveOn();
    this.#watch.watchers.forget(id);
  }

  /** Creates the room: its first event, and the tokens for the Worker to sign. */
  create(command: CreateRoomCommand, compact: boolean): Reply {
    return this.#membership.create(command, compact);
  }

  /** Answers one call. */
  call(caller: Caller, { call, args, compact }: Exclude<RoomCall, DeleteCall>): Reply {
    const entered = this.#enter(caller);
    if (!entered.ok) return refusalReply(entered.refusal);
    const session = entered.value;
    switch (call) {
      case "invoke":
        return this.#invoking.invoke(session, args, compact);
      case "context":
        return this.#contexts.context(session, args, compact);
      case "join":
        return this.#membership.join(session, args, compact);
      case "updateAgent":
        return this.#membership.updateAgent(session, args, compact);
      case "leave":
        return this.#membership.leave(session, args.agent, compact);
      case "info":
        return this.#membership.info(session, compact);
      case "updateRoom":
        return this.#membership.updateRoom(session, args, compact);
      case "mintToken":
        return this.#membership.mintToken(session, args, compact);
      case "listTokens":
        return this.#membership.listTokens(session, compact);
      case "revokeToken":
        return this.#membership.revokeToken(session, args.id, compact);
      case "evaluate":
        return this.#read(session, compact, () => readEval(this.#model, session, args.expr));
      case "poll":
        return this.#read(session, compact, () => succeed(readPoll(this.#model, session)));
      case "log":
        return this.#read(session, compact, () => succeed(readLog(this.#model, session, args)));
      case "history":
        return this.#read(session, compact, () => succeed(readHistory(this.#model, session, args)));
    }
  }

  /** Whether the caller may delete the room: null, or the refusal to answer. */
  deletionRefusal(caller: Caller): Reply | null {
    const admitted = this.#admit(caller);
    if (!admitted.ok) return refusalReply(admitted.refusal);
    const barred = ownerRefusal(admitted.value);
    return barred ? refusalReply(barred.refusal) : null;
  }

  /** Begins a wait: answers it at once, or says what to remember of it while its socket is held. */
  wait(caller: Caller, call: WaitCall, compact: boolean): { reply: Reply } | { waiting: Waiting } {
    const entered = this.#enter(caller);
    if (!entered.ok) return { reply: refusalReply(entered.refusal) };
    return this.#waits.begin(entered.value, caller, call, compact);
  }

  #read(session: Session, compact: boolean, read: () => Result<AnswerObject>): Reply {
    const barred = readerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const outcome = read();
    if (!outcome.ok) return refusalReply(outcome.refusal);
    const { seq } = this.#model.journal.head;
    return { status: 200, body: serialise(outcome.value, compact), seq };
  }

  #admit(caller: Caller): Result<Session> {
    return admit(caller, this.#model, this.#revoked);
  }

  /** Lets a call in. Every one with an agent's own token is a heartbeat [AGENT-4]. */
  #enter(caller: Caller): Result<Session> {
    const now = this.#moveOn();
    const admitted = this.#admit(caller);
    if (!admitted.ok) return admitted;
    this.#derivations.nextPass();
    const { identity } = admitted.value;
    if (identity.kind !== "agent") return admitted;
    const changed = this.#model.presence.beat(identity.agent, now);
    this.#wake(this.#derivations.touch([heartbeatPoint(identity.agent)]));
    if (changed) this.#presenceMoved(identity.agent);
    return admitted;
  }

  /** Notices who has become idle by now, before anything else changes. Answers the time, ms since the epoch. */
  #moveOn(): number {
    const now = this.#host.now();
    for (const agent of this.#model.presence.becomeIdle(now)) this.#presenceMoved(agent);
    return now;
  }

  /** Tells everyone who looks at what an agent is doing. */
  #presenceMoved(agent: string): void {
    this.#watch.presenceMoved(agent);
    this.#wake(this.#derivations.touch([presencePoint(agent)]));
  }

  #wake(stale: ReadonlySet<string>): void {
    if (stale.size === 0) return;
    this.#waits.wake(stale);
    this.#watch.wake(stale);
  }

  #commit(draft: EventDraft, ts: string, within: (event: LogEvent) => void): LogEvent {
    let stale: ReadonlySet<string> = new Set();
    let event: LogEvent;
    try {
      event = this.#model.journal.append(draft, ts, (appended) => {
        stale = this.#derivations.touch(pointsOf(appended));
        within(appended);
      });
    } catch (thrown) {
      this.#forget();
      throw thrown;
    }
    const endsTokens = TOKEN_EVENTS.has(event.kind);
    if (endsTokens) this.#revoked.forget();
    // Whoever may watch no more is not shown the event that ends it.
    if (endsTokens) this.#watch.endUnadmitted();
    this.#watch.publish(event);
    if (endsTokens) this.#waits.endUnadmitted();
    this.#waits.wake(stale);
    this.#watch.follow(event, stale);
    return event;
  }

  /** Memory may hold what a failed transaction took back: load it anew. */
  #forget(): void {
    this.#model.live.forget();
    this.#model.journal.forget();
    this.#derivations.clear();
    this.#waits.reconsider();
    this.#watch.reconsider();
  }
}
