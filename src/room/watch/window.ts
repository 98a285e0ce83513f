import { LIMITS } from "../../kernel/limits.ts";

interface Sent {
  readonly seq: number;
  readonly bytes: number;
  readonly isEvent: boolean;
}

/** What a watcher has been sent and has not acknowledged [WATCH-5]. */
export class Window {
  readonly #sent: Sent[] = [];
  #events = 0;
  #bytes = 0;

  /** Notes a frame that was sent while the log ended at `seq`. */
  add(seq: number, bytes: number, isEvent: boolean): void {
    this.#sent.push({ seq, bytes, isEvent });
    this.#bytes += bytes;
    if (isEvent) this.#events += 1;
  }

  /** Forgets what was sent up to `seq`. */
  acknowledge(seq: number): void {
    let got = 0;
    for (const sent of this.#sent) {
      if (sent.seq > seq) break;
      this.#bytes -= sent.bytes;
      if (sent.isEvent) this.#events -= 1;
      got += 1;
    }
    this.#sent.splice(0, got);
  }

  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nothing more may be sent. */
  get isFull(): boolean {
    return this.#events >= LIMITS.unacknowledgedEvents || this.#bytes > LIMITS.unacknowledgedBytes;
  }

  /** Whether a watcher that reads old events had better acknowledge some before it is sent more. */
  get isHalfFull(): boolean {
    return this.#events >= LIMITS.unacknowledgedEvents / 2 || this.#bytes > LIMITS.unacknowledgedBytes / 2;
  }
}
