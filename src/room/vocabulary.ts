import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject, own } from "../kernel/json.ts";
import { IDLE_POINT, invokedPoint, scopePoint } from "./derivations.ts";
import type { ReadModel } from "./read-model.ts";
import type { UnreadTarget } from "./unread-targets.ts";
import { unread } from "./unread-targets.ts";
import { VIEW_DERIVATION } from "./views.ts";

/** The system view of what in a room's vocabulary may want tidying up. */
export const VOCABULARY = "_vocabulary";

/** Of each kind so many are listed; all are counted. */
const MOST_LISTED = 10;
/** Longer texts are cut. */
const MOST_CHARS = 160;
/** An action that is younger has not had its chance. */
const FAIR_CHANCE_MS = 10 * 60_000;
/** Fewer actions that nobody invoked matter to nobody. */
const LEAST_IDLE = 5;

interface IdleAction {
  readonly id: string;
  readonly registered_by: string | null;
  readonly since: string;
}

/**
 * The health of what is registered: views that fail, actions that nobody has invoked, contested targets, and what no
 * expression reads [VIEW-8]. The same for every reader: definitions, usage and values of views are public. What is
 * told of definitions alone is told again only when they change.
 */
export class Vocabulary {
  readonly #model: ReadModel;

  constructor(model: ReadModel) {
    this.#model = model;
  }

  /** What there is to say, or undefined; it evaluates every view. */
  value(): { readonly value: Json } | undefined {
    return this.#derived(VIEW_DERIVATION + VOCABULARY, undefined, () => {
      const parts = [this.#brokenViews(), this.#neverInvoked(), this.#contested(), this.#neverRead()];
      const value: JsonObject = Object.assign({}, ...parts);
      return Object.keys(value).length === 0 ? undefined : { value };
    });
  }

  /**
   * Whether somebody should look at it now: a view is broken, or at least five actions, and half of all, were never
   * invoked within ten minutes and more. It evaluates every view.
   */
  needsReview(): boolean {
    if (this.#broken().length > 0) return true;
    const registered = this.#model.live.count("_actions");
    if (registered < LEAST_IDLE) return false;
    const before = new Date(this.#model.now() - FAIR_CHANCE_MS).toISOString();
    const idle = this.#idle().filter(({ since }) => since < before).length;
    return idle >= LEAST_IDLE && idle * 2 >= registered;
  }

  #brokenViews(): JsonObject {
    const broken = this.#broken();
    const listed = broken.slice(0, MOST_LISTED).map(({ id, error }) => ({ id, error: cut(error) }));
    return broken.length === 0 ? {} : { broken_views: { count: broken.length, views: listed } };
  }

  /** Not a derivation of its own: whoever asks outside of one has the views evaluated already, and pays for no more. */
  #broken(): readonly { readonly id: string; readonly error: string }[] {
    return this.#model.visibleKeys("_views").flatMap((id) => {
      const error = errorOf(this.#model.views.value(id)?.value);
      return error === undefined ? [] : [{ id, error }];
    });
  }

  #neverInvoked(): JsonObject {
    const idle = this.#idle();
    const actions = idle.slice(0, MOST_LISTED).map((action) => ({ ...action }));
    return idle.length === 0 ? {} : { never_invoked: { count: idle.length, actions } };
  }

  #idle(): readonly IdleAction[] {
    const { actions, derivations, live, usage } = this.#model;
    return this.#derived("vocabulary:idle", [], () => {
      const used = usage.all();
      const idle = actions.registered().filter((id) => !used.has(id));
      derivations.read(IDLE_POINT);
      for (const id of idle) derivations.read(invokedPoint(id));
      return idle.map((id) => {
        const registered_by = actions.definition(id)?.registered_by ?? null;
        return { id, registered_by, since: live.entry("_actions", id)?.updated_at ?? "" };
      });
    });
  }

  #contested(): JsonObject {
    const targets = Object.keys(this.#model.views.value("_contested")?.value ?? {});
    if (targets.length === 0) return {};
    return { contested: { count: targets.length, targets: targets.slice(0, MOST_LISTED).map(cut) } };
  }

  #neverRead(): JsonObject {
    const { writes, views } = this.#unread();
    const listed = writes.slice(0, MOST_LISTED).map(({ target, actions }) => {
      return { target: cut(target), actions: actions.slice(0, MOST_LISTED) };
    });
    return {
      ...(writes.length === 0 ? {} : { unread_writes: { count: writes.length, writes: listed } }),
      ...(views.length === 0
        ? {}
        : { unread_views: { count: views.length, views: views.slice(0, MOST_LISTED) } }),
    };
  }

  #unread(): { readonly writes: readonly UnreadTarget[]; readonly views: readonly string[] } {
    const { actions, derivations, views } = this.#model;
    return this.#derived("vocabulary:unread", { writes: [], views: [] }, () => {
      for (const scope of ["_actions", "_views"]) derivations.read(scopePoint(scope));
      return unread({
        actions: defined(actions.registered(), (id) => actions.definition(id)),
        views: defined(this.#model.visibleKeys("_views"), (id) => views.definition(id)),
      });
    });
  }

  #derived<T>(id: string, whenCyclic: T, evaluate: () => T): T {
    return this.#model.derivations.value(id, evaluate, () => whenCyclic);
  }
}

function* defined<T>(ids: Iterable<string>, find: (id: string) => T | undefined): Iterable<[string, T]> {
  for (const id of ids) {
    const definition = find(id);
    if (definition !== undefined) yield [id, definition];
  }
}

/** What a view's value says of its failure, or undefined for one that does not fail. */
function errorOf(value: Json | undefined): string | undefined {
  const error = isJsonObject(value) && Object.keys(value).length === 1 ? own(value, "_error") : undefined;
  return typeof error === "string" ? error : undefined;
}

function cut(text: string): string {
  return text.length <= MOST_CHARS ? text : `${text.slice(0, MOST_CHARS)}…`;
}
