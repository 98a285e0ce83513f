import type { Result } from "../kernel/errors.ts";
import type { Caller, CreateRoomCommand, Reply, RoomCall, WaitCall } from "../protocol/calls.ts";
import type { StoredEvent } from "../storage/log-store.ts";
import type { Stores } from "../storage/stores.ts";
import { refusalReply } from "./answers.ts";
import { Chores } from "./chores.ts";
import { Committing } from "./committing.ts";
import { Compaction } from "./compaction.ts";
import { Contexts } from "./context/contexts.ts";
import { Firing } from "./firing.ts";
import { Invoking } from "./invoking.ts";
import { Membership } from "./membership.ts";
import { openModel } from "./open-model.ts";
import type { Commit, RoomInside, RoomParts } from "./parts.ts";
import type { RoomHost } from "./ports.ts";
import type { ReadModel } from "./read-model.ts";
import type { ReplayRequest } from "./reading.ts";
import { isRead, Reading } from "./reading.ts";
import { RevokedTokens } from "./revoked-tokens.ts";
import { Sampling } from "./sampling.ts";
import type { Session } from "./session.ts";
import { admit, ownerRefusal } from "./session.ts";
import { Stats } from "./stats.ts";
import { Tally } from "./tally.ts";
import { Throttle } from "./throttle.ts";
import type { Departure } from "./transfer/departures.ts";
import { Departures } from "./transfer/departures.ts";
import type { Waiting } from "./waits.ts";
import { Waits } from "./waits.ts";
import { Watch } from "./watch/watch.ts";

/** Deleting a room is its object's affair: the room itself only says who may. A replay is not answered at once. */
type ApartCall = { readonly call: "deleteRoom" | "replay" };

/** One room: calls come in, events are committed, and whoever depends on them is told. */
export class Room {
  readonly inside: RoomInside;
  readonly #host: RoomHost;
  readonly #model: ReadModel;
  readonly #revoked: RevokedTokens;
  readonly #invoking: Invoking;
  readonly #membership: Membership;
  readonly #contexts: Contexts;
  readonly #waits: Waits;
  readonly #watch: Watch;
  readonly #reading: Reading;
  readonly #chores: Chores;
  readonly #firing: Firing;
  readonly #departures: Departures;
  readonly #stats: Stats;

