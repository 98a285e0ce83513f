import type { Token } from "./expression-tokens.ts";
import { tokensOf } from "./expression-tokens.ts";

/** The places that an expression's text names. `self` stands for the own scope of whoever it is evaluated for. */
export interface Reads {
  /** Keys that are named whole, as in `state._shared.phase`. */
  readonly keys: readonly (readonly [scope: string, key: string])[];
  /** Scopes that are read by a computed key, or whole. */
  readonly scopes: readonly string[];
  readonly views: readonly string[];
  /** Whether a scope, or a view, is named by what only an evaluation can tell. */
  readonly computed: { readonly scope: boolean; readonly view: boolean };
}

/** Roots whose members are the keys of a scope. */
const SCOPE_ROOTS: Readonly<Record<string, string>> = { agents: "_agents", actions: "_actions" };
const ROOTS = new Set(["state", "views", "messages", "meta", ...Object.keys(SCOPE_ROOTS)]);

/** What an expression reads, as far as its text tells, whether or not an evaluation comes to it. */
export function readsOf(text: string): Reads {
  const tokens = tokensOf(text);
  const gathered = new Gathering();
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind !== "name" || !ROOTS.has(token.text) || !isRoot(tokens, at)) continue;
    const { path, next } = pathAt(tokens, at);
    gathered.note(path);
    at = next - 1;
  }
  return gathered.reads();
}

/** A name that is no member of something, and no function. */
function isRoot(tokens: readonly Token[], at: number): boolean {
  return !isMark(tokens[at - 1], ".") && !isMark(tokens[at + 1], "(");
}

interface Path {
  readonly path: readonly string[];
  /** The first token after it. */
  readonly next: number;
}

/** `state._shared["phase"]` as `[state, _shared, phase]`, as far as names and texts lead. */
function pathAt(tokens: readonly Token[], start: number): Path {
  const path = [tokens[start]?.text ?? ""];
  let next = start + 1;
  for (;;) {
    const from = isMark(tokens[next + 1], "?") ? next + 2 : next + 1;
    const step = tokens[from];
    if (isMark(tokens[next], ".") && step?.kind === "name" && !isMark(tokens[from + 1], "(")) {
      path.push(step.text);
      next = from + 1;
    } else if (isMark(tokens[next], "[") && isMark(tokens[from + 1], "]") && isNaming(step, path)) {
      path.push(step?.text ?? "");
      next = from + 2;
    } else return { path, next };
  }
}

/** Whether an index names a member: a text does, and so does `self` among scopes. */
function isNaming(index: Token | undefined, path: readonly string[]): boolean {
  if (index?.kind === "string") return true;
  return index?.kind === "name" && index.text === "self" && path.at(-1) === "state";
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === "mark" && token.text === text;
}

class Gathering {
  readonly #keys = new Map<string, readonly [string, string]>();
  readonly #scopes = new Set<string>();
  readonly #views = new Set<string>();
  readonly #computed = { scope: false, view: false };

  note([root = "", ...steps]: readonly string[]): void {
    if (root === "messages") this.#scopes.add("_messages");
    else if (root === "meta") this.note(steps);
    else if (root === "views") this.#noteView(steps[0]);
    else if (root === "state") this.#notePlace(steps[0], steps[1]);
    else if (SCOPE_ROOTS[root] !== undefined) this.#notePlace(SCOPE_ROOTS[root], steps[0]);
  }

  reads(): Reads {
    const [keys, scopes, views] = [[...this.#keys.values()], [...this.#scopes], [...this.#views]];
    return { keys, scopes, views, computed: this.#computed };
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
