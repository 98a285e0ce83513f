import { SubstrateMap } from "./substrate-map.ts";
import type { CelValue } from "./values.ts";

/** A map whose members are computed when they are read. */
export class ComputedMap extends SubstrateMap {
  readonly #members: ReadonlyMap<string, () => CelValue>;

  constructor(members: Readonly<Record<string, () => CelValue>>) {
    super();
    this.#members = new Map(Object.entries(members));
  }

  protected override read(key: string): CelValue | undefined {
    return this.#members.get(key)?.();
  }

  protected override holds(key: string): boolean {
    return this.#members.has(key);
  }

  protected override names(): Iterable<string> {
    return this.#members.keys();
  }

  protected override count(): number {
    return this.#members.size;
  }
}
