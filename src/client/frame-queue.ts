/** Why no more frames come: what closed the connection, as far as that is known. */
export interface Ending {
  /** Of the close frame (RFC 6455, 7.4). */
  readonly code: number;
  readonly reason: string;
}

/** What came on a connection and was not taken yet, in order. */
export class FrameQueue {
  readonly #texts: string[] = [];
  readonly #signal: AbortSignal | undefined;
  #ending: Ending | null = null;
  #wake: (() => void) | null = null;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  push(text: string): void {
    this.#texts.push(text);
    this.#wake?.();
  }

  end(code: number, reason: string): void {
    this.#ending ??= { code, reason };
    this.#wake?.();
  }

  /** The next frame as it came, or why there is none; it fails when the signal fires. */
  async take(): Promise<string | Ending> {
    for (;;) {
      this.#signal?.throwIfAborted();
      const text = this.#texts.shift();
      if (text !== undefined) return text;
      if (this.#ending) return this.#ending;
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
