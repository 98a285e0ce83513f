import { conjuncts } from "../../cel/conjuncts.ts";
import { Meter } from "../../cel/meter.ts";
import { holds } from "../../kernel/decide/invoke.ts";
import type { Json, JsonObject } from "../../kernel/json.ts";
import { LIMITS } from "../../kernel/limits.ts";
import type { Evaluation, Frame } from "../../kernel/ports.ts";
import type { Sight } from "../../kernel/sight.ts";
import { evaluateProgram } from "../expressions.ts";
import type { ReadModel } from "../read-model.ts";
import { RoomRoots } from "../roots.ts";
import { readPoints, readsHidden, ShownReads, shownValue } from "./shown-reads.ts";

/** One answer shows so many clauses; further ones are counted. */
const MOST_CLAUSES = 8;
/** A clause that is longer is shown by its beginning. */
const MOST_CLAUSE_CHARS = 512;

/** An expression that was not true, and who asks why. */
export interface Question {
  readonly expression: string;
  readonly frame: Frame;
  readonly viewer: Sight;
  /** Pays, within the budget of one expression. */
  readonly account: Meter;
}

export interface Unmet {
  /** `{unmet, unmet_left_out?}` */
  readonly fields: JsonObject;
  readonly suggestion: ShownReads["suggestion"];
}

/**
 * The operands of a conjunction that do not hold, each with what it is worth and what it read [ACT-22, WAIT-7]. One that
 * reads what the viewer may not is not told from others: only where no other fails, that a hidden one does [AUTH-7].
 */
export function unmetClauses(model: ReadModel, question: Question): Unmet {
  const { expression, frame, viewer } = question;
  const meter = new Meter(LIMITS.expressionSteps, question.account);
  const reads = new ShownReads(model, viewer);
  const unmet: JsonObject[] = [];
  let [leftOut, hidden] = [0, false];
  for (const { text, line, column, program } of conjuncts(expression)) {
    let evaluation: Evaluation = { ok: true, value: null };
    const points = readPoints(model, () => {
      const roots = new RoomRoots(model, frame.sight, { kind: "caller", ...frame });
      evaluation = evaluateProgram(program, roots, meter);
    });
    if (holds(evaluation)) continue;
    if (readsHidden(points, frame.sight, viewer)) hidden = true;
    else if (unmet.length === MOST_CLAUSES) leftOut += 1;
    else {
      unmet.push({
        clause: shownText(text),
        line,
        column,
        ...outcome(evaluation),
        ...reads.of(points, frame.sight),
      });
    }
  }
  if (unmet.length === 0 && hidden) unmet.push({ hidden: true });
  const fields = { unmet, ...(leftOut === 0 ? {} : { unmet_left_out: leftOut }) };
  return { fields, suggestion: reads.suggestion };
}

function shownText(text: string): string {
  return text.length <= MOST_CLAUSE_CHARS ? text : `${text.slice(0, MOST_CLAUSE_CHARS)}…`;
}

function outcome(evaluation: Evaluation): JsonObject {
  return evaluation.ok
    ? shownValue(evaluation.value)
    : { fault: { ...evaluation.fault } as Record<string, Json> };
}
