/** Thrown when work is over its bound. It is no Error, so that nothing which absorbs errors absorbs it [CEL-5]. */
export class Overrun {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/**
 * Counts the steps of an evaluation [CEL-5]. What is charged here is charged to the parent too. Once blown it stays
 * blown: every later charge throws again.
 */
export class Meter {
  readonly #limit: number;
  readonly #parent: Meter | undefined;
  #used = 0;

  constructor(limitSteps: number, parent?: Meter) {
    this.#limit = limitSteps;
    this.#parent = parent;
  }

  /** @throws Overrun when this meter, or a parent, has counted more than its limit. */
  charge(steps: number): void {
    this.#used += steps;
    this.#parent?.charge(steps);
    if (this.#used > this.#limit) throw new Overrun(`the expression needs more than ${this.#limit} steps`);
  }

  get blown(): boolean {
    return this.#used > this.#limit || (this.#parent?.blown ?? false);
  }

  get used(): number {
    return this.#used;
  }
}
