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
  readonly payload: EventPayload;
  /** For room and view tokens. */
  readonly chain?: string;
}

/** What happened: fields that the kind of the event, or its reader's sight, does not bring are absent. */
export interface EventPayload {
  readonly ok: boolean;
  readonly writes: readonly (Operation | HiddenWrite)[];
  readonly action?: string;
  /** Those of the reader's own invocations. */
  readonly params?: JsonObject;
  /** Why the room refused, where `ok` is false. */
  readonly code?: string;
  /** A room token acted as the agent. */
  readonly acting?: "room";
  readonly tokens?: readonly JsonObject[];
  /** The view that was sampled, and its value. */
  readonly view?: string;
  readonly value?: Json;
  /** The id of a token. */
  readonly revoked?: string;
  readonly origin?: { readonly room: string; readonly seq: number; readonly chain: string };
  readonly legacy?: Json;
  readonly migration?: JsonObject;
  readonly highest?: Readonly<Record<string, number>>;
}

/** An event of a lean log: what it wrote, without values. */
export interface LeanEvent extends Omit<LogEvent, "payload" | "chain"> {
  readonly payload: Pick<EventPayload, "ok" | "action" | "code" | "acting" | "view"> & {
    readonly writes: readonly (Pick<Operation, "op" | "scope" | "key"> | HiddenWrite)[];
  };
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

export interface EventFrame extends Omit<LogEvent, "payload" | "chain">, EventPayload {
  readonly type: "event";
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
