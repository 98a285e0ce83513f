import { describe, expect, it } from "vitest";
import { answerOf, errorOf, mapOf, NotedMap, stateOf } from "./world.ts";

const tasks = {
  _shared: { key: 4, nothing: null, job: { owner: "w1", note: null } },
  _tasks: { t1: { claimed_by: null, done: true }, t2: { claimed_by: "w1", done: false } },
  self: { load: 0.5 },
};

describe("absence in maps of the substrate", () => {
  const state = stateOf(tasks);

  it("[CEL-1] reads an absent key of a scope as null, so that a comparison before the first write is simply false", () => {
    expect(answerOf("state._shared.door", { state })).toBe(null);
    expect(answerOf("state._shared.door == true", { state })).toBe(false);
    expect(answerOf('state._shared["door"] == null', { state })).toBe(true);
  });

  it("[CEL-1] reads an absent scope as an empty map", () => {
    expect(answerOf("state.alice", { state })).toEqual({});
    expect(answerOf('state["alice"].x', { state })).toBe(null);
    expect(answerOf("state.alice.size()", { state })).toBe(0);
    expect(answerOf("state.alice == {}", { state })).toBe(true);
  });

  it("[CEL-1] reads an absent view, agent or action as null", () => {
    expect(answerOf("[views.open, agents.w9, actions.claim]")).toEqual([null, null, null]);
  });

  it("[CEL-1] tells absent from null by `in`", () => {
    expect(answerOf('["nothing" in state._shared, "door" in state._shared]', { state })).toEqual([
      true,
      false,
    ]);
    expect(answerOf('"_tasks" in state', { state })).toBe(true);
    expect(answerOf('"key" in state._shared ? state._shared.key : 0', { state })).toBe(4);
  });

  it("[CEL-1] tells absent from null by `has`", () => {
    expect(answerOf("[has(state._shared.nothing), has(state._shared.door)]", { state })).toEqual([
      true,
      false,
    ]);
    expect(answerOf("[has(state.alice), has(state.alice.x)]", { state })).toEqual([false, false]);
    expect(answerOf("has(state._shared.door.open)", { state })).toBe(false);
  });

  it("[CEL-1] lets the fields inside a value follow CEL: an absent one is an error", () => {
    expect(errorOf("state._shared.job.price", { state }).message).toBe("no such key: price");
    expect(answerOf("state._shared.job.note == null", { state })).toBe(true);
    expect(answerOf("has(state._shared.job.price)", { state })).toBe(false);
  });

  it("[CEL-1] makes selecting from null an error, as CEL does", () => {
    expect(
      errorOf("state._tasks[params.key].claimed_by == null", { state, params: { key: "t9" } }).code,
    ).toBe("cel_error");
    expect(errorOf("state._shared.door + 1", { state }).message).toBe("no such overload: null + int");
    expect(errorOf("state._shared.door < 1", { state }).message).toBe("no such overload: null < int");
  });

  it("[CEL-1] lets every key of an object be ordinary, `constructor` and `__proto__` too", () => {
    const params = JSON.parse('{"constructor": 1, "__proto__": 2, "toString": 3}');
    expect(answerOf('[params.constructor, params["__proto__"], params.toString]', { params })).toEqual([
      1, 2, 3,
    ]);
    expect(answerOf("has(params.hasOwnProperty)", { params })).toBe(false);
    expect(JSON.stringify(answerOf("params", { params }))).toBe(
      '{"constructor":1,"__proto__":2,"toString":3}',
    );
  });

  it("[CEL-1] finds keys that are numbers, as those of messages are, by number and by text", () => {
    const messages = stateOf({ _messages: { 1: { body: "hi" } } });
    expect(answerOf('[state._messages[1].body, state._messages["1"].body]', { state: messages })).toEqual([
      "hi",
      "hi",
    ]);
    expect(answerOf("[1 in state._messages, 2 in state._messages]", { state: messages })).toEqual([
      true,
      false,
    ]);
  });
});

describe("maps of the substrate as values", () => {
  const state = stateOf(tasks);

  it("[CEL-4] goes through the keys of a map in macros", () => {
    expect(answerOf("state._tasks.filter(k, state._tasks[k].done)", { state })).toEqual(["t1"]);
    expect(answerOf("state._tasks.filter(k, state._tasks[k].claimed_by == null).size()", { state })).toBe(1);
    expect(answerOf("state._tasks.map(k, state._tasks[k].done)", { state })).toEqual([true, false]);
    expect(
      answerOf("state._tasks.all(k, k.startsWith('t')) && state._tasks.exists(k, k == 't2')", { state }),
    ).toBe(true);
  });

  it("[CEL-4] answers keys, values, entries and size, of objects alike", () => {
    expect(answerOf("state._tasks.keys()", { state })).toEqual(["t1", "t2"]);
    expect(answerOf("state.self.values()", { state })).toEqual([0.5]);
    expect(answerOf("state.self.entries()", { state })).toEqual([{ key: "load", value: 0.5 }]);
    expect(answerOf("params.entries()", { params: { a: 1 } })).toEqual([{ key: "a", value: 1 }]);
    expect(answerOf("{1: 'a'}.entries()")).toEqual([{ key: 1, value: "a" }]);
    expect(answerOf("[size(state._tasks), state._tasks.size(), size(params)]", { state })).toEqual([2, 2, 0]);
  });

  it("[CEL-2] lets a whole scope leave as a plain object, and the whole state too", () => {
    expect(answerOf("state._tasks", { state })).toEqual(tasks._tasks);
    expect(answerOf("state", { state })).toEqual(tasks);
    expect(Object.getPrototypeOf(answerOf("state.self", { state }))).toBe(null);
  });

  it("[CEL-4] compares maps of the substrate with objects by their entries", () => {
    expect(answerOf('state.self == {"load": 0.5}', { state })).toBe(true);
    expect(answerOf("state.self == params", { state, params: { load: 1 } })).toBe(false);
  });

  it("[CEL-1] reads one key where one key is named, and asks for each root only when it is read", () => {
    const shared = mapOf({ a: 1, b: 2 });
    const state = new NotedMap({ _shared: shared });
    answerOf("state._shared.a == 1 || state._shared.b == 2", { state });
    expect([state.noted, shared.noted]).toEqual([["read _shared"], ["read a"]]);
    answerOf('"b" in state._shared', { state });
    expect(shared.noted).toEqual(["read a", "holds b"]);
    answerOf("state._shared.map(k, k)", { state });
    expect(shared.noted.slice(2)).toEqual(["count", "names"]);
  });
});
