/** What came on a connection and was not taken yet, in order. */
export class FrameQueue {
  readonly #texts: string[] = [];
  readonly #signal: AbortSignal | undefined;
  #ended = false;
  #wake: (() => void) | null = null;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  push(text: string): void {
    this.#texts.push(text);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The next frame as it came, or null where there is none any more; it fails when the signal fires. */
  async take(): Promise<string | null> {
    for (;;) {
      this.#signal?.throwIfAborted();
      const text = this.#texts.shift();
      if (text !== undefined) return text;
      if (this.#ended) return null;
      await this.#something();
    }
  }

  /** Resolves when something came, or when the signal fires. */
  async #something(): Promise<void> {
    const signal = this.#signal;
    await new Promise<void>((resolve) => {
      const wake = () => {
        signal?.removeEventListener("abort", wake);
        this.#wake = null;
        resolve();
      };
      this.#wake = wake;
      signal?.addEventListener("abort", wake, { once: true });
    });
  }
}
