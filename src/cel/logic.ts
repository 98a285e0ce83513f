import { Fault } from "./errors.ts";
import type { Evaluate, Run } from "./run.ts";
import type { Build, Scope } from "./scope.ts";
import type { NodeOf } from "./syntax.ts";
import { type CelValue, kindOf } from "./values.ts";

const STEPS_PER_ABSORBED_ERROR = 100;

/**
 * The value, or the Fault in its place. Only a Fault is absorbed: an overrun, or what a caller throws out of a read,
 * goes on and never becomes a false true [CEL-5].
 */
export function attempt(run: Run, evaluate: Evaluate): CelValue | Fault {
  try {
    return evaluate(run);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    run.charge(STEPS_PER_ABSORBED_ERROR);
    return thrown;
  }
}

/** Like {@link attempt}, and a Fault too for a value that is no boolean. */
export function attemptBoolean(run: Run, evaluate: Evaluate, position: number): boolean | Fault {
  const outcome = attempt(run, evaluate);
  if (typeof outcome === "boolean" || outcome instanceof Fault) return outcome;
  return new Fault(`a value of type ${kindOf(outcome)} stands where a boolean is needed`, position);
}

/** `||` (decided by true) or `&&` (decided by false): an error on one side yields to a deciding value on the other. */
export function buildLogic(
  node: NodeOf<"||" | "&&">,
  deciding: boolean,
  scope: Scope,
  build: Build,
): Evaluate {
  const [leftNode, rightNode] = node.args;
  const [left, right] = [build(leftNode, scope), build(rightNode, scope)];
  const [leftPosition, rightPosition] = [leftNode.pos, rightNode.pos];
  return (run) => {
    const leftOutcome = attemptBoolean(run, left, leftPosition);
    if (leftOutcome === deciding) return deciding;
    const rightOutcome = attemptBoolean(run, right, rightPosition);
    if (rightOutcome === deciding) return deciding;
    if (leftOutcome instanceof Fault) throw leftOutcome;
    if (rightOutcome instanceof Fault) throw rightOutcome;
    return !deciding;
  };
}

export function buildTernary(node: NodeOf<"?:">, scope: Scope, build: Build): Evaluate {
  const [condition, consequent, alternative] = [
    build(node.args[0], scope),
    build(node.args[1], scope),
    build(node.args[2], scope),
  ];
  const { pos } = node.args[0];
  return (run) => {
    const chosen = condition(run);
    run.position = pos;
    if (typeof chosen !== "boolean")
      return run.fail(`a condition is a boolean, not a value of type ${kindOf(chosen)}`);
    return chosen ? consequent(run) : alternative(run);
  };
}

export function negateBoolean(run: Run, value: CelValue): boolean {
  return typeof value === "boolean" ? !value : run.noOverload("!", [value]);
}
