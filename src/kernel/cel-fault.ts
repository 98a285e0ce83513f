import type { Refusal } from "./errors.ts";
import { refuse } from "./errors.ts";

/** What is wrong with an expression. It names positions and types, never a value that was read [AUTH-7]. */
export interface CelFault {
  readonly code: "invalid_cel" | "cel_error" | "cel_budget_exceeded";
  readonly message: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** The line of source, and below it a caret under the column. */
  readonly caret?: string;
}

/** A refusal for a fault in the expression found at `path` of what the caller sent or registered. */
export function refuseCel(fault: CelFault, path: string): { readonly ok: false; readonly refusal: Refusal } {
  const { code, message, line, column, caret } = fault;
  const position = {
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(caret === undefined ? {} : { caret }),
  };
  return refuse(code, message, { help: "cel", details: { path, ...position } });
}
