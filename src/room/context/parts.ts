import { BUILTINS } from "../../kernel/decide/builtins.ts";
import { isReservedScope } from "../../kernel/names.ts";
import type { ContextShape, Depth, Section } from "../../protocol/context-shape.ts";
import type { Answer } from "../../protocol/serialise.ts";
import { RawJson } from "../../protocol/serialise.ts";
import { StoredEntry } from "../../storage/state-store.ts";
import type { Usage } from "../../storage/usage-store.ts";
import type { ReadModel } from "../read-model.ts";
import { salienceView } from "../salience/salience.ts";
import type { Session } from "../session.ts";
import { isSystemView } from "../views.ts";
import { VOCABULARY } from "../vocabulary.ts";
import { auditPart, messagesPart } from "./windows.ts";

/** One part of a context: members by name, each of which can be shown without the others. */
export interface Part {
  readonly section: Section;
  /** The scope of a part of `state`. */
  readonly scope?: string;
  /** The name under which it stands, in `only` and in `elided`: `views`, `state._shared`, `state.self`. */
  readonly name: string;
  /** Its members in the order in which they stand. */
  keys(): readonly string[];
  /** Whether there is such a member to be shown now. */
  holds(key: string): boolean;
  /** A member as it is shown, or undefined where it is not. */
  show(key: string): Answer | undefined;
  /** Everything, where that is at hand as one. */
  whole?(): Answer;
}

/** What a part of `state` is called there. */
export function partTitle(part: Part): string {
  return part.name.slice("state.".length);
}

/** What a part shows of `keys`, by default of all. */
export function shown(part: Part, keys?: readonly string[]): Answer {
  if (keys === undefined && part.whole) return part.whole();
  const members = new Map<string, Answer>();
  for (const key of keys ?? part.keys()) {
    const member = part.show(key);
    if (member !== undefined) members.set(key, member);
  }
  return members;
}

/** The scopes that a reader sees under `state`, in the room's order, then those that it asked for. */
export function stateParts(model: ReadModel, session: Session, shape: ContextShape): Part[] {
  const { sight } = session;
  const parts: Part[] = [];
  for (const scope of model.live.scopes()) {
    const name = sight.mayRead(scope) ? scopeName(scope, session, shape) : null;
    if (name !== null) parts.push(scopePart(model, scope, name));
  }
  const reserved = new Set([...shape.include, ...chosenScopes(shape)].filter(isReservedScope));
  for (const scope of reserved) parts.push(reservedPart(model, session, scope));
  return parts;
}

/** The name under which a reader that may see a scope is shown it, or null where it did not ask for it. */
export function scopeName(scope: string, { sight }: Session, shape: ContextShape): string | null {
  if (isReservedScope(scope)) return null;
  const name = scope === sight.own ? "self" : scope;
  const chosen = chosenScopes(shape);
  if (chosen.length === 0 || shape.only?.includes("state")) return name;
  return chosen.includes(name) || chosen.includes(scope) ? name : null;
}

function chosenScopes({ only }: ContextShape): string[] {
  return (only ?? []).filter((name) => name.startsWith("state.")).map((name) => name.slice("state.".length));
}

function scopePart(model: ReadModel, scope: string, shownAs = scope): Part {
  const part: Part = {
    section: "state",
    scope,
    name: `state.${shownAs}`,
    keys: () => model.visibleKeys(scope),
    holds: (key) => model.visibleEntry(scope, key) !== undefined,
    show: (key) => {
      const entry = model.live.entry(scope, key);
      return entry instanceof StoredEntry ? new RawJson(entry.text) : undefined;
    },
  };
  if (model.live.hasGates(scope)) return part;
  return { ...part, whole: () => new RawJson(model.live.text(scope)) };
}

