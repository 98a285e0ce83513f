import { type Arithmetic, calculate, int, negate } from "./arithmetic.ts";
import { buildCall, buildMethod } from "./calls.ts";
import { compare, contains, equals } from "./comparison.ts";
import { Refusal } from "./errors.ts";
import { buildLogic, buildTernary, negateBoolean } from "./logic.ts";
import { mapKey } from "./maps.ts";
import type { Evaluate, Run } from "./run.ts";
import type { Scope } from "./scope.ts";
import { elementAt, qualifiedName, selectField } from "./selection.ts";
import { literal, type NodeOf, type SyntaxNode } from "./syntax.ts";
import { type CelValue, type MapKey, typeNamed } from "./values.ts";

/** What runs `node`, charged one step each time [CEL-5]. @throws Refusal for what can be told before a run [CEL-4]. */
export function build(node: SyntaxNode, scope: Scope): Evaluate {
  scope.facts.nodes++;
  const evaluate = buildNode(node, scope);
  return (run) => {
    run.charge(1);
    return evaluate(run);
  };
}

function buildNode(node: SyntaxNode, scope: Scope): Evaluate {
  switch (node.op) {
    case "value":
      return buildLiteral(node);
    case "id":
      return buildName(node, scope);
    case ".":
      return buildSelection(node, scope);
    case "[]":
      return binary(node.pos, build(node.args[0], scope), build(node.args[1], scope), elementAt);
    case "call":
      return buildCall(node, scope, build);
    case "rcall":
      return buildMethod(node, scope, build);
    case "list":
      return buildList(node, scope);
    case "map":
      return buildMap(node, scope);
    case "?:":
      return buildTernary(node, scope, build);
    case "||":
      return buildLogic(node, true, scope, build);
    case "&&":
      return buildLogic(node, false, scope, build);
    case "!_":
      return unary(node.pos, build(node.args, scope), negateBoolean);
    case "-_":
      return buildMinus(node, scope);
    case ".?":
    case "[?]":
      throw new Refusal("optional access is not supported", node.pos);
    default:
      return binary(node.pos, build(node.args[0], scope), build(node.args[1], scope), operation(node.op));
  }
}

type Operation = (run: Run, left: CelValue, right: CelValue) => CelValue;

function unary(
  position: number,
  operand: Evaluate,
  apply: (run: Run, value: CelValue) => CelValue,
): Evaluate {
  return (run) => {
    const value = operand(run);
    run.position = position;
    return apply(run, value);
  };
}

function binary(position: number, left: Evaluate, right: Evaluate, apply: Operation): Evaluate {
  return (run) => {
    const leftValue = left(run);
    const rightValue = right(run);
    run.position = position;
    return apply(run, leftValue, rightValue);
  };
}

const ORDERS: Readonly<Record<"<" | "<=" | ">" | ">=", (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function operation(operator: Arithmetic | keyof typeof ORDERS | "==" | "!=" | "in"): Operation {
  switch (operator) {
    case "==":
      return equals;
    case "!=":
      return (run, left, right) => !equals(run, left, right);
    case "in":
      return contains;
    case "<":
    case "<=":
    case ">":
    case ">=":
      return (run, left, right) => {
        const order = compare(run, left, right) ?? run.noOverload(operator, [left, right]);
        return ORDERS[operator](order);
      };
    default:
      return (run, left, right) => calculate(run, operator, left, right);
  }
}

function buildLiteral(node: NodeOf<"value">): Evaluate {
  const value = literal(node);
  if (typeof value === "bigint" && value >= 2n ** 63n) throw new Refusal("integer out of range", node.pos);
  return () => value;
}

/** The least integer has no positive counterpart: a literal is negated before its range is checked. */
function buildMinus(node: NodeOf<"-_">, scope: Scope): Evaluate {
  const operand = node.args;
  if (operand.op === "value" && operand.args === 2n ** 63n) return (run) => int(run, -(2n ** 63n));
  return unary(node.pos, build(operand, scope), negate);
}

function buildName(node: NodeOf<"id">, scope: Scope): Evaluate {
  const name = node.args;
  const slot = scope.slotOf(name);
  if (slot !== undefined) return (run) => run.slots[slot] ?? null;
  if (scope.facts.known.has(name)) {
    scope.facts.used.add(name);
    return (run) => run.root(name);
  }
  const type = typeNamed(name);
  if (type !== undefined) return () => type;
  throw new Refusal(
    `unknown name '${name}': an expression reads ${[...scope.facts.known].join(", ")}`,
    node.pos,
  );
}

function buildSelection(node: NodeOf<".">, scope: Scope): Evaluate {
  const [operand, field] = node.args;
  const type = typeNamed(qualifiedName(node, scope) ?? "");
  if (type !== undefined) return () => type;
  return unary(node.pos, build(operand, scope), (run, value) => selectField(run, value, field));
}

function buildList(node: NodeOf<"list">, scope: Scope): Evaluate {
  const items = node.args.map((item) => build(item, scope));
  return (run) => items.map((item) => item(run));
}

function buildMap(node: NodeOf<"map">, scope: Scope): Evaluate {
  const entries = node.args.map(([key, value]) => [build(key, scope), build(value, scope)] as const);
  const { pos } = node;
  return (run) => {
    const map = new Map<MapKey, CelValue>();
    for (const [key, value] of entries) {
      const keyValue = key(run);
      run.position = pos;
      const name = mapKey(keyValue) ?? run.fail("a map key is a string, an integer or a boolean");
      if (map.has(name)) return run.fail("a map has a key twice");
      map.set(name, value(run));
    }
    return map;
  };
}
