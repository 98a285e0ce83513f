import { agentRecord } from "../authority.ts";
import { refuse } from "../errors.ts";
import { valueRefusal } from "../invocation.ts";
import type { Json, JsonObject } from "../json.ts";
import { jsonEqual } from "../json.ts";
import { LIMITS } from "../limits.ts";
import type { ConfigKey, RoomRecord, TokenKind, TokenRecord } from "../model.ts";
import { CONFIG_KEYS } from "../model.ts";
import { RunningState, setOperation } from "../state.ts";
import { suggestAgent } from "../suggestion.ts";
import type { Decision, DecisionContext, Refused } from "./decision.ts";
import type { Furnishing } from "./furnish.ts";
import { furnish } from "./furnish.ts";

/** Whether a new agent needs a token to join. */
export type JoinMode = "token" | "open";

export interface CreateRoomCommand {
  readonly id: string;
  readonly meta: JsonObject;
  readonly join: JoinMode;
  /** The vocabulary of the template that the room begins with. */
  readonly furnishing?: Furnishing | undefined;
}

/** Decides a room's first event: its record, its settings, what it is furnished with, and its first three tokens. */
export function decideCreateRoom(command: CreateRoomCommand, context: DecisionContext): Decision {
  const { ports, now, state } = context;
  const record: RoomRecord = { id: command.id, created_at: now, incarnation: ports.randomId() };
  const running = new RunningState(state);
  const entries = { room: record as unknown as Json, meta: command.meta, join: command.join };
  const furnishing = command.furnishing ?? { actions: [], views: [], entries: [] };
  const fault = writeConfig(entries, running, context) ?? furnish(furnishing, running, context);
  if (fault) return fault;
  const tokens = firstTokens(now, ports);
  return {
    ok: true,
    status: 201,
    event: {
      kind: "room_create",
      agent: null,
      payload: { ok: true, writes: running.operations, tokens },
    },
    fields: { id: command.id, created_at: now, meta: command.meta, join: command.join },
  };
}

/** The tokens that a room is created with. */
export function firstTokens(now: string, { randomId }: { randomId(): string }): TokenRecord[] {
  return (["room", "view", "join"] as const).map((kind) => ({ id: randomId(), kind, created_at: now }));
}

export interface UpdateRoomCommand {
  readonly meta?: JsonObject | undefined;
  readonly join?: JoinMode | undefined;
  readonly config?: { readonly [Key in ConfigKey]?: Json | undefined } | undefined;
}

/** Decides a change of a room's settings: `null` clears one. */
export function decideUpdateRoom(command: UpdateRoomCommand, context: DecisionContext): Decision {
  const running = new RunningState(context.state);
  const entries: Record<string, Json> = {};
  if (command.meta !== undefined) entries.meta = command.meta;
  if (command.join !== undefined) entries.join = command.join;
  for (const key of CONFIG_KEYS) {
    const value = command.config?.[key];
    if (value !== undefined) entries[key] = value;
  }
  const fault = writeConfig(entries, running, context);
  if (fault) return fault;
  const event = {
    kind: "room_update",
    agent: null,
    payload: { ok: true, writes: running.operations },
  } as const;
  return { ok: true, status: 200, event: running.operations.length > 0 ? event : null, fields: {} };
}

function writeConfig(
  entries: Readonly<Record<string, Json>>,
  running: RunningState,
  { ports }: DecisionContext,
): Refused | null {
  const scope = "_config";
  for (const [key, value] of Object.entries(entries)) {
    const fault = valueRefusal(value, key);
    if (fault) return fault;
    const existing = running.entry(scope, key);
    if (value === null) {
      if (existing) running.write({ op: "delete", scope, key, revision: 0, hash: "" });
    } else if (!existing || !jsonEqual(existing.value, value)) {
      running.write(setOperation(running, ports.hash, { scope, key, value }));
    }
  }
  return null;
}

export interface MintTokenCommand {
  readonly kind: TokenKind;
  readonly agent?: string | undefined;
  readonly label?: string | undefined;
  /** Seconds from now; without it the token lasts until it is revoked. */
  readonly expires_in?: number | undefined;
}

/**
 * Decides the minting of a further token, by the room token alone. It ends no later than `minter`, so that nobody holds
 * more for having minted [AUTH-3].
 */
export function decideMintToken(
  command: MintTokenCommand,
  minter: TokenRecord | undefined,
  context: DecisionContext,
): Decision {
  const { ports, now, state } = context;
  const { kind, agent = "" } = command;
  if (kind === "agent") {
    if (agentRecord(state, agent)?.status !== "active") {
      const { refusal } = refuse("agent_not_found", "A token for an agent names an agent that has joined.", {
        hint: "POST …/agents lets an agent join and answers its first token.",
      });
      return { ok: false, refusal: suggestAgent(refusal, agent, state) };
    }
  }
  const ends = [
    minter?.expires_at,
    command.expires_in === undefined ? undefined : after(now, command.expires_in),
  ];
  const expiresAt = ends.filter((end) => end !== undefined).sort()[0];
  const token: TokenRecord = {
    id: ports.randomId(),
    kind,
    ...(kind === "agent" ? { agent } : {}),
    ...(command.label === undefined ? {} : { label: command.label }),
    created_at: now,
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  };
  return {
    ok: true,
    status: 201,
    event: { kind: "token_mint", agent: null, payload: { ok: true, writes: [], tokens: [token] } },
    fields: { ...(token as unknown as JsonObject) },
  };
}

function after(now: string, seconds: number): string {
  return new Date(Date.parse(now) + Math.min(seconds, LIMITS.tokenLifetimeMaxSeconds) * 1000).toISOString();
}

/** Decides the revocation of a token that the room knows. */
export function decideRevokeToken(token: TokenRecord | undefined): Decision {
  if (!token) {
    return refuse("not_found", "There is no token of that id in this room.", {
      hint: "GET …/tokens lists the tokens and their ids.",
    });
  }
  return {
    ok: true,
    status: 200,
    event: { kind: "token_revoke", agent: null, payload: { ok: true, writes: [], revoked: token.id } },
    fields: { revoked: true, id: token.id },
  };
}
