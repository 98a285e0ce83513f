/** The one alarm of a room's object. */
export class RoomAlarm {
  readonly #storage: DurableObjectStorage;
  /** For when it is set, as far as this object knows, ms since the epoch. */
  #at: number | null = null;
  #sparingUntil = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /**
   * Has the object woken when the room has something to do next, at `dueAt`. It runs in the turn of the change that it
   * follows from, so that the platform stores both or neither. An alarm that is set for earlier plans again when it runs.
   */
  plan(dueAt: number | null): void {
    if (dueAt === null || (this.#at !== null && this.#at <= dueAt)) return;
    if (Date.now() < this.#sparingUntil) return;
    this.#at = dueAt;
    void this.#storage.setAlarm(Math.max(dueAt, Date.now()));
  }

  /** It has rung, or the platform has forgotten it. */
  forget(): void {
    this.#at = null;
  }

  /**
   * Sets no alarm for `ms`, and then has `again` plan one: what the platform cannot store ends the object, and with it a
   * call that has nothing to store itself. Answers for how long from now, in ms: it may have begun before.
   */
  spare(ms: number, again: () => void): number {
    if (Date.now() < this.#sparingUntil) return this.#sparingUntil - Date.now();
    this.#sparingUntil = Date.now() + ms;
    setTimeout(again, ms);
    return ms;
  }
}
