import { ComputedMap } from "../cel/computed-map.ts";
import { SubstrateMap } from "../cel/substrate-map.ts";
import type { CelValue } from "../cel/values.ts";
import { toCel } from "../cel/values.ts";
import { LIMITS } from "../kernel/limits.ts";
import { entryNumber } from "../kernel/order.ts";
import type { Sight } from "../kernel/sight.ts";
import { auditValue } from "../kernel/sight.ts";
import { LOG_POINT, SCOPES_POINT, scopePoint } from "./derivations.ts";
import type { ReadModel } from "./read-model.ts";

/** What an absent or unseen scope reads as [CEL-1]. */
export const EMPTY_MAP: SubstrateMap = new ComputedMap({});

/** The keys of one scope with their values; entries whose gate is closed are not there [TIMER-4]. */
export class ScopeMap extends SubstrateMap {
  readonly scope: string;
  readonly #model: ReadModel;

  constructor(model: ReadModel, scope: string) {
    super();
    this.#model = model;
    this.scope = scope;
  }

  protected override read(key: string): CelValue | undefined {
    const entry = this.#model.visibleEntry(this.scope, key);
    return entry && toCel(entry.value);
  }

  protected override holds(key: string): boolean {
    return this.#model.visibleEntry(this.scope, key) !== undefined;
  }

  protected override names(): Iterable<string> {
    return this.#model.visibleKeys(this.scope);
  }

  protected override count(): number {
    return this.#model.visibleKeys(this.scope).length;
  }
}

/** `_agents`: what is recorded of each agent, joined with what it was last seen doing [LOG-7]. */
class AgentsScopeMap extends ScopeMap {
  readonly #model: ReadModel;

  constructor(model: ReadModel) {
    super(model, "_agents");
    this.#model = model;
  }

  protected override read(key: string): CelValue | undefined {
    const shown = this.#model.agents.entryValue(key);
    return shown && toCel(shown);
  }
}

/** The newest entries of a scope that is numbered and too long to be read whole. */
abstract class WindowMap extends SubstrateMap {
  #known: readonly number[] | undefined;

  /** The numbers of the newest {@link LIMITS.windowEntries}, the lowest first. */
  protected abstract numbers(): readonly number[];
  protected abstract at(number: number): CelValue | undefined;

  protected override read(key: string): CelValue | undefined {
    return this.holds(key) ? this.at(entryNumber(key)) : undefined;
  }

  protected override holds(key: string): boolean {
    return this.#window().includes(entryNumber(key));
  }

  protected override *names(): Iterable<string> {
    for (const number of this.#window()) {
      if (this.at(number) !== undefined) yield String(number);
    }
  }

  protected override count(): number {
    return [...this.names()].length;
  }

  /** Looked up once: the map lives no longer than the expression that reads it. */
  #window(): readonly number[] {
    this.#known ??= this.numbers();
    return this.#known;
  }
}

class MessagesMap extends WindowMap {
  readonly #model: ReadModel;

  constructor(model: ReadModel) {
    super();
    this.#model = model;
  }

  protected override numbers(): readonly number[] {
    this.#model.derivations.read(scopePoint("_messages"));
    return this.#model.inbox.numbers(LIMITS.windowEntries);
  }

  protected override at(number: number): CelValue | undefined {
    const entry = this.#model.live.entry("_messages", String(number));
    return entry && toCel(entry.value);
  }
}

class AuditMap extends WindowMap {
  readonly #model: ReadModel;
  readonly #sight: Sight;

  constructor(model: ReadModel, sight: Sight) {
    super();
    this.#model = model;
    this.#sight = sight;
  }

  protected override numbers(): readonly number[] {
    this.#model.derivations.read(LOG_POINT);
    const last = this.#model.journal.head.seq;
    const count = Math.min(last, LIMITS.windowEntries);
    return Array.from({ length: count }, (_, index) => last - count + 1 + index);
  }

  protected override at(number: number): CelValue | undefined {
    const event = this.#model.log.page({ after: number - 1, limit: 1 })[0];
    const visible = event && this.#sight.event(event);
    return visible ? toCel(auditValue(visible)) : undefined;
  }
}

/** The root `state`: every scope that the reader may see; what it may not see reads as an empty scope [CEL-1]. */
export class StateMap extends SubstrateMap {
  readonly #model: ReadModel;
  readonly #sight: Sight;

  constructor(model: ReadModel, sight: Sight) {
    super();
    this.#model = model;
    this.#sight = sight;
  }

  protected override read(name: string): CelValue {
    if (name === "self")
      return this.#sight.own === null ? EMPTY_MAP : new ScopeMap(this.#model, this.#sight.own);
    if (!this.#sight.mayRead(name)) return EMPTY_MAP;
    if (name === "_audit") return new AuditMap(this.#model, this.#sight);
    if (name === "_messages") return new MessagesMap(this.#model);
    if (name === "_agents") return new AgentsScopeMap(this.#model);
    return new ScopeMap(this.#model, name);
  }

  protected override holds(name: string): boolean {
    if (name === "self") return this.#sight.own !== null;
    return name === "_audit" || this.#scopes().includes(name);
  }

  protected override names(): Iterable<string> {
    return this.#scopes();
  }

  protected override count(): number {
    return this.#scopes().length;
  }

  #scopes(): string[] {
    this.#model.derivations.read(SCOPES_POINT);
    return this.#model.live.scopes().filter((scope) => this.#sight.mayRead(scope));
  }
}
