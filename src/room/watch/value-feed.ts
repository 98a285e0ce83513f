import { Agenda } from "../agenda.ts";
import type { ReadModel } from "../read-model.ts";

/** What reads presence or the clock is told of at most so often [VIEW-4]. */
const VOLATILE_EVERY_MS = 1_000;

/** A value that somebody wants to be told of when it changes, by the id of its derivation. */
export interface Followed {
  /** The value as it is now, as JSON text, or undefined where there is none to show. */
  read(): string | undefined;
  /** Called with the value when it has become another. */
  changed(value: string | undefined): void;
}

interface Following {
  readonly followed: Followed;
  told: string | undefined;
  /** When it was last read, ms since the epoch. */
  readAt: number;
}

/** Follows values: a commit reads those again that it has made stale, and only what has changed is told of. */
export class ValueFeed {
  readonly #model: ReadModel;
  readonly #following = new Map<string, Following>();
  readonly #agenda: Agenda;

  constructor(model: ReadModel, later: (ms: number, work: () => void) => void) {
    this.#model = model;
    this.#agenda = new Agenda({
      begin: () => model.derivations.nextPass(),
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
    this.#following.set(id, { followed, told, readAt: this.#model.now() });
    this.#noteTicking(id);
    return told;
  }

  unfollow(id: string): void {
    this.#following.delete(id);
    this.#agenda.drop(id);
  }

  /** Has followed values among the stale derivations read again: the volatile ones not more often than each second. */
  wake(stale: Iterable<string>): void {
    const now = this.#model.now();
    for (const id of stale) {
      const following = this.#following.get(id);
      if (!following) continue;
      const { now: reads, presence } = this.#model.derivations.volatility(id);
      if ((reads || presence) && now - following.readAt < VOLATILE_EVERY_MS) this.#agenda.tick(id, true);
      else this.#agenda.add([id]);
    }
    this.#agenda.run();
  }

  /** Has every followed value read again: what they read is not known any more. */
  reconsider(): void {
    this.#agenda.add(this.#following.keys());
    this.#agenda.runLater();
  }

  #look(id: string): void {
    const following = this.#following.get(id);
    if (!following) return;
    const value = following.followed.read();
    following.readAt = this.#model.now();
    this.#noteTicking(id);
    if (value === following.told) return;
    following.told = value;
    following.followed.changed(value);
  }

  #noteTicking(id: string): void {
    this.#agenda.tick(id, this.#model.derivations.volatility(id).now);
  }
}
