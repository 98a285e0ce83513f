import { describe, expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

/** An agent with the action `put {value, if_hash}`, which writes `_shared.k`. */
async function withPut(write: Body = { value: "${params.value}" }): Promise<Client> {
  const ana = await (await createRoom()).join("ana");
  await ana.do("_register_action", {
    id: "put",
    writes: [{ key: "k", ...write, if_hash: "${params.if_hash}" }],
  });
  return ana;
}

const MODES: Body[] = [
  { value: 1 },
  { merge: { a: 1 } },
  { increment: 1 },
  { append: true, value: 1 },
  { delete: true },
];

describe("if_hash", () => {
  it("[ACT-5] of the value that was read lets the write through, and that of an older one does not", async () => {
    const ana = await withPut();
    const first = (await ana.do("put", { value: 1, if_hash: "" })).writes[0].hash;
    const second = (await ana.do("put", { value: 2, if_hash: first })).writes[0].hash;
    const { status, body } = await ana.invoke("put", { value: 3, if_hash: first });
    expect([status, body.error, body.current]).toEqual([
      409,
      "version_conflict",
      { revision: 2, hash: second },
    ]);
  });

  it("[ACT-5] the empty text means that the entry must not exist", async () => {
    const ana = await withPut();
    await ana.do("put", { value: null, if_hash: "" });
    expect((await ana.invoke("put", { value: 2, if_hash: "" })).body.error).toBe("version_conflict");
  });

  it("[ACT-5] of an absent entry that is expected to exist is a conflict", async () => {
    const ana = await withPut();
    const { status, body } = await ana.invoke("put", { value: 1, if_hash: "0123456789abcdef" });
    expect([status, body.error, body.current]).toEqual([409, "version_conflict", { revision: 0, hash: "" }]);
  });

  it.each([[{}], [{ if_hash: null }], [{ if_hash: 5 }], [{ if_hash: {} }]])(
    "[ACT-5] that resolves to no string is missing_param: %j",
    async (params) => {
      const ana = await withPut();
      const { status, body } = await ana.invoke("put", { value: 1, ...params });
      expect([status, body.error]).toEqual([400, "missing_param"]);
    },
  );

  it.each(MODES)("[ACT-5] guards the mode %j", async (mode) => {
    const ana = await withPut(mode);
    expect((await ana.invoke("put", { if_hash: "0123456789abcdef" })).body.error).toBe("version_conflict");
    expect((await ana.invoke("put", { if_hash: "" })).status).toBe(200);
  });

  it("[ACT-5] has the alias if_version", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", { id: "once", writes: [{ key: "k", value: 1, if_version: "" }] });
    expect((await ana.invoke("once")).status).toBe(200);
    expect((await ana.invoke("once")).body.error).toBe("version_conflict");
  });

  it("[ACT-5] sees the writes before it", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", {
      id: "act",
      writes: [
        { key: "k", value: 1, if_hash: "" },
        { key: "k", value: 2, if_hash: "" },
      ],
    });
    expect((await ana.invoke("act")).body.error).toBe("version_conflict");
    expect((await ana.context()).state).toEqual({});
  });

  it("[STATE-2] is the same for the same value, whatever the order of its fields", async () => {
    const ana = await withPut();
    const { hash } = (await ana.do("put", { value: { a: 1, b: [{ c: 1, d: 2 }] }, if_hash: "" })).writes[0];
    const again = await ana.do("put", { value: { b: [{ d: 2, c: 1 }], a: 1 }, if_hash: hash });
    expect(again.writes[0].hash).toBe(hash);
  });

  it("[AUTH-7] a conflict in a scope that the invoker may not read tells no hash and no revision", async () => {
    const room = await createRoom();
    const ana = await room.join("ana", { state: { k: "canary" } });
    const bob = await room.join("bob");
    await ana.do("_register_action", {
      id: "put",
      scope: "ana",
      writes: [{ key: "k", value: 1, if_hash: "${params.h}" }],
    });
    const { body } = await bob.invoke("put", { h: "0123456789abcdef" });
    expect(body.error).toBe("version_conflict");
    expect(body.current).toBeUndefined();
  });
});
