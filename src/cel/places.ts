import { LruCache } from "./lru-cache.ts";
import { parse, type SyntaxNode } from "./syntax.ts";

/** The places that an expression names, whether or not a certain evaluation comes to them. */
export interface Places {
  /** Keys that are named whole, as in `state._shared.phase`. `self` stands for the own scope. */
  readonly keys: readonly (readonly [scope: string, key: string])[];
  /** Scopes that are read by a computed key, or whole. */
  readonly scopes: readonly string[];
  readonly views: readonly string[];
  /** Whether a scope, or a view, is named by what only an evaluation can tell. */
  readonly computed: { readonly scope: boolean; readonly view: boolean };
}

const CACHED = 5_000;
const cache = new LruCache<Places>(CACHED);

/** The places of a text that compiles. @throws Refusal when it is no expression. */
export function placesOf(text: string): Places {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const gathered = new Gathering();
  gathered.visit(parse(text));
  const places = gathered.places();
  cache.set(text, places, 1);
  return places;
}

/** Roots whose members are the keys of a scope. */
const SCOPE_ROOTS: Readonly<Record<string, string>> = { agents: "_agents", actions: "_actions" };

class Gathering {
  readonly #keys = new Map<string, readonly [string, string]>();
  readonly #scopes = new Set<string>();
  readonly #views = new Set<string>();
  readonly #computed = { scope: false, view: false };

  visit(node: SyntaxNode): void {
    const path = pathOf(node);
    if (path) this.#note(path);
    else for (const child of childrenOf(node)) this.visit(child);
  }

  places(): Places {
    const [keys, scopes, views] = [[...this.#keys.values()], [...this.#scopes], [...this.#views]];
    return { keys, scopes, views, computed: this.#computed };
  }

  #note([root = "", ...steps]: readonly string[]): void {
    if (root === "messages") this.#scopes.add("_messages");
    else if (root === "meta") this.#note(steps);
    else if (root === "views") this.#noteView(steps[0]);
    else if (root === "state") this.#notePlace(steps[0], steps[1]);
    else if (SCOPE_ROOTS[root] !== undefined) this.#notePlace(SCOPE_ROOTS[root], steps[0]);
  }

  #noteView(view: string | undefined): void {
    if (view === undefined) this.#computed.view = true;
    else this.#views.add(view);
  }

  #notePlace(scope: string | undefined, key: string | undefined): void {
    if (scope === undefined) this.#computed.scope = true;
    else if (key === undefined) this.#scopes.add(scope);
    else this.#keys.set(JSON.stringify([scope, key]), [scope, key]);
  }
}

/** `state._shared["phase"]` as `[state, _shared, phase]`; undefined for what is no chain of names. */
function pathOf(node: SyntaxNode): readonly string[] | undefined {
  if (node.op === "id") return [node.args];
  if (node.op === ".") return extended(node.args[0], node.args[1]);
  if (node.op !== "[]") return undefined;
  const [base, index] = node.args;
  return index.op === "value" && typeof index.args === "string" ? extended(base, index.args) : undefined;
}

function extended(base: SyntaxNode, step: string): readonly string[] | undefined {
  const path = pathOf(base);
  return path && [...path, step];
}

/** The nodes below a node, wherever they stand among its arguments. */
function* childrenOf(node: SyntaxNode): Iterable<SyntaxNode> {
  const pending: unknown[] = [node.args];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (Array.isArray(item)) pending.push(...item);
    else if (isNode(item)) yield item;
  }
}

function isNode(item: unknown): item is SyntaxNode {
  return typeof item === "object" && item !== null && "op" in item && "args" in item;
}
