import { agentRecord } from "../kernel/authority.ts";
import type { JoinCommand, UpdateAgentCommand } from "../kernel/decide/agents.ts";
import { decideJoin, decideLeave, decideUpdateAgent } from "../kernel/decide/agents.ts";
import type { Accepted, Decision, DecisionContext } from "../kernel/decide/decision.ts";
import type { CreateRoomCommand, MintTokenCommand, UpdateRoomCommand } from "../kernel/decide/room.ts";
import {
  decideCreateRoom,
  decideMintToken,
  decideRevokeToken,
  decideUpdateRoom,
} from "../kernel/decide/room.ts";
import { refuse } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { TokenRecord } from "../kernel/model.ts";
import { sight } from "../kernel/sight.ts";
import { TokenBucket } from "../kernel/token-bucket.ts";
import type { Reply, RoomCall, TokenClaims } from "../protocol/calls.ts";
import type { AnswerObject } from "../protocol/serialise.ts";
import { RawJson, serialise } from "../protocol/serialise.ts";
import { refusalReply, valueFields } from "./answers.ts";
import { eventRefusal } from "./capacity.ts";
import { requestAccount } from "./expressions.ts";
import type { RoomParts } from "./parts.ts";
import { decisionContext } from "./ports.ts";
import { readInfo } from "./reads.ts";
import type { Session } from "./session.ts";
import { ownerRefusal, readerRefusal, unauthenticated, writerRefusal } from "./session.ts";
import { tooSoon } from "./throttle.ts";

export type MembershipCall = Extract<
  RoomCall,
  {
    call: "join" | "updateAgent" | "leave" | "updateRoom" | "mintToken" | "listTokens" | "revokeToken";
  }
>;

const OPEN_JOINS = { perSecond: LIMITS.openJoinsPerMinute / 60, burst: LIMITS.openJoinsPerMinute };

/** Who takes part in a room, with which tokens, and how the room is set: everything that is no invocation. */
export class Membership {
  readonly #parts: RoomParts;
  /** Nobody can be held to account for joins without a token: the room takes only so many a minute. */
  readonly #openJoins = new TokenBucket();

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /** Creates the room: its first event, and its first tokens for the Worker to sign. */
  create(command: CreateRoomCommand, compact: boolean): Reply {
    const { model } = this.#parts;
    if (model.room()) return roomExists(command.id);
    const session = founder(model.journal.instant(model.now()));
    return this.#settle(session, decideCreateRoom(command, this.#context(session)), compact, (accepted) => {
      const minted = accepted.event?.payload.tokens ?? [];
      return Object.fromEntries(minted.map((token) => [FIELD_OF[token.kind], this.#claims(token)]));
    });
  }

  /** Answers one call that is about who takes part, with which tokens, or how the room is set. */
  answer(session: Session, { call, args, compact }: MembershipCall): Reply {
    switch (call) {
      case "join":
        return this.#join(session, args, compact);
      case "updateAgent":
        return this.#updateAgent(session, args, compact);
      case "leave":
        return this.#leave(session, args.agent, compact);
      case "updateRoom":
        return this.#updateRoom(session, args, compact);
      case "mintToken":
        return this.#mintToken(session, args, compact);
      case "listTokens":
        return this.#listTokens(session, compact);
      case "revokeToken":
        return this.#revokeToken(session, args.id, compact);
    }
  }

  #join(session: Session, command: JoinCommand, compact: boolean): Reply {
    const { model } = this.#parts;
    const isOpen = model.live.entry("_config", "join")?.value === "open";
    const { kind } = session.identity;
    if (kind === "view") return refusalReply(readOnly().refusal);
    if (kind === "nobody" && !isOpen) return refusalReply(unauthenticated().refusal);
    const limited = kind === "nobody" ? this.#openJoinReply(model.now()) : null;
    if (limited) return limited;
    const decision = decideJoin(command, isOpen, this.#context(session));
    // Whoever has just joined is there, though its own token has not called yet.
    if (decision.ok) this.#beat(command.id);
    return this.#settle(session, decision, compact, (accepted) => {
      const token = accepted.event?.payload.tokens?.[0];
      return token ? { token: this.#claims(token) } : {};
    });
  }

