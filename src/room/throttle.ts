import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import { LoopGuard } from "../kernel/loop-guard.ts";
import type { Identity, LogEvent } from "../kernel/model.ts";
import { agentOf } from "../kernel/model.ts";
import type { RoomLimits, Setting } from "../kernel/room-limits.ts";
import { LOWERABLE, limitsOf } from "../kernel/room-limits.ts";
import type { Rate } from "../kernel/token-bucket.ts";
import { TokenBucket } from "../kernel/token-bucket.ts";
import type { Reply } from "../protocol/calls.ts";
import { refusalReply } from "./answers.ts";
import type { ReadModel } from "./read-model.ts";
import type { Session } from "./session.ts";

/** The room token that acts as nobody has a bucket as an agent has; no agent has this id. */
const ROOM = "";

/** A call that came too soon, answered with when it may come again [LIMIT-1]. */
export function tooSoon(
  message: string,
  { hint, limit, seconds }: { hint: string; limit: string; seconds: number },
): Reply {
  const details = { limit, retry_after_seconds: seconds };
  return { ...refusalReply(refuse("rate_limited", message, { hint, details }).refusal), retryAfter: seconds };
}

/**
 * How fast a room is invoked: by each agent, by all together, and by two that answer each other [LIMIT-1, LIMIT-4]. It is
 * kept in memory alone, so that no invocation costs a write for it: after a sleep every bucket is full.
 */
export class Throttle {
  readonly #model: Pick<ReadModel, "live" | "now">;
  readonly #callers = new Map<string, TokenBucket>();
  readonly #room = new TokenBucket();
  readonly #loop = new LoopGuard();

  constructor(model: Pick<ReadModel, "live" | "now">) {
    this.#model = model;
  }

  /** How many callers have a bucket: no more than the room has agents, and one. */
  get size(): number {
    return this.#callers.size;
  }

  /** Takes `count` invocations of the caller's, or answers why it cannot have them now. */
  admit({ identity }: Session, count: number): Reply | null {
    const caller = callerOf(identity);
    if (caller === null) return null;
    const limits = limitsOf(this.#model.live);
    const now = this.#model.now();
    const atOnce = Math.min(limits.invocationBurst, 2 * limits.roomInvocationsPerSecond);
    if (count > atOnce) return refusalReply(tooMany(atOnce));
    return this.#loopReply(identity, limits, now) ?? this.#take(caller, count, limits, now);
  }

  /** Notes what was committed: an answer to another, or the input that ends a loop. */
  note(event: LogEvent): void {
    this.#loop.note(event, limitsOf(this.#model.live).loopPerMinute, this.#model.now());
  }

  #take(caller: string, count: number, limits: RoomLimits, now: number): Reply | null {
    const own: Rate = { perSecond: limits.invocationsPerSecond, burst: limits.invocationBurst };
    const all = {
      perSecond: limits.roomInvocationsPerSecond,
      burst: 2 * limits.roomInvocationsPerSecond,
    };
    const bucket = this.#bucket(caller);
    const seconds = bucket.lacks(count, own, now);
    if (seconds !== null) return tooFast(own, caller, seconds);
    const others = this.#room.lacks(count, all, now);
    if (others !== null) return roomTooFast(all, others);
    bucket.take(count, own, now);
    this.#room.take(count, all, now);
    return null;
  }

  #bucket(caller: string): TokenBucket {
    const bucket = this.#callers.get(caller) ?? new TokenBucket();
    this.#callers.set(caller, bucket);
    return bucket;
  }

  #loopReply(identity: Identity, { loopPerMinute }: RoomLimits, now: number): Reply | null {
    if (identity.kind !== "agent") return null;
    const seconds = this.#loop.lacks(identity.agent, loopPerMinute, now);
    if (seconds === null) return null;
    const message = `Two agents have answered each other more than ${loopPerMinute} times a minute, and nobody else has acted.`;
    const hint = `Wait for something else with GET …/wait?condition=…, let another agent or the room token act, or repeat the call after ${seconds} s.`;
    return tooSoon(message, { hint, limit: nameOf("loop_per_minute"), seconds });
  }
}

/** Whose bucket a caller takes from, or null for one that may not invoke at all and is told so. */
function callerOf(identity: Identity): string | null {
  return identity.kind === "agent" || identity.kind === "room" ? (agentOf(identity) ?? ROOM) : null;
}

function tooFast({ perSecond, burst }: Rate, caller: string, seconds: number): Reply {
  const who = caller === ROOM ? "The room token invokes" : "An agent invokes";
  const message = `${who} at most ${perSecond} times a second, and ${burst} times at once.`;
  const hint = `Repeat the call after ${seconds} s; to learn of a change, GET …/wait?condition=… in place of invoking again.`;
  return tooSoon(message, { hint, limit: nameOf("invocations_per_second"), seconds });
}

function roomTooFast({ perSecond }: Rate, seconds: number): Reply {
  const message = `This room is invoked at most ${perSecond} times a second, by all together.`;
  const hint = `Repeat the call after ${seconds} s.`;
  return tooSoon(message, { hint, limit: nameOf("room_invocations_per_second"), seconds });
}

/** A batch that no bucket holds will never be let through as it is. */
function tooMany(burst: number): Refusal {
  return refuse("too_large", `This room takes at most ${burst} invocations at once.`, {
    hint: `Send at most ${burst} in a batch.`,
    details: { limit: nameOf("burst") },
  }).refusal;
}

function nameOf(setting: Setting): string {
  return LOWERABLE[setting];
}
