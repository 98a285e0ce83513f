/** An error of a run, at a place in the text. It is no Error: expressions absorb thousands, and a stack trace costs. */
export class Fault {
  readonly message: string;
  readonly position: number;

  constructor(message: string, position: number) {
    this.message = message;
    this.position = position;
  }
}

/** Why a text is no expression, and where. */
export class Refusal {
  readonly message: string;
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    this.message = message;
    this.position = position;
  }
}

/**
 * What is wrong with an expression. `message` is one sentence that names types, and names as they are written in the
 * text, never a value that was read [AUTH-7].
 */
export interface CelError {
  /** `invalid_cel` when compiling; `cel_error` and `cel_budget_exceeded` when running. */
  readonly code: "invalid_cel" | "cel_error" | "cel_budget_exceeded";
  readonly message: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
  /** The line of the text (120 characters around the column, where it is longer) and, under it, a `^` below the column. */
  readonly caret?: string;
}

/** A longer line is shown in part. */
const SHOWN_CHARS = 120;

/** The error `message`, shown at `position` (UTF-16 units from 0) of `text`. */
export function celError(
  code: CelError["code"],
  message: string,
  text: string,
  position: number | undefined,
): CelError {
  if (position === undefined) return { code, message };
  const start = position === 0 ? 0 : text.lastIndexOf("\n", position - 1) + 1;
  const end = text.indexOf("\n", start);
  const line = text.slice(start, end < 0 ? undefined : end).replaceAll("\t", " ");
  const offset = position - start;
  const from = line.length > SHOWN_CHARS ? Math.max(0, offset - SHOWN_CHARS / 2) : 0;
  return {
    code,
    message,
    line: text.slice(0, start).split("\n").length,
    column: offset + 1,
    caret: `${line.slice(from, from + SHOWN_CHARS)}\n${" ".repeat(offset - from)}^`,
  };
}
