/** A signal that fires when an outer one does, or when its time is over. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #stop = () => this.#controller.abort(this.#outer?.reason);

  constructor(ms: number, outer?: AbortSignal) {
    this.#outer = outer;
    this.#timer = setTimeout(() => this.#controller.abort(new Error(`no answer within ${ms} ms`)), ms);
    if (outer?.aborted) this.#stop();
    else outer?.addEventListener("abort", this.#stop, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The time counts no more; the outer signal still does. */
  lift(): void {
    clearTimeout(this.#timer);
  }

  /** Neither counts any more. */
  release(): void {
    this.lift();
    this.#outer?.removeEventListener("abort", this.#stop);
  }
}
