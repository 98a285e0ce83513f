import { Refusal } from "./errors.ts";
import type { Program } from "./program.ts";
import { programOf, ROOTS } from "./program.ts";
import { parse, type SyntaxNode } from "./syntax.ts";

/** An operand of the `&&` that a text is at its top: each must hold for the whole to hold. */
export interface Conjunct {
  /** As it is written. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Runs the operand alone; its errors tell places in the whole text. */
  readonly program: Program;
}

/** The operands that `text` joins by `&&`, in order; itself where it joins none, nothing where it does not compile. */
export function conjuncts(text: string): Conjunct[] {
  try {
    return operands(parse(text)).map((node) => conjunct(text, node));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return [];
  }
}

function operands(node: SyntaxNode): SyntaxNode[] {
  return node.op === "&&" ? node.args.flatMap(operands) : [node];
}

function conjunct(text: string, node: SyntaxNode): Conjunct {
  const { start, end } = balanced(text, node.start, node.end);
  const lines = text.slice(0, start).split("\n");
  return {
    text: text.slice(start, end),
    line: lines.length,
    column: (lines.at(-1)?.length ?? 0) + 1,
    program: programOf(text, node, ROOTS),
  };
}

/** Strings and comments, in which a parenthesis is no parenthesis, or one that is. */
const TOKEN =
  /\/\/[^\n]*|[rR][bB]?("""|'''|["'])[\s\S]*?\1|[bB]?("""|''')(?:\\[\s\S]|[^\\])*?\2|[bB]?(["'])(?:\\.|[^\\])*?\3|[()]/g;

/** The range with the parentheses that it leaves half: a node begins and ends inside those around its first and last part. */
function balanced(text: string, start: number, end: number): { start: number; end: number } {
  let [opened, unopened] = [0, 0];
  for (const [token] of text.slice(start, end).matchAll(TOKEN)) {
    if (token === "(") opened += 1;
    else if (token === ")" && opened > 0) opened -= 1;
    else if (token === ")") unopened += 1;
  }
  let [from, to] = [start, end];
  for (; unopened > 0; unopened--) from = Math.max(0, text.lastIndexOf("(", from - 1));
  for (; opened > 0; opened--) to = text.indexOf(")", to) + 1 || text.length;
  return { start: from, end: to };
}
