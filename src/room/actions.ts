import { ComputedMap } from "../cel/computed-map.ts";
import { SubstrateMap } from "../cel/substrate-map.ts";
import type { CelValue } from "../cel/values.ts";
import { toCel } from "../cel/values.ts";
import { BUILTINS } from "../kernel/decide/builtins.ts";
import type { Json } from "../kernel/json.ts";
import type { ActionDefinition } from "../kernel/model.ts";
import type { Sight } from "../kernel/sight.ts";
import { actionSight } from "../kernel/sight.ts";
import { evaluateText } from "./expressions.ts";
import type { ReadModel } from "./read-model.ts";
import { RoomRoots } from "./roots.ts";

/** Whether an action can be invoked now, by one invoker. */
export interface Availability {
  readonly enabled: boolean;
  readonly available: boolean;
}

const AVAILABLE: Availability = { enabled: true, available: true };
const DISABLED: Availability = { enabled: false, available: false };

/** So many availabilities stay in memory: the least recently made go first. */
const MOST_KEPT = 20_000;

/** One that a view or a wait has read stays: dropped, it would not tell its reader that it has changed. */
const MOST_PASSED_OVER = 8;

/** The room's actions as invokers see them. */
export class Actions {
  readonly #model: ReadModel;
  readonly #kept = new Set<string>();

  constructor(model: ReadModel) {
    this.#model = model;
  }

  /**
   * The registered actions that are there for the agent of `sight`, in order of registration: dormant ones are not, nor
   * those that are not enabled [CEL-3]. {@link BUILTINS} stand after them.
   */
  ids(sight: Sight): readonly string[] {
    return this.registered().filter((id) => this.isEnabled(id, sight));
  }

  /** Every registered action that is not dormant, whoever it is enabled for. */
  registered(): readonly string[] {
    return this.#model.visibleKeys("_actions");
  }

  /** What an action does, enabled or not; undefined where it is dormant or not registered. */
  definition(id: string): ActionDefinition | undefined {
    return this.#model.visibleEntry("_actions", id)?.value as ActionDefinition | undefined;
  }

  /**
   * `enabled` and `if` as they stand for the agent of `sight`, the latter with no parameters [CEL-6]. They read the
   * agent's own scope only where `sight` does: an expression that may not read it learns nothing of it here [ACT-3].
   */
  availability(id: string, sight: Sight): Availability {
    const derivation = this.availabilityId(id, sight);
    this.#keep(derivation);
    return this.#model.derivations.value(
      derivation,
      () => {
        if (!this.isEnabled(id, sight)) return DISABLED;
        return this.#holds(id, "if", sight) ? AVAILABLE : { enabled: true, available: false };
      },
      () => DISABLED,
    );
  }

  /** The id of the derivation that {@link availability} is. */
  availabilityId(id: string, { agent, own }: Sight): string {
    return `available:${JSON.stringify([agent, own, id])}`;
  }

  /** The id of the derivation that {@link isEnabled} is, where the action has such a clause. */
  enabledId(id: string, { agent, own }: Sight): string {
    return `enabled:${JSON.stringify([agent, own, id])}`;
  }

  /** Whether the action is there for the agent of `sight`. Told apart from `if`, which may ask what actions there are. */
  isEnabled(id: string, sight: Sight): boolean {
    const definition = this.definition(id);
    if (definition?.enabled === undefined) return definition !== undefined;
    const derivation = this.enabledId(id, sight);
    this.#keep(derivation);
    return this.#model.derivations.value(
      derivation,
      () => this.#holds(id, "enabled", sight),
      () => false,
    );
  }

  #holds(id: string, clause: "enabled" | "if", { agent, own }: Sight): boolean {
    const definition = this.definition(id);
    if (!definition) return false;
    const expression = definition[clause];
    if (expression === undefined) return true;
    const sight = actionSight(definition.scope, agent, own !== null);
    const roots = new RoomRoots(this.#model, sight, { kind: "caller", params: {} });
    const evaluation = evaluateText(expression, roots);
    return evaluation.ok && evaluation.value === true;
  }

  #keep(derivation: string): void {
    if (this.#kept.has(derivation)) return;
    this.#kept.add(derivation);
    let passedOver = 0;
    for (const oldest of this.#kept) {
      if (this.#kept.size <= MOST_KEPT || passedOver === MOST_PASSED_OVER) return;
      this.#kept.delete(oldest);
      if (this.#model.derivations.isRead(oldest)) {
        this.#kept.add(oldest);
        passedOver += 1;
      } else this.#model.derivations.drop(oldest);
    }
  }
}

/** The root `actions`: built-in ones among them. */
export class ActionsMap extends SubstrateMap {
  readonly #actions: Actions;
  readonly #sight: Sight;

  constructor(actions: Actions, sight: Sight) {
    super();
    this.#actions = actions;
    this.#sight = sight;
  }

  protected override read(id: string): CelValue | undefined {
    const builtin = BUILTINS.get(id);
    if (builtin) {
      return new ComputedMap({
        available: () => true,
        enabled: () => true,
        builtin: () => true,
        description: () => builtin.description,
        params: () => toCel(builtin.params),
      });
    }
    const definition = this.#actions.definition(id);
    const isThere = definition !== undefined && this.#actions.isEnabled(id, this.#sight);
    return isThere ? this.#registered(id, definition) : undefined;
  }

  #registered(id: string, definition: ActionDefinition): CelValue {
    return new ComputedMap({
      available: () => this.#actions.availability(id, this.#sight).available,
      enabled: () => true,
      description: () => definition.description ?? null,
      params: () => toCel((definition.params ?? null) as Json),
      scope: () => definition.scope,
      registered_by: () => definition.registered_by,
    });
  }

  protected override holds(id: string): boolean {
    return BUILTINS.has(id) || this.#actions.isEnabled(id, this.#sight);
  }

  protected override names(): Iterable<string> {
    return [...this.#actions.ids(this.#sight), ...BUILTINS.keys()];
  }

  protected override count(): number {
    return this.#actions.ids(this.#sight).length + BUILTINS.size;
  }
}
