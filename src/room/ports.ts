import { builtinHelp } from "../help/texts.ts";
import type { DecisionContext } from "../kernel/decide/decision.ts";
import { canonicalJson } from "../kernel/json.ts";
import type { Ports } from "../kernel/ports.ts";
import { evaluateText, expressionFault, viewFault } from "./expressions.ts";
import { paramFault, schemaFault } from "./params.ts";
import type { ReadModel } from "./read-model.ts";
import { RoomRoots } from "./roots.ts";
import type { Session } from "./session.ts";

/** What the room does not do itself: digests and randomness. */
export interface Host {
  /** SHA-256 of a text, in hex. */
  digest(text: string): string;
  randomId(): string;
}

/** What a room needs of the platform. */
export interface RoomHost extends Host {
  /** ms since the epoch. */
  now(): number;
  /** Runs all or nothing, synchronously. */
  transaction<T>(work: () => T): T;
  /** Runs `work` after `ms`, out of line. */
  later(ms: number, work: () => void): void;
  /** Whether what a transaction threw says that the disk is full. */
  isFull(thrown: unknown): boolean;
}

/** What a decision of this session is made from. */
export function decisionContext(model: ReadModel, session: Session, host: Host): DecisionContext {
  const { identity, now } = session;
  return { identity, now, state: model.live, ports: decisionPorts(model, session, host) };
}

/** What a decision of this session may ask; its expressions are paid by the request. */
export function decisionPorts(model: ReadModel, session: Session, host: Host): Ports {
  return {
    hash: (value) => host.digest(canonicalJson(value)).slice(0, 16),
    evaluate: (expression, { sight, params, now }) =>
      evaluateText(expression, new RoomRoots(model, sight, { kind: "caller", params, now }), session.account),
    expressionFault,
    viewFault,
    schemaFault: (schema) => schemaFault(schema, session.checking),
    paramFault: (schema, params) => paramFault(schema, params, session.checking),
    builtinHelp,
    lastEvent: (scope, key) => model.log.lastOfKey(scope, key),
    randomId: () => host.randomId(),
  };
}
