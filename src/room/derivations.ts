import { LIMITS } from "../kernel/limits.ts";
import type { LogEvent } from "../kernel/model.ts";
import type { Point, Request, Volatility } from "./derivation.ts";
import { Derivation, TooDeep } from "./derivation.ts";
import { Turn } from "./turn.ts";

/** The point of one key. Keys hold no control characters, so that no two points look alike. */
export function keyPoint(scope: string, key: string): Point {
  return `${scope}\0${key}`;
}

/** The point of a scope read whole. */
export function scopePoint(scope: string): Point {
  return `${scope}\0`;
}

/** The point of the list of scopes. */
export const SCOPES_POINT: Point = "\0scopes";
/** The point of what every event moves: the room's seq, and the log. */
export const LOG_POINT: Point = "\0log";

/** The point of how often actions were invoked. */
export const USAGE_POINT: Point = "\0usage";

/** The point of what an agent was last seen doing. */
export function presencePoint(agent: string): Point {
  return `\0presence\0${agent}`;
}

/** The point of when an agent was last heard of, which each of its calls moves. */
export function heartbeatPoint(agent: string): Point {
  return `\0heartbeat\0${agent}`;
}

/**
 * The point of which actions were ever invoked. A commit does not move it: who lists those that were not reads the
 * {@link invokedPoint} of each. It is for asking what has changed since, when the list may have been longer.
 */
export const IDLE_POINT: Point = "\0idle";

/** The point of whether one action was invoked. */
export function invokedPoint(action: string): Point {
  return `\0invoked\0${action}`;
}

/** Every point that an event moves. */
export function pointsOf({ kind, payload }: LogEvent): Set<Point> {
  const points = new Set([LOG_POINT]);
  if (kind === "invoke") points.add(USAGE_POINT).add(invokedPoint(payload.action ?? ""));
  for (const { scope, key, op, revision } of payload.writes) {
    points.add(keyPoint(scope, key));
    points.add(scopePoint(scope));
    if (op === "delete" || revision === 1) points.add(SCOPES_POINT);
  }
  return points;
}

export function derivationPoint(id: string): Point {
  return `\0derivation\0${id}`;
}

/** A scope of which a derivation read more keys than this counts as read whole. */
const MOST_KEYS_PER_SCOPE = 128;

/** How many derivations may read through one another on the host's stack before the deepest is settled first. */
const MOST_NESTED = 16;

/**
 * The graph of everything that is computed from the state. A derivation is evaluated when somebody asks for it and
 * something that it read has changed since, and not otherwise; an index from each point to its readers makes a commit
 * cost what it changed [VIEW-4, WAIT-4].
 */
export class Derivations {
  readonly #derivations = new Map<string, Derivation>();
  readonly #readers = new Map<Point, Set<Derivation>>();
  readonly #stack: Derivation[] = [];
  /** Derivations that wait for a deeper one to be settled, outermost first. */
  readonly #suspended: Derivation[] = [];
  #pass = 1;
  /** What all of them hold. */
  #chars = 0;
  /** What the expressions evaluated meanwhile take together. */
  readonly turn = new Turn();
  /** How many evaluations there have been. */
  evaluations = 0;

  /** How many are in memory. */
  get size(): number {
    return this.#derivations.size;
  }

  /** Begins another pass: what reads the clock or presence is evaluated at most once in each. */
  nextPass(): void {
    this.#pass += 1;
  }

