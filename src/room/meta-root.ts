import { ComputedMap } from "../cel/computed-map.ts";
import { SubstrateMap } from "../cel/substrate-map.ts";
import type { CelValue } from "../cel/values.ts";
import { toCel } from "../cel/values.ts";
import type { Json } from "../kernel/json.ts";
import { rounded } from "../kernel/salience.ts";
import type { Sight } from "../kernel/sight.ts";
import { StoredEntry } from "../storage/state-store.ts";
import { contestedTargets } from "./context/meta.ts";
import type { ReadModel } from "./read-model.ts";
import { Attention } from "./salience/attention.ts";
import { EMPTY_MAP, StateMap } from "./substrate.ts";

/** For whom `meta` tells a score: a view, which is the same for everyone, has none [VIEW-1]. */
export interface MetaReader {
  readonly sight: Sight;
  readonly scores: boolean;
}

/** The root `meta`: what is told of entries and actions, as far as the reader sees them [CTX-5]. */
export function metaRoot(model: ReadModel, reader: MetaReader): SubstrateMap {
  let known: Attention | undefined;
  const attention = () => {
    known ??= new Attention(model, reader.sight.own);
    return known;
  };
  return new ComputedMap({
    state: () => new MetaState(model, reader, attention),
    actions: () => new MetaActions(model, reader.sight),
  });
}

/** The scopes that the reader sees, each a map of what is told of its keys. */
class MetaState extends StateMap {
  readonly #model: ReadModel;
  readonly #reader: MetaReader;
  readonly #attention: () => Attention;

  constructor(model: ReadModel, reader: MetaReader, attention: () => Attention) {
    super(model, reader.sight);
    this.#model = model;
    this.#reader = reader;
    this.#attention = attention;
  }

  protected override read(name: string): CelValue {
    const { sight } = this.#reader;
    const scope = name === "self" ? sight.own : name;
    if (scope === null || scope === "_audit" || !sight.mayRead(scope)) return EMPTY_MAP;
    return new MetaScope(this.#model, scope, (key, entry) => this.#members(scope, key, entry));
  }

  #members(scope: string, key: string, entry: StoredEntry): SubstrateMap {
    const { provenance } = entry;
    return new ComputedMap({
      revision: () => entry.revision,
      hash: () => entry.hash,
      updated_at: () => entry.updated_at,
      writer: () => provenance.writer,
      via: () => provenance.via,
      seq: () => provenance.seq,
      writers: () => toCel([...provenance.writers] as Json),
      velocity: () => rounded(this.#attention().velocity(entry)),
      ...(this.#reader.scores ? { score: () => rounded(this.#attention().score(scope, key, entry)) } : {}),
    });
  }
}

class MetaScope extends SubstrateMap {
  readonly #model: ReadModel;
  readonly #scope: string;
  readonly #members: (key: string, entry: StoredEntry) => CelValue;

  constructor(model: ReadModel, scope: string, members: (key: string, entry: StoredEntry) => CelValue) {
    super();
    this.#model = model;
    this.#scope = scope;
    this.#members = members;
  }

  protected override read(key: string): CelValue | undefined {
    const entry = this.#model.visibleEntry(this.#scope, key);
    return entry instanceof StoredEntry ? this.#members(key, entry) : undefined;
  }

  protected override holds(key: string): boolean {
    return this.#model.visibleEntry(this.#scope, key) !== undefined;
  }

  protected override names(): Iterable<string> {
    return this.#model.visibleKeys(this.#scope);
  }

  protected override count(): number {
    return this.#model.visibleKeys(this.#scope).length;
  }
}

class MetaActions extends SubstrateMap {
  readonly #model: ReadModel;
  readonly #sight: Sight;

  constructor(model: ReadModel, sight: Sight) {
    super();
    this.#model = model;
    this.#sight = sight;
  }

  protected override read(id: string): CelValue | undefined {
    if (!this.holds(id)) return undefined;
    const used = () => this.#model.usageOf(id);
    return new ComputedMap({
      invocations: () => used()?.invocations ?? 0,
      last_invoked_at: () => used()?.last_invoked_at ?? null,
      last_invoked_by: () => used()?.last_invoked_by ?? null,
      contested: () => toCel([...(contestedTargets(this.#model).get(id) ?? [])]),
    });
  }

  protected override holds(id: string): boolean {
    return this.#model.actions.isEnabled(id, this.#sight);
  }

  protected override names(): Iterable<string> {
    return this.#model.actions.ids(this.#sight);
  }

  protected override count(): number {
    return this.#model.actions.ids(this.#sight).length;
  }
}
