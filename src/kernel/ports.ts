import type { CelFault } from "./cel-fault.ts";
import type { Json, JsonObject } from "./json.ts";
import type { LogEvent } from "./model.ts";
import type { Sight } from "./sight.ts";

export type Evaluation =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly fault: CelFault };

/** The circumstances in which an expression is evaluated. */
export interface Frame {
  readonly sight: Sight;
  readonly params: JsonObject;
  /** The instant of the command, ISO 8601. */
  readonly now: string;
}

/** A violation of a parameter schema: where, and what is wrong. */
export interface ParamFault {
  readonly path: string;
  readonly problem: string;
}

/** What a decision needs and may not do itself: the kernel imports nothing and computes the same from the same. */
export interface Ports {
  /** The entry hash of a value: the first 16 hex digits of the SHA-256 of its canonical JSON [STATE-2]. */
  hash(value: Json): string;
  evaluate(expression: string, frame: Frame): Evaluation;
  /** Why an expression may not be registered, or null. */
  expressionFault(expression: string): CelFault | null;
  /** Why an expression may not be a view's, which is the same for everyone, or null [VIEW-1]. */
  viewFault(expression: string): CelFault | null;
  /** Why a parameter schema may not be registered, or null. */
  schemaFault(schema: JsonObject): ParamFault | null;
  /** Why `params` violate a schema, or null. Too much work to tell is a fault, too. */
  paramFault(schema: JsonObject, params: JsonObject): ParamFault | null;
  /** The built-in text of a help key, if there is one. */
  builtinHelp(key: string): string | undefined;
  /** The newest event that touched a key, if any did. */
  lastEvent(scope: string, key: string): LogEvent | undefined;
  randomId(): string;
}