  #openJoinReply(now: number): Reply | null {
    const seconds = this.#openJoins.lacks(1, OPEN_JOINS, now);
    if (seconds === null) {
      this.#openJoins.take(1, OPEN_JOINS, now);
      return null;
    }
    const hint = "Join with a join token, or try again later.";
    const limit = "openJoinsPerMinute";
    return tooSoon("This room takes no more joins without a token just now.", { hint, limit, seconds });
  }

  #beat(agent: string): void {
    const { model } = this.#parts;
    if (model.presence.beat(agent, model.now())) model.moved("presence", agent);
    model.moved("heartbeat", agent);
  }

  #updateAgent(session: Session, command: UpdateAgentCommand, compact: boolean): Reply {
    const barred = writerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    return this.#settle(session, decideUpdateAgent(command, this.#context(session)), compact);
  }

  #leave(session: Session, agent: string, compact: boolean): Reply {
    const barred = writerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    return this.#settle(session, decideLeave(agent, this.#context(session)), compact);
  }

  info(session: Session, compact: boolean): Reply {
    const barred = readerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const { model } = this.#parts;
    return { status: 200, body: serialise(readInfo(model), compact), seq: model.journal.head.seq };
  }

  #updateRoom(session: Session, command: UpdateRoomCommand, compact: boolean): Reply {
    const barred = ownerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const reply = this.#settle(session, decideUpdateRoom(command, this.#context(session)), compact);
    return reply.status === 200 ? this.info(session, compact) : reply;
  }

  #mintToken(session: Session, command: MintTokenCommand, compact: boolean): Reply {
    const barred = ownerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const { identity } = session;
    const minter = identity.kind === "room" ? this.#parts.tokens.get(identity.token) : undefined;
    const decision = decideMintToken(command, minter, this.#context(session));
    return this.#settle(session, decision, compact, (accepted) => {
      const token = accepted.event?.payload.tokens?.[0];
      return token ? { token: this.#claims(token) } : {};
    });
  }

  #listTokens(session: Session, compact: boolean): Reply {
    const barred = ownerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    const tokens = this.#parts.tokens.list().map((token) => RawJson.of(token));
    return { status: 200, body: serialise({ tokens }, compact), seq: this.#parts.model.journal.head.seq };
  }

  #revokeToken(session: Session, id: string, compact: boolean): Reply {
    const barred = ownerRefusal(session);
    if (barred) return refusalReply(barred.refusal);
    return this.#settle(session, decideRevokeToken(this.#parts.tokens.get(id)), compact);
  }

  #context(session: Session): DecisionContext {
    return decisionContext(this.#parts.model, session, this.#parts.host);
  }

  #settle(
    session: Session,
    decided: Decision,
    compact: boolean,
    tokensOf: (accepted: Accepted) => Record<string, TokenClaims> = () => ({}),
  ): Reply {
    const { live } = this.#parts.model;
    const decision = (decided.ok && decided.event && eventRefusal(live, decided.event)) || decided;
    if (!decision.ok) return refusalReply(decision.refusal);
    const { event: draft, fields, status } = decision;
    const event = draft && this.#parts.commit(draft, session.now, () => {});
    const seq = event?.seq ?? this.#parts.model.journal.head.seq;
    const answer: AnswerObject = { ...valueFields(fields), seq };
    return { status, body: serialise(answer, compact), seq, tokens: tokensOf(decision) };
  }

  /** What the Worker signs for a token of this room. */
  #claims(token: TokenRecord): TokenClaims {
    const { model } = this.#parts;
    const room = model.room();
    const record = agentRecord(model.live, token.agent ?? null);
    return {
      id: token.id,
      kind: token.kind,
      room: room?.id ?? "",
      incarnation: room?.incarnation ?? "",
      ...(token.agent === undefined ? {} : { agent: token.agent }),
      ...(record === undefined ? {} : { generation: record.generation }),
      ...(token.expires_at === undefined ? {} : { expires_at: Date.parse(token.expires_at) }),
    };
  }
}

/** The field of a creation's answer in which each token stands. */
export const FIELD_OF = {
  room: "token",
  view: "view_token",
  join: "join_token",
  agent: "agent_token",
} as const;

export function roomExists(id: string): Reply {
  const taken = refuse("room_exists", `The room ${id} exists.`, {
    hint: "Choose another id, or none to be given one.",
  });
  return refusalReply(taken.refusal);
}

/** The session in which a room makes its first event: nobody else has authority over it yet. */
function founder(now: string): Session {
  const identity = { kind: "room", token: "", acting: null } as const;
  return {
    identity,
    sight: sight(identity, undefined),
    now,
    account: requestAccount(),
    checking: requestAccount(),
  };
}

function readOnly() {
  return refuse("read_only_token", "A view token only reads.", { hint: "Join with a join token." });
}
