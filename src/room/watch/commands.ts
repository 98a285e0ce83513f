import type { Refusal, Result } from "../../kernel/errors.ts";
import { refuse } from "../../kernel/errors.ts";
import { LIMITS } from "../../kernel/limits.ts";
import { utf8Bytes } from "../../kernel/names.ts";
import { limitsOf } from "../../kernel/room-limits.ts";
import { invokeManyCall } from "../../protocol/batch.ts";
import type { Caller, Reply } from "../../protocol/calls.ts";
import { contextShape, includedSections } from "../../protocol/context-query.ts";
import type { ClientFrame, FrameId } from "../../protocol/frames.ts";
import { clientFrame, framed } from "../../protocol/frames.ts";
import { parseText } from "../../protocol/parsing.ts";
import { refusalReply } from "../answers.ts";
import type { Contexts } from "../context/contexts.ts";
import type { Invoking } from "../invoking.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import type { Waiting, Waits } from "../waits.ts";
import { answerFrame } from "./answer-frame.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { SocketWait, Watcher } from "./watcher.ts";
import type { Watchers } from "./watchers.ts";

export interface CommandsParts {
  readonly model: ReadModel;
  /** Lets a frame's caller in: every frame of an agent is a heartbeat. */
  readonly enter: (caller: Caller) => Result<Session>;
  readonly invoking: Invoking;
  readonly contexts: Contexts;
  readonly waits: Waits;
  readonly subscriptions: Subscriptions;
  readonly watchers: Watchers;
}

const MOST_BAD_FRAMES = 3;

type FrameOf<Type extends ClientFrame["type"]> = Extract<ClientFrame, { type: Type }>;

/** What clients send on their sockets, each frame one call with its own look at the token [WATCH-1]. */
export class Commands {
  readonly #parts: CommandsParts;

  constructor(parts: CommandsParts) {
    this.#parts = parts;
  }

  /** Does what one frame asks for and answers it. */
  handle(watcher: Watcher, text: string | null): void {
    const frame = readFrame(text);
    if (!frame.ok) {
      this.#refuseFrame(watcher, text, frame.refusal);
      return;
    }
    watcher.badFrames = 0;
    const agent = "agent" in frame.value ? (frame.value.agent ?? null) : null;
    const caller = callerOf(watcher, agent);
    const entered = this.#parts.enter(caller);
    const reply = entered.ok
      ? this.#answer(watcher, frame.value, entered.value, caller)
      : refusalReply(entered.refusal);
    if (!reply) return;
    const isBuiltin = frame.value.type === "invoke" && frame.value.action.startsWith("_");
    this.#parts.watchers.send(watcher, answerFrame(frame.value.id, reply, isBuiltin));
    if (!entered.ok) this.#parts.watchers.endIfUnadmitted(watcher);
  }

  /** Answers a frame that is not done, if it has an id to answer by: whether it was answered. */
  refuse(watcher: Watcher, text: string | null, refusal: Refusal): boolean {
    const id = idOf(text);
    if (id === undefined) return false;
    this.#parts.watchers.send(watcher, answerFrame(id, refusalReply(refusal)));
    return true;
  }

  /** Takes back what a watcher waits for and follows, after the object slept. */
  resume(watcher: Watcher): void {
    for (const wait of watcher.record.waits) {
      this.#parts.waits.restore(waitingOf(watcher, wait), this.#waitSocket(watcher, wait.frame));
    }
  }

  /** Ends what a watcher waits for and follows: its socket is gone. */
  end(watcher: Watcher): void {
    for (const { frame } of watcher.record.waits) this.#parts.waits.abandon(waitId(watcher, frame));
    for (const { frame } of watcher.record.subscriptions) this.#parts.subscriptions.end(watcher, frame);
  }

  /** Ends what a room's token follows as agents that it cannot act as any more [AUTH-11]. */
  endUnadmitted(): void {
    for (const watcher of this.#parts.watchers.all()) {
      for (const subscription of watcher.record.subscriptions) {
        if (subscription.agent === watcher.record.caller.agent) continue;
        const refusal = this.#parts.subscriptions.refusal(watcher, subscription);
        if (!refusal) continue;
        this.#endSubscription(watcher, subscription.frame);
        this.#parts.watchers.send(watcher, answerFrame(subscription.frame, refusalReply(refusal)));
      }
    }
  }

