import type { CelValue } from "./values.ts";

/**
 * A map of the substrate as an expression sees it [CEL-1]: an absent key reads as null, `in` and `has(m.k)` tell
 * absent from null. The room subclasses it, and records what is read there.
 */
export abstract class SubstrateMap {
  /** The value of `key`, or undefined when it is absent. */
  protected abstract read(key: string): CelValue | undefined;

  /** Whether `key` is there, its value unread. */
  protected abstract holds(key: string): boolean;

  /** Every key, in order: the map is read whole. */
  protected abstract names(): Iterable<string>;

  /** How many keys there are: the map is read whole. */
  protected abstract count(): number;

  get(key: string): CelValue {
    return this.read(key) ?? null;
  }

  has(key: string): boolean {
    return this.holds(key);
  }

  keys(): Iterable<string> {
    return this.names();
  }

  get size(): number {
    return this.count();
  }
}
