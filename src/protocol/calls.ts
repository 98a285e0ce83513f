import type { JoinCommand, UpdateAgentCommand } from "../kernel/decide/agents.ts";
import type { CreateRoomCommand, MintTokenCommand, UpdateRoomCommand } from "../kernel/decide/room.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Phase } from "../kernel/migration.ts";
import type { EventKind, TokenKind } from "../kernel/model.ts";
import type { ContextShape } from "./context-shape.ts";
import type { FEEDS, LOG_DEPTHS, REPLAYED_SCOPES } from "./requests.ts";

/** What a verified token says. The room decides whether it still holds [AUTH-2]. */
export interface TokenClaims {
  readonly id: string;
  readonly kind: TokenKind;
  readonly room: string;
  readonly incarnation: string;
  readonly agent?: string;
  readonly generation?: number;
  /** ms since the epoch. */
  readonly expires_at?: number;
}

/** Who calls a room, as far as the Worker can tell. */
export interface Caller {
  /** Null where the caller brought no token: only joining an open room is possible so. */
  readonly claims: TokenClaims | null;
  /** The SHA-256, in hex, of a bearer string that the original system gave out: only the room knows it [LEGACY-4]. */
  readonly bearer?: string;
  /** The agent that the caller says it is, or that a room token acts as [AUTH-4]. */
  readonly agent: string | null;
}

export interface InvokeCall {
  readonly action: string;
  readonly params: JsonObject;
  readonly idempotency_key?: string | undefined;
  readonly dry_run?: boolean | undefined;
  readonly if_action_hash?: string | undefined;
}

/** Invocations that are committed together, each an event of its own [ACT-14]. */
export interface InvokeManyCall {
  readonly invocations: readonly InvokeCall[];
  /** All, or none. */
  readonly atomic: boolean;
}

export interface WaitCall {
  readonly condition: string;
  /** ms */
  readonly timeout: number;
  readonly shape: ContextShape;
  /** The sections that the answer brings in place of the whole context. */
  readonly include: readonly string[] | null;
}

export type Feed = (typeof FEEDS)[number];
export type LogDepth = (typeof LOG_DEPTHS)[number];
export type ReplayedScope = (typeof REPLAYED_SCOPES)[number];

export interface WatchCall {
  /** Events after this seq are sent first; null for those to come. */
  readonly since: number | null;
  readonly feeds: readonly Feed[];
}

/** The header in which the Worker hands over what opens a socket; the object is reachable by nobody else. */
export const SOCKET_HEADER = "X-Sync-Socket";

/** What travels in {@link SOCKET_HEADER}: a wait that the Worker holds, or a watcher. */
export type SocketRequest = (
  | { readonly open: "wait"; readonly call: WaitCall; readonly compact: boolean }
  | { readonly open: "watch"; readonly call: WatchCall }
) & {
  readonly caller: Caller;
  /** Whether the room's object failed when it was asked before. */
  readonly sparing?: boolean;
};

/** The frame by which the Worker says that a wait's time is over. */
export const TIME_OVER = "timeout";

export interface LogCall {
  /** Null for the first event that there is. */
  readonly after: number | null;
  readonly limit: number;
  readonly depth: LogDepth;
  readonly kind?: EventKind | undefined;
  readonly agent?: string | undefined;
}

export interface HistoryCall {
  readonly scope: string;
  readonly key?: string | undefined;
  readonly prefix?: string | undefined;
  /** Null for the first event that there is. */
  readonly after: number | null;
  readonly limit: number;
}

export interface SamplesCall {
  readonly view: string;
  readonly after: number | null;
  readonly limit: number;
}

/** A room of the past, with the reserved scopes to show under `state`. */
export interface ReplayCall {
  readonly seq: number;
  readonly include: readonly ReplayedScope[];
}

/** `seq` is the event after which the room is asked; without it, it is the room as it is. */
export interface EvaluateCall {
  readonly expr: string;
  readonly seq?: number | undefined;
}

/** Which keys to rank: of one scope, or of all that the caller sees. */
export interface SalienceCall {
  readonly scope: string | null;
  readonly limit: number;
}

/** Everything that a room can be asked to do, by name. */
export interface RoomCalls {
  readonly info: Record<never, never>;
  readonly updateRoom: UpdateRoomCommand;
  readonly deleteRoom: Record<never, never>;
  readonly join: JoinCommand;
  readonly updateAgent: UpdateAgentCommand;
  readonly leave: { readonly agent: string };
  readonly context: ContextShape;
  readonly invoke: InvokeCall;
  readonly invokeMany: InvokeManyCall;
  readonly evaluate: EvaluateCall;
  readonly poll: Record<never, never>;
  readonly log: LogCall;
  readonly history: HistoryCall;
  readonly replay: ReplayCall;
  readonly samples: SamplesCall;
  readonly salience: SalienceCall;
  readonly stats: Record<never, never>;
  readonly mintToken: MintTokenCommand;
  readonly listTokens: Record<never, never>;
  readonly revokeToken: { readonly id: string };
}

export type CallName = keyof RoomCalls;

/** Calls that store nothing: they need not wait for a commit to be confirmed. */
export const READS: ReadonlySet<CallName> = new Set([
  "context",
  "evaluate",
  "poll",
  "log",
  "history",
  "replay",
  "samples",
  "salience",
  "info",
  "stats",
  "listTokens",
]);

/** One call of a room, with how its answer is to be written. */
export type RoomCall = {
  [Name in CallName]: {
    readonly call: Name;
    readonly args: RoomCalls[Name];
    readonly compact: boolean;
    /** What the request's body held, about: a room whose queue is full refuses it. */
    readonly bytes?: number;
  };
}[CallName];

export type { CreateRoomCommand };

/** The step that a room of the original system is to take. */
export interface MigrationCall {
  readonly to: Phase;
  /** Takes it in spite of differences. */
  readonly force?: boolean | undefined;
}

/** What is imported: an export's lines, or a dump of the original system. */
export type ImportFormat = "export" | "dump";

/** A room's answer: JSON text, and what the Worker has to add to it. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** The room's seq as of the answer, where the caller may know it. */
  readonly seq?: number;
  /** Set where the answer is an earlier one, given again [ACT-9]. */
  readonly replayed?: boolean;
  /** Seconds until the same call may succeed. */
  readonly retryAfter?: number;
  /** Tokens that the Worker signs into the body, by field: the room never sees the key. */
  readonly tokens?: Readonly<Record<string, TokenClaims>>;
}