  #answer(watcher: Watcher, frame: ClientFrame, session: Session, caller: Caller): Reply | null {
    switch (frame.type) {
      case "invoke":
        return this.#invoke(frame, session);
      case "invoke_many":
        return this.#parts.invoking.invokeMany(session, invokeManyCall(frame), false);
      case "context":
        return this.#context(frame, session);
      case "wait":
        return this.#wait(watcher, frame, session, caller);
      case "subscribe":
        return this.#subscribe(watcher, frame);
      case "cancel":
        return this.#cancel(watcher, frame.target);
      case "ack":
        this.#parts.watchers.acknowledge(watcher, frame.seq);
        return frame.id === undefined ? null : this.#done({});
      case "ping":
        return this.#done({});
    }
  }

  #invoke(frame: FrameOf<"invoke">, session: Session): Reply {
    const call = {
      action: frame.action,
      params: frame.params ?? {},
      idempotency_key: frame.idempotency_key ?? undefined,
      dry_run: frame.dry_run ?? false,
      if_action_hash: frame.if_action_hash ?? undefined,
    };
    return this.#parts.invoking.invoke(session, call, false);
  }

  #context(frame: FrameOf<"context">, session: Session): Reply {
    const shape = contextShape(frame, frame);
    if (!shape.ok) return refusalReply(shape.refusal);
    return this.#parts.contexts.context(session, shape.value, frame.compact ?? false);
  }

  #wait(watcher: Watcher, frame: FrameOf<"wait">, session: Session, caller: Caller): Reply | null {
    const shape = contextShape(frame, frame);
    if (!shape.ok) return refusalReply(shape.refusal);
    if (isTaken(watcher, frame.id)) return refusalReply(taken(frame.id).refusal);
    const { timeout, condition, compact = false } = frame;
    const call = { condition, timeout: timeout ?? 0, shape: shape.value, include: includedSections(frame) };
    const now = this.#parts.model.now();
    const wait: SocketWait = {
      frame: frame.id,
      agent: caller.agent,
      call,
      compact,
      started_at: now,
      ...(timeout === undefined ? {} : { deadline: now + timeout }),
    };
    const overfull = memoryRefusal(watcher, wait);
    if (overfull) return refusalReply(overfull.refusal);
    const begun = this.#parts.waits.begin(session, caller, call, compact, terms(watcher, wait));
    if ("reply" in begun) return begun.reply;
    watcher.record.waits.push(wait);
    watcher.remember();
    this.#parts.waits.hold(begun.waiting, this.#waitSocket(watcher, frame.id));
    return null;
  }

  /** Where the answer of a socket's wait goes: to the socket, which stays open. */
  #waitSocket(watcher: Watcher, frame: FrameId) {
    return {
      answer: (reply: Reply) => {
        watcher.record.waits = watcher.record.waits.filter((wait) => wait.frame !== frame);
        watcher.remember();
        this.#parts.watchers.send(watcher, answerFrame(frame, reply));
      },
    };
  }

  #subscribe(watcher: Watcher, { id, expr, agent }: FrameOf<"subscribe">): Reply {
    const { record } = watcher;
    const subscription = { frame: id, agent: agent ?? record.caller.agent, expr };
    const barred = isTaken(watcher, id) ? taken(id) : memoryRefusal(watcher, subscription);
    if (barred) return refusalReply(barred.refusal);
    const { subscriptionsPerSocket: most } = limitsOf(this.#parts.model.live);
    if (record.subscriptions.length >= most) return refusalReply(tooMany(most).refusal);
    const value = this.#parts.subscriptions.begin(watcher, subscription);
    if (!value.ok) return refusalReply(value.refusal);
    record.subscriptions.push(subscription);
    watcher.remember();
    return this.#done({ value: JSON.parse(value.value) });
  }

  #cancel(watcher: Watcher, target: FrameId): Reply {
    const { record } = watcher;
    if (!isTaken(watcher, target)) {
      const refused = refuse("not_found", "No wait and no subscription of that id is open on this socket.", {
        hint: "target is the id of the frame that began it.",
      });
      return refusalReply(refused.refusal);
    }
    record.waits = record.waits.filter(({ frame }) => frame !== target);
    this.#parts.waits.abandon(waitId(watcher, target));
    this.#endSubscription(watcher, target);
    return this.#done({ cancelled: target });
  }

  #endSubscription(watcher: Watcher, target: FrameId): void {
    const { record } = watcher;
    record.subscriptions = record.subscriptions.filter(({ frame }) => frame !== target);
    this.#parts.subscriptions.end(watcher, target);
    watcher.remember();
  }

  #done(fields: object): Reply {
    const { seq } = this.#parts.model.journal.head;
    return { status: 200, body: JSON.stringify({ ...fields, seq }), seq };
  }

  /** A bad frame is answered with its id, if it has one; the third in a row closes the socket. */
  #refuseFrame(watcher: Watcher, text: string | null, refusal: Refusal): void {
    watcher.badFrames += 1;
    this.#parts.watchers.send(watcher, answerFrame(idOf(text), refusalReply(refusal)));
    if (watcher.badFrames >= MOST_BAD_FRAMES) this.#parts.watchers.endForFrames(watcher);
  }
}

