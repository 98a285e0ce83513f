import type { Frame, Target } from "../room-socket.ts";
import { RoomSocket } from "../room-socket.ts";
import type { Agent, Display, Room, RoomEvent, View } from "./display.ts";

/** The room closed the socket because the token is not good any more; it says why before. */
const TOKEN_ENDED = 4401;
/** The room let go of a watcher that did not keep up: it resumes at once. */
const TOO_SLOW = 4408;
/** What came after the last event that was shown has been folded into a checkpoint: it is not in the log any more. */
const COMPACTED = 4410;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

interface Closed {
  readonly code: number;
  readonly reason: string;
}

interface Refusal {
  readonly text: string;
  /** Where the next events are not in the log any more: the first one that is. */
  readonly earliest: number | undefined;
}

/**
 * Follows a room on `display`, from the event after `since`, or from now on where that is null. Whenever the connection
 * breaks it is made again, and resumes after the last event that was shown. Answers why it ended for good.
 */
export class Follower {
  readonly #target: Target;
  readonly #display: Display;
  #since: number | null;
  #refusal: string | null = null;

  constructor(target: Target, display: Display, since: number | null) {
    this.#target = target;
    this.#display = display;
    this.#since = since;
  }

  async run(): Promise<string> {
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      const closed = await this.#connect();
      if (closed?.code === TOKEN_ENDED) return this.#refusal ?? closed.reason;
      const refusal = closed ? null : await this.#askWhy();
      if (refusal?.earliest !== undefined) {
        this.#since = refusal.earliest - 1;
        this.#display.connection(`the log begins with event ${refusal.earliest} now`);
        continue;
      }
      if (refusal) return refusal.text;
      if (closed?.code === TOO_SLOW || closed?.code === COMPACTED) continue;
      pause = closed ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      this.#display.connection(`not connected; trying again in ${pause / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Shows what comes until the socket closes; null where there was none to be had. */
  async #connect(): Promise<Closed | null> {
    let closed = (_: Closed): void => undefined;
    const ended = new Promise<Closed>((resolve) => {
      closed = resolve;
    });
    const socket = await RoomSocket.open(this.#target, this.#since, {
      frame: (frame) => this.#show(frame),
      closed: (code, reason) => closed({ code, reason }),
    }).catch(() => null);
    if (!socket) return null;
    this.#display.connection(`connected to ${this.#target.room} at ${this.#target.server}`);
    await socket
      .ask<Frame & Partial<Room>>({ type: "context", only: "views,agents" })
      .then(({ views, agents }) => views && agents && this.#display.room({ views, agents }))
      .catch(() => undefined);
    return await ended;
  }

  #show(frame: Frame): void {
    switch (frame.type) {
      case "hello":
        this.#since ??= frame.seq ?? null;
        break;
      case "event":
        this.#since = frame.seq ?? this.#since;
        this.#display.event(frame as RoomEvent & Frame);
        break;
      case "view": {
        const { id, absent, value } = frame as Frame & View;
        this.#display.view({ id, value, ...(absent ? { absent } : {}) });
        break;
      }
      case "presence":
        this.#display.presence(frame as unknown as Agent & { agent: string });
        break;
      case "error":
        this.#refusal = (frame as Frame & { message?: string }).message ?? null;
    }
  }

  /**
   * Why the room gives no socket, or null where it may do so later. WebSocket clients are not shown refusals; asking for
   * an event stream brings the same one.
   */
  async #askWhy(): Promise<Refusal | null> {
    const { server, room, token } = this.#target;
    const query = this.#since === null ? "" : `?since=${this.#since}`;
    const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
    const url = `${server}/rooms/${encodeURIComponent(room)}/watch${query}`;
    const response = await fetch(url, { headers }).catch(() => null);
    if (!response || response.status < 400 || response.status >= 500 || response.status === 429) {
      await response?.body?.cancel();
      return null;
    }
    const { message, hint, earliest } = (await response.json()) as {
      message?: string;
      hint?: string;
      earliest?: number;
    };
    return { text: [message, hint].filter(Boolean).join(" "), earliest };
  }
}
