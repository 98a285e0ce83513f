import { describe, expect, it } from "vitest";
import { compile } from "../../src/cel/program.ts";
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