/** The frame that `text` is; null stands for bytes that are no text. */
function readFrame(text: string | null): Result<ClientFrame> {
  if (text === null) {
    return refuse("invalid_json", "Frames are text.", { hint: "Send JSON in a text frame." });
  }
  if (text.length <= LIMITS.frameBytes && utf8Bytes(text) <= LIMITS.frameBytes) {
    return parseText(text, clientFrame, "frame");
  }
  return refuse("too_large", `A frame has at most ${LIMITS.frameBytes} bytes.`, {
    hint: "Send what is larger by HTTP.",
    details: { limit: "frameBytes" },
  });
}

function idOf(text: string | null): FrameId | undefined {
  if (text === null || text.length > LIMITS.frameBytes) return undefined;
  try {
    return framed.parse(JSON.parse(text)).id;
  } catch {
    return undefined;
  }
}

function callerOf({ record }: Watcher, agent: string | null): Caller {
  return { claims: record.caller.claims, agent: agent ?? record.caller.agent };
}

function waitId(watcher: Watcher, frame: FrameId): string {
  return `${watcher.id}/${JSON.stringify(frame)}`;
}

function terms(watcher: Watcher, { frame, deadline }: SocketWait) {
  return { id: waitId(watcher, frame), ...(deadline === undefined ? {} : { deadline }) };
}

function waitingOf(watcher: Watcher, wait: SocketWait): Waiting {
  const { agent, call, compact, started_at } = wait;
  return { caller: callerOf(watcher, agent), call, compact, started_at, ...terms(watcher, wait) };
}

function isTaken({ record }: Watcher, id: FrameId): boolean {
  return [...record.waits, ...record.subscriptions].some(({ frame }) => frame === id);
}

function taken(id: FrameId) {
  return refuse("invalid_request", `id: ${JSON.stringify(id)} is the id of an open wait or subscription.`, {
    hint: "Choose another id, or cancel that one.",
  });
}

function tooMany(most: number) {
  return refuse("quota_exceeded", `A socket has at most ${most} subscriptions.`, {
    hint: "Join several expressions in one map, or cancel one.",
    details: { limit: "subscriptionsPerSocket" },
  });
}

/** Why a socket cannot remember one more wait or subscription, or null [WAIT-5]. */
function memoryRefusal({ record }: Watcher, added: object) {
  const kept = JSON.stringify([...record.waits, ...record.subscriptions, added]);
  if (utf8Bytes(kept) <= LIMITS.socketMemoryBytes) return null;
  const message = `The waits and subscriptions of a socket have at most ${LIMITS.socketMemoryBytes} bytes together.`;
  return refuse("too_large", message, {
    hint: "Move the conditions into views, or cancel some.",
    details: { limit: "socketMemoryBytes" },
  });
}
