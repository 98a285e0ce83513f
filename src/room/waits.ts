import { refuseCel } from "../kernel/cel-fault.ts";
import type { Refusal, Result } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import { utf8Bytes } from "../kernel/names.ts";
import type { Evaluation } from "../kernel/ports.ts";
import { limitsOf } from "../kernel/room-limits.ts";
import type { Caller, Reply, WaitCall } from "../protocol/calls.ts";
import { Agenda } from "./agenda.ts";
import { refusalReply } from "./answers.ts";
import { sinceRefusal } from "./context/since.ts";
import { Earliest } from "./earliest.ts";
import { evaluateText, expressionFault } from "./expressions.ts";
import type { ReadModel } from "./read-model.ts";
import { RoomRoots } from "./roots.ts";
import type { Session } from "./session.ts";
import { readerRefusal } from "./session.ts";

/** A waiting caller as its socket remembers it, through hibernation. */
export interface Waiting {
  readonly id: string;
  readonly caller: Caller;
  readonly call: WaitCall;
  readonly compact: boolean;
  /** ms since the epoch. */
  readonly started_at: number;
  /** When the room ends it, ms since the epoch: without it, whoever holds its socket says so. */
  readonly deadline?: number;
}

/** Where a waiting caller is answered. */
export interface WaitSocket {
  /** Sends the answer and closes. */
  answer(reply: Reply): void;
}

export interface WaitsParts {
  readonly model: ReadModel;
  readonly admit: (caller: Caller) => Result<Session>;
  /** The answer to a wait that ended: triggered, or out of time. */
  readonly report: (session: Session, waiting: Waiting, triggered: boolean) => Reply;
  /** Runs `work` after `ms`, out of line. */
  readonly later: (ms: number, work: () => void) => void;
  readonly randomId: () => string;
  /** Told of each agent that begins or ends to wait. */
  readonly presenceMoved: (agent: string) => void;
}

/** What a wait may be told about itself: the room gives it the rest. */
export type WaitTerms = Partial<Pick<Waiting, "id" | "deadline">>;

interface OpenWait {
  readonly waiting: Waiting;
  readonly socket: WaitSocket;
}

/**
 * Callers that wait for a condition. A commit evaluates the conditions that read what it changed, and those only; the
 * answer leaves with the commit that makes one true. Nothing polls [WAIT-1, WAIT-4].
 */
export class Waits {
  readonly #parts: WaitsParts;
  readonly #open = new Map<string, OpenWait>();
  readonly #agenda: Agenda;
  readonly #deadlines = new Earliest();

