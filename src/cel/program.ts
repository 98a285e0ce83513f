import type { Json } from "../kernel/json.ts";
import { build } from "./build.ts";
import { type CelError, celError, Fault, Refusal } from "./errors.ts";
import { LruCache } from "./lru-cache.ts";
import { type Meter, Overrun } from "./meter.ts";
import { fromCel } from "./result.ts";
import { type AskRoom, type Evaluate, Run } from "./run.ts";
import { ProgramFacts, Scope } from "./scope.ts";
import { parse, type SyntaxNode } from "./syntax.ts";
import type { CelValue } from "./values.ts";

export type { CelError } from "./errors.ts";

export type RootName =
  | "state"
  | "views"
  | "agents"
  | "actions"
  | "messages"
  | "meta"
  | "self"
  | "params"
  | "now"
  | "room";

export const ROOT_NAMES: readonly RootName[] = Object.freeze([
  "state",
  "views",
  "agents",
  "actions",
  "messages",
  "meta",
  "self",
  "params",
  "now",
  "room",
] as const);

/** Where an expression reads from: each root is asked for once a run, and only when the expression comes to it. */
export interface Roots<Name extends string = RootName> {
  root(name: Name): CelValue;
  /** Answers functions of the room; without it, calling one is a fault. */
  readonly ask?: AskRoom;
}

export interface Program<Name extends string = RootName> {
  readonly text: string;
  /** The roots that the text names: tells whether it reads `now` or `params` without running it. */
  readonly roots: ReadonlySet<Name>;
  readonly nodes: number;
  /** Whether it calls a function that the room answers. */
  readonly asksRoom: boolean;
  /** What {@link evaluate} runs; of no use elsewhere. */
  readonly body: Evaluate;
}

export type Compiled<Name extends string = RootName> =
  | { readonly ok: true; readonly program: Program<Name> }
  | { readonly ok: false; readonly error: CelError };

export type Evaluated =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly error: CelError };

/** A node takes about 500 bytes of memory. A daily expression has ten nodes. */
const CACHED_NODES = 50_000;
const programs = new LruCache<Program>(CACHED_NODES);

export const ROOTS: ReadonlySet<RootName> = new Set(ROOT_NAMES);

/**
 * Parses `text` and checks syntax, functions and their arities, roots and the limits of size and depth [CEL-4]. Kept
 * by text, so that compiling the same text again costs nothing.
 */
export function compile(text: string): Compiled {
  const known = programs.get(text);
  if (known !== undefined) return { ok: true, program: known };
  const compiled = compileFor(text, ROOTS);
  if (compiled.ok) programs.set(text, compiled.program, compiled.program.nodes);
  return compiled;
}

/** Like {@link compile}, for an expression whose roots are `names`, and not kept. */
export function compileFor<Name extends string>(text: string, names: ReadonlySet<Name>): Compiled<Name> {
  try {
    return { ok: true, program: programOf(text, parse(text), names) };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { ok: false, error: celError("invalid_cel", thrown.message, text, thrown.position) };
  }
}

/** What runs a node of `text` alone; its errors tell places in the whole text. @throws Refusal */
export function programOf<Name extends string>(
  text: string,
  node: SyntaxNode,
  names: ReadonlySet<Name>,
): Program<Name> {
  const facts = new ProgramFacts(names);
  const body = build(node, new Scope(facts));
  const roots = new Set([...names].filter((name) => facts.used.has(name)));
  return { text, roots, nodes: facts.nodes, asksRoom: facts.asksRoom, body };
}

/**
 * Runs `program`, its steps charged to `meter`. Never asynchronous, and may be entered again from within a read. What
 * a read throws leaves here as it is; a Fault or an Overrun of this run is answered as the error.
 */
export function evaluate<Name extends string>(
  program: Program<Name>,
  roots: Roots<Name>,
  meter: Meter,
): Evaluated {
  const run = new Run((name) => roots.root(name as Name), meter, roots.ask);
  try {
    return { ok: true, value: fromCel(run, program.body(run)) };
  } catch (thrown) {
    return { ok: false, error: runError(thrown, program.text, run.position) };
  }
}

/** @throws `thrown` itself, when no expression raised it. */
function runError(thrown: unknown, text: string, position: number): CelError {
  if (thrown instanceof Overrun) return celError("cel_budget_exceeded", thrown.message, text, position);
  if (thrown instanceof Fault) return celError("cel_error", thrown.message, text, thrown.position);
  throw thrown;
}
