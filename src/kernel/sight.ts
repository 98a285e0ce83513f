import type { JsonObject } from "./json.ts";
import type { AgentRecord, EventPayload, Identity, LogEvent, Operation } from "./model.ts";
import { agentOf, isRoom } from "./model.ts";
import { isShared } from "./names.ts";

/** A write into a scope that the reader may not read: only its scope shows [AUTH-6, AUTH-7]. */
export interface HiddenOperation {
  readonly scope: string;
  readonly hidden: true;
}

export type VisibleOperation = Operation | HiddenOperation;

/** An event as one reader may see it. */
export type VisibleEvent = Omit<LogEvent, "payload"> & {
  readonly payload: Omit<EventPayload, "writes"> & { readonly writes: readonly VisibleOperation[] };
};

interface Vantage {
  /** Sees every scope and every event whole. */
  readonly everything: boolean;
  /** The agent whose eyes these are, or null. */
  readonly agent: string | null;
  /** The private scopes that may be read by name. */
  readonly scopes: readonly string[];
  /** The scope that `state.self` names, or null where none may be read so. */
  readonly own: string | null;
}

/**
 * What one reader may see: the only place that decides it [AUTH-5]. Context, wait, eval, poll, log, history, errors and
 * dry runs ask here, and so does every expression that the room evaluates.
 */
export class Sight {
  readonly everything: boolean;
  readonly agent: string | null;
  readonly own: string | null;
  readonly #scopes: ReadonlySet<string>;

  constructor(vantage: Vantage) {
    this.everything = vantage.everything;
    this.agent = vantage.agent;
    this.own = vantage.own;
    this.#scopes = new Set(vantage.scopes);
  }

  mayRead(scope: string): boolean {
    return this.everything || isShared(scope) || this.#scopes.has(scope);
  }

  /** Whether everything that these eyes see may be seen by `other`, too. */
  isWithin(other: Sight): boolean {
    return other.everything || (!this.everything && [...this.#scopes].every((scope) => other.mayRead(scope)));
  }

  /** A scope that may not be read shows once, wherever it is first written: how many entries it has is its own affair. */
  operations(operations: readonly Operation[]): VisibleOperation[] {
    const hidden = new Set<string>();
    return operations.flatMap((operation): VisibleOperation[] => {
      const { scope } = operation;
      if (this.mayRead(scope)) return [operation];
      if (hidden.has(scope)) return [];
      hidden.add(scope);
      return [{ scope, hidden: true }];
    });
  }

  /** The event as this reader may see it, or null: another agent's refusals are its own affair [AUTH-6]. */
  event(event: LogEvent): VisibleEvent | null {
    if (this.everything) return event;
    const mine = this.own !== null && event.agent === this.own;
    const { ok, action, params, code, view, value, writes } = event.payload;
    if (!ok && !mine) return null;
    const payload = {
      ok,
      ...(action === undefined ? {} : { action }),
      ...(params !== undefined && mine ? { params } : {}),
      ...(code === undefined ? {} : { code }),
      ...(view === undefined ? {} : { view }),
      ...(value === undefined ? {} : { value }),
      writes: this.operations(writes),
    };
    return { seq: event.seq, kind: event.kind, ts: event.ts, agent: event.agent, payload };
  }
}

/** The sight of a caller; `record` is its agent's entry, read afresh on every request [AUTH-3]. */
export function sight(identity: Identity, record: AgentRecord | undefined): Sight {
  if (identity.kind === "view" || isRoom(identity)) {
    return new Sight({ everything: true, agent: null, scopes: [], own: null });
  }
  const agent = agentOf(identity);
  if (agent === null) return new Sight({ everything: false, agent: null, scopes: [], own: null });
  const grants = record?.grants ?? [];
  return new Sight({ everything: false, agent, scopes: [agent, ...grants], own: agent });
}

/** What a view sees: shared scopes and the one it is registered under, the same for every reader [VIEW-1]. */
export function viewSight(scope: string): Sight {
  if (isShared(scope)) return new Sight({ everything: false, agent: null, scopes: [], own: null });
  return new Sight({ everything: false, agent: scope, scopes: [scope], own: scope });
}

/**
 * What an expression inside an action sees: shared scopes, the scope that the action is registered under and, only where
 * `readsOwn`, the invoker's own. Grants and the room's authority never widen it [ACT-3].
 */
export function actionSight(actionScope: string, invoker: string | null, readsOwn: boolean): Sight {
  const own = readsOwn ? invoker : null;
  const scopes = [actionScope, own].filter((scope) => scope !== null);
  return new Sight({ everything: false, agent: invoker, scopes, own });
}

/** An entry's public face for a record of events: what the `_audit` window shows of one. */
export function auditValue(event: VisibleEvent): JsonObject {
  return {
    kind: event.kind,
    ts: event.ts,
    agent: event.agent,
    ...(event.payload as unknown as JsonObject),
  };
}
