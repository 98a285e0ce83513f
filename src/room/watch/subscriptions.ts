import { refuseCel } from "../../kernel/cel-fault.ts";
import type { Refusal, Result } from "../../kernel/errors.ts";
import { succeed } from "../../kernel/errors.ts";
import type { FrameId } from "../../protocol/frames.ts";
import { evaluateValue, expressionFault } from "../expressions.ts";
import type { ReadModel } from "../read-model.ts";
import { RoomRoots } from "../roots.ts";
import type { Session } from "../session.ts";
import type { ValueFeed } from "./value-feed.ts";
import type { Subscription, Watcher } from "./watcher.ts";
import { textFrame } from "./watcher.ts";

export interface SubscriptionsParts {
  readonly model: ReadModel;
  readonly values: ValueFeed;
  /** The session of a watcher's frame now. */
  readonly admit: (watcher: Watcher, agent: string | null) => Result<Session>;
  readonly send: (watcher: Watcher, frame: ReturnType<typeof textFrame>) => void;
}

/** Expressions that clients are told the value of, whenever it changes, with their own eyes. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts;

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
  }

  /** Begins a subscription that is new: its value now, or why it is no expression. */
  begin(watcher: Watcher, subscription: Subscription): Result<string> {
    const fault = expressionFault(subscription.expr);
    if (fault) return refuseCel(fault, "expr");
    return succeed(this.resume(watcher, subscription));
  }

  /** Follows a subscription's value from what it is now. */
  resume(watcher: Watcher, subscription: Subscription): string {
    const { frame } = subscription;
    const value = this.#parts.values.follow(derivationId(watcher, frame), {
      read: () => this.#read(watcher, subscription),
      changed: (changed) => this.#tell(watcher, frame, changed ?? "null"),
      volatility: () => this.#parts.model.derivations.volatility(derivationId(watcher, frame)),
    });
    return value ?? "null";
  }

  /** Why a subscription may not go on, or null [AUTH-11]. */
  refusal(watcher: Watcher, { agent }: Subscription): Refusal | null {
    const admitted = this.#parts.admit(watcher, agent);
    return admitted.ok ? null : admitted.refusal;
  }

  end(watcher: Watcher, frame: FrameId): void {
    const id = derivationId(watcher, frame);
    this.#parts.values.unfollow(id);
    this.#parts.model.derivations.drop(id);
  }

  #read(watcher: Watcher, { frame, agent, expr }: Subscription): string {
    const admitted = this.#parts.admit(watcher, agent);
    if (!admitted.ok) return "null";
    const { sight } = admitted.value;
    const { derivations } = this.#parts.model;
    return derivations.value(
      derivationId(watcher, frame),
      () => {
        if (sight.agent !== null) derivations.readKey("_agents", sight.agent);
        const evaluation = evaluateValue(expr, new RoomRoots(this.#parts.model, sight, { kind: "caller" }));
        return JSON.stringify(evaluation.ok ? evaluation.value : { _error: evaluation.fault.message });
      },
      () => "null",
    );
  }

  #tell(watcher: Watcher, frame: FrameId, value: string): void {
    const { seq } = this.#parts.model.journal.head;
    const text = `{"type":"value","id":${JSON.stringify(frame)},"value":${value},"seq":${seq}}`;
    this.#parts.send(watcher, textFrame(text));
  }
}

function derivationId(watcher: Watcher, frame: FrameId): string {
  return `subscription:${watcher.id}/${JSON.stringify(frame)}`;
}
