import { Meter } from "../cel/meter.ts";
import type { Program } from "../cel/program.ts";
import { compile, evaluate } from "../cel/program.ts";
import type { CelFault } from "../kernel/cel-fault.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { Evaluation } from "../kernel/ports.ts";
import type { RoomRoots } from "./roots.ts";

/** Why `text` is no expression that a room accepts, or null [CEL-4]. */
export function expressionFault(text: string): CelFault | null {
  const compiled = compile(text);
  return compiled.ok ? null : compiled.error;
}

/** Why `text` is no expression of a view, or null: a view is the same for everyone, and salience is each reader's own [VIEW-1]. */
export function viewFault(text: string): CelFault | null {
  const compiled = compile(text);
  if (!compiled.ok) return compiled.error;
  if (!compiled.program.asksRoom) return null;
  return { code: "invalid_cel", message: "a view cannot ask for salience, which is each reader's own" };
}

/**
 * Evaluates `text` with a budget of its own, paid from `account`, what one request may spend in all, or without one from
 * what the room's turn has left [CEL-8].
 */
export function evaluateText(text: string, roots: RoomRoots, account?: Meter): Evaluation {
  const compiled = compile(text);
  if (!compiled.ok) return { ok: false, fault: compiled.error };
  return evaluateProgram(compiled.program, roots, account);
}

/** Like {@link evaluateText}, of what is compiled. */
export function evaluateProgram(program: Program, roots: RoomRoots, account: Meter | undefined): Evaluation {
  if (account === undefined) return evaluateInTurn(program, roots);
  const meter = new Meter(LIMITS.expressionSteps, account);
  const evaluated = evaluate(program, roots, meter);
  roots.derivations.turn.note(meter.used);
  return evaluated.ok ? evaluated : { ok: false, fault: evaluated.error };
}

function evaluateInTurn(program: Program, roots: RoomRoots): Evaluation {
  const { derivations } = roots;
  const meter = derivations.turn.meter();
  const evaluated = evaluate(program, roots, meter);
  if (evaluated.ok) return evaluated;
  // What was cut short is worth something else without an event, as what reads the clock is: it is not kept.
  if (meter.isCutShort) derivations.readVolatile("now");
  return { ok: false, fault: evaluated.error };
}

/**
 * Like {@link evaluateText}, for a value that the room keeps or repeats: it is no larger than a value may be, and not more
 * together with all others than a room may hold [VIEW-7].
 */
export function evaluateValue(text: string, roots: RoomRoots, account?: Meter): Evaluation {
  const evaluation = evaluateText(text, roots, account);
  if (!evaluation.ok) return evaluation;
  const chars = JSON.stringify(evaluation.value).length;
  if (chars > LIMITS.valueBytes)
    return overBudget(`the expression makes a value of more than ${LIMITS.valueBytes} bytes`);
  if (roots.derivations.hold(chars)) return evaluation;
  return overBudget(
    `the room's views and subscriptions hold more than ${LIMITS.derivedChars} characters together`,
  );
}

function overBudget(message: string): Evaluation {
  return { ok: false, fault: { code: "cel_budget_exceeded", message } };
}

/** An account of one request: what all expressions that it brings, or all its checks, may spend together. */
export function requestAccount(): Meter {
  return new Meter(LIMITS.requestSteps);
}