  constructor(parts: WaitsParts) {
    this.#parts = parts;
    this.#agenda = new Agenda({
      begin: () => parts.model.derivations.nextPass(),
      isLong: () => parts.model.derivations.turn.isLong,
      work: (id) => this.#look(id),
      later: parts.later,
    });
  }

  get size(): number {
    return this.#open.size;
  }

  /** When the first wait may have to be ended, ms since the epoch, or null. */
  get deadline(): number | null {
    return this.#deadlines.at;
  }

  /** Whether there is an open wait of that id. */
  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Checks and first evaluates a condition: what it answers at once, or the wait to hold a socket for [WAIT-3]. */
  begin(
    session: Session,
    caller: Caller,
    call: WaitCall,
    compact: boolean,
    terms: WaitTerms = {},
  ): { reply: Reply } | { waiting: Waiting } {
    const barred = readerRefusal(session);
    if (barred) return { reply: refusalReply(barred.refusal) };
    const fault = expressionFault(call.condition);
    if (fault) return { reply: refusalReply(refuseCel(fault, "condition").refusal) };
    const { since } = call.shape;
    const unreachable = since === null ? null : sinceRefusal(this.#parts.model, since);
    if (unreachable) return { reply: refusalReply(unreachable.refusal) };
    const waiting: Waiting = {
      id: this.#parts.randomId(),
      caller,
      call,
      compact,
      started_at: this.#parts.model.now(),
      ...terms,
    };
    const refusal = this.#refusal(waiting);
    if (refusal) return { reply: refusalReply(refusal) };
    const ended = this.#evaluate(waiting);
    if (!ended) return { waiting };
    this.#forget(waiting.id);
    return { reply: ended };
  }

  /** Holds a wait whose condition was false until it ends. */
  hold(waiting: Waiting, socket: WaitSocket): void {
    // An event between the first look and now has found nobody to answer.
    this.restore(waiting, socket);
    this.#agenda.run();
  }

  /** Takes back a wait after the object slept: what its condition read is not known until {@link establish}. */
  restore(waiting: Waiting, socket: WaitSocket): void {
    this.#open.set(waiting.id, { waiting, socket });
    this.#deadlines.note(waiting.deadline);
    this.#agenda.add([waiting.id]);
    this.#present(waiting, true);
  }

  /** Looks at the conditions of waits that were taken back, before anything changes what they read. */
  establish(): void {
    this.#agenda.run();
  }

  /** Ends a wait whose time is over, as true if it is true by now. */
  expire(id: string): void {
    const open = this.#open.get(id);
    if (!open) return;
    const reply = this.#evaluate(open.waiting) ?? this.#report(open.waiting, false);
    this.#end(open, reply);
  }

  /** Forgets a caller that hung up. */
  abandon(id: string): void {
    const open = this.#open.get(id);
    if (open) this.#close(open);
  }

  /** Ends the waits whose time is over at `now`. */
  expireDue(now: number): void {
    if (!this.#deadlines.isDue(now)) return;
    for (const { waiting } of [...this.#open.values()]) {
      if (waiting.deadline !== undefined && waiting.deadline <= now) this.expire(waiting.id);
    }
    this.#deadlines.reset([...this.#open.values()].map(({ waiting }) => waiting.deadline));
  }

  /** Has the conditions among the stale derivations evaluated: now, in slices that let others in between. */
  wake(stale: ReadonlySet<string>): void {
    for (const id of stale) {
      const wait = id.startsWith(DERIVATION) ? id.slice(DERIVATION.length) : "";
      if (this.#open.has(wait)) this.#agenda.add([wait]);
    }
    this.#agenda.run();
  }

  /** Has every condition evaluated again: what they read is not known any more. */
  reconsider(): void {
    this.#agenda.add(this.#open.keys());
  }

  /** Ends the waits of callers whose token does not hold any more [AUTH-11]. */
  endUnadmitted(): void {
    for (const open of [...this.#open.values()]) {
      const admitted = this.#parts.admit(open.waiting.caller);
      if (!admitted.ok) this.#end(open, refusalReply(admitted.refusal));
    }
  }

  #look(id: string): void {
    const open = this.#open.get(id);
    const reply = open && this.#evaluate(open.waiting);
    if (open && reply) this.#end(open, reply);
  }

  /** The answer of a wait that its condition, its token or its budget ends now, or null. */
  #evaluate(waiting: Waiting): Reply | null {
    const admitted = this.#parts.admit(waiting.caller);
    if (!admitted.ok) return refusalReply(admitted.refusal);
    const { model } = this.#parts;
    const { sight, account, now } = admitted.value;
    const evaluation = model.derivations.value<Evaluation>(
      derivationId(waiting.id),
      () => {
        if (sight.agent !== null) model.derivations.readKey("_agents", sight.agent);
        const roots = new RoomRoots(model, sight, { kind: "caller", now });
        return evaluateText(waiting.call.condition, roots, account);
      },
      () => ({ ok: true, value: false }),
    );
    this.#agenda.tick(waiting.id, model.derivations.volatility(derivationId(waiting.id)).now);
    if (!evaluation.ok && evaluation.fault.code === "cel_budget_exceeded") {
      return refusalReply(refuseCel(evaluation.fault, "condition").refusal);
    }
    return evaluation.ok && evaluation.value === true ? this.#report(waiting, true) : null;
  }

  #report(waiting: Waiting, triggered: boolean): Reply {
    const admitted = this.#parts.admit(waiting.caller);
    if (!admitted.ok) return refusalReply(admitted.refusal);
    return this.#parts.report(admitted.value, waiting, triggered);
  }

  #end(open: OpenWait, reply: Reply): void {
    if (!this.#open.has(open.waiting.id)) return;
    this.#close(open);
    open.socket.answer(reply);
  }

  #close({ waiting }: OpenWait): void {
    this.#open.delete(waiting.id);
    this.#forget(waiting.id);
    this.#present(waiting, false);
  }

  #forget(id: string): void {
    this.#agenda.drop(id);
    this.#parts.model.derivations.drop(derivationId(id));
  }

  /** Shows the agent as waiting, or no longer, and has whoever watches for that told. */
  #present({ id, caller, call }: Waiting, isWaiting: boolean): void {
    const agent = caller.claims?.agent;
    if (agent === undefined || caller.claims?.kind !== "agent") return;
    const { presence } = this.#parts.model;
    if (isWaiting) presence.beginWait(agent, id, call.condition);
    else presence.endWait(agent, id);
    this.#parts.presenceMoved(agent);
  }

  #refusal(waiting: Waiting): Refusal | null {
    const token = waiting.caller.claims?.id;
    let ofToken = 0;
    for (const open of this.#open.values()) if (open.waiting.caller.claims?.id === token) ofToken += 1;
    const limits = limitsOf(this.#parts.model.live);
    if (this.#open.size >= limits.waitsPerRoom || ofToken >= limits.waitsPerToken) {
      const limit = ofToken >= limits.waitsPerToken ? "waitsPerToken" : "waitsPerRoom";
      return refuse("quota_exceeded", `No more than ${limits[limit]} waits are open at once.`, {
        hint: "Join several conditions with ||, or let a wait end first.",
        details: { limit },
      }).refusal;
    }
    if (utf8Bytes(JSON.stringify(waiting)) <= LIMITS.socketMemoryBytes) return null;
    return refuse(
      "too_large",
      `A wait has at most ${LIMITS.socketMemoryBytes} bytes, its condition and parameters together.`,
      {
        hint: "Move the condition into a view and wait on that.",
        details: { limit: "socketMemoryBytes" },
      },
    ).refusal;
  }
}

const DERIVATION = "wait:";

function derivationId(id: string): string {
  return DERIVATION + id;
}
