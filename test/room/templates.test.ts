import { describe, expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

async function agentIn(): Promise<Client> {
  return await (await createRoom()).join("ana");
}

/** What a write of `value` under `_shared.k` leaves there. */
async function filled(value: Body, params: Body = {}): Promise<Body> {
  const ana = await agentIn();
  await ana.do("_register_action", { id: "act", writes: [{ key: "k", value }] });
  return (await ana.do("act", params)).writes[0].value;
}

describe("substitution", () => {
  it.each([[5], [true], [null], [[1, { a: 2 }]], [{ x: "y" }], ["text"]])(
    "[ACT-6] a string that is one placeholder keeps the JSON type of %j",
    async (v) => {
      expect(await filled("${params.v}", { v })).toEqual(v);
    },
  );

  it("[ACT-6] inside a text is text: JSON for what is no string, empty for what is missing or null", async () => {
    const params = { s: "a", n: 1.5, o: { x: 1 }, z: null };
    expect(await filled("<${params.s}|${params.n}|${params.o}|${params.z}|${params.gone}>", params)).toBe(
      '<a|1.5|{"x":1}||>',
    );
  });

  it("[ACT-6] goes into lists, objects and object keys", async () => {
    const value = { "${self}": ["${params.n}", { "p_${params.n}": "${self}" }] };
    expect(await filled(value, { n: 1 })).toEqual({ ana: [1, { p_1: "ana" }] });
  });

  it("[ACT-6] follows a path through objects and lists", async () => {
    expect(await filled("${params.a.b.1.c}", { a: { b: [0, { c: "deep" }] } })).toBe("deep");
  });

  it.each([["${params.text}"], ["<${params.text}>"]])(
    "[ACT-6] never expands what it substituted: %s",
    async (value) => {
      const text = "${self} ${params.text} ${params.other}";
      expect(await filled(value, { text, other: "x" })).toBe(value.replace("${params.text}", () => text));
    },
  );

  it.each([["$&"], ["$1"], ["$$"], ["$`"]])("[ACT-6] takes the text %s as it is", async (text) => {
    expect(await filled("<${params.t}>", { t: text })).toBe(`<${text}>`);
  });

  it.each(["constructor", "toString", "__proto__", "hasOwnProperty", "length"])(
    "[ACT-6] reads own properties only: %s is missing",
    async (name) => {
      expect(
        await filled([`\${params.${name}}`, `\${params.o.${name}}`, `\${params.l.${name}}`], {
          o: {},
          l: [1],
        }),
      ).toEqual([null, null, null]);
    },
  );

  it.each(["${state._shared.x}", "${params}", "${ self }", "$self", "${}", "${now", "${params.}"])(
    "[ACT-6] leaves %s as it is",
    async (text) => {
      expect(await filled(text)).toBe(text);
    },
  );

  it("[ACT-6] does not look into expressions", async () => {
    const ana = await agentIn();
    const write = { key: "k", expr: true, value: "'${self}' + params.t" };
    await ana.do("_register_action", { id: "act", writes: [write] });
    expect((await ana.do("act", { t: "'+self+'" })).writes[0].value).toBe("${self}'+self+'");
  });
});

describe("what is missing", () => {
  it.each([
    [{ key: "k_${params.x}", value: 1 }],
    [{ scope: "_${params.x}", key: "k", value: 1 }],
    [{ scope: "${params.x}", key: "k", value: 1 }],
    [{ key: "k", value: { "${params.x}": 1 } }],
  ])("[ACT-6] in a scope, key or object key is missing_param: %j", async (write) => {
    const ana = await agentIn();
    await ana.do("_register_action", { id: "act", writes: [write] });
    for (const params of [{}, { x: null }]) {
      const { status, body } = await ana.invoke("act", params);
      expect([status, body.error]).toEqual([400, "missing_param"]);
    }
  });

  it("[ACT-6] an empty key after substitution is refused", async () => {
    const ana = await agentIn();
    await ana.do("_register_action", { id: "act", writes: [{ key: "${params.x}", value: 1 }] });
    expect((await ana.invoke("act", { x: "" })).status).toBe(400);
  });

  it.each([["x".repeat(257)], ["a\u0000b"], ["\u0007"], ["é".repeat(129)]])(
    "[ROOM-2] a key that is none after substitution is refused (%#)",
    async (x) => {
      const ana = await agentIn();
      await ana.do("_register_action", { id: "act", writes: [{ key: "${params.x}", value: 1 }] });
      expect((await ana.invoke("act", { x })).body.error).toBe("invalid_param");
    },
  );

  it("[ACT-6] ${self} in a scope or key is missing_param for a caller that is no agent, null as a value", async () => {
    const room = await createRoom();
    await room.owner.do("_register_action", { id: "key", writes: [{ key: "${self}", value: 1 }] });
    await room.owner.do("_register_action", {
      id: "scope",
      writes: [{ scope: "${self}", key: "k", value: 1 }],
    });
    await room.owner.do("_register_action", {
      id: "value",
      writes: [{ key: "k", value: ["${self}", "by ${self}"] }],
    });
    expect((await room.owner.invoke("key")).body.error).toBe("missing_param");
    expect((await room.owner.invoke("scope")).body.error).toBe("missing_param");
    expect((await room.owner.do("value")).writes[0].value).toEqual([null, "by "]);
  });
});

describe("now", () => {
  it("[ACT-7] is one instant in templates, expressions, result and the event", async () => {
    const ana = await agentIn();
    await ana.do("_register_action", {
      id: "act",
      if: "now == timestamp(string(now))",
      writes: [
        { key: "a", value: "${now}" },
        { key: "b", value: "at ${now}" },
        { key: "c", expr: true, value: "string(now)" },
      ],
      result: "timestamp(state._shared.a) == now",
    });
    const { writes, result, seq } = await ana.do("act");
    const [event] = await ana.log(`?after=${seq - 1}`);
    const at = writes[0].value;
    expect(at).toBe(event.ts);
    expect(writes[1].value).toBe(`at ${at}`);
    expect(Date.parse(writes[2].value)).toBe(Date.parse(at));
    expect(result).toBe(true);
  });
});
