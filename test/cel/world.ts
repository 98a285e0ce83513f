import { ComputedMap } from "../../src/cel/computed-map.ts";
import { Meter } from "../../src/cel/meter.ts";
import { compile, type Evaluated, evaluate, type RootName, type Roots } from "../../src/cel/program.ts";
import type { SubstrateMap } from "../../src/cel/substrate-map.ts";
import { type CelValue, Timestamp, toCel } from "../../src/cel/values.ts";
import type { Json } from "../../src/kernel/json.ts";
import { LIMITS } from "../../src/kernel/limits.ts";

/** A map of the substrate that notes what is read there. */
export class NotedMap extends ComputedMap {
  readonly noted: string[] = [];

  constructor(entries: Readonly<Record<string, CelValue>>) {
    super(Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, () => value])));
  }

  protected override read(key: string): CelValue | undefined {
    this.noted.push(`read ${key}`);
    return super.read(key);
  }

  protected override holds(key: string): boolean {
    this.noted.push(`holds ${key}`);
    return super.holds(key);
  }

  protected override names(): Iterable<string> {
    this.noted.push("names");
    return super.names();
  }

  protected override count(): number {
    this.noted.push("count");
    return super.count();
  }
}

/** As the room's scopes: one that is absent reads as an empty map. */
class Scopes extends NotedMap {
  protected override read(key: string): CelValue | undefined {
    return super.read(key) ?? new NotedMap({});
  }
}

export type State = Readonly<Record<string, Readonly<Record<string, Json>>>>;

export function stateOf(state: State): SubstrateMap {
  return new Scopes(
    Object.fromEntries(Object.entries(state).map(([name, entries]) => [name, mapOf(entries)])),
  );
}

export function mapOf(entries: Readonly<Record<string, Json>>): NotedMap {
  return new NotedMap(Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, toCel(value)])));
}

export const NOW = Timestamp.fromMilliseconds(Date.UTC(2026, 0, 31, 12));

/** The roots of an empty room, save for those given. */
export function rootsOf(given: Partial<Record<RootName, CelValue>> = {}): Roots {
  const empty: Record<RootName, CelValue> = {
    state: stateOf({}),
    views: mapOf({}),
    agents: mapOf({}),
    actions: mapOf({}),
    messages: { count: 0, unread: 0, directed_unread: 0 },
    meta: {},
    self: "w1",
    params: {},
    now: NOW,
    room: { id: "r1", seq: 7 },
  };
  const roots = { ...empty, ...given };
  return { root: (name) => roots[name] };
}

/** Compiles and evaluates `text`; what does not compile is answered alike. */
export function outcome(
  text: string,
  given: Partial<Record<RootName, CelValue>> = {},
  meter = new Meter(LIMITS.expressionSteps),
): Evaluated {
  const compiled = compile(text);
  return compiled.ok ? evaluate(compiled.program, rootsOf(given), meter) : compiled;
}

/** The value of `text`. @throws Error when it has none. */
export function answerOf(text: string, given: Partial<Record<RootName, CelValue>> = {}): Json {
  const answer = outcome(text, given);
  if (!answer.ok) throw new Error(`${text}: ${answer.error.code}: ${answer.error.message}`);
  return answer.value;
}

/** The code and the message of the error that `text` ends in. @throws Error when it has a value. */
export function errorOf(text: string, given: Partial<Record<RootName, CelValue>> = {}) {
  const answer = outcome(text, given);
  if (answer.ok) throw new Error(`${text} answered ${JSON.stringify(answer.value)}`);
  return answer.error;
}
