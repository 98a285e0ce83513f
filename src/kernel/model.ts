import type { Json, JsonObject } from "./json.ts";
import type { LegacyOperation, MigrationStep } from "./migration.ts";

/** One versioned value of the state: `(scope, key) → { value, revision, hash, updated_at }`. */
export interface Entry {
  readonly value: Json;
  /** Writes to this entry since it last came into being, from 1 [STATE-1]. */
  readonly revision: number;
  /** The first 16 hex digits of the SHA-256 of the value's canonical JSON [STATE-2]. */
  readonly hash: string;
  readonly updated_at: string;
  /** A CEL gate: while it is not true, the entry is hidden from every reader [TIMER-4]. */
  readonly enabled?: string;
  /** What becomes of the entry when its time has come [TIMER-1]. */
  readonly timer?: RunningTimer;
  /** The `on_invoke.timer` that runs since an invocation; only an entry of `_actions` has one. */
  readonly cooldown?: RunningTimer;
}

/** `delete`: live until it fires, then gone. `enable`: dormant until it fires, then live [TIMER-1]. */
export type TimerEffect = "delete" | "enable";

/** The two places of an entry in which a timer may run. */
export type TimerSlot = "timer" | "cooldown";

export interface ClockTimer {
  readonly effect: TimerEffect;
  /** ISO 8601. */
  readonly expires_at: string;
}

export interface TickTimer {
  readonly effect: TimerEffect;
  /** So many writes to `tick_on` remain when the timer is set. */
  readonly ticks: number;
  readonly tick_on: { readonly scope: string; readonly key: string };
}

/** A timer as an operation sets it, resolved [LOG-3]. */
export type Timer = ClockTimer | TickTimer;

/** A timer that runs. `since` is what the clock of `tick_on` read when it was set. */
export type RunningTimer = ClockTimer | (TickTimer & { readonly since: number });

/** What an event did to one key, resolved: applying it evaluates nothing [LOG-3]. */
export type Operation =
  | WriteOperation
  | DeleteOperation
  | CooldownOperation
  | EnableOperation
  | LegacyOperation;

export interface WriteOperation {
  readonly op: "set" | "merge" | "increment" | "push";
  readonly scope: string;
  readonly key: string;
  /** The resulting value. */
  readonly value: Json;
  readonly revision: number;
  readonly hash: string;
  /** Where it is not the event's own instant: an entry that a fork or an import brings is as old as it was, and nothing ticks by it. */
  readonly updated_at?: string;
  readonly enabled?: string;
  readonly timer?: Timer;
  /** A cooldown that a redefinition of its action leaves running. */
  readonly cooldown?: Timer;
}

/** An invocation began its action's `on_invoke.timer`; the definition is as it was. */
export interface CooldownOperation {
  readonly op: "cooldown";
  readonly scope: "_actions";
  readonly key: string;
  readonly revision: number;
  readonly hash: string;
  readonly cooldown: Timer;
}

/** A timer of effect `enable` fired: its slot is empty, the entry otherwise as it was [TIMER-2]. */
export interface EnableOperation {
  readonly op: "enable";
  readonly scope: string;
  readonly key: string;
  readonly slot: TimerSlot;
  readonly revision: number;
  readonly hash: string;
}

export interface DeleteOperation {
  readonly op: "delete";
  readonly scope: string;
  readonly key: string;
  readonly revision: 0;
  readonly hash: "";
}

