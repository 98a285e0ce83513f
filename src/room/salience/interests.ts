import type { Places } from "../../cel/places.ts";
import { placesOf } from "../../cel/places.ts";
import type { ActionDefinition, Entry, ViewDefinition } from "../../kernel/model.ts";
import { scopePoint } from "../derivations.ts";
import { expressionFault } from "../expressions.ts";
import type { ReadModel } from "../read-model.ts";

/** What the expressions of one agent's views and actions read, by the texts themselves: evaluating them takes no part. */
export interface Interests {
  /** Named keys, by scope. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
  /** Scopes that are read whole, or by a computed key. */
  readonly scopes: ReadonlySet<string>;
}

/** What an agent's own definitions read, or those of the room [CTX-8]: made anew when a definition has changed. */
export function interestsOf(model: ReadModel, agent: string | null): Interests {
  const gather = () => {
    for (const scope of ["_views", "_actions"]) model.derivations.read(scopePoint(scope));
    return gatherInterests(model, agent);
  };
  return model.derivations.value(`interests:${agent ?? ""}`, gather, () => gatherInterests(model, agent));
}

function gatherInterests(model: ReadModel, agent: string | null): Interests {
  const keys = new Map<string, Set<string>>();
  const scopes = new Set<string>();
  const seenViews = new Set<string>();
  const note = ({ keys: named, scopes: whole, views }: Places, own: string) => {
    const scopeOf = (scope: string) => (scope === "self" ? own : scope);
    for (const scope of whole) scopes.add(scopeOf(scope));
    for (const [scope, key] of named) {
      const place = scopeOf(scope);
      keys.set(place, (keys.get(place) ?? new Set()).add(key));
    }
    for (const view of views) readThrough(view);
  };
  /** What a view reads is read by whatever reads the view. */
  const readThrough = (id: string) => {
    keys.set("_views", (keys.get("_views") ?? new Set()).add(id));
    const entry = model.live.entry("_views", id);
    if (!entry || seenViews.has(id)) return;
    seenViews.add(id);
    const { expr, scope } = viewOf(entry);
    note(readPlaces(expr), scope);
  };
  for (const [id, entry] of model.live.entries("_views")) if (isOwn(viewOf(entry), agent)) readThrough(id);
  for (const [, entry] of model.live.entries("_actions")) {
    const definition = entry.value as unknown as ActionDefinition;
    if (!isOwn(definition, agent)) continue;
    for (const text of expressionsOf(definition)) note(readPlaces(text), agent ?? definition.scope);
  }
  return { keys, scopes };
}

function viewOf(entry: Entry): ViewDefinition {
  return entry.value as unknown as ViewDefinition;
}

/** Whether a definition is an agent's own: it registered it, or it stands under its scope. */
export function isOwn(
  { registered_by, scope }: Pick<ActionDefinition, "registered_by" | "scope">,
  agent: string | null,
): boolean {
  return registered_by === agent || scope === agent;
}

function expressionsOf(definition: ActionDefinition): string[] {
  const values = definition.writes.map(({ expr, value }) => (expr ? String(value) : undefined));
  const texts = [definition.if, definition.enabled, definition.result, ...values];
  return texts.filter((text) => text !== undefined);
}

const NOWHERE: Places = { keys: [], scopes: [], views: [], computed: { scope: false, view: false } };

/** What a text names. A definition that came from elsewhere may hold a text that is no expression here: it reads nothing. */
export function readPlaces(text: string): Places {
  return expressionFault(text) ? NOWHERE : placesOf(text);
}