  /**
   * The value of the derivation `id`, evaluated by `evaluate` when it is not fresh. `whenCyclic` answers in its place
   * when it turns out to read itself, through the ids given.
   */
  value<T>(id: string, evaluate: () => T, whenCyclic: (ids: readonly string[]) => T): T {
    const derivation = this.#derivations.get(id) ?? this.#create(id);
    this.read(derivationPoint(id));
    const at = this.#stack.indexOf(derivation);
    if (at >= 0) return whenCyclic(this.#markCycle(at));
    if (!this.#isFresh(derivation)) this.#refresh({ derivation, evaluate, whenCyclic });
    const reader = this.#stack.at(-1);
    if (reader) {
      reader.volatility.now ||= derivation.volatility.now;
      reader.volatility.presence ||= derivation.volatility.presence;
    }
    return derivation.value as T;
  }

  #isFresh(derivation: Derivation): boolean {
    const { now, presence } = derivation.volatility;
    return derivation.fresh && (!(now || presence) || derivation.pass === this.#pass);
  }

  #refresh<T>(request: Request<T>): void {
    if (this.#stack.length >= MOST_NESTED) throw new TooDeep(request);
    if (this.#stack.length > 0) this.#evaluate(request);
    else this.#settle(request);
  }

  /** Evaluates on an empty stack; whatever turns out to lie too deep is settled first, and then this again. */
  #settle<T>(request: Request<T>): void {
    const { derivation, whenCyclic } = request;
    const at = this.#suspended.indexOf(derivation);
    if (at >= 0) {
      derivation.value = whenCyclic(this.#suspended.slice(at).map((member) => member.id));
      derivation.fresh = true;
      return;
    }
    while (!this.#isFresh(derivation)) {
      try {
        this.#evaluate(request);
      } catch (thrown) {
        if (!(thrown instanceof TooDeep)) throw thrown;
        this.#suspended.push(derivation);
        try {
          this.#settle(thrown.request);
        } finally {
          this.#suspended.pop();
        }
      }
    }
  }

  /** Notes that the derivation being evaluated read one key. */
  readKey(scope: string, key: string): void {
    const reader = this.#stack.at(-1);
    if (!reader || reader.points.has(scopePoint(scope))) return;
    const point = keyPoint(scope, key);
    if (reader.points.has(point)) return;
    const keys = (reader.keysByScope.get(scope) ?? 0) + 1;
    reader.keysByScope.set(scope, keys);
    reader.points.add(keys > MOST_KEYS_PER_SCOPE ? scopePoint(scope) : point);
  }

  /** Notes that the derivation being evaluated read `point`. */
  read(point: Point): void {
    this.#stack.at(-1)?.points.add(point);
  }

  /** Notes that the derivation being evaluated read something that changes without an event. */
  readVolatile(what: keyof Volatility): void {
    const reader = this.#stack.at(-1);
    if (reader) reader.volatility[what] = true;
  }

  /** The points that `work` reads, noted apart from any derivation, in order of reading. */
  pointsReadBy(work: () => void): Point[] {
    const id = "\0recorder";
    this.value(id, work, () => undefined);
    const points = [...(this.#derivations.get(id)?.points ?? [])];
    this.drop(id);
    return points;
  }

  /**
   * Whether the derivation being evaluated may hold a value of so many characters of JSON, beside all others. Where it may
   * not, it is worth something else once others hold less: it counts as volatile.
   */
  hold(chars: number): boolean {
    const holder = this.#stack.at(-1);
    if (!holder) return true;
    const fits = this.#chars + chars <= LIMITS.derivedChars;
    if (!fits) holder.volatility.now = true;
    else [this.#chars, holder.chars] = [this.#chars + chars, holder.chars + chars];
    return fits;
  }

  /** What is stale is not held: it may never be asked for again. */
  #release(derivation: Derivation): void {
    this.#chars -= derivation.chars;
    derivation.chars = 0;
    derivation.value = undefined;
  }

  /** Marks everything that read one of `points`, directly or through others, and answers the ids. */
  touch(points: Iterable<Point>): ReadonlySet<string> {
    const stale = this.readersOf(points);
    for (const id of stale) {
      const derivation = this.#derivations.get(id);
      if (!derivation) continue;
      derivation.fresh = false;
      this.#release(derivation);
    }
    return stale;
  }

  /** The ids of everything whose last evaluation read one of `points`, directly or through others. */
  readersOf(points: Iterable<Point>): ReadonlySet<string> {
    const found = new Set<string>();
    const queue = [...points];
    for (let point = queue.pop(); point !== undefined; point = queue.pop()) {
      for (const { id } of this.#readers.get(point) ?? []) {
        if (found.has(id)) continue;
        found.add(id);
        queue.push(derivationPoint(id));
      }
    }
    return found;
  }

  /** What can change the value of `id` without an event, as of its last evaluation. */
  volatility(id: string): Volatility {
    return this.#derivations.get(id)?.volatility ?? { now: false, presence: false };
  }

  /** Whether the last evaluation of some other derivation read `id`. */
  isRead(id: string): boolean {
    return this.#readers.has(derivationPoint(id));
  }

  drop(id: string): void {
    const derivation = this.#derivations.get(id);
    if (!derivation) return;
    this.#disconnect(derivation);
    this.#release(derivation);
    this.#derivations.delete(id);
  }

  /** Forgets every value and every read. */
  clear(): void {
    this.#derivations.clear();
    this.#readers.clear();
    this.#chars = 0;
  }

  #create(id: string): Derivation {
    const derivation = new Derivation(id);
    this.#derivations.set(id, derivation);
    return derivation;
  }

  #evaluate<T>({ derivation, evaluate, whenCyclic }: Request<T>): void {
    this.#disconnect(derivation);
    this.#release(derivation);
    derivation.reset();
    derivation.fresh = true;
    derivation.pass = this.#pass;
    this.#stack.push(derivation);
    this.evaluations += 1;
    try {
      const value = evaluate();
      derivation.value = derivation.cycle ? whenCyclic(derivation.cycle) : value;
    } catch (thrown) {
      derivation.fresh = false;
      throw thrown;
    } finally {
      this.#stack.pop();
      this.#connect(derivation);
    }
  }

  #connect(derivation: Derivation): void {
    for (const point of derivation.points) {
      const readers = this.#readers.get(point) ?? new Set();
      readers.add(derivation);
      this.#readers.set(point, readers);
    }
  }

  #disconnect(derivation: Derivation): void {
    for (const point of derivation.points) {
      const readers = this.#readers.get(point);
      readers?.delete(derivation);
      if (readers?.size === 0) this.#readers.delete(point);
    }
  }

  #markCycle(from: number): readonly string[] {
    const members = this.#stack.slice(from);
    const ids = members.map((member) => member.id);
    for (const member of members) member.cycle = ids;
    return ids;
  }
}
