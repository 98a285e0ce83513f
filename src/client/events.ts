import type { Json, JsonObject } from "./json.ts";

export type EventKind =
  | "room_create"
  | "room_update"
  | "agent_join"
  | "agent_update"
  | "agent_leave"
  | "register_action"
  | "delete_action"
  | "register_view"
  | "delete_view"
  | "invoke"
  | "message"
  | "timer"
  | "sample"
  | "token_mint"
  | "token_revoke"
  | "import"
  | "fork"
  | "migrate";

/** A write into a scope that the reader may not see. */
export interface HiddenWrite {
  readonly scope: string;
  readonly hidden: true;
}

/** What an event did to one key. */
export interface Operation {
  readonly op: "set" | "merge" | "increment" | "push" | "delete" | "cooldown" | "enable" | "legacy";
  readonly scope: string;
  readonly key: string;
  /** The resulting value. */
  readonly value?: Json;
  readonly revision: number;
  readonly hash: string;
  readonly updated_at?: string;
  readonly enabled?: string;
  readonly timer?: JsonObject;
  readonly cooldown?: JsonObject;
  readonly slot?: "timer" | "cooldown";
}

/** An event of the log, as its reader may see it. */
export interface LogEvent {
  readonly seq: number;
  readonly kind: EventKind;
  /** ISO 8601. */
  readonly ts: string;
  /** Null for the room. */
  readonly agent: string | null;
  readonly payload: {
    readonly ok: boolean;
    readonly writes: readonly (Operation | HiddenWrite)[];
    readonly action?: string;
    readonly params?: JsonObject;
    /** Why the room refused, where `ok` is false. */
    readonly code?: string;
    readonly acting?: "room";
    readonly view?: string;
    readonly value?: Json;
    readonly [field: string]: unknown;
  };
  /** For room and view tokens. */
  readonly chain?: string;
}

/** What a watcher is sent. */
export type Frame = HelloFrame | EventFrame | ViewFrame | PresenceFrame | ValueFrame;

/** The first frame of every connection: after a break there is one more. */
export interface HelloFrame {
  readonly type: "hello";
  readonly room: string;
  /** The agent whose eyes these are, or `""`. */
  readonly self: string;
  readonly seq: number;
}

export interface EventFrame {
  readonly type: "event";
  readonly seq: number;
  readonly kind: EventKind;
  readonly ts: string;
  readonly agent: string | null;
  readonly ok: boolean;
  readonly action?: string;
  readonly writes: readonly (Operation | HiddenWrite)[];
}

/** A public value as it is now, or `absent`. */
export interface ViewFrame {
  readonly type: "view";
  readonly id: string;
  readonly value?: Json;
  readonly absent?: true;
  readonly seq: number;
}

export interface PresenceFrame {
  readonly type: "presence";
  readonly agent: string;
  readonly status: AgentStatus;
  readonly waiting_on: string | null;
  readonly seq: number;
}

/** The value of a subscription, by its name. */
export interface ValueFrame {
  readonly type: "value";
  readonly id: string;
  readonly value: Json;
  readonly seq: number;
}

export type AgentStatus = "active" | "waiting" | "idle" | "left";
