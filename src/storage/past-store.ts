import type { MessageStore } from "./message-store.ts";
import type { PastScopeParts } from "./past-scope.ts";
import { PastScope } from "./past-scope.ts";
import { inOneGo, Slice } from "./slice.ts";
import type { StateStore, StateTable, StoredEntry } from "./state-store.ts";
import { REGISTRIES } from "./state-store.ts";

export interface PastStoreParts extends PastScopeParts {
  /** The state as it is now: of it, only messages are read, which never change. */
  readonly state: StateStore;
  readonly messages: MessageStore;
}

type Reading = Generator<void, ReadonlyMap<string, StoredEntry>>;

const MESSAGES = "_messages";
/** Looking up a scope takes as long as so many of its keys. */
const KEYS_PER_SCOPE = 10;
/** So many entries are put in order in the time in which one key is looked up. */
const ENTRIES_PER_KEY = 10;

/**
 * The state as it was after the event `seq`: for each key the newest event that wrote it by then, found through the
 * index. What it costs grows with the keys that the room has held, not with what happened to them.
 */
export class PastStore implements StateTable {
  readonly #parts: PastStoreParts;
  readonly #loaded = new Map<string, ReadonlyMap<string, StoredEntry>>();

  constructor(parts: PastStoreParts) {
    this.#parts = parts;
  }

  /** Every entry of a scope; of a registry in order of registration. */
  load(scope: string): ReadonlyMap<string, StoredEntry> {
    return inOneGo(this.loading(scope));
  }

  /** Loads a scope in slices: when it is done, as between two of them, the past is what it would be in one go. */
  *loading(scope: string, slice = new Slice()): Reading {
    const known = this.#loaded.get(scope);
    if (known) return known;
    const reading = new PastScope(this.#parts, scope).read(slice);
    const loaded = REGISTRIES.has(scope) ? yield* this.#inOrder(scope, reading) : yield* reading;
    this.#loaded.set(scope, loaded);
    return loaded;
  }

  /** The order of a registry is told by base and log together, as they stand at one time: where they move, it is read in one go. */
  *#inOrder(scope: string, reading: Reading): Reading {
    const { checkpoint } = this.#parts;
    const { seq } = checkpoint.get();
    const read = yield* reading;
    if (checkpoint.get().seq === seq) return read;
    return inOneGo(new PastScope(this.#parts, scope).read(new Slice()));
  }

  /** Loads every scope but messages, in slices. */
  *loadingAll(slice = new Slice()): Generator<void, void> {
    for (const scope of this.#scopes()) {
      const { size } = yield* this.loading(scope, slice);
      yield* slice.note(KEYS_PER_SCOPE + size / ENTRIES_PER_KEY);
    }
  }

  get(scope: string, key: string): StoredEntry | undefined {
    if (scope !== MESSAGES) return this.load(scope).get(key);
    return Number(key) <= this.highest(MESSAGES) ? this.#parts.state.get(scope, key) : undefined;
  }

  totals(): Map<string, { entries: number; chars: number }> {
    const messages = this.#parts.messages.count(this.highest(MESSAGES));
    const totals = new Map([[MESSAGES, { entries: messages, chars: 0 }]]);
    for (const scope of this.#scopes()) {
      const entries = this.load(scope);
      const chars = entries.values().reduce((sum, { text }) => sum + text.length, 0);
      totals.set(scope, { entries: entries.size, chars });
    }
    return totals;
  }

  /** Of messages, the highest number there was. */
  highest(scope: string): number {
    const { state, messages, index, seq } = this.#parts;
    return scope === MESSAGES ? messages.highestAt(index, seq, state.highest(MESSAGES)) : 0;
  }

  put(): void {
    throw new Error("the past does not change");
  }

  remove(): void {
    this.put();
  }

  raiseHighest(): void {
    this.put();
  }

  /** The scopes that ever held entries. */
  #scopes(): Set<string> {
    const { base, index } = this.#parts;
    const scopes = new Set([...base.scopes(), ...index.scopes()]);
    scopes.delete(MESSAGES);
    return scopes;
  }
}
