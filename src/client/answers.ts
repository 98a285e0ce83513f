import type { ActionDefinition, ViewDefinition } from "./definitions.ts";
import type { AgentStatus, LeanEvent, LogEvent, Operation } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";

/** What a room is. */
export interface RoomInfo {
  readonly id: string;
  readonly created_at: string;
  readonly meta: JsonObject;
  readonly join: "token" | "open";
  readonly seq: number;
  readonly agents: number;
  readonly actions: number;
  readonly views: number;
  readonly messages: number;
}

/** What a room costs: what it holds, in memory too, and what it did since it was loaded. */
export interface RoomStats {
  readonly storage_bytes: number;
  /** `estimated_bytes` is told from the newest events. */
  readonly log: { readonly events: number; readonly earliest: number; readonly estimated_bytes: number };
  readonly state: {
    readonly entries: number;
    readonly chars: number;
    /** The 50 with most value text. */
    readonly scopes: readonly { readonly scope: string; readonly entries: number; readonly chars: number }[];
  };
  readonly messages: number;
  readonly agents: number;
  readonly actions: number;
  readonly views: number;
  readonly timers: number;
  /** Counted up to 10,000. */
  readonly samples: number;
  /** Answers kept for idempotency keys, counted up to 10,000. */
  readonly kept_answers: number;
  readonly memory: {
    readonly derivations: number;
    readonly waits: number;
    readonly watchers: number;
    /** What watchers have been sent and have not acknowledged. */
    readonly backlog: { readonly events: number; readonly bytes: number };
    readonly buckets: number;
  };
  readonly activity: {
    /** When the room was loaded. */
    readonly since: string;
    readonly events: number;
    readonly mean_event_chars: number;
    readonly evaluations: number;
    readonly invocations: number;
    /** Refused invocations by code. */
    readonly refused: Readonly<Record<string, number>>;
  };
  readonly seq: number;
}

/** An agent as its own call told of it. */
export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly status: "active" | "left";
  readonly grants: readonly string[];
  readonly joined_at: string;
  readonly meta?: JsonObject;
}

export interface AgentAnswer {
  readonly agent: AgentRecord;
  readonly seq: number;
}

export interface Message {
  readonly seq: number;
  readonly from: string | null;
  readonly kind: string;
  readonly body: Json;
  readonly to?: string | readonly string[];
  readonly reply_to?: number;
  /** The action that sent it. */
  readonly via?: string;
  readonly ts: string;
  /** A message keeps what further fields its sender gave it. */
  readonly [field: string]: unknown;
}

export interface Evaluated<Value = Json> {
  readonly expression: string;
  readonly value: Value;
}

export interface StateEntry {
  readonly scope: string;
  readonly key: string;
  readonly value: Json;
  readonly revision: number;
  readonly hash: string;
  readonly updated_at: string;
}

export interface AgentShown {
  readonly name: string;
  readonly role: string;
  readonly status: AgentStatus;
  readonly waiting_on: string | null;
  readonly last_heartbeat: string | null;
  readonly joined_at: string;
  readonly meta?: JsonObject;
}

/** All that a dashboard shows, at one instant. */
export interface Poll {
  readonly state: readonly StateEntry[];
  readonly resolved: Readonly<Record<string, Json>>;
  readonly available: Readonly<Record<string, boolean>>;
  readonly audit: readonly LogEvent[];
  readonly agents: Readonly<Record<string, AgentShown>>;
  readonly seq: number;
}

export interface LogPage {
  readonly events: readonly LogEvent[];
  /** `after` for the next page, where there is one. */
  readonly next?: number;
}

export interface LeanLogPage {
  readonly events: readonly LeanEvent[];
  /** `after` for the next page, where there is one: a page of large events ends early. */
  readonly next?: number;
}

/** `seq` is that of the first event that does not fit, where `ok` is false. */
export type Verified =
  | { readonly ok: true; readonly seq: number; readonly chain: string }
  | { readonly ok: false; readonly seq: number };

export interface HistoryEntry extends Omit<Operation, "scope" | "updated_at" | "enabled"> {
  readonly seq: number;
  readonly ts: string;
  readonly agent: string | null;
  /** The action that was invoked, or the event's kind. */
  readonly action: string;
  /** 0 and `""` where there was none. */
  readonly before: { readonly revision: number; readonly hash: string };
}

export interface HistoryPage {
  readonly scope: string;
  readonly key?: string;
  readonly prefix?: string;
  readonly entries: readonly HistoryEntry[];
  readonly after: number;
  readonly next?: number;
}

/** The room as it was. */
export interface Replay {
  readonly state: Readonly<Record<string, Readonly<Record<string, Omit<StateEntry, "scope" | "key">>>>>;
  readonly agents: Readonly<Record<string, AgentShown>>;
  readonly actions: Readonly<Record<string, JsonObject>>;
  readonly views: Readonly<Record<string, Json>>;
  readonly messages: { readonly count: number; readonly recent: readonly Message[] };
  readonly _replay: {
    readonly seq: number;
    readonly total: number;
    readonly ts: string | null;
    readonly opaque?: true;
  };
}

export interface Sample {
  readonly seq: number;
  readonly ts: string;
  readonly value: Json;
}

export interface SamplesPage {
  readonly view: string;
  readonly samples: readonly Sample[];
  readonly next?: number;
}

export type Signal = "recency" | "dependency" | "authorship" | "directed" | "contest" | "delta";

export interface Salience {
  readonly agent: string;
  readonly weights: Readonly<Record<Signal, number>>;
  readonly entries: readonly {
    readonly scope: string;
    readonly key: string;
    readonly score: number;
    readonly signals: Readonly<Record<Signal, number>>;
  }[];
  readonly computed_at: string;
  readonly seq: number;
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

/** A token as it is listed: what it is, never itself. */
export interface ListedToken extends TokenRecord {
  readonly revoked_at?: string;
}

export interface MintedToken extends TokenRecord {
  readonly token: string;
  readonly seq: number;
}

/** What an import brought; of a dump of the original system also what it left out or set aside. */
export interface Imported {
  readonly imported: true;
  readonly seq: number;
  readonly events: number;
  readonly entries: number;
  readonly origin?: { readonly room: string; readonly seq: number; readonly chain: string };
  readonly [field: string]: unknown;
}

export type Phase = "legacy" | "dual" | "validated" | "v8";

export interface Migration {
  readonly phase: Phase;
  readonly counts: Readonly<Record<string, { readonly rows: number; readonly entries: number }>>;
  readonly progress: Readonly<Record<"step" | "of" | "entries" | "copied", number>>;
  readonly differences: readonly JsonObject[];
  readonly difference_count: number;
  readonly next: Phase | null;
  readonly back: Phase | null;
  readonly imported: JsonObject | null;
  readonly aside_count: number;
  readonly aside: readonly JsonObject[];
  readonly seq: number;
}

/** What a vocabulary is that a room can begin with. */
export interface TemplateSummary {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Ids. */
  readonly actions: readonly string[];
  readonly views: readonly string[];
}

/** A vocabulary that a room can begin with. */
export interface Template extends Omit<TemplateSummary, "actions" | "views"> {
  /** Markdown: how agents play it. */
  readonly how: string;
  readonly actions: readonly ActionDefinition[];
  readonly views: readonly ViewDefinition[];
}

export interface Health {
  readonly ok: boolean;
  readonly version: string;
}
