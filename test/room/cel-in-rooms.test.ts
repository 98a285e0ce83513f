import { describe, expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

async function furnished(): Promise<Client> {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { mine: 1 } });
  await room.join("bob", { state: { his: 2 } });
  const writes: Body[] = [
    { key: "n", value: 5 },
    { key: "half", value: 2.5 },
    { key: "nil", value: null },
    { key: "list", value: ["a", "b", "c"] },
    { key: "turn", value: 1 },
    { key: "obj", value: { a: 1, constructor: 2 } },
    { key: "constructor", value: "own" },
    { scope: "_tasks", append: true, value: { t: 1 } },
  ];
  await ana.do("_register_action", { id: "seed", writes });
  await ana.do("seed");
  return ana;
}

describe("values", () => {
  it.each([
    ["state._shared.door == true", false],
    ["state._shared.door", null],
    ["state._nothing", {}],
    ["state._nothing.deeper", null],
    ['state["bob"].his', null],
    ['"bob" in state', false],
    ['state["ana"].mine == state.self.mine', true],
    ['"nil" in state._shared && has(state._shared.nil) && state._shared.nil == null', true],
    ['"door" in state._shared || has(state._shared.door)', false],
    ["views.nothing == null && agents.nobody == null && actions.nothing == null", true],
    ['"seed" in actions && "ana" in agents && !("nothing" in views)', true],
    ['state._shared["constructor"]', "own"],
    ["state._shared.toString", null],
    ["state._shared.obj", { a: 1, constructor: 2 }],
    [
      "[self, room.id.size() > 0, type(now) == google.protobuf.Timestamp, room.seq > 0]",
      ["ana", true, true, true],
    ],
  ])("[CEL-1] %s is %j", async (expr, value) => {
    expect((await (await furnished()).eval(expr)).value).toEqual(value);
  });

  it.each([
    ["state._shared.n + 1", 6],
    ["state._shared.n * 1.5", 7.5],
    ["state._shared.list[state._shared.turn]", "b"],
    ["string(state._shared.turn)", "1"],
    ["state._shared.n / 2", 2.5],
    ["state._shared.half < 3 && state._shared.n > 4.5", true],
    ["state._tasks[string(state._shared.turn)].t", 1],
    ["{'a': state._shared.n, 'b': [1, 2.0]}", { a: 5, b: [1, 2] }],
  ])("[CEL-2] %s is %j", async (expr, value) => {
    expect((await (await furnished()).eval(expr)).value).toEqual(value);
  });

  it.each([
    "0.0 / 0.0",
    "1.0 / 0.0",
    "b'bytes'",
    "1 / 0",
    "state._shared.nil.deeper",
    '"a" + 1',
    "state._shared.list[9]",
  ])("[CEL-2] %s is 422, with code and place and no value", async (expr) => {
    const ana = await furnished();
    const { status, body } = await ana.call("/eval", { body: { expr } });
    expect([status, body.error]).toEqual([422, "cel_error"]);
  });

  it("[CEL-2] results leave as plain JSON numbers, and write so", async () => {
    const ana = await furnished();
    const write = {
      key: "out",
      expr: true,
      value: "[1, 2u, 3.0, size(state._shared.list)].map(x, double(x) == 1.0 ? 1 : 0)",
    };
    await ana.do("_register_action", { id: "w", writes: [write] });
    expect((await ana.do("w")).writes[0].value).toEqual([1, 0, 0, 0]);
  });

  it.each([
    "",
    "1 +",
    "nowhere.x",
    "nofun()",
    "state.#",
    "x".repeat(5000),
    `${"(".repeat(200)}1${")".repeat(200)}`,
  ])("[CEL-4] no expression is accepted that is none (%#)", async (expr) => {
    const { status, body } = await (await furnished()).call("/eval", { body: { expr } });
    expect([status, body.error]).toEqual([400, "invalid_cel"]);
  });
});

