import type { Result } from "../../kernel/errors.ts";
import { refuse, succeed } from "../../kernel/errors.ts";
import { LIMITS } from "../../kernel/limits.ts";

const NEWLINE = 10;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Splits bytes into lines of UTF-8, however they are cut; refuses one that is too long, and too many of them. */
export class LineSplitter {
  #pieces: Uint8Array[] = [];
  #lineBytes = 0;
  #bytes = 0;

  /** The lines that end in `bytes`. */
  push(bytes: Uint8Array): Result<string[]> {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > LIMITS.importBytes) return tooLarge("importBytes", "An import");
    const lines: string[] = [];
    for (let from = 0; from < bytes.byteLength; ) {
      const end = bytes.indexOf(NEWLINE, from);
      const piece = bytes.subarray(from, end < 0 ? bytes.byteLength : end);
      this.#lineBytes += piece.byteLength;
      if (this.#lineBytes > LIMITS.importLineBytes) return tooLarge("importLineBytes", "A line of an import");
      this.#pieces.push(piece);
      if (end < 0) break;
      const line = this.#line();
      if (!line.ok) return line;
      lines.push(line.value);
      from = end + 1;
    }
    return succeed(lines);
  }

  /** The line that no newline ended, if there is one. */
  end(): Result<string[]> {
    if (this.#lineBytes === 0) return succeed([]);
    const line = this.#line();
    return line.ok ? succeed([line.value]) : line;
  }

  #line(): Result<string> {
    const bytes = new Uint8Array(this.#lineBytes);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.byteLength;
    }
    this.#pieces = [];
    this.#lineBytes = 0;
    try {
      return succeed(decoder.decode(bytes));
    } catch {
      return refuse("invalid_request", "The body is not UTF-8.");
    }
  }
}

function tooLarge(limit: "importBytes" | "importLineBytes", what: string) {
  return refuse("too_large", `${what} has at most ${LIMITS[limit]} bytes.`, {
    hint: "Send what GET …/export answered, unchanged. The room is as it was created.",
    details: { limit },
  });
}