  constructor(stores: Stores, host: RoomHost) {
    this.#host = host;
    const { answers, tokens, usage, samples } = stores;
    const { model, journal } = openModel(stores, host);
    this.#model = model;
    this.#revoked = new RevokedTokens(tokens);
    const listeners = () => ({ waits: this.#waits, watch: this.#watch, chores: this.#chores });
    const committing = new Committing({ model, journal, revoked: this.#revoked }, listeners);
    const { throttle, tally } = { throttle: new Throttle(model), tally: new Tally() };
    const commit: Commit = (draft, ts, within) => {
      const event = committing.commit(draft, ts, within);
      throttle.note(event);
      return event;
    };
    const parts: RoomParts = { model, host, answers, tokens, usage, commit };
    this.inside = { ...parts, enter: (caller) => this.#enter(caller) };
    this.#firing = new Firing({ live: model.live, journal, commit, now: model.now, isFull: host.isFull });
    this.#invoking = new Invoking(
      parts,
      { throttle, tally },
      {
        together: (work) => committing.together(work),
        isFull: host.isFull,
      },
    );
    this.#membership = new Membership(parts);
    this.#reading = new Reading(model, stores, host.digest);
    this.#departures = new Departures(model, stores);
    this.#contexts = new Contexts(model, (stale) => this.#wake(stale));
    const asked = this.#asked();
    this.#waits = new Waits({
      ...asked,
      report: (session, waiting, triggered) => this.#contexts.waitReport(session, waiting, triggered),
    });
    const [invoking, contexts, waits] = [this.#invoking, this.#contexts, this.#waits];
    this.#watch = new Watch({ ...asked, invoking, contexts, waits });
    const { watchers } = this.#watch;
    this.#stats = new Stats({ model, stores, journal, tally, throttle, waits, watchers });
    this.#chores = new Chores({
      ...asked,
      firing: this.#firing,
      sampling: new Sampling({ model, samples, commit }),
      compaction: new Compaction({ model, ...stores, transaction: host.transaction }),
      waits,
      watch: this.#watch,
    });
  }

  /** Whether the room has been created. */
  get exists(): boolean {
    return this.#model.room() !== undefined;
  }

  /** How many derivations have been evaluated since the room was loaded. */
  get evaluations(): number {
    return this.#model.derivations.evaluations;
  }

  /** When the room has something to do without being called, ms since the epoch, or null [LOG-7, LOG-8]. */
  get dueAt(): number | null {
    return this.#chores.dueAt;
  }

  get waits(): Waits {
    return this.#waits;
  }

  get watch(): Watch {
    return this.#watch;
  }

  /** Establishes what waits and watchers that a wake brought back know, before anything changes it [WATCH-4]. */
  establish(): void {
    if (this.#waits.size + this.#watch.watchers.size === 0) return;
    this.#model.derivations.turn.begin();
    this.#watch.establish();
    this.#firing.fire();
    this.#waits.establish();
  }

  /** Has timers wait for so many ms, so that reads go on where nothing can be stored [LOG-8]. */
  putOffTimers(ms: number): void {
    this.#firing.putOff(ms);
  }

  /** Does what is due by now; doing it twice does no more. */
  doDue(): void {
    this.#model.derivations.turn.begin();
    this.#chores.run();
  }

  /** Ends a wait whose time is over. */
  endWait(id: string): void {
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
  call(caller: Caller, request: Exclude<RoomCall, ApartCall>): Reply {
    const entered = this.#enter(caller);
    if (!entered.ok) return refusalReply(entered.refusal);
    const session = entered.value;
    if (isRead(request)) return this.#reading.answer(session, request);
    switch (request.call) {
      case "invoke":
        return this.#invoking.invoke(session, request.args, request.compact);
      case "invokeMany":
        return this.#invoking.invokeMany(session, request.args, request.compact);
      case "context":
        return this.#contexts.context(session, request.args, request.compact);
      case "stats":
        return this.#stats.answer(session, request.compact);
      default:
        return this.#membership.answer(session, request);
    }
  }

  /** What those who hold sockets ask of the room. */
  #asked() {
    const { later, randomId } = this.#host;
    return {
      model: this.#model,
      admit: (caller: Caller) => this.#admit(caller),
      enter: (caller: Caller) => this.#enter(caller),
      later: (ms: number, work: () => void) =>
        later(ms, () => {
          this.#model.derivations.turn.begin();
          this.#firing.fire();
          work();
        }),
      randomId,
      presenceMoved: (agent: string) => this.#presenceMoved(agent),
    };
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

  /** Walks the log's chain; yields where others may have their turn [LOG-6]. */
  *verify(caller: Caller, compact: boolean): Generator<void, Reply> {
    const entered = this.#enter(caller);
    if (!entered.ok) return refusalReply(entered.refusal);
    return yield* this.#reading.verify(entered.value, compact);
  }

  /** The room as it was; yields where others may have their turn [LOG-10]. */
  *replay(caller: Caller, request: ReplayRequest): Generator<void, Reply> {
    const entered = this.#enter(caller);
    if (!entered.ok) return refusalReply(entered.refusal);
    return yield* this.#reading.replay(entered.value, () => this.#admit(caller), request);
  }

  /** The whole room as pages of text, for who may see all of it. */
  export(caller: Caller): Result<Departure> {
    const entered = this.#enter(caller);
    return entered.ok ? this.#departures.export(entered.value) : entered;
  }

  /** The room's state after an event, as pages of text for a new room; by default after the last. */
  fork(caller: Caller, at: number | undefined): Result<Departure> {
    const entered = this.#enter(caller);
    return entered.ok ? this.#departures.fork(entered.value, at) : entered;
  }

  /** The room's only event, for who may import into it: what comes takes its place. */
  creation(caller: Caller): Result<StoredEvent> {
    const entered = this.#enter(caller);
    return entered.ok ? this.#departures.creation(entered.value) : entered;
  }

  #admit(caller: Caller): Result<Session> {
    return admit(caller, this.#model, this.#revoked);
  }

  /** Lets a call in. Every one with an agent's own token is a heartbeat [AGENT-4]. */
  #enter(caller: Caller): Result<Session> {
    const now = this.#moveOn();
    const admitted = this.#admit(caller);
    if (!admitted.ok) return admitted;
    this.#model.derivations.nextPass();
    const { identity } = admitted.value;
    if (identity.kind !== "agent") return admitted;
    const changed = this.#model.presence.beat(identity.agent, now);
    this.#wake(this.#model.moved("heartbeat", identity.agent));
    if (changed) this.#presenceMoved(identity.agent);
    return admitted;
  }

  /** Has the clock catch up before anything else changes: timers fire, agents become idle. Answers the time, in ms. */
  #moveOn(): number {
    this.#model.derivations.turn.begin();
    this.#firing.fire();
    const now = this.#host.now();
    for (const agent of this.#model.presence.becomeIdle(now)) this.#presenceMoved(agent);
    return now;
  }

  /** Tells everyone who looks at what an agent is doing. */
  #presenceMoved(agent: string): void {
    this.#watch.presenceMoved(agent);
    this.#wake(this.#model.moved("presence", agent));
  }

  #wake(stale: ReadonlySet<string>): void {
    if (stale.size === 0) return;
    this.#waits.wake(stale);
    this.#watch.wake(stale);
  }
}
