import { describe, expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

async function agentIn(): Promise<Client> {
  return await (await createRoom()).join("ana");
}

/** Registers `writes` as an action, invokes it once, and answers what `_shared` holds then. */
async function left(ana: Client, writes: Body[], params: Body = {}): Promise<Body> {
  await ana.do("_register_action", { id: "act", writes });
  await ana.do("act", params);
  return (await ana.context("?only=state")).state._shared;
}

async function seeded(value: unknown): Promise<Client> {
  const ana = await agentIn();
  await ana.do("_register_action", { id: "seed", writes: [{ key: "k", value: "${params.value}" }] });
  await ana.do("seed", { value });
  return ana;
}

describe("increment", () => {
  it("[ACT-5] counts a missing entry from 0", async () => {
    expect(await left(await agentIn(), [{ key: "n", increment: 2 }])).toEqual({ n: 2 });
  });

  it("[ACT-5] counts a null entry from 0", async () => {
    expect(await left(await seeded(null), [{ key: "k", increment: 3 }])).toEqual({ k: 3 });
  });

  it("[ACT-5] by a template whose parameter is missing is by 1", async () => {
    expect(await left(await seeded(4), [{ key: "k", increment: "${params.by}" }])).toEqual({ k: 5 });
  });

  it("[ACT-5] true takes its amount from value, and 1 without", async () => {
    const writes = [
      { key: "n", increment: true, value: "${params.by}" },
      { key: "m", increment: true },
      { key: "o", increment: true, value: "params.by * 2", expr: true },
    ];
    expect(await left(await agentIn(), writes, { by: 2.5 })).toEqual({ n: 2.5, m: 1, o: 5 });
  });

  it("[ACT-5] by 0 and by a negative number are writes", async () => {
    const ana = await seeded(4);
    const state = await left(ana, [
      { key: "k", increment: 0 },
      { key: "k", increment: -6 },
    ]);
    expect(state).toEqual({ k: -2 });
  });

  it.each([["7"], [true], [[1]], [{ n: 1 }]])(
    "[ACT-5] of an entry that holds %j is not_a_number",
    async (value) => {
      const ana = await seeded(value);
      await ana.do("_register_action", { id: "inc", writes: [{ key: "k", increment: 1 }] });
      const { status, body } = await ana.invoke("inc");
      expect([status, body.error]).toEqual([409, "not_a_number"]);
      expect((await ana.context()).state._shared).toEqual({ k: value });
    },
  );

  it.each([["5"], [true], [[]]])("[ACT-5] by the parameter %j is not_a_number", async (by) => {
    const ana = await seeded(1);
    await ana.do("_register_action", { id: "inc", writes: [{ key: "k", increment: "${params.by}" }] });
    expect((await ana.invoke("inc", { by })).body.error).toBe("not_a_number");
  });

  it("[STATE-3] beyond 2^53−1 is refused, not rounded", async () => {
    const ana = await seeded(Number.MAX_SAFE_INTEGER);
    await ana.do("_register_action", { id: "inc", writes: [{ key: "k", increment: 1 }] });
    expect((await ana.invoke("inc")).body.error).toBe("not_a_number");
  });
});

describe("merge", () => {
  it("[ACT-5] null removes a field, objects merge, lists are replaced", async () => {
    const ana = await seeded({ a: 1, b: { c: 1, d: 2 }, e: [1, 2] });
    expect(await left(ana, [{ key: "k", merge: { a: null, b: { d: null, x: 3 }, e: [3] } }])).toEqual({
      k: { b: { c: 1, x: 3 }, e: [3] },
    });
  });

  it("[ACT-5] a whole-value parameter that is missing leaves its field out, one that is null removes it", async () => {
    const ana = await seeded({ gone: 1, kept: 2 });
    const merge = { gone: "${params.gone}", kept: "${params.kept}", deep: { x: "${params.x}" } };
    expect(await left(ana, [{ key: "k", merge }], { gone: null })).toEqual({ k: { kept: 2, deep: {} } });
  });

  it("[ACT-5] into an entry that is no object replaces it, nulls removed", async () => {
    expect(await left(await seeded("text"), [{ key: "k", merge: { a: 1, b: null } }])).toEqual({
      k: { a: 1 },
    });
  });

  it("[ACT-5] does no harm with a field named __proto__", async () => {
    const ana = await seeded({ a: 1 });
    await ana.call("/actions/_register_action/invoke", {
      body: '{"params":{"id":"p","writes":[{"key":"k","merge":{"__proto__":{"x":1},"constructor":2}}]}}',
    });
    await ana.do("p");
    const { body } = await ana.call("/eval", { body: { expr: 'state._shared.k["__proto__"].x' } });
    expect(body.value).toBe(1);
    expect(({} as Body).x).toBeUndefined();
  });
});

describe("append with a key", () => {
  it.each([
    [undefined, [9]],
    [null, [9]],
    [[1], [1, 9]],
    ["text", ["text", 9]],
    [{ a: 1 }, [{ a: 1 }, 9]],
  ])("[ACT-5] pushes onto %j", async (held, expected) => {
    const ana = held === undefined ? await agentIn() : await seeded(held);
    expect(await left(ana, [{ key: "k", append: true, value: 9 }])).toEqual({ k: expected });
  });

  it("[ACT-5] pushes the value of an expression", async () => {
    const ana = await seeded([1]);
    expect(await left(ana, [{ key: "k", append: true, value: "size(state._shared.k)", expr: true }])).toEqual(
      {
        k: [1, 1],
      },
    );
  });
});

describe("delete", () => {
  it("[ACT-5] of an absent key is no write", async () => {
    const ana = await agentIn();
    await ana.do("_register_action", { id: "del", writes: [{ key: "k", delete: true }] });
    expect((await ana.do("del")).writes).toEqual([]);
  });

  it("[STATE-1] shows as deleted, and a later write begins at revision 1", async () => {
    const ana = await seeded(1);
    await ana.do("seed", { value: 2 });
    await ana.do("_register_action", { id: "del", writes: [{ key: "k", delete: true }] });
    expect((await ana.do("del")).writes).toEqual([{ scope: "_shared", key: "k", deleted: true }]);
    expect((await ana.do("seed", { value: 1 })).writes[0].revision).toBe(1);
  });
});

describe("the mode of a write", () => {
  it.each([
    [{ key: "k" }],
    [{ key: "k", value: 1, merge: {} }],
    [{ key: "k", value: 1, delete: true }],
    [{ key: "k", value: 1, increment: 1 }],
    [{ key: "k", merge: {}, increment: 1 }],
    [{ key: "k", append: true }],
    [{ key: "k", append: true, value: 1, delete: true }],
    [{ key: "k", append: 1, value: 1 }],
    [{ key: "k", delete: 1 }],
    [{ key: "k", merge: [] }],
    [{ key: "k", increment: {} }],
    [{ key: "k", expr: true, value: 1 }],
    [{ key: "k", expr: 1, value: "1" }],
    [{ value: 1 }],
    [{ key: "", value: 1 }],
    [{ key: 5, value: 1 }],
    [{ delete: true }],
    ["k"],
  ])("[ACT-5] is exactly one: %j is refused at registration", async (write) => {
    const ana = await agentIn();
    const { status, body } = await ana.invoke("_register_action", { id: "act", writes: [write] });
    expect([status, body.error]).toEqual([400, "invalid_param"]);
    expect(body.path).toMatch(/^writes\[0\]/);
  });

  it("[ACT-5] false and null for a mode are the same as leaving it out", async () => {
    const write = {
      key: "k",
      value: 1,
      append: false,
      delete: false,
      merge: null,
      increment: null,
      expr: false,
    };
    expect(await left(await agentIn(), [write])).toEqual({ k: 1 });
  });

  it("[ACT-5] null is a value like any other", async () => {
    const ana = await agentIn();
    expect(await left(ana, [{ key: "k", value: null }])).toEqual({ k: null });
  });
});
