import { Refusal } from "./errors.ts";
import { parse, type SyntaxNode } from "./syntax.ts";

/** Stands for every scope, or every key of a scope: the text does not say which. */
export const ANY = "*";

/** What a text names of the state and of the views, told without running it: the least that it can read. */
export interface NamedPlaces {
  /** By scope, the keys; `self` is the scope of whoever runs it. {@link ANY} where the name is computed. */
  readonly state: ReadonlyMap<string, ReadonlySet<string>>;
  readonly views: ReadonlySet<string>;
}

/** The places that `text` names. One that does not compile names none. */
export function namedPlaces(text: string): NamedPlaces {
  const found = { state: new Map<string, Set<string>>(), views: new Set<string>() };
  try {
    visit(parse(text), found);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
  }
  return found;
}

type Found = { readonly state: Map<string, Set<string>>; readonly views: Set<string> };

function visit(node: SyntaxNode, found: Found): void {
  const path = selections(node);
  const [root, ...steps] = path;
  if (root?.name === "state") note(found.state, steps[0]?.name ?? ANY, steps[1]?.name ?? ANY);
  if (root?.name === "views") found.views.add(steps[0]?.name ?? ANY);
  const inner = path.length === 0 ? children(node) : steps.flatMap(({ computed }) => computed ?? []);
  for (const child of inner) visit(child, found);
}

function note(state: Found["state"], scope: string, key: string): void {
  const keys = state.get(scope) ?? new Set();
  keys.add(key);
  state.set(scope, keys);
}

interface Step {
  readonly name: string;
  /** What computes the name, where the text does not give it. */
  readonly computed?: SyntaxNode;
}

/** `root.a["b"][c]` as its steps, or nothing for a node that is no such path from a name. */
function selections(node: SyntaxNode): Step[] {
  if (node.op === "id") return [{ name: node.args }];
  if (node.op !== "." && node.op !== "[]") return [];
  const before = selections(node.args[0]);
  if (before.length === 0) return [];
  if (node.op === ".") return [...before, { name: node.args[1] }];
  const index = node.args[1];
  const isText = index.op === "value" && typeof index.args === "string";
  return [...before, isText ? { name: index.args as string } : { name: ANY, computed: index }];
}

function children(node: SyntaxNode): SyntaxNode[] {
  return nodesIn(node.args);
}

function nodesIn(value: unknown): SyntaxNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  const isNode = typeof value === "object" && value !== null && "op" in value && "args" in value;
  return isNode ? [value as SyntaxNode] : [];
}
