import { describe, expect, it } from "vitest";
import { compile } from "../../src/cel/program.ts";
import { LIMITS } from "../../src/kernel/limits.ts";
import { answerOf, errorOf, stateOf } from "./world.ts";

describe("errors of a run", () => {
  it("[CEL-3] gives the code, the line, the column and the place", () => {
    const error = errorOf("1 == 1 &&\n  state._shared.turn.x == 2", {
      state: stateOf({ _shared: { turn: 1 } }),
    });
    expect(error).toEqual({
      code: "cel_error",
      message: "cannot select 'x': a value of type double has no fields",
      line: 2,
      column: 22,
      caret: "  state._shared.turn.x == 2\n                     ^",
    });
  });

  it.each([
    "state._shared.secret + 1",
    "state._shared.secret.x",
    "state._shared.list[state._shared.secret]",
    "params[state._shared.secret]",
    "int(state._shared.secret)",
    "double(state._shared.secret)",
    "bool(state._shared.secret)",
    "timestamp(state._shared.secret)",
    "duration(state._shared.secret)",
    "'x'.matches('(' + state._shared.secret)",
    "'%d'.format([state._shared.secret])",
    "('%' + state._shared.secret).format([1])",
    "now.getHours(state._shared.secret)",
    "state._shared.secret ? 1 : 2",
    "state._shared.secret && true",
    "!state._shared.secret",
    "state._shared.secret.charAt(99)",
    "state._shared.secret.map(x, x)",
    "{state._shared.secret: 1, state._shared.secret: 2}",
    "{state._shared.list: 1}",
    "['a', state._shared.secret, 1].join()",
    "sort([state._shared.secret, 1])",
    "sum([1, state._shared.secret])",
  ])("[CEL-3] [AUTH-7] names no value read from the room: %s", (text) => {
    const state = stateOf({ _shared: { secret: "canary", list: ["canary"] } });
    const error = errorOf(text, { state, params: { canary2: 1 } });
    expect(error.code).toBe("cel_error");
    expect(JSON.stringify(error)).not.toContain("canary");
  });

  it("[CEL-3] absorbs an error by a deciding side, as CEL does, and only then", () => {
    expect(answerOf("params.x == 1 || true")).toBe(true);
    expect(answerOf("true || params.x == 1")).toBe(true);
    expect(answerOf("params.x == 1 && false")).toBe(false);
    expect(errorOf("params.x == 1 || false").message).toBe("no such key: x");
    expect(errorOf("true && params.x == 1").message).toBe("no such key: x");
    expect(answerOf("[1, 2].exists(i, i == 2 || params.x)")).toBe(true);
    expect(answerOf("[1, 2].all(i, i == 2 && params.x)")).toBe(false);
    expect(errorOf("[1, 2].all(i, i == 1 || params.x)").message).toBe("no such key: x");
  });
});

describe("what an error of a run says", () => {
  it.each([
    ["1 + 'a'", "no such overload: int + string"],
    ["!1", "no such overload: !(int)"],
    ["size(1)", "no such overload: size(int)"],
    ["math.abs('a')", "no such overload: math.abs(string)"],
    ["'a'.contains(1)", "no such overload: contains(string, int)"],
    ["1 in 2", "no such overload: in(int, int)"],
    ["has(self.x)", "has() of 'x': a value of type string has no fields"],
    ["self.x", "cannot select 'x': a value of type string has no fields"],
    ["self[0]", "a value of type string cannot be indexed"],
    ["{}[[1]]", "a map cannot be indexed by a value of type list"],
    ["{'a': 1}[true]", "no such key"],
    ["{1: 2}[1.5]", "no such key"],
    ["[1]['a']", "a list cannot be indexed by a value of type string"],
    ["[1][1]", "index out of bounds"],
    ["contested()", "contested() cannot be asked here"],
  ])("[CEL-3] %s", (text, message) => {
    expect(errorOf(text)).toMatchObject({ code: "cel_error", message });
  });

  it("[CEL-5] tells which limit of a value it would pass", () => {
    const text = (chars: number) => `size(params.half + params.half.substring(0, ${chars}))`;
    const params = { half: "a".repeat(LIMITS.expressionStringChars / 2) };
    expect(answerOf(text(LIMITS.expressionStringChars / 2), { params })).toBe(LIMITS.expressionStringChars);
    expect(errorOf(`${text(0).slice(0, -1)} + 'b' + params.half)`, { params })).toMatchObject({
      code: "cel_budget_exceeded",
      message: `the expression makes a string longer than ${LIMITS.expressionStringChars} characters`,
    });
    const list = Array.from({ length: LIMITS.expressionListElements / 2 }, () => 1);
    expect(answerOf("size(params + params)", { params: list })).toBe(LIMITS.expressionListElements);
    expect(errorOf("size(params + params + [1])", { params: list })).toMatchObject({
      code: "cel_budget_exceeded",
      message: `the expression makes a list longer than ${LIMITS.expressionListElements} elements`,
    });
  });
});

