import { describe, expect, it } from "vitest";
import { Meter, Overrun } from "../../src/cel/meter.ts";
import { compile, evaluate, type RootName } from "../../src/cel/program.ts";
import { SubstrateMap } from "../../src/cel/substrate-map.ts";
import type { CelValue } from "../../src/cel/values.ts";
import { answerOf, outcome, rootsOf } from "./world.ts";

/** A map whose every key is computed when it is read. */
class Computed extends SubstrateMap {
  readonly #compute: (key: string) => CelValue;

  constructor(compute: (key: string) => CelValue) {
    super();
    this.#compute = compute;
  }

  protected override read(key: string): CelValue {
    return this.#compute(key);
  }

  protected override holds(): boolean {
    return true;
  }

  protected override names(): Iterable<string> {
    return [];
  }

  protected override count(): number {
    return 0;
  }
}

const LOOP = "[1, 2, 3, 4, 5].all(x, [1, 2, 3, 4, 5].all(y, x + y > 0))";

describe("Meter", () => {
  it("[CEL-5] stays blown", () => {
    const meter = new Meter(10);
    meter.charge(10);
    expect(meter.blown).toBe(false);
    expect(() => meter.charge(1)).toThrow(Overrun);
    expect(() => meter.charge(0)).toThrow(Overrun);
    expect([meter.blown, meter.used]).toEqual([true, 11]);
  });

  it("[CEL-5] charges its parent, and is blown with it", () => {
    const parent = new Meter(10);
    const [first, second] = [new Meter(8, parent), new Meter(8, parent)];
    first.charge(6);
    expect(() => second.charge(6)).toThrow(Overrun);
    expect([parent.used, first.blown, second.blown]).toEqual([12, true, true]);
  });

  it("[CEL-5] does not blow its parent by its own limit", () => {
    const parent = new Meter(10);
    expect(() => new Meter(1, parent).charge(2)).toThrow(Overrun);
    expect(parent.blown).toBe(false);
  });

  it("[CEL-5] counts the same steps for the same run, whatever ran before", () => {
    const steps = () => {
      const meter = new Meter(100_000);
      outcome(`${LOOP} && 'abc'.matches('[a-c]{3}')`, {}, meter);
      return meter.used;
    };
    expect(steps()).toBe(steps());
  });
});

describe("steps", () => {
  const params = {
    list: Array.from({ length: 1_000 }, (_, index) => index),
    text: "a".repeat(16_000),
    emoji: "😀".repeat(8_000),
    map: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index])),
  };

  it.each<[string, number, number]>([
    ["1", 2, 2],
    ["1 + 1", 4, 4],
    ["[1, 1, 1]", 8, 8],
    ["{'a': 1, 'b': 1}", 18, 18],
    ["params.map", 5_003, 5_003],
    ["size(params.text)", 1_000, 1_010],
    ["params.text", 2_000, 2_010],
    ["size(params.emoji)", 5_000, 5_010],
    ["1001 in params.list", 1_000, 1_010],
    ["size(params.list + params.list)", 2_000, 2_010],
    ["size(sort(params.list))", 1_999, 2_010],
    ["size(params.list.sort().sort().sort())", 5_997, 6_020],
    ["params.list.all(x, true)", 2_000, 2_010],
    ["params.map == params.map", 8_000, 8_010],
    ["now.getHours('Europe/Berlin')", 2_000, 2_020],
    ["params.x || true", 104, 106],
    ["params.text == params.text + ''", 2_000, 2_020],
  ])("[CEL-5] are charged for size: %s takes %i to %i", (text, least, most) => {
    const meter = new Meter(100_000);
    expect(outcome(text, { params }, meter).ok).toBe(true);
    expect(meter.used).toBeGreaterThanOrEqual(least);
    expect(meter.used).toBeLessThanOrEqual(most);
  });

  it("[CEL-5] are not the only bound: a list has one of its own", () => {
    const sum = Array.from({ length: 51 }, () => "params.list").join(" + ");
    const answer = outcome(`size(${sum})`, { params }, new Meter(10_000_000));
    expect(answer.ok ? "a value" : answer.error.message).toBe(
      "the expression makes a list longer than 50000 elements",
    );
  });
});

describe("roots", () => {
  it("[CEL-5] are asked for once a run, and only when they are read", () => {
    const asked: string[] = [];
    const { root } = rootsOf({ params: { n: 1 } });
    const compiled = compile("[1, 2, 3].all(x, x + params.n > 0) || self == 'w1'");
    const roots = {
      root: (name: RootName) => {
        asked.push(name);
        return root(name);
      },
    };
    expect(compiled.ok && evaluate(compiled.program, roots, new Meter(1_000)).ok).toBe(true);
    expect(asked).toEqual(["params"]);
  });
});

describe("an expression within another", () => {
  it("[CEL-5] may be evaluated while the outer one reads, with a meter of its own", () => {
    const roots = rootsOf({
      views: new Computed((key) => answerOf(`[1, 2].map(x, x * ${key})`)),
    });
    const compiled = compile("[10, 20].map(x, views[string(x)].map(y, x + y))");
    const meter = new Meter(1_000);
    expect(compiled.ok && evaluate(compiled.program, roots, meter)).toEqual({
      ok: true,
      value: [
        [20, 30],
        [40, 60],
      ],
    });
    expect(meter.used).toBeLessThan(100);
  });

  it("[CEL-5] may be the same program", () => {
    const text =
      "views.n == null ? 0 : [1, 2, 3].map(x, x + (self == 'outer' ? views.inner : 0)).size() + views.n";
    const inner = () =>
      answerOf(text, { views: new Computed((key) => (key === "n" ? 5 : 100)), self: "inner" });
    expect(answerOf(text, { views: new Computed((key) => (key === "n" ? 1 : inner())), self: "outer" })).toBe(
      4,
    );
  });

  it("[CEL-5] fails alone when it is over its budget, and fails the outer one with a shared parent", () => {
    const request = new Meter(60);
    const nested = new Computed(() => {
      const answer = outcome(LOOP, {}, new Meter(1_000, request));
      return answer.ok ? answer.value : { _error: answer.error.code };
    });
    expect(
      answerOf("views.x", { views: new Computed(() => (outcome(LOOP, {}, new Meter(9)).ok ? 1 : 0)) }),
    ).toBe(0);
    const outer = outcome("views.x == 1 || true", { views: nested }, new Meter(1_000, request));
    expect(outer.ok ? outer.value : outer.error.code).toBe("cel_budget_exceeded");
  });

  it.each([
    "views.x || true",
    "true && views.x",
    "[1].exists(i, views.x)",
    "!views.x",
    "has(views.x.y) || true",
  ])("[CEL-5] lets what a read throws pass, error or not: %s", (text) => {
    for (const sentinel of [Symbol("stop"), new Error("stop")]) {
      const views = new Computed(() => {
        throw sentinel;
      });
      expect(() => outcome(text, { views })).toThrow(
        expect.toSatisfy((thrown: unknown) => thrown === sentinel),
      );
    }
  });
});
