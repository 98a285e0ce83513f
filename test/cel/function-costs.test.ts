import { describe, expect, it } from "vitest";
import { Meter } from "../../src/cel/meter.ts";
import { compile, evaluate } from "../../src/cel/program.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import { outcome, rootsOf } from "./world.ts";

const PARAMS = {
  one: [1],
  list: [1, 2, 3, 4],
  map: { a: 1, b: 2 },
  text: "a".repeat(16_000),
  needle: "a".repeat(8_000),
  spaces: " ".repeat(16_000),
  accents: "é".repeat(16_000),
  emoji: "😀".repeat(8_000),
};

describe("what functions cost", () => {
  /** The steps that `text` takes more than `less` does. */
  function dearer(text: string, less: string): number {
    const [more, fewer] = [text, less].map((one) => {
      const meter = new Meter(LIMITS.expressionSteps);
      const compiled = compile(`(${one}) == null`);
      if (compiled.ok) evaluate(compiled.program, rootsOf({ params: PARAMS }), meter);
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
    ["duration('1.123456789123456789h1.123456789h')", "duration('1h')", 8],
    ["string(1.5)", "string(true)", 3],
    ["double('1.5')", "double(1.5)", 3],
    ["params.text.contains('b')", "params.text.startsWith('b')", 125],
    ["params.text.contains('aaaaaaab')", "params.text.startsWith('aaaaaaab')", 1_000],
    [`params.text.contains('${"a".repeat(32)}')`, `params.text.startsWith('${"a".repeat(32)}')`, 4_000],
    [`params.text.contains('${"a".repeat(33)}')`, `params.text.startsWith('${"a".repeat(33)}')`, 2_000],
    ["params.text.contains(params.needle)", "params.text.startsWith(params.needle)", 2_000],
    ["params.text.indexOf('b', 16000)", "params.text.indexOf('b')", 1],
    ["params.emoji.indexOf('b', 8000)", "params.emoji.indexOf('b')", 2_001],
    ["params.text.lastIndexOf(params.needle)", "params.text.startsWith(params.needle)", 3_001],
    ["params.text.split(params.needle)", "params.text.startsWith(params.needle)", 6_003],
    ["params.text.replace(params.needle, '')", "params.text.startsWith(params.needle)", 6_005],
    ["params.spaces.trim()", "params.text.trim()", 4_000],
    ["strings.quote(params.needle)", "params.needle.trim()", 5_001],
    ["'%x'.format([params.needle])", "'%s'.format([params.needle])", 4_499],
    ["params.text < 'a'", "'a' < 'a'", 1],
    ["bytes(params.text) < b'a'", "b'a' < bytes(params.text)", 0],
    ["bytes(params.text) + bytes(params.text)", "bytes(params.text) == bytes(params.text)", 999],
    ["params.accents.upperAscii()", "params.text.upperAscii()", 8_000],
  ])("[CEL-5] %s is charged more than %s by %d", (text, less, steps) => {
    expect(dearer(text, less)).toBe(steps);
  });

  it.each<[string, string, number]>([
    ["'aaaa'.matches('a')", "dyn('aaaa')", 103],
    ["'aaaaaaaa'.matches('a')", "'aaaa'.matches('a')", 2],
    ["'aaaa'.matches('aa')", "'aaaa'.matches('a')", 77],
    ["'aaaa'.matches('é')", "'aaaa'.matches('a')", 454],
    ["'aaaa'.matches('[a-é]')", "'aaaa'.matches('[aé]')", 10_512],
    ["['a', 'b'].all(x, x.matches('[a-c]') || true)", "['a'].all(x, x.matches('[a-c]') || true)", 7],
  ])(
    "[CEL-5] a pattern is paid for once a run, each text it is held to every time: %s over %s, %d",
    (text, less, steps) => {
      expect(dearer(text, less)).toBe(steps);
    },
  );

  it.each<[string, boolean]>([
    ["a{1000}", true],
    ["a{999}b", true],
    ["a{1000}b", false],
    ["a{2,500}b{501}", false],
    ["a{2,}", true],
    ["[abc]{1000}", true],
    ["\\\\x{61}{1000}", true],
    ["\\\\p{L}{2}b{998}", true],
    ["(a){500}", true],
    ["(a){501}", false],
    ["(ab){334}", false],
    ["(ab){333}", true],
    ["(a*){500}", true],
    ["(a+b?){333}", true],
    ["((a){10}){47}", true],
    ["((a){10}){48}", false],
    ["b{900}((a){10}){5}", false],
    ["b{800}((a){10}){5}", true],
    ["a{0}b{1000}", false],
    ["(a(b){300}(c){300}", false],
  ])("[CEL-5] the size of the pattern %s is told before it is compiled", (pattern, fits) => {
    const answer = outcome(`'a'.matches('${pattern}')`);
    const repeats = !answer.ok && answer.error.message === "the pattern repeats too much";
    expect(repeats).toBe(!fits);
  });

  it("[CEL-5] a pattern has at most 256 characters", () => {
    expect(outcome(`''.matches('${"a".repeat(256)}')`).ok).toBe(true);
    expect(outcome(`''.matches('${"a".repeat(257)}')`).ok).toBe(false);
  });
});
