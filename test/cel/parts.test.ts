import { describe, expect, it } from "vitest";
import { conjuncts } from "../../src/cel/conjuncts.ts";
import { placesOf } from "../../src/cel/places.ts";
import { answerOf, errorOf } from "./world.ts";

describe("what an expression joins by &&", () => {
  const told = (text: string) => conjuncts(text).map((part) => [part.text, part.line, part.column]);

  it.each<[string, [string, number, number][]]>([
    ["true", [["true", 1, 1]]],
    [
      "1 == 1 && 2 == 2",
      [
        ["1 == 1", 1, 1],
        ["2 == 2", 1, 11],
      ],
    ],
    [
      "true &&\n  (1 < 2) && !false",
      [
        ["true", 1, 1],
        ["1 < 2", 2, 4],
        ["!false", 2, 14],
      ],
    ],
    [
      "(true && false) && true",
      [
        ["true", 1, 2],
        ["false", 1, 10],
        ["true", 1, 20],
      ],
    ],
    ["true || false && true", [["true || false && true", 1, 1]]],
    [
      "(1 + 2) * 3 == 9 && 9 == 3 * (1 + 2)",
      [
        ["(1 + 2) * 3 == 9", 1, 1],
        ["9 == 3 * (1 + 2)", 1, 21],
      ],
    ],
    [
      "')' == ')' && \"(\" == '(' && size('''(''') == 1",
      [
        ["')' == ')'", 1, 1],
        ["\"(\" == '('", 1, 15],
        ["size('''(''') == 1", 1, 29],
      ],
    ],
    [
      "r'\\)' == ')' && b'(' == b'('",
      [
        ["r'\\)' == ')'", 1, 1],
        ["b'(' == b'('", 1, 17],
      ],
    ],
    [
      "((1) + 2 == 3) && (4 == (2 + (2)))",
      [
        ["(1) + 2 == 3", 1, 2],
        ["4 == (2 + (2))", 1, 20],
      ],
    ],
    ["", []],
    ["1 +", []],
    ["nowhere && true", []],
  ])("[ACT-10] %j", (text, parts) => {
    expect(told(text)).toEqual(parts);
  });
});

describe("the places that an expression names", () => {
  let texts = 0;
  /** The same expression in a text that is not known yet. */
  const fresh = (text: string) => `${text} // ${++texts}`;

  it("[ACT-10] keys by their names, scopes that are read whole or by what is computed, and views", () => {
    expect(
      placesOf(
        fresh('state._shared.a + state._shared["b"].c + state.self.d + state._tasks[params.k] + views.v'),
      ),
    ).toEqual({
      keys: expect.arrayContaining([
        ["_shared", "a"],
        ["_shared", "b"],
        ["self", "d"],
      ]),
      scopes: ["_tasks"],
      views: ["v"],
      computed: { scope: false, view: false },
    });
  });

  it.each<[string, object]>([
    ["messages.count", { scopes: ["_messages"] }],
    ["meta.state._shared.a", { keys: [["_shared", "a"]] }],
    ["agents.ana.status", { keys: [["_agents", "ana"]] }],
    ["actions", { scopes: ["_actions"] }],
    ["views[params.v]", { views: [], computed: { scope: false, view: true } }],
    ["state[params.s].a", { keys: [], computed: { scope: true, view: false } }],
    ["state._shared[0]", { scopes: ["_shared"] }],
    ["[1].map(x, {'k': state._votes[x]})", { scopes: ["_votes"] }],
    ["has(state._shared.a) && now > now && self == 'a'", { keys: [["_shared", "a"]], scopes: [], views: [] }],
    ["state._shared.a == state._shared.a", { keys: [["_shared", "a"]] }],
  ])("[ACT-10] %s", (text, places) => {
    expect(placesOf(fresh(text))).toMatchObject(places);
    expect(placesOf(text)).toBe(placesOf(text));
  });
});

describe("patterns", () => {
  it.each<[string, boolean]>([
    ["'abc'.matches('^a.c$')", true],
    ["'abc'.matches('^b')", false],
    ["'aaaa'.matches('^a{2,4}$')", true],
    ["'ab12'.matches('^(ab)[0-9]{2}$')", true],
    ["'é'.matches('^[à-ü]$')", true],
    ["'a{3}'.matches('\\\\{3\\\\}')", true],
  ])("[CEL-5] %s", (text, value) => {
    expect([answerOf(text), answerOf(text)]).toEqual([value, value]);
  });

  it.each<[string, string]>([
    ["'a'.matches('(a{500}){3}')", "the pattern repeats too much"],
    ["'a'.matches('a{1001}')", "the pattern repeats too much"],
    ["'a'.matches('((a{40}){40})')", "the pattern repeats too much"],
    [`'a'.matches('${"a".repeat(257)}')`, "a pattern has at most 256 characters"],
    ["'a'.matches('(')", "the pattern is no RE2 regular expression"],
    ["'a'.matches('(?=a)')", "the pattern is no RE2 regular expression"],
  ])("[CEL-5] %s fails: %s", (text, message) => {
    expect(errorOf(text).message).toBe(message);
  });
});
