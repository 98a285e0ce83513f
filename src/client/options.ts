import type { Signal, TokenKind } from "./answers.ts";
import type { Depth, IncludableScope, Part, Section } from "./context.ts";
import type { EventKind } from "./events.ts";
import type { JsonObject } from "./json.ts";

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, its retries and its waiting; it then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface CreateRoomOptions extends CallOptions {
  readonly id?: string | undefined;
  readonly meta?: JsonObject | undefined;
  /** `open`: agents join without a token. */
  readonly join?: "token" | "open" | undefined;
  /** A vocabulary to begin with: see `templates`. */
  readonly template?: string | undefined;
  /** A dump of the original system. */
  readonly import?: JsonObject | undefined;
  /** Where creating rooms takes one: a `create_` token. */
  readonly createToken?: string | undefined;
}

export interface JoinOptions extends CallOptions {
  /** The agent's id. */
  readonly id: string;
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  readonly meta?: JsonObject | undefined;
  /** Private entries to begin with. */
  readonly state?: JsonObject | undefined;
  /** Keys of `state` that everyone may see, each by a view `id.key`. */
  readonly publicKeys?: readonly string[] | undefined;
  /** Views of the agent's own: definitions, or by id an expression or a definition. */
  readonly views?: readonly object[] | Readonly<Record<string, string | object>> | undefined;
}

/** The limits that a room may lower. */
export type RoomLimit =
  | "invocations_per_second"
  | "burst"
  | "room_invocations_per_second"
  | "loop_per_minute"
  | "entries"
  | "state_bytes"
  | "actions"
  | "views"
  | "agents"
  | "timers"
  | "waits"
  | "waits_per_token"
  | "watchers"
  | "subscriptions";

export interface RoomUpdate {
  readonly meta?: JsonObject | undefined;
  readonly join?: "token" | "open" | undefined;
  /** Null takes a setting back. */
  readonly config?:
    | {
        readonly salience_weights?: Readonly<Partial<Record<Signal, number>>> | null;
        readonly retention?: { readonly events: number } | { readonly days: number } | null;
        readonly limits?: Readonly<Partial<Record<RoomLimit, number>>> | null;
        readonly dashboard?: DashboardLayout | null;
      }
    | undefined;
}

/** A panel of a room's page. */
export type PanelId =
  | "surfaces"
  | "map"
  | "state"
  | "agents"
  | "messages"
  | "actions"
  | "views"
  | "log"
  | "console";

/** How a room's page is laid out. */
export interface DashboardLayout {
  /** Stands in place of the room's id. */
  readonly title?: string | undefined;
  /** In the order in which they stand; the others follow. */
  readonly panels?: readonly PanelId[] | undefined;
  /** Which one is shown first. */
  readonly home?: PanelId | undefined;
}

export interface AgentUpdate {
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  readonly meta?: JsonObject | undefined;
  /** Private scopes, or `_help`, that the agent may read and write: for the room token to give. */
  readonly grants?: readonly string[] | undefined;
}

export interface InvokeOptions extends CallOptions {
  /** Random for each call, unless it is given: sent twice with one key, an invocation is done once. */
  readonly idempotencyKey?: string | undefined;
  /** The hash of the action's definition: what is no longer what was read is refused. */
  readonly ifActionHash?: string | undefined;
}

/** One of several invocations. */
export interface Invocation {
  readonly action: string;
  readonly params?: object | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly ifActionHash?: string | undefined;
}

export interface InvokeManyOptions extends CallOptions {
  /** All or none. */
  readonly atomic?: boolean | undefined;
}

/** Which part of a context to read, and how. */
export interface ContextOptions<P extends Part = Part> extends CallOptions {
  /** Sections, or single scopes. */
  readonly only?: readonly P[] | undefined;
  readonly depth?: Depth | undefined;
  /** Reserved scopes to show under `state`, too. */
  readonly include?: readonly IncludableScope[] | undefined;
  /** The oldest messages after this number, in place of the newest. */
  readonly messagesAfter?: number | undefined;
  readonly messagesLimit?: number | undefined;
  readonly messages?: boolean | undefined;
  readonly actions?: boolean | undefined;
  /** Only what may look different since the log ended with this seq. */
  readonly since?: number | undefined;
  /** Tokens that the answer may have. */
  readonly budget?: number | undefined;
  /** Parts that a budget leaves out last. */
  readonly expand?: readonly Part[] | undefined;
  readonly elision?: "none" | undefined;
  /** Tell of each value where it came from. */
  readonly meta?: boolean | undefined;
  /** Leave fields of the envelope that are null out. */
  readonly compact?: boolean | undefined;
}

export interface WaitOptions<
  P extends Part = Part,
  Include extends Section | IncludableScope = Section | IncludableScope,
> extends Omit<ContextOptions<P>, "include"> {
  /** ms, of any length; without it the wait lasts until the condition holds. */
  readonly timeout?: number | undefined;
  /** The sections that the answer brings in place of the whole context; reserved scopes to show, too. */
  readonly include?: readonly Include[] | undefined;
}

/** Which part of a list to read. */
export interface PageOptions extends CallOptions {
  /** What comes after this seq. */
  readonly after?: number | undefined;
  /** So many a page: 100, at most 500. */
  readonly limit?: number | undefined;
}

export interface LogOptions extends PageOptions {
  readonly kind?: EventKind | undefined;
  /** Only events of this agent. */
  readonly agent?: string | undefined;
  /** `lean` leaves out values, params and chain: then a page may have up to 5,000 events. */
  readonly depth?: "full" | "lean" | undefined;
}

export interface FullLogOptions extends LogOptions {
  readonly depth?: "full" | undefined;
}

/** A log whose events have no values. */
export interface LeanLogOptions extends LogOptions {
  readonly depth: "lean";
}

export interface ReplayOptions extends CallOptions {
  /** Reserved scopes to show under `state`, too. */
  readonly include?: readonly Exclude<IncludableScope, "_audit">[] | undefined;
}

export interface EvaluateOptions extends CallOptions {
  /** Asks the room as it was after this event. */
  readonly seq?: number | undefined;
}

/** A key's history where `key` is given, else that of the keys with `prefix`, or of all. */
export interface HistoryOptions extends PageOptions {
  readonly key?: string | undefined;
  readonly prefix?: string | undefined;
}

export interface SalienceOptions extends CallOptions {
  readonly scope?: string | undefined;
  /** 50, at most 500. */
  readonly limit?: number | undefined;
}

export interface WatchOptions extends CallOptions {
  /** Begin with the events after this seq; without it, with those to come. */
  readonly since?: number | undefined;
  /** All three, unless some are named. */
  readonly only?: readonly ("events" | "views" | "presence")[] | undefined;
  /** Expressions by name: their values come at once, and whenever they change. It takes a WebSocket. */
  readonly subscribe?: Readonly<Record<string, string>> | undefined;
  /** A WebSocket where there is one, unless `stream` asks for an event stream. */
  readonly transport?: "socket" | "stream" | undefined;
}

export interface ForkOptions extends CallOptions {
  readonly id?: string | undefined;
  /** The seq after which the new room begins; without it, the last. */
  readonly at?: number | undefined;
  readonly createToken?: string | undefined;
}

export interface MintTokenOptions extends CallOptions {
  readonly kind: TokenKind;
  /** Required for a token of kind `agent`. */
  readonly agent?: string | undefined;
  readonly label?: string | undefined;
  /** Seconds. */
  readonly expiresIn?: number | undefined;
}

export interface MigrateOptions extends CallOptions {
  /** Take the step in spite of differences. */
  readonly force?: boolean | undefined;
}
