/** A place that a derivation may have read: a key, a whole scope, presence, or another derivation. */
export type Point = string;

/** How what a derivation read can change without an event. */
export interface Volatility {
  /** It read the clock. */
  now: boolean;
  /** It read presence. */
  presence: boolean;
}

/** A value computed from the state, with the places that its last evaluation read. */
export class Derivation {
  readonly id: string;
  value: unknown;
  fresh = false;
  readonly points = new Set<Point>();
  readonly keysByScope = new Map<string, number>();
  readonly volatility: Volatility = { now: false, presence: false };
  /** The pass in which it was last evaluated. */
  pass = 0;
  /** How much of what the room may hold it holds: the characters of its value. */
  chars = 0;
  /** Set while it is being evaluated and found among its own inputs. */
  cycle: readonly string[] | undefined;

  constructor(id: string) {
    this.id = id;
  }

  reset(): void {
    this.points.clear();
    this.keysByScope.clear();
    this.volatility.now = false;
    this.volatility.presence = false;
    this.cycle = undefined;
  }
}

/** A derivation to be evaluated: how, and what it is worth when it turns out to read itself through the ids given. */
export interface Request<T> {
  readonly derivation: Derivation;
  readonly evaluate: () => T;
  readonly whenCyclic: (ids: readonly string[]) => T;
}

/** Thrown out of a chain of reads that is too deep for the stack. It is no Error: no expression absorbs it. */
export class TooDeep {
  readonly request: Request<unknown>;

  constructor(request: Request<unknown>) {
    this.request = request;
  }
}
