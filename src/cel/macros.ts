import { Fault, Refusal } from "./errors.ts";
import { attemptBoolean } from "./logic.ts";
import { mapKeys } from "./maps.ts";
import type { Evaluate, Run } from "./run.ts";
import type { Build, Scope } from "./scope.ts";
import { hasField } from "./selection.ts";
import type { NodeOf, SyntaxNode } from "./syntax.ts";
import { type CelList, type CelValue, isList, isMap, kindOf } from "./values.ts";

/** One run of a macro over `elements`. */
interface Loop {
  readonly run: Run;
  readonly elements: CelList;
  /** Lets the variable of the macro stand for `element`. */
  readonly bind: (element: CelValue) => void;
  readonly body: Evaluate;
  /** The transform of a `map` whose first body is a predicate. */
  readonly transform: Evaluate | undefined;
  /** Of the body, in the text. */
  readonly position: number;
}

/** By name and number of arguments. */
const MACROS: ReadonlyMap<string, (loop: Loop) => CelValue> = new Map<string, (loop: Loop) => CelValue>([
  ["all/2", (loop) => quantify(loop, false)],
  ["exists/2", (loop) => quantify(loop, true)],
  ["exists_one/2", existsOne],
  ["existsOne/2", existsOne],
  ["filter/2", filter],
  ["map/2", map],
  ["map/3", filterMap],
]);
const MACRO_NAMES = new Set([...MACROS.keys()].map((signature) => signature.replace(/\/.*/, "")));

function filter(loop: Loop): CelValue {
  return loop.elements.filter((element) => holds(loop, element));
}

function map({ run, elements, bind, body }: Loop): CelValue {
  return elements.map((element) => {
    bind(element);
    return body(run);
  });
}

function filterMap(loop: Loop): CelValue {
  const results: CelValue[] = [];
  for (const element of loop.elements) {
    if (holds(loop, element)) results.push(loop.transform?.(loop.run) ?? null);
  }
  return results;
}

function existsOne(loop: Loop): CelValue {
  return loop.elements.reduce<number>((count, element) => count + (holds(loop, element) ? 1 : 0), 0) === 1;
}

/** Whether the body is true of `element`. */
function holds({ run, bind, body, position }: Loop, element: CelValue): boolean {
  bind(element);
  const value = body(run);
  run.position = position;
  return typeof value === "boolean"
    ? value
    : run.fail(`a predicate answers a boolean, not a value of type ${kindOf(value)}`);
}

/** `all` (decided by false) and `exists` (decided by true) absorb errors of elements when another one decides. */
function quantify({ run, elements, bind, body, position }: Loop, deciding: boolean): boolean {
  let fault: Fault | undefined;
  for (const element of elements) {
    bind(element);
    const outcome = attemptBoolean(run, body, position);
    if (outcome === deciding) return deciding;
    if (outcome instanceof Fault) fault ??= outcome;
  }
  if (fault) throw fault;
  return !deciding;
}

/** The macro that a method call is, or undefined when it is none. @throws Refusal when it is written wrongly. */
export function buildMethodMacro(node: NodeOf<"rcall">, scope: Scope, build: Build): Evaluate | undefined {
  const [name, receiver, argumentNodes] = node.args;
  if (name === "bind" && receiver.op === "id" && receiver.args === "cel")
    return buildBind(node, scope, build);
  if (!MACRO_NAMES.has(name)) return undefined;
  const macro = MACROS.get(`${name}/${argumentNodes.length}`);
  const [variable, bodyNode, transformNode] = argumentNodes;
  if (!macro || !variable || !bodyNode) {
    throw new Refusal(`'${name}' does not take that many arguments`, node.pos);
  }
  const range = build(receiver, scope);
  const { scope: inner, slot } = scope.loop(node.pos).bind(variableName(variable));
  const body = build(bodyNode, inner);
  const transform = transformNode && build(transformNode, inner);
  const [rangePosition, position] = [receiver.pos, bodyNode.pos];
  return (run) => {
    const value = range(run);
    run.position = rangePosition;
    const elements = elementsOf(run, value);
    const bind = (element: CelValue) => {
      run.slots[slot] = element;
    };
    return macro({ run, elements, bind, body, transform, position });
  };
}

/** What a macro goes through: the elements of a list, the keys of a map. Each is charged one step. */
function elementsOf(run: Run, value: CelValue): CelList {
  if (isMap(value)) return mapKeys(run, value);
  if (!isList(value))
    return run.fail(`a macro goes through a list or a map, not a value of type ${kindOf(value)}`);
  run.makeList(value.length);
  return value;
}

function variableName(node: SyntaxNode): string {
  if (node.op === "id") return node.args;
  throw new Refusal("a macro's variable is a plain name", node.pos);
}

/** `cel.bind(name, value, expression)`. */
function buildBind(node: NodeOf<"rcall">, scope: Scope, build: Build): Evaluate {
  const [variable, valueNode, bodyNode] = node.args[2];
  if (!variable || !valueNode || !bodyNode || node.args[2].length !== 3) {
    throw new Refusal("cel.bind() takes a name, a value and an expression", node.pos);
  }
  const value = build(valueNode, scope);
  const { scope: inner, slot } = scope.bind(variableName(variable));
  const body = build(bodyNode, inner);
  return (run) => {
    run.slots[slot] = value(run);
    return body(run);
  };
}

/** `has(operand.field)`. */
export function buildHas(node: NodeOf<"call">, scope: Scope, build: Build): Evaluate {
  const [argument, ...others] = node.args[1];
  if (argument?.op !== "." || others.length > 0)
    throw new Refusal("has() takes a selection, such as has(a.b)", node.pos);
  const [operandNode, field] = argument.args;
  const operand = build(operandNode, scope);
  const { pos } = argument;
  return (run) => {
    const value = operand(run);
    run.position = pos;
    return hasField(run, value, field);
  };
}
