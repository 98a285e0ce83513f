import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Client } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

async function agentIn(): Promise<Client> {
  return await (await createRoom()).join("ana");
}

async function shared(client: Client) {
  return (await client.context("?only=state")).state._shared;
}

describe("writes in order", () => {
  it("[ACT-5] expressions see the state before the first write, the other modes the running one", async () => {
    const ana = await agentIn();
    await ana.do("_register_action", {
      id: "act",
      writes: [
        { key: "n", value: 10 },
        { key: "seen", value: "state._shared.n", expr: true },
        { key: "n", increment: 1 },
        { key: "list", append: true, value: 1 },
        { key: "list", append: true, value: 2 },
        { key: "obj", merge: { a: 1, b: 2 } },
        { key: "obj", merge: { a: null } },
      ],
    });
    await ana.do("act");
    expect(await shared(ana)).toEqual({ n: 11, seen: null, list: [1, 2], obj: { b: 2 } });
  });

  it("[ACT-5] each write of a key counts as a revision", async () => {
    const ana = await agentIn();
    const writes = [
      { key: "k", value: 1 },
      { key: "k", increment: 1 },
      { key: "k", delete: true },
      { key: "k", value: 9 },
    ];
    await ana.do("_register_action", { id: "act", writes });
    const revisions = (await ana.do("act")).writes.map(
      (write: { revision?: number }) => write.revision ?? null,
    );
    expect(revisions).toEqual([1, 2, null, 1]);
  });

  it("[ACT-5] a delete followed by an increment counts from 0", async () => {
    const ana = await agentIn();
    await ana.do("_register_action", { id: "seed", writes: [{ key: "n", value: 50 }] });
    await ana.do("seed");
    await ana.do("_register_action", {
      id: "act",
      writes: [
        { key: "n", delete: true },
        { key: "n", increment: 1 },
      ],
    });
    await ana.do("act");
    expect(await shared(ana)).toEqual({ n: 1 });
  });

  it("[ACT-2] a last write that fails leaves nothing of those before it, whatever they are", async () => {
    const ana = await agentIn();
    await ana.do("_register_action", {
      id: "act",
      writes: [
        { key: "a", value: 1 },
        { scope: "_list", append: true, value: 1 },
        { scope: "_messages", append: true, value: "hello" },
        { scope: "${self}", key: "mine", value: 1 },
        { key: "b", increment: "${params.by}" },
      ],
    });
    expect((await ana.invoke("act", { by: "x" })).body.error).toBe("not_a_number");
    const { state, messages } = await ana.context();
    expect(state).toEqual({});
    expect(messages.count).toBe(0);
    const written = await ana.do("act", { by: 1 });
    expect(written.writes[1].key).toBe("1");
    expect(written.writes[2].key).toBe("1");
  });

  it("[ACT-5] an action takes 64 writes and no more", async () => {
    const ana = await agentIn();
    const writes = Array.from({ length: 64 }, (_, index) => ({ key: `k${index}`, value: index }));
    await ana.do("_register_action", { id: "act", writes });
    expect((await ana.do("act")).writes).toHaveLength(64);
    const { status, body } = await ana.invoke("_register_action", {
      id: "b",
      writes: [...writes, writes[0]],
    });
    expect([status, body.error]).toEqual([413, "too_large"]);
  });

  it("[ACT-2] an action without writes is an event", async () => {
    const ana = await agentIn();
    await ana.do("_register_action", { id: "nothing", writes: [] });
    const { seq, writes } = await ana.do("nothing");
    expect(writes).toEqual([]);
    expect((await ana.log(`?after=${seq - 1}`))[0]).toMatchObject({ seq, kind: "invoke" });
  });
});

describe("append without a key", () => {
  async function list(): Promise<Client> {
    const ana = await agentIn();
    await ana.do("_register_action", {
      id: "add",
      writes: [{ scope: "_l", append: true, value: "${params.v}" }],
    });
    await ana.do("_register_action", { id: "put", writes: [{ scope: "_l", key: "${params.k}", value: 0 }] });
    await ana.do("_register_action", {
      id: "del",
      writes: [{ scope: "_l", key: "${params.k}", delete: true }],
    });
    return ana;
  }

  async function added(ana: Client): Promise<string> {
    return (await ana.do("add", { v: 1 })).writes[0].key;
  }

  it("[ACT-5] numbers from 1, and several in one invocation one after another", async () => {
    const ana = await agentIn();
    const write = { scope: "_l", append: true, value: 1 };
    await ana.do("_register_action", { id: "three", writes: [write, write, write] });
    const keys = (await ana.do("three")).writes.map((written: { key: string }) => written.key);
    expect(keys).toEqual(["1", "2", "3"]);
  });

  it("[ACT-5] never gives a number again after its entry was deleted, eviction or not", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    await ana.do("_register_action", { id: "add", writes: [{ scope: "_l", append: true, value: 1 }] });
    await ana.do("_register_action", {
      id: "del",
      writes: [{ scope: "_l", key: "${params.k}", delete: true }],
    });
    await ana.do("add");
    await ana.do("add");
    await ana.do("del", { k: "2" });
    await evictDurableObject(roomObject(room.id));
    expect((await ana.do("add")).writes[0].key).toBe("3");
    for (const k of ["1", "3"]) await ana.do("del", { k });
    expect((await ana.do("add")).writes[0].key).toBe("4");
  });

  it("[ACT-5] goes on after the highest explicit number", async () => {
    const ana = await list();
    for (const k of ["7", "3", "x", "08", "-9", "1.5"]) await ana.do("put", { k });
    expect(await added(ana)).toBe("8");
  });

  it("[ACT-5] goes on after a higher number that is written and deleted in the same invocation", async () => {
    const ana = await agentIn();
    await ana.do("_register_action", {
      id: "act",
      writes: [
        { scope: "_l", key: "5", value: 1 },
        { scope: "_l", key: "5", delete: true },
        { scope: "_l", append: true, value: 1 },
      ],
    });
    expect((await ana.do("act")).writes[2].key).toBe("6");
    expect((await ana.do("act")).writes[2].key).toBe("7");
  });

  it.each([["9007199254740991"], ["99999999999999999999999"]])(
    "[ACT-5] replaces nothing after the number %s",
    async (k) => {
      const ana = await list();
      await ana.do("put", { k });
      const first = await added(ana);
      const second = await added(ana);
      expect(new Set([k, first, second]).size).toBe(3);
      expect(Object.keys((await ana.context()).state._l)).toHaveLength(3);
    },
  );

  it("[ACT-5] is refused where the numbers are used up, and replaces nothing", async () => {
    const ana = await list();
    await ana.do("put", { k: "999999999999999" });
    const { status, body } = await ana.invoke("add", { v: 1 });
    expect([status, body.error]).toEqual([507, "storage_full"]);
    expect((await ana.context()).state._l).toEqual({ "999999999999999": 0 });
  });
});
