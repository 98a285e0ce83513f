import type { Meter } from "../cel/meter.ts";
import { agentRecord } from "../kernel/authority.ts";
import { agentNotFound } from "../kernel/decide/agents.ts";
import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import type { Identity } from "../kernel/model.ts";
import { agentOf, isRoom } from "../kernel/model.ts";
import type { Sight } from "../kernel/sight.ts";
import { sight } from "../kernel/sight.ts";
import type { Caller, TokenClaims } from "../protocol/calls.ts";
import { requestAccount } from "./expressions.ts";
import type { ReadModel } from "./read-model.ts";
import type { RevokedTokens } from "./revoked-tokens.ts";

/** One accepted call: who makes it, what it may see, and when. */
export interface Session {
  readonly identity: Identity;
  readonly sight: Sight;
  /** The instant of the call, ISO 8601. */
  readonly now: string;
  /** What the expressions that the call brings may spend together. */
  readonly account: Meter;
  /** What checking the parameters that the call brings, and compiling schemas' patterns, may take together. */
  readonly checking: Meter;
}

const NO_TOKEN = "Send Authorization: Bearer <token> with a token of this room.";

/** Lets a caller in, or says why not. Grants are read here, afresh on every call [AUTH-2, AUTH-3, AUTH-4]. */
export function admit(caller: Caller, model: ReadModel, revoked: RevokedTokens): Result<Session> {
  const nowMs = model.now();
  const accepted = accept(caller.claims, model, revoked, nowMs);
  if (!accepted.ok) return accepted;
  const identified = identify(accepted.value, caller.agent, model);
  if (!identified.ok) return identified;
  const identity = identified.value;
  const record = agentRecord(model.live, agentOf(identity));
  return succeed({
    identity,
    sight: sight(identity, record),
    now: model.journal.instant(nowMs),
    account: requestAccount(),
    checking: requestAccount(),
  });
}

/** The identity that a token stands for in this room now. All that is wrong with a token looks alike. */
function accept(
  claims: TokenClaims | null,
  model: ReadModel,
  revoked: RevokedTokens,
  now: number,
): Result<Identity> {
  if (claims === null) return succeed({ kind: "nobody" });
  const room = model.room();
  const expired = claims.expires_at !== undefined && claims.expires_at <= now;
  if (!room || room.incarnation !== claims.incarnation || expired || revoked.has(claims.id))
    return invalidToken();
  if (claims.kind !== "agent") {
    return succeed(
      claims.kind === "room"
        ? { kind: "room", token: claims.id, acting: null }
        : { kind: claims.kind, token: claims.id },
    );
  }
  const record = agentRecord(model.live, claims.agent ?? null);
  if (record?.status !== "active" || record.generation !== claims.generation) return invalidToken();
  return succeed({ kind: "agent", token: claims.id, agent: claims.agent ?? "" });
}

export function invalidToken() {
  return refuse("invalid_token", "The token is not valid for this room.", { hint: NO_TOKEN });
}

/** The answer to a join without a token, where the room is closed and where there is none. */
export function unauthenticated() {
  return refuse("authentication_required", "Joining this room needs a token.", {
    hint: "Send Authorization: Bearer <token> with the room's join token.",
  });
}

/** Applies the agent that the caller says it is: a room token acts as it, any other can only be it [AUTH-4]. */
function identify(identity: Identity, agent: string | null, model: ReadModel): Result<Identity> {
  if (agent === null || agent === agentOf(identity)) return succeed(identity);
  // Whoever has no token is told the same whether the room exists or not [AUTH-2].
  if (identity.kind === "nobody") return unauthenticated();
  if (identity.kind !== "room") {
    return refuse("identity_mismatch", "The token is not that agent's.", {
      hint: "Leave out agent: it follows from the token.",
    });
  }
  if (agentRecord(model.live, agent)?.status !== "active") {
    return agentNotFound(agent, model.live);
  }
  return succeed({ ...identity, acting: agent });
}

/** Why the caller may not change the room, or null. */
export function writerRefusal({ identity }: Session) {
  switch (identity.kind) {
    case "nobody":
      return refuse("authentication_required", "This call needs a token.", { hint: NO_TOKEN });
    case "view":
      return refuse("read_only_token", "A view token only reads.", {
        hint: "Join as an agent to take part.",
      });
    case "join":
      return refuse("scope_denied", "A join token only joins.", {
        hint: "POST …/agents with it and call with the agent's token that it answers.",
      });
    default:
      return null;
  }
}

/** Why the caller may not read the room, or null. */
export function readerRefusal(session: Session) {
  return session.identity.kind === "view" ? null : writerRefusal(session);
}

/** Why the caller has not the room's own authority, or null. */
export function ownerRefusal({ identity }: Session) {
  if (isRoom(identity)) return null;
  if (identity.kind === "nobody") {
    return refuse("authentication_required", "This call needs the room token.", { hint: NO_TOKEN });
  }
  return refuse("room_token_required", "Only the room token may do this.", {
    hint: "Call with the token that creating the room answered, and without agent.",
  });
}