describe("what an error of compiling says", () => {
  const names = "an expression reads state, views, agents, actions, messages, meta, self, params, now, room";
  it.each<[string, string, number | undefined]>([
    ["1 +", "unexpected token: the end", 4],
    ["state.", "expected a name, got the end", 7],
    ["a..b", "expected a name, got .", 3],
    ["[1", "expected ], got the end", 3],
    ["(1", "expected ), got the end", 3],
    ["{'a' 1}", "expected :, got a number", 6],
    ["{'a' 'b'}", "expected :, got a string", 6],
    ["? 1", "unexpected token: ?", 1],
    [", 1", "unexpected token: ,", 1],
    ["}", "unexpected token: }", 1],
    ["'abc", "unterminated string", 1],
    ["1 + nope", `unknown name 'nope': ${names}`, 5],
    ["cel.map(x, 1, 1)", `unknown name 'cel': ${names}`, 1],
    ["foo(1)", "unknown function 'foo'", 1],
    ["siz('a')", "unknown function 'siz': did you mean 'size'?", 1],
    ["contains('a', 'b')", "unknown function 'contains': it is called on a value, as in x.contains()", 1],
    ["self.x.frobnicate()", "unknown method 'frobnicate'", 1],
    ["self.contain('b')", "unknown method 'contain': did you mean 'contains'?", 1],
    ["self.bind(x, 1, 1)", "unknown method 'bind'", 1],
    ["size(1, 2)", "'size' does not take that many arguments", 1],
    ["math.abs()", "'math.abs' does not take that many arguments", 1],
    ["[1].map(x)", "'map' does not take that many arguments", 1],
    ["[1].map(x, 1, 1, 1)", "'map' does not take that many arguments", 1],
    ["[1].exists()", "'exists' does not take that many arguments", 1],
    ["cel.bind(x, 2)", "cel.bind() takes a name, a value and an expression", 1],
    ["cel.bind(x, 1, 2, 3)", "cel.bind() takes a name, a value and an expression", 1],
    ["has(state)", "has() takes a selection, such as has(a.b)", 1],
    ["[1].map(x, [1].map(y, [1].map(z, 1)))", "macros nest deeper than 2 levels", 23],
    [`'${"a".repeat(4_095)}'`, "the expression is longer than 4096 characters", undefined],
    [Array.from({ length: 300 }, () => "1").join("+"), "the expression has more than 512 nodes", 1],
    [`[${"1,".repeat(100)}1]`, "a list has more than 100 elements", 202],
    [`{${"1:1,".repeat(100)}1:1}`, "a map has more than 100 entries", 402],
    ["(".repeat(30), "the expression is nested deeper than 24 levels", 25],
  ])("[CEL-4] %s", (text, message, column) => {
    const error = errorOf(text);
    expect([error.code, error.message, error.column]).toEqual(["invalid_cel", message, column]);
    if (column === undefined) expect(error).toEqual({ code: "invalid_cel", message });
  });

  // A title cannot hold it.
  it("[CEL-4] half of a surrogate pair", () => {
    const message = "the expression holds half of a surrogate pair";
    expect(errorOf("'\ud800'")).toEqual({ code: "invalid_cel", message });
  });

  it("[CEL-4] a text as long as it may be compiles", () => {
    expect(compile(`'${"a".repeat(LIMITS.expressionChars - 2)}'`).ok).toBe(true);
  });

  it("[CEL-4] tells whether a program asks the room", () => {
    const asks = (text: string) => {
      const compiled = compile(text);
      return compiled.ok && compiled.program.asksRoom;
    };
    expect([asks("contested()"), asks("size('a')"), asks("now")]).toEqual([true, false, false]);
  });
});

describe("errors of compiling", () => {
  it.each([
    ["", 1],
    ["1 +", 4],
    ["state.", 7],
    ["foo(1)", 1],
    ["1 + nope", 5],
    ["state._shared.x.frobnicate()", 1],
    ["size()", 1],
    ["size(1, 2)", 1],
    ["contains('a', 'b')", 1],
    ["[1].map(1, 2)", 9],
    ["[1].map(x)", 1],
    ["has(state)", 1],
    ["[1].map(x, x) + x", 17],
    ["state.?x", 7],
    ["self.x.bind(1)", 1],
    ["cel.bind(1, 2, 3)", 10],
    ["'abc", 1],
    ["window.alert()", 1],
    ["globalThis", 1],
    ["Foo{a: 1}", 4],
  ])("[CEL-4] refuses %j, and says where", (text, column) => {
    const compiled = compile(text);
    expect(compiled.ok).toBe(false);
    if (compiled.ok) return;
    expect(compiled.error.code).toBe("invalid_cel");
    expect([compiled.error.line, compiled.error.column]).toEqual([1, column]);
    expect(compiled.error.caret).toBe(`${text}\n${" ".repeat(column - 1)}^`);
  });

  it("[CEL-4] shows a part of a long line, and a place on any line", () => {
    const long = compile(`${"1 + ".repeat(100)}nope`);
    expect(long.ok ? "" : long.error.column).toBe(401);
    expect(long.ok ? "" : long.error.caret).toBe(`${"1 + ".repeat(15)}nope\n${" ".repeat(60)}^`);
    expect(errorOf("\n\n  nope")).toMatchObject({ line: 3, column: 3, caret: "  nope\n  ^" });
    expect(errorOf("1 +\n\tnope\n")).toMatchObject({ line: 2, column: 2, caret: " nope\n ^" });
    expect(errorOf("\n1 + nope")).toMatchObject({ line: 2, column: 5, caret: "1 + nope\n    ^" });
    const widest = `${" ".repeat(116)}nope`;
    expect(errorOf(widest).caret).toBe(`${widest}\n${" ".repeat(116)}^`);
    expect(errorOf("\n")).toMatchObject({ code: "invalid_cel", line: 2, column: 1 });
  });

  it("[CEL-4] tells which roots a program reads", () => {
    const compiled = compile("state._shared.x == self && [1].all(params, params > 0)");
    expect(compiled.ok && [...compiled.program.roots].sort()).toEqual(["self", "state"]);
  });

  it("[CEL-4] keeps what it compiled", () => {
    const [first, second] = [compile("self == 'w1'"), compile("self == 'w1'")];
    expect(first.ok && second.ok && first.program === second.program).toBe(true);
  });
});
