import { LIMITS } from "../kernel/limits.ts";
import { Refusal } from "./errors.ts";
import type { Evaluate } from "./run.ts";
import type { SyntaxNode } from "./syntax.ts";

/** Turns a node into what runs it. @throws Refusal */
export type Build = (node: SyntaxNode, scope: Scope) => Evaluate;

/** What is gathered about a whole program while it is built. */
export class ProgramFacts {
  /** The roots that an expression may name. */
  readonly known: ReadonlySet<string>;
  readonly used = new Set<string>();
  nodes = 0;
  /** Whether any function is called that the room answers. */
  asksRoom = false;
  #slots = 0;

  constructor(known: ReadonlySet<string>) {
    this.known = known;
  }

  /** A number of its own for each variable that a macro binds. */
  newSlot(): number {
    return this.#slots++;
  }
}

/** The names that stand for something at one place of a program. */
export class Scope {
  readonly facts: ProgramFacts;
  readonly #locals: ReadonlyMap<string, number>;
  readonly #loops: number;

  constructor(facts: ProgramFacts, locals: ReadonlyMap<string, number> = new Map(), loops = 0) {
    this.facts = facts;
    this.#locals = locals;
    this.#loops = loops;
  }

  slotOf(name: string): number | undefined {
    return this.#locals.get(name);
  }

  bind(name: string): { readonly scope: Scope; readonly slot: number } {
    const slot = this.facts.newSlot();
    return { scope: new Scope(this.facts, new Map(this.#locals).set(name, slot), this.#loops), slot };
  }

  /** The scope of a body that runs once an element. @throws Refusal when loops nest too deep. */
  loop(position: number): Scope {
    if (this.#loops === LIMITS.expressionComprehensionDepth) {
      throw new Refusal(`macros nest deeper than ${LIMITS.expressionComprehensionDepth} levels`, position);
    }
    return new Scope(this.facts, this.#locals, this.#loops + 1);
  }
}
