import { SubstrateMap } from "../cel/substrate-map.ts";
import type { CelValue } from "../cel/values.ts";
import { toCel } from "../cel/values.ts";
import { contested } from "../kernel/contention.ts";
import type { Json } from "../kernel/json.ts";
import type { ViewDefinition } from "../kernel/model.ts";
import { viewSight } from "../kernel/sight.ts";
import { scopePoint } from "./derivations.ts";
import { evaluateText, evaluateValue } from "./expressions.ts";
import type { ReadModel } from "./read-model.ts";
import { RoomRoots } from "./roots.ts";
import { VOCABULARY } from "./vocabulary.ts";

/** A view's value as everyone sees it; undefined while the view is disabled or absent [VIEW-3]. */
export type ViewValue = { readonly value: Json } | undefined;

/** The system view of write targets that two or more actions share [ACT-11]. */
const CONTESTED = "_contested";

/** Whether the room itself makes a view: no id that agents give begins so [VIEW-6]. */
export function isSystemView(id: string): boolean {
  return id.startsWith("_");
}

/** What the ids of derivations begin with: a view's value, and whether its gate lets it be seen. */
export const VIEW_DERIVATION = "view:";
export const GATE_DERIVATION = "shown:";

/** The room's views: each evaluated when it is read and something that it read has changed [VIEW-4]. */
export class Views {
  readonly #model: ReadModel;

  constructor(model: ReadModel) {
    this.#model = model;
  }

  /** Registered views in order of registration, hidden ones among them, and the system view that is told to everyone. */
  ids(): readonly string[] {
    return [...this.#model.visibleKeys("_views"), CONTESTED];
  }

  value(id: string): ViewValue {
    const { derivations } = this.#model;
    if (id === CONTESTED)
      return derivations.value(
        VIEW_DERIVATION + id,
        () => this.#contested(),
        () => undefined,
      );
    if (id === VOCABULARY) return this.#model.vocabulary.value();
    if (!this.shows(id)) return undefined;
    return derivations.value(
      VIEW_DERIVATION + id,
      () => this.#evaluate(id),
      (ids) => ({ value: { _error: `cycle: ${cycleText(ids)}` } }),
    );
  }

  /** Whether there is such a view and its gate lets it be seen. Its value is not asked for: views may list each other. */
  shows(id: string): boolean {
    if (id === CONTESTED || id === VOCABULARY) return this.value(id) !== undefined;
    const { derivations } = this.#model;
    const definition = this.definition(id);
    if (definition?.enabled === undefined) derivations.drop(GATE_DERIVATION + id);
    if (definition === undefined) derivations.drop(VIEW_DERIVATION + id);
    if (definition?.enabled === undefined) return definition !== undefined;
    return derivations.value(
      GATE_DERIVATION + id,
      () => this.#gateHolds(id),
      () => false,
    );
  }

  /** The derivations that decide what is shown of a view now, all of them evaluated. */
  sources(id: string): readonly string[] {
    const view = this.value(id);
    const isShown = view !== undefined || id === CONTESTED;
    return isShown ? [GATE_DERIVATION + id, VIEW_DERIVATION + id] : [GATE_DERIVATION + id];
  }

  /** Whether a view is there at some times and not at others, without being written. */
  isConditional(id: string): boolean {
    return isSystemView(id) || this.definition(id)?.enabled !== undefined;
  }

  #contested(): ViewValue {
    this.#model.derivations.read(scopePoint("_actions"));
    const value = contested(this.#model.live);
    return Object.keys(value).length === 0 ? undefined : { value };
  }

  definition(id: string): ViewDefinition | undefined {
    return this.#model.visibleEntry("_views", id)?.value as ViewDefinition | undefined;
  }

  #roots({ scope }: ViewDefinition): RoomRoots {
    return new RoomRoots(this.#model, viewSight(scope), { kind: "view" });
  }

  #gateHolds(id: string): boolean {
    const definition = this.definition(id);
    if (definition?.enabled === undefined) return definition !== undefined;
    const gate = evaluateText(definition.enabled, this.#roots(definition));
    return gate.ok && gate.value === true;
  }

  #evaluate(id: string): ViewValue {
    const definition = this.definition(id);
    if (definition === undefined) return undefined;
    const evaluation = evaluateValue(definition.expr, this.#roots(definition));
    return { value: evaluation.ok ? evaluation.value : { _error: evaluation.fault.message } };
  }
}

/** The views of a cycle, from the first by name round to it again, so that each member tells the same. */
function cycleText(ids: readonly string[]): string {
  const names = ids
    .filter((id) => id.startsWith(VIEW_DERIVATION))
    .map((id) => id.slice(VIEW_DERIVATION.length));
  const first = names.indexOf([...names].sort()[0] as string);
  const rotated = [...names.slice(first), ...names.slice(0, first)];
  return [...rotated, rotated[0]].join(" → ");
}

/**
 * The root `views`. The view of the vocabulary reads every other: only a caller's own expression finds it, and only by
 * its name, so that no view that lists the others reads itself [VIEW-8].
 */
export class ViewsMap extends SubstrateMap {
  readonly #views: Views;
  readonly #isCallers: boolean;

  constructor(views: Views, isCallers: boolean) {
    super();
    this.#views = views;
    this.#isCallers = isCallers;
  }

  protected override read(id: string): CelValue | undefined {
    if (id === VOCABULARY && !this.#isCallers) return undefined;
    const view = this.#views.value(id);
    return view && toCel(view.value);
  }

  protected override holds(id: string): boolean {
    return (id !== VOCABULARY || this.#isCallers) && this.#views.shows(id);
  }

  protected override names(): Iterable<string> {
    return this.#views.ids().filter((id) => this.holds(id));
  }

  protected override count(): number {
    return [...this.names()].length;
  }
}
