/** What can be wrong: counted each for itself, all else together. */
export const FAULT_KINDS = ["lost", "doubled", "gaps", "other"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** So many faults are told in words; of the rest only their number is. */
const MOST_TOLD = 20;

/** What a drill has found wrong. */
export class Faults {
  readonly #counts = new Map<FaultKind, number>();
  readonly #told: string[] = [];

  /** `text` begins with the rule that is broken. */
  add(kind: FaultKind, text: string): void {
    this.#counts.set(kind, this.count(kind) + 1);
    if (this.#told.length < MOST_TOLD) this.#told.push(`${kind}: ${text}`);
  }

  count(kind: FaultKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  get any(): boolean {
    return this.#counts.size > 0;
  }

  get told(): readonly string[] {
    return this.#told;
  }
}
