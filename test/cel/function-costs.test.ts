import { describe, expect, it } from "vitest";
import { Meter } from "../../src/cel/meter.ts";
import { compile, evaluate } from "../../src/cel/program.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import { rootsOf } from "./world.ts";

describe("what functions cost", () => {
  /** The steps that `text` takes more than `less` does. */
  function dearer(text: string, less: string): number {
    const [more, fewer] = [text, less].map((one) => {
      const meter = new Meter(LIMITS.expressionSteps);
      const compiled = compile(`(${one}) == null`);
      if (compiled.ok)
        evaluate(
          compiled.program,
          rootsOf({ params: { one: [1], list: [1, 2, 3, 4], map: { a: 1, b: 2 } } }),
          meter,
        );
      return meter.used;
    });
    return (more ?? 0) - (fewer ?? 0);
  }

  it.each<[string, string, number]>([
    ["sum(params.list)", "dyn(params.list)", 4],
    ["sort(params.one)", "dyn(params.one)", 1],
    ["params.list.reverse()", "dyn(params.list)", 4],
    ["params.map.keys()", "dyn(params.map)", 2],
    ["params.map.size()", "dyn(params.map)", 2],
    ["params.map.values()", "dyn(params.map)", 8],
    ["params.map.entries()", "dyn(params.map)", 8],
    ["now.getHours()", "dyn(now)", 5],
    ["now.getMilliseconds()", "dyn(now)", 5],
    ["now.getHours('UTC')", "dyn(now)", 6],
    ["now.getHours('+01:00')", "dyn(now)", 6],
    ["now.getHours('Europe/Berlin')", "now.getHours('UTC')", 2_000],
    ["timestamp('2026-01-31T12:00:00Z')", "dyn('2026-01-31T12:00:00Z')", 10],
    ["duration('1h')", "dyn('1h')", 10],
    ["string(now)", "dyn(now)", 5],
    ["string(duration('1h'))", "string(dyn('1h'))", 15],
  ])("[CEL-5] %s is charged more than %s by %d", (text, less, steps) => {
    expect(dearer(text, less)).toBe(steps);
  });
});
