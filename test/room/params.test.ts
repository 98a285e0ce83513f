import { describe, expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

async function withParams(params: Body): Promise<Client> {
  const ana = await (await createRoom()).join("ana");
  await ana.do("_register_action", { id: "act", params, writes: [] });
  return ana;
}

/** What invoking with each of `given` answers: "ok", or the path that is refused. */
async function judged(params: Body, given: Body[]): Promise<string[]> {
  const ana = await withParams(params);
  const outcomes: string[] = [];
  for (const each of given) {
    const { status, body } = await ana.invoke("act", each);
    if (status !== 200) expect([status, body.error]).toEqual([400, "invalid_param"]);
    outcomes.push(status === 200 ? "ok" : body.path);
  }
  return outcomes;
}

describe("the short form", () => {
  it("[ACT-1] checks the type of what is given, and lets the rest be absent", async () => {
    const given = [{}, { n: 1 }, { n: "1" }, { n: null }, { n: 1.5 }, { other: 1 }];
    expect(await judged({ n: { type: "integer" } }, given)).toEqual([
      "ok",
      "ok",
      "params.n",
      "params.n",
      "params.n",
      "ok",
    ]);
  });

  it("[ACT-1] required makes a parameter mandatory", async () => {
    expect(await judged({ n: { type: "string", required: true } }, [{}, { n: "" }])).toEqual([
      "params.n",
      "ok",
    ]);
  });

  it("[ACT-1] required: false and an empty schema ask nothing", async () => {
    expect(await judged({ n: { required: false }, m: {} }, [{}, { n: 1, m: [] }])).toEqual(["ok", "ok"]);
  });

  it("[ACT-1] any takes all, null too, alone and in a list of types", async () => {
    const params = { a: { type: "any", required: true }, b: { type: ["any"] } };
    const given = [null, 1, "x", [], {}].map((a) => ({ a, b: a }));
    expect(await judged(params, given)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  });

  it("[ACT-1] enum, const and lists of types", async () => {
    const params = {
      e: { enum: ["a", 1, null] },
      c: { const: { x: [1] } },
      t: { type: ["string", "integer"] },
    };
    const given = [{ e: "a" }, { e: null }, { e: "b" }, { c: { x: [1] } }, { c: 1 }, { t: 1 }, { t: 1.5 }];
    expect(await judged(params, given)).toEqual(["ok", "ok", "params.e", "ok", "params.c", "ok", "params.t"]);
  });

  it("[ACT-1] numbers have bounds", async () => {
    const params = { n: { minimum: 0, maximum: 8 }, x: { exclusiveMinimum: 0 }, m: { multipleOf: 0.1 } };
    const given = [{ n: 0 }, { n: 9 }, { n: -1 }, { x: 0 }, { m: 0.3 }, { m: 0.35 }];
    expect(await judged(params, given)).toEqual(["ok", "params.n", "params.n", "params.x", "ok", "params.m"]);
  });

  it("[ACT-1] texts have lengths, in code points, and a pattern that matches anywhere", async () => {
    const params = {
      s: { type: "string", minLength: 1, maxLength: 2 },
      p: { pattern: "^[a-z]+$" },
      q: { pattern: "b" },
    };
    const given = [{ s: "" }, { s: "😀😀" }, { s: "abc" }, { p: "abc" }, { p: "aBc" }, { q: "abc" }];
    expect(await judged(params, given)).toEqual(["params.s", "ok", "params.s", "ok", "params.p", "ok"]);
  });

  it("[ACT-1] the path leads to the fault", async () => {
    const params = {
      o: { type: "object", properties: { list: { items: { type: "object", required: ["k"] } } } },
    };
    expect(await judged(params, [{ o: { list: [{ k: 1 }, {}] } }])).toEqual(["params.o.list.1.k"]);
  });

  it("[ACT-1] required inside a nested property makes that one mandatory", async () => {
    const params = { o: { type: "object", properties: { k: { type: "string", required: true } } } };
    expect(await judged(params, [{}, { o: { k: "x" } }, { o: {} }])).toEqual(["ok", "ok", "params.o.k"]);
  });

  it("[ACT-1] combinations", async () => {
    const params = { v: { anyOf: [{ type: "string" }, { type: "integer" }], not: { const: "no" } } };
    const given = [{ v: "x" }, { v: 1 }, { v: "no" }, { v: [] }];
    expect((await judged(params, given)).map((outcome) => outcome.slice(0, 8))).toEqual([
      "ok",
      "ok",
      "params.v",
      "params.v",
    ]);
  });

  it.each(["constructor", "toString", "hasOwnProperty", "valueOf", "length"])(
    "[ACT-1] a parameter may have the name %s and is absent until it is given",
    async (name) => {
      const params = { [name]: { type: "string", required: true } };
      expect(await judged(params, [{}, { [name]: 1 }, { [name]: "x" }])).toEqual([
        `params.${name}`,
        `params.${name}`,
        "ok",
      ]);
      expect(await judged({ [name]: { type: "string" } }, [{}])).toEqual(["ok"]);
    },
  );

  it("[ACT-1] a parameter may have the name __proto__", async () => {
    const ana = await (await createRoom()).join("ana");
    const invoke = (action: string, body: string) => ana.call(`/actions/${action}/invoke`, { body });
    await invoke(
      "_register_action",
      '{"params":{"id":"a","params":{"__proto__":{"type":"string","required":true}},"writes":[]}}',
    );
    expect((await invoke("a", '{"params":{}}')).body.error).toBe("invalid_param");
    expect((await invoke("a", '{"params":{"__proto__":"x"}}')).status).toBe(200);
    expect((await invoke("a", '{"params":{"__proto__":{"x":1}}}')).body.error).toBe("invalid_param");
  });

  it("[ACT-1] a parameter may have the name type", async () => {
    expect(await judged({ type: { type: "string" } }, [{ type: "x" }, { type: 1 }])).toEqual([
      "ok",
      "params.type",
    ]);
  });
});

describe("a whole schema", () => {
  it("[ACT-1] is one whose type is object", async () => {
    const schema = {
      type: "object",
      properties: { a: { type: "integer" } },
      required: ["a"],
      additionalProperties: false,
    };
    const given = [{ a: 1 }, {}, { a: 1, b: 2 }, { a: "x" }];
    expect((await judged(schema, given)).map((outcome) => outcome === "ok")).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("what is refused at registration", () => {
  it.each([
    [{ a: { $ref: "#/x" } }, "params.a.$ref"],
    [{ a: { type: "object", properties: { b: { $ref: "#" } } } }, "params.a.properties.b.$ref"],
    [{ type: "object", $defs: {} }, "params.$defs"],
    [{ a: { patternProperties: {} } }, "params.a.patternProperties"],
    [{ a: { uniqueItems: true } }, "params.a.uniqueItems"],
    [{ a: { type: "text" } }, "params.a.type"],
    [{ a: { type: [] } }, "params.a.type"],
    [{ a: { pattern: "(a+)+$(?=x)" } }, "params.a.pattern"],
    [{ a: { pattern: "(" } }, "params.a.pattern"],
    [{ a: { pattern: "x".repeat(257) } }, "params.a.pattern"],
    [{ a: { enum: "x" } }, "params.a.enum"],
    [{ a: { minimum: "1" } }, "params.a.minimum"],
    [{ a: { multipleOf: 0 } }, "params.a.multipleOf"],
    [{ a: { anyOf: [] } }, "params.a.anyOf"],
    [{ a: { required: "yes" } }, "params.a.required"],
    [{ a: "string" }, "params.a"],
    [[], "params.params"],
    ["x", "params.params"],
  ])("[ACT-1] %j", async (params, path) => {
    const ana = await (await createRoom()).join("ana");
    const { status, body } = await ana.invoke("_register_action", { id: "act", params, writes: [] });
    expect([status, body.error]).toEqual([400, "invalid_param"]);
    expect(body.path).toBe(path);
  });

  it("[ACT-1] a schema that is nested too deep", async () => {
    const ana = await (await createRoom()).join("ana");
    let schema: Body = { type: "string" };
    for (let depth = 0; depth < 20; depth++) schema = { items: schema };
    expect(
      (await ana.invoke("_register_action", { id: "act", params: { a: schema }, writes: [] })).status,
    ).toBe(400);
  });

  it("[ACT-1] not what annotations hold", async () => {
    const annotated = {
      title: "x",
      description: "y",
      default: { $ref: "#/z" },
      examples: [{ $ref: 1 }],
      format: "date",
    };
    expect(
      await judged({ a: annotated, b: { const: { $ref: "#/q" } } }, [{ a: 1 }, { b: { $ref: "#/q" } }]),
    ).toEqual(["ok", "ok"]);
  });
});

describe("time", () => {
  it("[ACT-1] a pattern runs in linear time", async () => {
    const ana = await withParams({ s: { pattern: "^(a+)+$" }, t: { pattern: "(x+x+)+y" } });
    expect((await ana.invoke("act", { s: `${"a".repeat(5000)}!`, t: "y" })).status).toBe(400);
    expect((await ana.invoke("act", { t: "x".repeat(5000) })).status).toBe(400);
  });

  it("[ACT-19] a pattern that repeats too much is none, nor are more of them than can be compiled", async () => {
    const ana = await (await createRoom()).join("ana");
    const registered = async (patterns: readonly string[]) => {
      const params = Object.fromEntries(patterns.map((pattern, index) => [`p${index}`, { pattern }]));
      const { status, body } = await ana.invoke("_register_action", { id: "act", params, writes: [] });
      return status === 201 ? "ok" : `${body.error} ${body.path}`;
    };
    expect(await registered(["a{1000}".repeat(30)])).toBe("invalid_param params.p0.pattern");
    expect(await registered(Array.from({ length: 100 }, (_, n) => `^[a-z]{1,${n + 1}}$`))).toBe("ok");
    const many = Array.from({ length: 100 }, (_, n) => `${"a|".repeat(100)}${n}`);
    expect(await registered(many)).toMatch(/^invalid_param params\.p\d+\.pattern$/);
  });

  it("[ACT-19] a pattern that would take too long over a text is not tried", async () => {
    const ana = await withParams({ s: { pattern: "[ab].{900}[cd]" } });
    expect((await ana.invoke("act", { s: `${"a".repeat(901)}d` })).status).toBe(200);
    const { status, body } = await ana.invoke("act", { s: "ab".repeat(50_000) });
    expect([status, body.error, body.path]).toEqual([400, "invalid_param", "params"]);
    expect(body.message).toContain("too large to be checked");
  });

  it("[ACT-19] the checks of a batch are paid from one account", async () => {
    const ana = await withParams({ s: { pattern: "[ab].{90}[cd]" } });
    const s = `${"ab".repeat(4_000)}${"a".repeat(91)}d`;
    const invocations = Array.from({ length: 12 }, () => ({ action: "act", params: { s } }));
    const { body } = await ana.call("/invoke", { body: { invocations } });
    const statuses: number[] = body.results.map(({ status }: Body) => status);
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 400]);
    expect((await ana.invoke("act", { s })).status).toBe(200);
  });

  it("[ACT-1] a check that would multiply schema by value is refused instead of run", async () => {
    const leaf = { type: "string", minLength: 1 };
    const wide = { anyOf: Array.from({ length: 400 }, () => leaf) };
    const ana = await withParams({ list: { items: wide } });
    const { status } = await ana.invoke("act", { list: Array.from({ length: 20_000 }, (_, n) => n) });
    expect(status).toBe(400);
    expect((await ana.invoke("act", { list: ["x"] })).status).toBe(200);
  });
});
