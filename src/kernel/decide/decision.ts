import type { Refusal } from "../errors.ts";
import { refuse } from "../errors.ts";
import type { Clause } from "../invocation.ts";
import type { Json } from "../json.ts";
import type { EventDraft, Identity } from "../model.ts";
import type { Frame, Ports } from "../ports.ts";
import type { StateReader } from "../state.ts";

/** What every decision is made from: the same context and command give the same decision. */
export interface DecisionContext {
  readonly identity: Identity;
  /** The instant of the command, ISO 8601 with milliseconds. */
  readonly now: string;
  readonly state: StateReader;
  readonly ports: Ports;
}

export interface Accepted {
  readonly ok: true;
  /** What to append to the log, or null for a call that changes nothing. */
  readonly event: EventDraft | null;
  readonly status: 200 | 201;
  /** What the answer says beyond what every answer of its kind does. */
  readonly fields: Readonly<Record<string, Json>>;
  /** An expression whose value, after the event, the answer gives as `result` [ACT-2]. */
  readonly result?: { readonly expression: string; readonly frame: Frame };
}

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
  /** The clause of the action that refused, for a dry run to explain [ACT-10]. */
  readonly clause?: Clause;
}

export type Decision = Accepted | Refused;

/** The refusal of one of the parts that a command brings, with the part's place before the path within it. */
export function refusedAt(place: string, { refusal }: Refused): Refused {
  const { code, message, details, ...extras } = refusal;
  const path = [place, details?.path].filter((part) => typeof part === "string").join(".");
  return refuse(code, message, { ...extras, details: { ...details, path } });
}
