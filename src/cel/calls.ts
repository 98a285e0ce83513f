import { nearest } from "../kernel/nearest.ts";
import { Refusal } from "./errors.ts";
import { FUNCTIONS, METHODS } from "./functions.ts";
import { buildHas, buildMethodMacro } from "./macros.ts";
import { isRoomFunction } from "./room-functions.ts";
import type { Evaluate } from "./run.ts";
import type { Build, Scope } from "./scope.ts";
import { qualifiedName } from "./selection.ts";
import type { CelFunction } from "./signature.ts";
import type { NodeOf, SyntaxNode } from "./syntax.ts";

/** `name(arguments)`. */
export function buildCall(node: NodeOf<"call">, scope: Scope, build: Build): Evaluate {
  const [name, argumentNodes] = node.args;
  if (name === "has") return buildHas(node, scope, build);
  const found = FUNCTIONS.get(name);
  if (found === undefined) {
    const hint = METHODS.has(name)
      ? `: it is called on a value, as in x.${name}()`
      : meant(name, FUNCTIONS.keys());
    throw new Refusal(`unknown function '${name}'${hint}`, node.pos);
  }
  if (isRoomFunction(name)) scope.facts.asksRoom = true;
  return apply(name, found, argumentNodes, node.pos, scope, build);
}

/** `receiver.name(arguments)`, or a function with a qualified name such as `math.floor`. */
export function buildMethod(node: NodeOf<"rcall">, scope: Scope, build: Build): Evaluate {
  const [name, receiver, argumentNodes] = node.args;
  const prefix = qualifiedName(receiver, scope);
  const qualified = prefix === undefined ? undefined : FUNCTIONS.get(`${prefix}.${name}`);
  if (qualified !== undefined)
    return apply(`${prefix}.${name}`, qualified, argumentNodes, node.pos, scope, build);
  const macro = buildMethodMacro(node, scope, build);
  if (macro !== undefined) return macro;
  const found = METHODS.get(name);
  if (found === undefined) {
    throw new Refusal(`unknown method '${name}'${meant(name, METHODS.keys())}`, node.pos);
  }
  return apply(name, found, [receiver, ...argumentNodes], node.pos, scope, build);
}

function meant(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `: did you mean '${near}'?`;
}

function apply(
  name: string,
  { call, least, most }: CelFunction,
  argumentNodes: readonly SyntaxNode[],
  position: number,
  scope: Scope,
  build: Build,
): Evaluate {
  if (argumentNodes.length < least || argumentNodes.length > most) {
    throw new Refusal(`'${name}' does not take that many arguments`, position);
  }
  const operands = argumentNodes.map((argument) => build(argument, scope));
  return (run) => {
    const values = operands.map((operand) => operand(run));
    run.position = position;
    const result = call(run, values);
    return result === undefined ? run.noOverload(name, values) : result;
  };
}
