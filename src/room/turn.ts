import { Meter, Overrun } from "../cel/meter.ts";
import { LIMITS } from "../kernel/limits.ts";

/**
 * The steps that expressions take while a room does one thing: answers a call, fires timers, works off a slice of what a
 * commit woke. Views, gates and clauses that it has to evaluate on the way share what there is, so that many costly
 * ones cannot hold it up for longer than a few [CEL-8].
 */
export class Turn {
  #used = 0;

  /** Begins another turn. */
  begin(): void {
    this.#used = 0;
  }

  /** Notes steps that were paid for by somebody's own account. */
  note(steps: number): void {
    this.#used += steps;
  }

  /** Whether others should be let in between before more is begun. */
  get isLong(): boolean {
    return this.#used >= LIMITS.sliceSteps;
  }

  /** What an evaluation may take that nobody's account pays for. */
  meter(): TurnMeter {
    return new TurnMeter(this);
  }

  /** Whether an evaluation that has taken `steps` by now has to end for the turn's sake. */
  isOver(steps: number): boolean {
    if (this.#used <= LIMITS.turnSteps) return false;
    return steps > LIMITS.leastSteps || this.#used > 2 * LIMITS.turnSteps;
  }
}

/** The budget of one evaluation, within that of its turn. */
export class TurnMeter extends Meter {
  readonly #turn: Turn;
  /** Whether the evaluation ended for the turn's sake: in another it may come to an end. */
  isCutShort = false;

  constructor(turn: Turn) {
    super(LIMITS.expressionSteps);
    this.#turn = turn;
  }

  override charge(steps: number): void {
    this.#turn.note(steps);
    super.charge(steps);
    if (!this.#turn.isOver(this.used)) return;
    this.isCutShort = true;
    throw new Overrun("the room's expressions need more steps than it takes at once: read it again");
  }
}
