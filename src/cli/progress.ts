import type { Output } from "./output.ts";

const BAR = 30;
const DRAW_MS = 100;
const UNITS = ["B", "KiB", "MiB", "GiB"];

/** Shows on stderr how far a transfer is, where that is a terminal. */
export class Progress {
  readonly #output: Output;
  readonly #label: string;
  /** Steps in all, or undefined where nobody knows. */
  readonly #total: number | undefined;
  readonly #begun = performance.now();
  #bytes = 0;
  #steps = 0;
  #drawnAt = 0;

  constructor(output: Output, label: string, total: number | undefined) {
    this.#output = output;
    this.#label = label;
    this.#total = total;
  }

  /** Tells of `bytes` more, which are so many of the total's steps. */
  add(bytes: number, steps: number): void {
    this.#bytes += bytes;
    this.#steps += steps;
    if (performance.now() - this.#drawnAt >= DRAW_MS) this.#draw();
  }

  /** Wipes the bar, so that what is said next stands on a line of its own. */
  end(): void {
    if (this.#drawnAt > 0) this.#output.stderr.write("\r\x1b[K");
  }

  get bytes(): number {
    return this.#bytes;
  }

  #draw(): void {
    if (!this.#output.stderr.isTTY || this.#output.json) return;
    this.#drawnAt = performance.now();
    const seconds = (this.#drawnAt - this.#begun) / 1_000;
    const speed = `${sizeText(this.#bytes / Math.max(seconds, 0.001))}/s`;
    this.#output.stderr.write(`\r\x1b[K${this.#label} ${this.#bar()}${sizeText(this.#bytes)}  ${speed}`);
  }

  #bar(): string {
    if (!this.#total) return "";
    const part = Math.min(1, this.#steps / this.#total);
    const full = Math.round(part * BAR);
    return `${"█".repeat(full)}${"░".repeat(BAR - full)} ${String(Math.floor(part * 100)).padStart(3)} %  `;
  }
}

/** `1.5 MiB` */
export function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1_024 && unit < UNITS.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}
