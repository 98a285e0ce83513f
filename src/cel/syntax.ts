import { type ASTNode, type ASTOperator, Environment, ParseError } from "@marcbachmann/cel-js";
import { LIMITS } from "../kernel/limits.ts";
import { Refusal } from "./errors.ts";
import { type CelValue, Uint } from "./values.ts";

/** A node of the parsed text. Macros are calls here: the library's own expansion of them is left aside. */
export type SyntaxNode = ASTNode;
export type NodeOf<Operator extends ASTOperator> = Extract<ASTNode, { op: Operator }>;

const environment = new Environment({
  enableOptionalTypes: false,
  limits: {
    maxAstNodes: LIMITS.expressionNodes,
    maxDepth: LIMITS.expressionDepth,
    maxListElements: LIMITS.expressionLiteralElements,
    maxMapEntries: LIMITS.expressionLiteralElements,
  },
});

const LIMIT_REFUSALS: Readonly<Record<string, string>> = {
  maxAstNodes: `the expression has more than ${LIMITS.expressionNodes} nodes`,
  maxDepth: `the expression is nested deeper than ${LIMITS.expressionDepth} levels`,
  maxListElements: `a list has more than ${LIMITS.expressionLiteralElements} elements`,
  maxMapEntries: `a map has more than ${LIMITS.expressionLiteralElements} entries`,
};

/** @throws Refusal when `text` is no expression, or larger than the limits of syntax. */
export function parse(text: string): SyntaxNode {
  if (text.length > LIMITS.expressionChars) {
    throw new Refusal(`the expression is longer than ${LIMITS.expressionChars} characters`);
  }
  if (!text.isWellFormed()) throw new Refusal("the expression holds half of a surrogate pair");
  try {
    return environment.parse(text).ast;
  } catch (error) {
    if (error instanceof ParseError) throw new Refusal(refusalMessage(error), error.range?.start);
    throw error;
  }
}

const TOKENS: Readonly<Record<string, string>> = {
  EOF: "the end",
  LPAREN: "(",
  RPAREN: ")",
  LBRACKET: "[",
  RBRACKET: "]",
  LBRACE: "{",
  RBRACE: "}",
  DOT: ".",
  COMMA: ",",
  COLON: ":",
  QUESTION: "?",
  IDENTIFIER: "a name",
  NUMBER: "a number",
  STRING: "a string",
};

function refusalMessage(error: ParseError): string {
  const limit = /^Exceeded (\w+)/.exec(error.summary)?.[1];
  const known = limit === undefined ? undefined : LIMIT_REFUSALS[limit];
  if (known !== undefined) return known;
  const summary = error.summary.replace(/\b[A-Z]{3,}\b/g, (token) => TOKENS[token] ?? token.toLowerCase());
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}

/** The value that a literal stands for. */
export function literal(node: NodeOf<"value">): CelValue {
  const value = node.args;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return new Uint(BigInt(value.valueOf()));
}
