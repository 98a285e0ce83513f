import type { Answer } from "./api.ts";

/** What a read may have: 4,000 tokens of four bytes. */
export const READ_BYTES = 16_000;
/** Characters of an answer that are printed. */
const SHOWN = 700;

/** What the agent asked and was answered, step by step. */
export class Transcript {
  readonly #lines: string[] = [];
  #largest = 0;

  /** What the agent thinks before its next call. */
  say(text: string): void {
    this.#lines.push(text, "");
  }

  /** Notes a call and its answer; one that is larger than a read may be is a fault. */
  note(request: string, { status, text }: Answer, shown: unknown): void {
    const bytes = Buffer.byteLength(text);
    this.#largest = Math.max(this.#largest, bytes);
    if (bytes > READ_BYTES) throw new Error(`${request} was answered with ${bytes} bytes`);
    const told = JSON.stringify(shown);
    const short = told.length > SHOWN ? `${told.slice(0, SHOWN)} …` : told;
    const size = `${status}, ${bytes} bytes, ${Math.ceil(bytes / 4)} tokens`;
    this.#lines.push("```", request, `→ ${size}`, short, "```", "");
  }

  text(): string {
    return [...this.#lines, `The largest answer had ${this.#largest} bytes.`].join("\n");
  }
}
