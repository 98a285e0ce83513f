import { agentRecord } from "../../kernel/authority.ts";
import type { Identity } from "../../kernel/model.ts";
import { agentOf } from "../../kernel/model.ts";
import { utf8Bytes } from "../../kernel/names.ts";
import type { Sight } from "../../kernel/sight.ts";
import { sight } from "../../kernel/sight.ts";
import type { Caller, Feed, WaitCall } from "../../protocol/calls.ts";
import type { FrameId } from "../../protocol/frames.ts";
import type { ReadModel } from "../read-model.ts";
import { Window } from "./window.ts";

/** A wait that a frame began, as its socket remembers it. */
export interface SocketWait {
  readonly frame: FrameId;
  /** The agent that a room token waits as, where the frame named one. */
  readonly agent: string | null;
  readonly call: WaitCall;
  readonly compact: boolean;
  readonly started_at: number;
  /** ms since the epoch. */
  readonly deadline?: number;
}

/** An expression whose value a client wants to be told whenever it changes. */
export interface Subscription {
  readonly frame: FrameId;
  readonly agent: string | null;
  readonly expr: string;
}

/** A watcher as its socket remembers it through hibernation: all that a wake needs [WATCH-4]. */
export interface WatchRecord {
  readonly id: string;
  readonly caller: Caller;
  readonly feeds: readonly Feed[];
  /** The highest seq that the client says it has got. */
  acknowledged: number;
  /** The last event that was considered for a watcher that reads old ones, or null for one that has caught up. */
  position: number | null;
  waits: SocketWait[];
  subscriptions: Subscription[];
}

/** The socket of a watcher. */
export interface WatchSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Keeps the record with the socket, through hibernation. */
  remember(record: WatchRecord): void;
}

/** A frame for watchers, written once. */
export interface Frame {
  readonly text: string;
  /** What it counts as until it is acknowledged [WATCH-5]. */
  readonly bytes: number;
  readonly isEvent: boolean;
}

export function frameOf(fields: object): Frame {
  return textFrame(JSON.stringify(fields));
}

export function textFrame(text: string, isEvent = false): Frame {
  return { text, bytes: utf8Bytes(text), isEvent };
}

/** One open socket that watches the room. */
export class Watcher {
  readonly record: WatchRecord;
  readonly socket: WatchSocket;
  readonly identity: Identity;
  readonly window = new Window();
  /** What it is still to be told of the room as it is, beside events. */
  snapshot: Iterator<Frame> | null = null;
  /** How often it has said what it has got. */
  acknowledgements = 0;
  /** Frames in a row that were none. */
  badFrames = 0;

  constructor(record: WatchRecord, socket: WatchSocket, identity: Identity) {
    this.record = record;
    this.socket = socket;
    this.identity = identity;
  }

  get id(): string {
    return this.record.id;
  }

  /** Whether it has been sent all that there was: what happens now is sent as it happens. */
  get isLive(): boolean {
    return this.record.position === null;
  }

  get hasAll(): boolean {
    return this.isLive && this.snapshot === null;
  }

  wants(feed: Feed): boolean {
    return this.record.feeds.includes(feed);
  }

  /** What it may see now: grants are read afresh [AUTH-3]. */
  sight({ live }: ReadModel): Sight {
    return sight(this.identity, agentRecord(live, agentOf(this.identity)));
  }

  remember(): void {
    this.socket.remember(this.record);
  }
}
