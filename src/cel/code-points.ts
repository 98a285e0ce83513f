import type { Run } from "./run.ts";

const SURROGATE = /[\uD800-\uDFFF]/;
const POINTS_PER_STEP = 4;

/**
 * A text addressed by code points, as CEL does. Texts without surrogate pairs, nearly all, are addressed in place; the
 * others are taken apart, which is charged one step for four UTF-16 units.
 */
export class CodePoints {
  readonly #run: Run;
  readonly #text: string;
  readonly #points: readonly string[] | undefined;

  constructor(run: Run, text: string) {
    run.chargeText(text.length);
    this.#run = run;
    this.#text = text;
    this.#points = SURROGATE.test(text) ? this.#apart(text) : undefined;
  }

  #apart(text: string): string[] {
    this.#run.charge(Math.ceil(text.length / POINTS_PER_STEP));
    return [...text];
  }

  get length(): number {
    return this.#points?.length ?? this.#text.length;
  }

  slice(start: number, end: number): string {
    return this.#points?.slice(start, end).join("") ?? this.#text.slice(start, end);
  }

  /** The place of the UTF-16 unit `index`, counted in code points; a negative index stays. */
  placeOf(index: number): number {
    return index < 0 || this.#points === undefined ? index : this.#apart(this.#text.slice(0, index)).length;
  }

  /** The UTF-16 unit at which the code point `place` starts. */
  unitOf(place: number): number {
    if (this.#points === undefined) return place;
    this.#run.charge(Math.ceil(place / POINTS_PER_STEP));
    return this.slice(0, place).length;
  }

  reversed(): string {
    return (this.#points ?? this.#apart(this.#text)).toReversed().join("");
  }
}
