import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { placesOf } from "../../src/cel/places.ts";
import { readsOf } from "../../src/dashboard/panels/map/expression-reads.ts";
import { tokensOf } from "../../src/dashboard/panels/map/expression-tokens.ts";

/** Every expression that a JSON document has under the names that hold expressions. */
function expressionsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Object.entries(value).flatMap(([name, each]) => {
    const isExpression = ["if", "enabled", "result", "expr"].includes(name) && typeof each === "string";
    return isExpression ? [each] : [];
  });
  const { expr, value: written } = value as { expr?: unknown; value?: unknown };
  const inner = Object.values(value).flatMap(expressionsIn);
  return [...own, ...inner, ...(expr === true && typeof written === "string" ? [written] : [])];
}

describe("what an expression's text reads", () => {
  it("[CEL-1] scopes, keys, views and roots, by names and by texts", () => {
    const told = (text: string) => {
      const { keys, scopes, views, computed } = readsOf(text);
      const marks = [...(computed.scope ? ["any scope"] : []), ...(computed.view ? ["any view"] : [])];
      return [...keys.map((key) => key.join(".")), ...scopes, ...views.map((id) => `views.${id}`), ...marks];
    };
    expect(told('state._shared.phase == "x" && state["_a b"]["k.1"] > 1')).toEqual([
      "_shared.phase",
      "_a b.k.1",
    ]);
    expect(told("size(state._tasks) + state._claims[params.key].attempt")).toEqual(["_tasks", "_claims"]);
    expect(told("state._tasks.filter(k, state._tasks[k].open)")).toEqual(["_tasks"]);
    expect(told("state._shared.filter")).toEqual(["_shared.filter"]);
    expect(told("state.self.mood + state[self].mood")).toEqual(["self.mood"]);
    expect(told('views.open && views["ana.mood"] == views[params.v]')).toEqual([
      "views.open",
      "views.ana.mood",
      "any view",
    ]);
    expect(told("agents.ana.status == messages.unread && size(actions) > 0")).toEqual([
      "_agents.ana",
      "_messages",
      "_actions",
    ]);
    expect(told("meta.state._shared.phase.writer == self")).toEqual(["_shared.phase"]);
    expect(told("state[params.scope].x")).toEqual(["any scope"]);
    expect(told("state(1) + views(2)")).toEqual([]);
    expect(told("params.state._shared.x + my.views.y")).toEqual([]);
  });

  it("[CEL-4] what stands in texts and comments is not read, however it is quoted", () => {
    const silent = [
      '"state._a.b"',
      "'it\\'s state._a.b'",
      '"""state._a.b " state._a.c"""',
      "'''state\n._a.b'''",
      'r"\\" + "state._a.b"',
      "// state._a.b\n1",
      '"//" == "state._a.b"',
    ];
    for (const text of silent) expect(readsOf(text), text).toMatchObject({ keys: [], scopes: [] });
    expect(readsOf('"//" + state._a.b // state._c.d').keys).toEqual([["_a", "b"]]);
    expect(readsOf('r"\\" == state._a.b').keys).toEqual([["_a", "b"]]);
    expect(readsOf('state._a["\\u00e9\\x41\\n\\""]').keys).toEqual([["_a", 'éA\n"']]);
    expect(tokensOf("1.5e3.x 'open").map(({ kind }) => kind)).toEqual(["number", "mark", "name"]);
  });

  it("[CTX-8] as the room itself reads it, in every template, the standard library and rooms of v7", () => {
    const folders = ["src/templates", "src/help", "test/fixtures/legacy-rooms"];
    const files = folders.flatMap((folder) => readdirSync(folder).map((file) => `${folder}/${file}`));
    const documents = files.filter((file) => file.endsWith(".json"));
    const texts = documents.flatMap((file) => expressionsIn(JSON.parse(readFileSync(file, "utf8"))));
    const sorted = ({ keys, scopes, views, computed }: ReturnType<typeof readsOf>) => ({
      keys: keys.map((key) => key.join("\n")).sort(),
      scopes: scopes.toSorted(),
      views: views.toSorted(),
      computed,
    });
    const compiling = texts.filter((text) => {
      try {
        return Boolean(placesOf(text));
      } catch {
        // Rooms of v7 hold some that the room refuses; the page reads what it can of them.
        return readsOf(text) === null;
      }
    });
    expect(compiling.length).toBeGreaterThan(100);
    for (const text of compiling) expect(sorted(readsOf(text)), text).toEqual(sorted(placesOf(text)));
  });
});
