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

/** A view's value as everyone sees it; undefined while the view is disabled or absent [VIEW-3]. */
export type ViewValue = { readonly value: Json } | undefined;

/** The system view of write targets that two or more actions share [ACT-11]. */
const CONTESTED = "_contested";

/** The room's views: each evaluated when it is read and something that it read has changed [VIEW-4]. */
export class Views {
  readonly #model: ReadModel;

  constructor(model: ReadModel) {
    this.#model = model;
  }

  /** Registered views in order of registration, then system views; hidden ones among them. */
  ids(): readonly string[] {
    return [...this.#model.visibleKeys("_views"), CONTESTED];
  }

  value(id: string): ViewValue {
    const { derivations } = this.#model;
    return derivations.value(
      `view:${id}`,
      () => (id === CONTESTED ? this.#contested() : this.#evaluate(id)),
      (ids) => ({ value: { _error: `cycle: ${cycleText(ids)}` } }),
    );
  }

  #contested(): ViewValue {
    this.#model.derivations.read(scopePoint("_actions"));
    const value = contested(this.#model.live);
    return Object.keys(value).length === 0 ? undefined : { value };
  }

  #evaluate(id: string): ViewValue {
    const entry = this.#model.visibleEntry("_views", id);
    if (!entry) return undefined;
    const { scope, expr, enabled } = entry.value as unknown as ViewDefinition;
    const roots = new RoomRoots(this.#model, viewSight(scope), { kind: "view" });
    if (enabled !== undefined) {
      const gate = evaluateText(enabled, roots);
      if (!gate.ok || gate.value !== true) return undefined;
    }
    const evaluation = evaluateValue(expr, roots);
    return { value: evaluation.ok ? evaluation.value : { _error: evaluation.fault.message } };
  }
}

/** A cycle from its first member by name round to it again, so that each member tells the same. */
function cycleText(ids: readonly string[]): string {
  const names = ids.map((id) => id.slice(id.indexOf(":") + 1));
  const first = names.indexOf([...names].sort()[0] as string);
  const rotated = [...names.slice(first), ...names.slice(0, first)];
  return [...rotated, rotated[0]].join(" → ");
}

/** The root `views`. */
export class ViewsMap extends SubstrateMap {
  readonly #views: Views;

  constructor(views: Views) {
    super();
    this.#views = views;
  }

  protected override read(id: string): CelValue | undefined {
    const view = this.#views.value(id);
    return view && toCel(view.value);
  }

  protected override holds(id: string): boolean {
    return this.#views.value(id) !== undefined;
  }

  protected override names(): Iterable<string> {
    return this.#views.ids().filter((id) => this.holds(id));
  }

  protected override count(): number {
    return [...this.names()].length;
  }
}
