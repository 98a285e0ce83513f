import type { JsonObject } from "../../kernel/json.ts";
import type { ActionDefinition } from "../../kernel/model.ts";
import type { Provenance } from "../../kernel/provenance.ts";
import { decay } from "../../kernel/provenance.ts";
import type { Signals, Weights } from "../../kernel/salience.ts";
import { NO_SIGNALS, scoreOf, weightsOf } from "../../kernel/salience.ts";
import type { NumberedMessage } from "../../storage/message-store.ts";
import { presencePoint, scopePoint } from "../derivations.ts";
import type { ReadModel } from "../read-model.ts";
import type { Interests } from "./interests.ts";
import { interestsOf, isOwn } from "./interests.ts";

/** What is scored of an entry. */
export interface Scored {
  readonly provenance: Provenance;
  /** ms since the epoch. */
  readonly updatedMs: number;
}

/**
 * What one reader attends to at one instant [CTX-8]. The same room, reader and instant give the same scores; `agent` is
 * null for who reads as the room, whose own definitions are those that no agent registered.
 */
export class Attention {
  readonly agent: string | null;
  readonly weights: Weights;
  readonly #now: number;
  readonly #interests: Interests;
  readonly #contested: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly #readSeq: number;
  readonly #cursor: number;

  constructor(model: ReadModel, agent: string | null) {
    this.agent = agent;
    const { derivations, presence } = model;
    derivations.readVolatile("now");
    this.#now = model.now();
    this.weights = weightsOf(model.visibleEntry("_config", "salience_weights")?.value);
    this.#interests = interestsOf(model, agent);
    this.#contested = contestedTargets(model, agent);
    if (agent !== null) derivations.read(presencePoint(agent));
    // Who reads as the room has no place up to which it has read: nothing is news to it.
    this.#readSeq = agent === null ? Number.POSITIVE_INFINITY : presence.readSeq(agent);
    this.#cursor = agent === null ? Number.POSITIVE_INFINITY : presence.cursor(agent);
  }

  /** What speaks for an entry. */
  signals(scope: string, key: string, { provenance, updatedMs }: Scored): Signals {
    return {
      recency: decay(this.#now - updatedMs),
      dependency: this.#dependency(scope, key),
      authorship: provenance.seq > 0 && provenance.writer === this.agent ? 1 : 0,
      directed: 0,
      contest: this.#contested.get(scope)?.get(key) ?? 0,
      delta: provenance.seq > this.#readSeq ? 1 : 0,
    };
  }

  /** The keys of a scope of which more is known than who wrote them when: expressions name them, or they are contested. */
  namedKeys(scope: string): ReadonlySet<string> {
    const contested = this.#contested.get(scope)?.keys() ?? [];
    return new Set([...(this.#interests.keys.get(scope) ?? []), ...contested]);
  }

  score(scope: string, key: string, scored: Scored): number {
    return scoreOf(this.weights, this.signals(scope, key, scored));
  }

  /** What speaks for a message. */
  messageSignals({ seq, from, to, ts }: NumberedMessage): Signals {
    return {
      ...NO_SIGNALS,
      recency: decay(this.#now - Date.parse(ts)),
      dependency: this.#dependency("_messages", String(seq)),
      authorship: from === this.agent ? 1 : 0,
      directed: this.#directed(to),
      delta: seq > this.#cursor && from !== this.agent ? 1 : 0,
    };
  }

  messageScore(message: NumberedMessage): number {
    return scoreOf(this.weights, this.messageSignals(message));
  }

  /** What is left of a velocity that was measured when its entry was written. */
  velocity({ provenance, updatedMs }: Scored): number {
    return provenance.velocity * decay(this.#now - updatedMs);
  }

  #dependency(scope: string, key: string): number {
    if (this.#interests.keys.get(scope)?.has(key)) return 1;
    return this.#interests.scopes.has(scope) ? 0.3 : 0;
  }

  #directed(to: NumberedMessage["to"]): number {
    if (to === undefined) return 0.3;
    const isAddressed = typeof to === "string" ? to === this.agent : to.some((name) => name === this.agent);
    return isAddressed ? 1 : 0.1;
  }
}

type Targets = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** By scope and key the targets that several actions write: 1 where one of them is the agent's own, else 0.5. */
function contestedTargets(model: ReadModel, agent: string | null): Targets {
  const contested = (model.views.value("_contested")?.value ?? {}) as JsonObject;
  model.derivations.read(scopePoint("_actions"));
  const isMine = (id: unknown) => {
    const definition = model.live.entry("_actions", String(id))?.value as ActionDefinition | undefined;
    return definition !== undefined && isOwn(definition, agent);
  };
  const targets = new Map<string, Map<string, number>>();
  for (const [target, ids] of Object.entries(contested)) {
    const signal = (ids as string[]).some(isMine) ? 1 : 0.5;
    for (const [scope, key] of placesNamed(target)) {
      targets.set(scope, (targets.get(scope) ?? new Map<string, number>()).set(key, signal));
    }
  }
  return targets;
}

/** What `scope:key` may mean: scopes and keys may both hold colons. */
function* placesNamed(target: string): Iterable<readonly [scope: string, key: string]> {
  for (let colon = target.indexOf(":"); colon >= 0; colon = target.indexOf(":", colon + 1)) {
    yield [target.slice(0, colon), target.slice(colon + 1)];
  }
}