function reservedPart(model: ReadModel, session: Session, scope: string): Part {
  if (scope === "_audit") return auditPart(model, session);
  if (scope === "_messages") return messagesPart(model);
  if (scope !== "_agents") return scopePart(model, scope);
  return {
    section: "state",
    scope,
    name: "state._agents",
    keys: () => model.agents.ids(),
    holds: (id) => model.agents.record(id) !== undefined,
    show: (id) => RawJson.of(model.agents.entryValue(id)),
  };
}

/** The system view of what deserves an agent's attention: each agent's own [VIEW-6]. */
export const SALIENCE = "_salience";

/** The views; to an agent also what the room tells it alone. */
export function viewsPart(model: ReadModel, session?: Session): Part {
  const isAgent = session !== undefined && session.sight.agent !== null;
  const show = (id: string) => {
    if (isAgent && id === SALIENCE) {
      const top = salienceView(model, session);
      return top.length === 0 ? undefined : RawJson.of(top);
    }
    const view = model.views.value(id);
    return view && RawJson.of(view.value);
  };
  return {
    section: "views",
    name: "views",
    keys: () => (isAgent ? [...model.views.ids(), SALIENCE, VOCABULARY] : model.views.ids()),
    holds: (id) => (isSystemView(id) ? show(id) !== undefined : model.views.shows(id)),
    show,
  };
}

export function agentsPart(model: ReadModel): Part {
  return {
    section: "agents",
    name: "agents",
    keys: () => model.agents.ids(),
    holds: (id) => model.agents.record(id) !== undefined,
    show: (id) => {
      const agent = model.agents.shown(id);
      if (!agent) return undefined;
      const { meta, ...fields } = agent;
      return meta === undefined ? (fields as Answer) : { ...(fields as object), meta: RawJson.of(meta) };
    },
  };
}

interface ActionsReading {
  readonly model: ReadModel;
  readonly session: Session;
  readonly depth: Depth;
  /** By action; needed for the depth `usage` only. */
  readonly usage: ReadonlyMap<string, Usage>;
}

/** Built-ins look the same to everyone at any time. */
const BUILTIN_ANSWERS: ReadonlyMap<string, RawJson> = new Map(
  [...BUILTINS].map(([id, { description, params }]) => [
    id,
    RawJson.of({ available: true, enabled: true, description, params, builtin: true }),
  ]),
);

/** The actions that are there for the caller: registered ones as it may invoke them, then built-ins. */
export function actionsPart(reading: ActionsReading): Part {
  return {
    section: "actions",
    name: "actions",
    keys: () => [...reading.model.actions.ids(reading.session.sight), ...BUILTIN_ANSWERS.keys()],
    holds: (id) => BUILTIN_ANSWERS.has(id) || reading.model.actions.isEnabled(id, reading.session.sight),
    show: (id) => BUILTIN_ANSWERS.get(id) ?? registeredAction(reading, id),
  };
}

export function isBuiltin(action: string): boolean {
  return BUILTIN_ANSWERS.has(action);
}

function registeredAction({ model, session, depth, usage }: ActionsReading, id: string): Answer | undefined {
  if (!model.actions.isEnabled(id, session.sight)) return undefined;
  const used = usage.get(id);
  const definition = model.actions.definition(id);
  const { available, enabled } = model.actions.availability(id, session.sight);
  const { description, params, ...rest } = definition ?? {};
  return {
    available,
    enabled,
    description: description ?? null,
    params: params === undefined ? undefined : RawJson.of(params),
    ...(depth === "full" ? fullDefinition(rest) : {}),
    ...(depth === "full" ? { hash: model.live.entry("_actions", id)?.hash ?? "" } : {}),
    ...(depth === "usage"
      ? {
          invocations: used?.invocations ?? 0,
          last_invoked_by: used?.last_invoked_by ?? null,
          last_invoked_at: used?.last_invoked_at ?? null,
        }
      : {}),
  };
}

function fullDefinition(fields: object): Record<string, Answer> {
  const { enabled: _, ...definition } = fields as Record<string, unknown>;
  return Object.fromEntries(Object.entries(definition).map(([name, value]) => [name, RawJson.of(value)]));
}
