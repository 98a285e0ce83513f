import type { RoomFunction } from "../../cel/room-functions.ts";
import type { Run } from "../../cel/run.ts";
import type { CelValue } from "../../cel/values.ts";
import type { Sight } from "../../kernel/sight.ts";
import { contestedTargets } from "../context/meta.ts";
import { scopePoint } from "../derivations.ts";
import type { ReadModel } from "../read-model.ts";
import { ScopeMap } from "../substrate.ts";
import type { Scored } from "./attention.ts";
import { Attention } from "./attention.ts";
import { topKeys } from "./ranking.ts";

/** What looking at one key costs. */
const STEPS_PER_KEY = 5;

/**
 * The functions of salience [CTX-8], as one reader calls them: each answers a list of keys or of action ids. Where the
 * reader's own scope may not be read, neither may its attention: the room's stands for it.
 */
export class SalienceFunctions {
  readonly #model: ReadModel;
  readonly #sight: Sight;
  readonly #run: Run;

  constructor(model: ReadModel, sight: Sight, run: Run) {
    this.#model = model;
    this.#sight = sight;
    this.#run = run;
  }

  /** The result, or undefined where the arguments are of other types. */
  call(name: RoomFunction, [first = null, second = null]: readonly CelValue[]): CelValue | undefined {
    if (name === "contested") return [...contestedTargets(this.#model).keys()];
    const number = numberOf(name === "stale" ? first : second);
    if (name === "stale") return number === undefined ? undefined : this.#stale(number);
    const scope = this.#scopeOf(first);
    if (scope === undefined) return undefined;
    if (name === "written_by") return this.#writtenBy(scope, second);
    if (number === undefined) return undefined;
    switch (name) {
      case "salient":
        return this.#keys(scope, (key, entry) => this.#attention().score(scope ?? "", key, entry) > number);
      case "velocity_above":
        return this.#keys(scope, (_, entry) => this.#attention().velocity(entry) > number);
      case "top_n":
        return this.#top(scope, number);
    }
  }

  /** The scope that an argument names, or null where nothing of it can be read; undefined for what names none. */
  #scopeOf(value: CelValue): string | null | undefined {
    if (value instanceof ScopeMap) return value.scope;
    if (typeof value === "string") {
      const scope = value === "self" ? this.#sight.own : value;
      return scope !== null && this.#sight.mayRead(scope) ? scope : null;
    }
    return value === null || typeof value === "object" ? null : undefined;
  }

  #known: Attention | undefined;

  #attention(): Attention {
    this.#known ??= new Attention(this.#model, this.#sight.own);
    return this.#known;
  }

  #keys(scope: string | null, holds: (key: string, entry: Scored) => boolean): string[] {
    if (scope === null) return [];
    const keys = this.#model.visibleKeys(scope);
    this.#run.charge(keys.length * STEPS_PER_KEY);
    return keys.filter((key) => {
      const entry = this.#model.live.entry(scope, key);
      return entry !== undefined && holds(key, entry);
    });
  }

  #writtenBy(scope: string | null, agent: CelValue): string[] | undefined {
    if (agent !== null && typeof agent !== "string") return undefined;
    const writer = agent === "" ? null : agent;
    return this.#keys(scope, (_, { provenance }) => provenance.seq > 0 && provenance.writer === writer);
  }

  #top(scope: string | null, count: number): string[] {
    if (scope === null) return [];
    const keys = topKeys(this.#model, this.#attention(), scope, Math.floor(count));
    this.#run.charge(keys.length * STEPS_PER_KEY);
    return keys;
  }

  /** Actions that were invoked less than `count` times. */
  #stale(count: number): string[] {
    this.#model.derivations.read(scopePoint("_actions"));
    const ids = this.#model.actions.ids(this.#sight);
    this.#run.charge(ids.length * STEPS_PER_KEY);
    return ids.filter((id) => (this.#model.usageOf(id)?.invocations ?? 0) < count);
  }
}

function numberOf(value: CelValue): number | undefined {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}
