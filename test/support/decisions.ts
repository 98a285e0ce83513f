import type { Decision, DecisionContext } from "../../src/kernel/decide/decision.ts";
import { decideRegisterAction, decideRegisterView } from "../../src/kernel/decide/register.ts";
import type { Refusal } from "../../src/kernel/errors.ts";
import type { Json, JsonObject } from "../../src/kernel/json.ts";
import type { Entry, Identity, LogEvent } from "../../src/kernel/model.ts";
import { paramSchemaFault } from "../../src/kernel/param-schema.ts";
import type { Evaluation, Ports } from "../../src/kernel/ports.ts";
import type { StateReader } from "../../src/kernel/state.ts";

export const ROOM: Identity = { kind: "room", token: "t", acting: null };
export const ANA: Identity = { kind: "agent", token: "t", agent: "ana" };
export const BOB: Identity = { kind: "agent", token: "t", agent: "bob" };
export const JOINER: Identity = { kind: "join", token: "t" };
export const NOBODY: Identity = { kind: "nobody" };
export const NOW = "2026-01-02T03:04:05.000Z";
/** Expressions that are told apart by their text alone: whatever else there is has no fault and is null. */
export const FAULT = {
  code: "invalid_cel",
  message: "no expression",
  line: 1,
  column: 2,
  caret: "^",
} as const;
const VALUES: Readonly<Record<string, Json>> = { yes: true, no: false, one: 1, five: 5 };

type Held = Omit<Partial<Entry>, "value"> & { readonly value: unknown };

/** An entry as it stands in a state, its hash told by what it holds. */
export function standing(value: unknown, rest: Partial<Entry> = {}): Held {
  return { value, ...rest };
}

/** A state of plain entries, by scope and key, for decisions to read. */
export class StandingState implements StateReader {
  readonly #scopes: ReadonlyMap<string, ReadonlyMap<string, Entry>>;

  constructor(scopes: Readonly<Record<string, Readonly<Record<string, Held>>>> = {}) {
    const made = ([key, { value, ...rest }]: readonly [string, Held]) =>
      [key, { value: value as Json, revision: 1, hash: `hash of ${key}`, updated_at: NOW, ...rest }] as const;
    this.#scopes = new Map(
      Object.entries(scopes).map(([scope, entries]) => [scope, new Map(Object.entries(entries).map(made))]),
    );
  }

  entry(scope: string, key: string): Entry | undefined {
    return this.#scopes.get(scope)?.get(key);
  }

  entries(scope: string): Iterable<readonly [string, Entry]> {
    return this.#scopes.get(scope) ?? [];
  }

  count(scope: string): number {
    return this.#scopes.get(scope)?.size ?? 0;
  }

  highest(scope: string): number {
    return Math.max(0, ...[...(this.#scopes.get(scope)?.keys() ?? [])].map(Number).filter(Number.isInteger));
  }

  clock(): number {
    return 7;
  }
}

/** A room in which ana has joined, with a grant. */
export const JOINED = new StandingState({ _agents: { ana: standing({ grants: ["cy"], status: "active" }) } });

/** Registers the action `a`, or what `params` says otherwise. */
export const registeringAction = (
  params: JsonObject,
  identity: Identity = ANA,
  state: StateReader = JOINED,
) => decideRegisterAction({ id: "a", writes: [], ...params }, deciding(identity, state));

/** Registers the view `v`, or what `params` says otherwise. */
export const registeringView = (params: JsonObject, identity: Identity = ANA, state: StateReader = JOINED) =>
  decideRegisterView({ id: "v", expr: "one", ...params }, deciding(identity, state));

function evaluate(expression: string): Evaluation {
  if (expression === "fails") return { ok: false, fault: { ...FAULT, code: "cel_error" } };
  return { ok: true, value: VALUES[expression] ?? null };
}

/** Who decides: `identity` over `state`. `last` is the newest event of any key. */
export function deciding(identity: Identity, state: StateReader, last?: LogEvent): DecisionContext {
  let ids = 0;
  const fault = (expression: string) => (expression === "bad" ? FAULT : null);
  const ports: Ports = {
    hash: (value) => `#${JSON.stringify(value)}`,
    evaluate,
    expressionFault: fault,
    viewFault: (expression) => (expression === "params" ? FAULT : fault(expression)),
    schemaFault: (schema) => paramSchemaFault(schema, () => true),
    paramFault: (_, params) => ("wrong" in params ? { path: "wrong", problem: "is wrong" } : null),
    builtinHelp: (key) => (key === "guide" ? "text" : undefined),
    lastEvent: () => last,
    randomId: () => `id-${++ids}`,
  };
  return { identity, now: NOW, state, ports };
}

/** What a decision refuses with. @throws Error when it does not. */
export function refusalOf(decision: { ok: true } | { ok: false; refusal: Refusal } | null): Refusal {
  if (!decision || decision.ok) throw new Error(`it is accepted: ${JSON.stringify(decision)}`);
  return decision.refusal;
}

/** What is decided, less that it is. @throws Error when it is refused. */
export function accepted(decision: Decision) {
  if (!decision.ok) throw new Error(`it is refused: ${JSON.stringify(decision.refusal)}`);
  const { ok: _, ...rest } = decision;
  return rest;
}

/** The refusal of what stands at `path`. */
export const fault = (path: string, message: string, rest: JsonObject = {}) => ({
  code: "invalid_param",
  message: `${path} ${message}.`,
  ...rest,
  details: { path },
});

/** The same of a timer. */
export const untimely = (path: string, message: string) => ({
  ...fault(path, message, { help: "timers" }),
  code: "invalid_timer",
  hint: 'Declare {"ms": 60000, "effect": "delete"}, or at, or ticks with tick_on in place of ms.',
});

/** The refusal of the expression `bad`, which stands at `path`. */
export const uncompiled = (path: string) => ({
  code: "invalid_cel",
  message: FAULT.message,
  help: "cel",
  details: { path, line: 1, column: 2, caret: "^" },
});