describe("budgets", () => {
  const tens = `[${Array.from({ length: 100 }, (_, n) => n).join(",")}]`;
  const bomb = `${tens}.all(a, ${tens}.all(b, (a+b+1)*(a+b+2)*(a+b+3)*(a+b+4)*(a+b+5)*(a+b+6) > 0))`;

  it.each([
    `${bomb} || true`,
    `true || ${bomb} || true`,
    `[${bomb} || true].size() == 1`,
    `${bomb} ? true : true`,
  ])("[CEL-5] an exceeded budget is sticky (%#)", async (expr) => {
    const ana = await furnished();
    const { status, body } = await ana.call("/eval", { body: { expr } });
    if (expr.startsWith("true ||")) expect([status, body.value]).toEqual([200, true]);
    else expect([status, body.error]).toEqual([422, "cel_budget_exceeded"]);
  });

  it("[CEL-5] an if over its budget is false, and the room goes on", async () => {
    const ana = await furnished();
    await ana.do("_register_action", { id: "a", if: `${bomb} || true`, writes: [] });
    expect((await ana.context()).actions.a.available).toBe(false);
    const { status, body } = await ana.invoke("a");
    expect([status, body.error]).toEqual([409, "precondition_failed"]);
    expect((await ana.eval("1 + 1")).value).toBe(2);
  });

  it("[CEL-5] a write's expression over its budget is 422, and writes nothing", async () => {
    const ana = await furnished();
    const write = { key: "n", expr: true, value: `${bomb} || true` };
    await ana.do("_register_action", { id: "a", writes: [write] });
    const { status, body } = await ana.invoke("a");
    expect([status, body.error]).toEqual([422, "cel_budget_exceeded"]);
    expect((await ana.eval("state._shared.n")).value).toBe(5);
  });
});

describe("many costly expressions", () => {
  /** A room with so many views that each take more than an expression may, and one that takes little. */
  async function mined(views: number, expr: string): Promise<Client> {
    const { owner } = await createRoom();
    const writes = [{ key: "list", value: "${params.list}" }];
    await owner.do("_register_action", { id: "fill", writes });
    await owner.do("fill", { list: [] });
    const bombs = Array.from({ length: views }, (_, n) => ({ id: `bomb${n}`, scope: "_shared", expr }));
    const plain = { id: "plain", scope: "_shared", expr: "state._shared.list.size() + 1" };
    const invocations = [...bombs, plain].map((params) => ({ action: "_register_view", params }));
    await owner.call("/invoke", { body: { invocations } });
    await owner.do("fill", { list: Array.from({ length: 600 }, (_, n) => n) });
    return owner;
  }

  const failures = (views: Body): string[] =>
    Object.values(views as Record<string, Body>).flatMap((value) => value._error ?? []);
  const isCut = (error: string) => error.includes("read it again");

  it("[CEL-8] are evaluated as far as one turn goes, ordinary ones always, and the others when they are read again", async () => {
    const list = "state._shared.list";
    const owner = await mined(30, `cel.bind(l, ${list}, l.all(x, l.all(y, true)))`);
    const { views } = await owner.context();
    const [all, cut] = [failures(views), failures(views).filter(isCut)];
    expect(views.plain).toBe(601);
    expect([all.length, cut.length > 2, cut.length < 8]).toEqual([30, true, true]);
    expect(failures((await owner.context()).views).filter(isCut)).toEqual([]);
    expect(failures((await owner.context()).views).length).toBe(30);
  });

  it("[CEL-8] leave a wait for one of them to end when its view was read again", async () => {
    const list = "state._shared.list";
    const owner = await mined(30, `cel.bind(l, ${list}, l.all(x, l.all(y, true)))`);
    await owner.do("_register_view", {
      id: "late",
      scope: "_shared",
      expr: `size(${list}.filter(x, x in ${list})) == 600 && ${Array.from({ length: 30 }, (_, n) => `views.bomb${n} != 1`).join(" && ")}`,
    });
    await owner.do("fill", { list: Array.from({ length: 600 }, (_, n) => 600 - n) });
    const waited = await owner.wait("views.late == true", "&timeout=10000");
    expect(waited.body.triggered).toBe(true);
  });
});
