import { Agenda } from "../agenda.ts";
import type { Volatility } from "../derivation.ts";
import type { ReadModel } from "../read-model.ts";

/** What reads presence or the clock is told of at most so often [VIEW-4]. */
const VOLATILE_EVERY_MS = 1_000;

/** A value that somebody wants to be told of when it changes, by the id of its derivation. */
export interface Followed {
  /** The value as it is now, as JSON text, or undefined where there is none to show. */
  read(): string | undefined;
  /** Called with the value when it has become another. */
  changed(value: string | undefined): void;
  /** How the value, as it was read last, can change without an event. */
  volatility(): Volatility;
}

interface Following {
  readonly followed: Followed;
  told: string | undefined;
  /** When it was last read again, ms since the epoch. */
  readAt: number;
  /** Whether it is to be read again when it may be. */
  isDeferred: boolean;
}

/** Follows values: a commit reads those again that it has made stale, and only what has changed is told of. */
export class ValueFeed {
  readonly #model: ReadModel;
  readonly #later: (ms: number, work: () => void) => void;
  readonly #following = new Map<string, Following>();
  readonly #agenda: Agenda;

  constructor(model: ReadModel, later: (ms: number, work: () => void) => void) {
    this.#model = model;
    this.#later = later;
    this.#agenda = new Agenda({
      begin: () => model.derivations.nextPass(),
      isLong: () => model.derivations.turn.isLong,
      work: (id) => this.#look(id),
      later,
    });
  }

  has(id: string): boolean {
    return this.#following.has(id);
  }

  ids(): Iterable<string> {
    return this.#following.keys();
  }

  /** Begins to follow a value, from what it is now. Answers that. */
  follow(id: string, followed: Followed): string | undefined {
    const told = followed.read();
    this.#following.set(id, { followed, told, readAt: 0, isDeferred: false });
    this.#agenda.tick(id, followed.volatility().now);
    return told;
  }

  /** Answers what was told of the value last. */
  unfollow(id: string): string | undefined {
    const following = this.#following.get(id);
    this.#following.delete(id);
    this.#agenda.drop(id);
    return following?.told;
  }

  /** Has followed values among the stale derivations read again: the volatile ones not more often than each second. */
  wake(stale: Iterable<string>): void {
    for (const id of stale) {
      const following = this.#following.get(id);
      if (!following) continue;
      const wait = this.#rest(following);
      if (wait > 0) this.#defer(id, following, wait);
      else this.#agenda.add([id]);
    }
    this.#agenda.run();
  }

  /** Has every followed value read again: what they read is not known any more. */
  reconsider(): void {
    this.#agenda.add(this.#following.keys());
    this.#agenda.runLater();
  }

  /** In how many ms a value may be read again. */
  #rest({ followed, readAt }: Following): number {
    const { now, presence } = followed.volatility();
    return now || presence ? readAt + VOLATILE_EVERY_MS - this.#model.now() : 0;
  }

  #defer(id: string, following: Following, ms: number): void {
    if (following.isDeferred) return;
    following.isDeferred = true;
    this.#later(ms, () => {
      following.isDeferred = false;
      if (this.#following.get(id) === following) this.wake([id]);
    });
  }

  #look(id: string): void {
    const following = this.#following.get(id);
    if (!following) return;
    const value = following.followed.read();
    following.readAt = this.#model.now();
    this.#agenda.tick(id, following.followed.volatility().now);
    if (value === following.told) return;
    following.told = value;
    following.followed.changed(value);
  }
}