export const EVENT_KINDS = [
  "room_create",
  "room_update",
  "agent_join",
  "agent_update",
  "agent_leave",
  "register_action",
  "delete_action",
  "register_view",
  "delete_view",
  "invoke",
  "message",
  "timer",
  "sample",
  "token_mint",
  "token_revoke",
  "import",
  "fork",
  "migrate",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** The event of another room that a room goes on from [IMPORT-3, FORK-2]. */
export interface Origin {
  readonly room: string;
  readonly seq: number;
  readonly chain: string;
}

export interface EventPayload {
  readonly ok: boolean;
  readonly writes: readonly Operation[];
  /** The id of the invoked action, built-in ones included. */
  readonly action?: string;
  readonly params?: JsonObject;
  /** Why the room refused, where `ok` is false [LOG-5]. */
  readonly code?: string;
  /** Set where a room token acted as the event's agent. */
  readonly acting?: "room";
  /** The tokens that this event minted. */
  readonly tokens?: readonly TokenRecord[];
  /** The view that this event samples, and what it was worth [VIEW-5]. */
  readonly view?: string;
  readonly value?: Json;
  /** The id of the token that this event revoked. */
  readonly revoked?: string;
  readonly origin?: Origin;
  /** An event of the original system as that recorded it; only who sees everything sees it. */
  readonly legacy?: Json;
  /** The step that a room of the original system took [LEGACY-5]. */
  readonly migration?: MigrationStep;
  /** Of scopes whose keys do not tell it, the highest number that a key ever was. */
  readonly highest?: Readonly<Record<string, number>>;
}

/** An event as it is decided: the commit gives it its `seq` and `ts`. */
export interface EventDraft {
  readonly kind: EventKind;
  /** The agent that caused it, or null for the room. */
  readonly agent: string | null;
  readonly payload: EventPayload;
}

export interface LogEvent extends EventDraft {
  readonly seq: number;
  readonly ts: string;
}

export type TokenKind = "room" | "agent" | "view" | "join";

export interface TokenRecord {
  readonly id: string;
  readonly kind: TokenKind;
  readonly agent?: string;
  readonly label?: string;
  readonly created_at: string;
  readonly expires_at?: string;
}

/** Who calls, once the room has accepted the token. */
export type Identity =
  | { readonly kind: "room"; readonly token: string; readonly acting: string | null }
  | { readonly kind: "agent"; readonly token: string; readonly agent: string }
  | { readonly kind: "view"; readonly token: string }
  | { readonly kind: "join"; readonly token: string }
  | { readonly kind: "nobody" };

/** The agent whose authority the caller has, or null for the room, a spectator or nobody. */
export function agentOf(identity: Identity): string | null {
  if (identity.kind === "agent") return identity.agent;
  return identity.kind === "room" ? identity.acting : null;
}

/** Whether the caller has the room's own authority: a room token that acts as itself. */
export function isRoom(identity: Identity): boolean {
  return identity.kind === "room" && identity.acting === null;
}

/** The `agent` and `acting` of an event that `identity` causes. */
export function eventAuthor(identity: Identity): { agent: string | null; acting?: "room" } {
  const agent = agentOf(identity);
  return identity.kind === "room" && agent !== null ? { agent, acting: "room" } : { agent };
}

/** The value of an entry of `_agents`. */
export interface AgentRecord {
  readonly name: string;
  readonly role: string;
  readonly status: "active" | "left";
  readonly grants: readonly string[];
  readonly joined_at: string;
  readonly meta?: JsonObject;
  /** Raised by leaving and by joining again: tokens of an older generation are refused [AUTH-2]. */
  readonly generation: number;
}

/** The value of an entry of `_actions`. */
export interface ActionDefinition {
  readonly scope: string;
  readonly description?: string;
  readonly intent?: string;
  readonly params?: JsonObject;
  readonly if?: string;
  readonly enabled?: string;
  readonly writes: readonly WriteTemplate[];
  readonly result?: string;
  readonly timer?: TimerTemplate;
  /** The timer that each accepted invocation begins anew. */
  readonly on_invoke?: { readonly timer: TimerTemplate };
  readonly registered_by: string | null;
}

/**
 * A declared timer: exactly one of `ms`, `at`, and `ticks` with `tick_on`. In a write each of the three may be a
 * template that is one placeholder.
 */
export interface TimerTemplate {
  readonly ms?: number | string;
  readonly at?: string;
  readonly ticks?: number | string;
  /** `state._shared.turn` or `_shared.turn`. */
  readonly tick_on?: string;
  readonly effect: TimerEffect;
}

/** One declared write of an action [ACT-5]. */
export interface WriteTemplate {
  readonly scope?: string;
  readonly key?: string;
  readonly value?: Json;
  readonly expr?: boolean;
  readonly merge?: JsonObject | string;
  readonly increment?: number | string | true;
  readonly append?: true;
  readonly delete?: true;
  readonly if_hash?: string;
  readonly enabled?: string;
  readonly timer?: TimerTemplate;
}

/** The value of an entry of `_views`. */
export interface ViewDefinition {
  readonly scope: string;
  readonly expr: string;
  readonly description?: string;
  readonly enabled?: string;
  readonly render?: JsonObject;
  readonly timer?: TimerTemplate;
  readonly registered_by: string | null;
}

/** The value of an entry of `_messages`. */
export interface Message {
  readonly from: string | null;
  readonly kind: string;
  readonly body: Json;
  readonly to?: string | readonly string[];
  readonly reply_to?: number;
  /** The action that sent it, set by the room. */
  readonly via?: string;
}

/** The scope whose entries describe the room itself. */
export const CONFIG_KEYS = ["salience_weights", "limits", "retention", "dashboard"] as const;
export type ConfigKey = (typeof CONFIG_KEYS)[number];

/** The value of `_config.retention`: how much of its log a room keeps; without it, all. */
export type Retention = { readonly events: number } | { readonly days: number };

/** The value of `_config.room`. */
export interface RoomRecord {
  readonly id: string;
  readonly created_at: string;
  /** Tells this room from an earlier one of the same id [ROOM-3]. */
  readonly incarnation: string;
}
