import { BUILTINS } from "../../kernel/decide/builtins.ts";
import type { Json, JsonObject } from "../../kernel/json.ts";
import { nearest } from "../../kernel/nearest.ts";
import type { Sight } from "../../kernel/sight.ts";
import type { Suggestion } from "../../kernel/suggestion.ts";
import type { Point } from "../derivation.ts";
import { derivationPoint, LOG_POINT, SCOPES_POINT } from "../derivations.ts";
import { APPEND_SCOPE } from "../live-state.ts";
import type { ReadModel } from "../read-model.ts";
import { VIEW_DERIVATION } from "../views.ts";

/** One answer shows so many reads, of its clauses together. */
const MOST_READS = 16;
/** A value whose JSON is longer is shown by its beginning. */
const MOST_VALUE_CHARS = 256;
/** For so many absent keys of one answer a neighbour is looked for. */
const MOST_SEARCHES = 4;

/** What `evaluated` read, each once, in order of reading. */
export function readPoints(model: ReadModel, evaluated: () => void): readonly Point[] {
  return model.derivations.pointsReadBy(evaluated);
}

/**
 * Whether an evaluation with the eyes of `eyes` read anything that `viewer` may not: then its outcome would tell of it.
 * Lists of scopes and the log show each eye something else.
 */
export function readsHidden(points: readonly Point[], eyes: Sight, viewer: Sight): boolean {
  const differs = !eyes.isWithin(viewer);
  return points.some((point) => {
    if (point === SCOPES_POINT || point === LOG_POINT) return differs;
    const [scope] = placeOf(point);
    return scope !== "" && !viewer.mayRead(scope);
  });
}

/** The scope and key of a point; both are empty for one that is neither, the key for a scope read whole. */
function placeOf(point: Point): [scope: string, key: string] {
  const [scope = "", key = ""] = point.split("\0");
  return [scope, key];
}

/** A value, or where its JSON is long the beginning of that and its length in characters. */
export function shownValue(value: Json): JsonObject {
  const text = JSON.stringify(value);
  if (text.length <= MOST_VALUE_CHARS) return { value };
  return { excerpt: text.slice(0, MOST_VALUE_CHARS), chars: text.length };
}

/** The reads that one answer shows to one viewer: of keys that it may read, so many, their values cut [ACT-22]. */
export class ShownReads {
  readonly #model: ReadModel;
  readonly #viewer: Sight;
  #left = MOST_READS;
  #searches = MOST_SEARCHES;
  /** For the first absent key that has a neighbour, what was probably meant; `path` is still to be told. */
  suggestion: Omit<Suggestion, "path"> | undefined;

  constructor(model: ReadModel, viewer: Sight) {
    this.#model = model;
    this.#viewer = viewer;
  }

  /** `{reads, reads_left_out?}` of what `points` say that an evaluation with the eyes of `eyes` read. */
  of(points: readonly Point[], eyes: Sight): JsonObject {
    const places = points
      .map(placeOf)
      .filter(([scope, key]) => scope !== "" && key !== "" && this.#viewer.mayRead(scope));
    const shown = places.slice(0, this.#left);
    this.#left -= shown.length;
    const read = new Set(points);
    const reads = shown.map(([scope, key]) => this.#read(scope, key, read, eyes));
    const leftOut = places.length - shown.length;
    return leftOut === 0 ? { reads } : { reads, reads_left_out: leftOut };
  }

  #read(scope: string, key: string, read: ReadonlySet<Point>, eyes: Sight): JsonObject {
    const value = this.#value(scope, key, read, eyes);
    if (value !== undefined) return { scope, key, ...shownValue(value) };
    const to = this.#neighbour(scope, key);
    if (to !== undefined) this.suggestion ??= { from: this.#pathOf(scope, key), to };
    return { scope, key, value: null, absent: true, ...(to === undefined ? {} : { did_you_mean: to }) };
  }

  /** The value as the expression read it: of a view what it is worth, of an action whether it can be invoked. */
  #value(scope: string, key: string, read: ReadonlySet<Point>, eyes: Sight): Json | undefined {
    const { agents, views, actions } = this.#model;
    if (scope === "_agents") return agents.entryValue(key);
    if (scope === "_views" && read.has(derivationPoint(VIEW_DERIVATION + key)))
      return views.value(key)?.value ?? null;
    if (scope === "_actions" && read.has(derivationPoint(actions.availabilityId(key, eyes))))
      return { ...actions.availability(key, eyes) };
    return this.#model.visibleEntry(scope, key)?.value;
  }

  /** The path of a key that is there and that `key` was probably meant to be. */
  #neighbour(scope: string, key: string): string | undefined {
    const { live } = this.#model;
    if (scope === APPEND_SCOPE || this.#searches === 0) return undefined;
    this.#searches -= 1;
    if (live.count(scope) === 0) {
      const scopes = live.scopes().filter((each) => this.#viewer.mayRead(each));
      const meant = nearest(scope, scopes);
      return meant !== undefined && this.#model.visibleEntry(meant, key)
        ? this.#pathOf(meant, key)
        : undefined;
    }
    const builtins = scope === "_actions" ? BUILTINS.keys() : [];
    const meant = nearest(key, [...live.keys(scope), ...builtins]);
    if (meant === undefined) return undefined;
    const isThere = BUILTINS.has(meant) || this.#model.visibleEntry(scope, meant) !== undefined;
    return isThere ? this.#pathOf(scope, meant) : undefined;
  }

  /** A key as an expression of the viewer names it. */
  #pathOf(scope: string, key: string): string {
    const root = ROOTS.get(scope);
    const shown = scope === this.#viewer.own ? "self" : scope;
    return root === undefined ? `state${step(shown)}${step(key)}` : `${root}${step(key)}`;
  }
}

/** Scopes whose entries have a root of their own. */
const ROOTS: ReadonlyMap<string, string> = new Map([
  ["_views", "views"],
  ["_actions", "actions"],
  ["_agents", "agents"],
]);

function step(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
