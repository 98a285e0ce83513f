import { describe, expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

async function agents() {
  const room = await createRoom();
  return { room, ana: await room.join("ana"), bob: await room.join("bob") };
}

const NO_HASH = { error: "invalid_param", path: "if_hash" };

const register = (client: Client, extra: Body = {}) =>
  client.invoke("_register_action", { id: "act", writes: [{ key: "k", value: 1 }], ...extra });

describe("contention", () => {
  it("[ACT-11] a registration that shares a target succeeds with a warning, the targets and rivals", async () => {
    const { ana, bob } = await agents();
    await register(ana);
    await register(ana, { id: "third" });
    const { status, body } = await register(bob, { id: "other", writes: [{ key: "k", merge: { a: 1 } }] });
    expect(status).toBe(201);
    expect(body.warning).toBe("competing_write_targets");
    expect(body.competing).toEqual({ "_shared:k": ["act", "third"] });
  });

  it("[ACT-11] _contested compares targets as they are written, and names each action once", async () => {
    const { ana } = await agents();
    const writes = [
      { key: "k", value: 1 },
      { key: "k", increment: 1 },
      { scope: "_t", key: "${params.id}", value: 1 },
    ];
    await register(ana, { writes });
    await register(ana, { id: "b", scope: "_t", writes: [{ key: "${params.id}", delete: true }] });
    await register(ana, { id: "c", writes: [{ scope: "_t", key: "${params.key}", value: 1 }] });
    expect((await ana.context()).views._contested).toEqual({ "_t:${params.id}": ["act", "b"] });
  });

  it("[ACT-11] appends are not counted, nor deletes of distinct keys", async () => {
    const { ana } = await agents();
    const append = { scope: "_l", append: true, value: 1 };
    await register(ana, {
      id: "a",
      writes: [append, { key: "list", append: true, value: 1 }, { key: "x", delete: true }],
    });
    const { body } = await register(ana, {
      id: "b",
      writes: [append, { key: "list", append: true, value: 2 }, { key: "y", delete: true }],
    });
    expect(body.warning).toBeUndefined();
    expect((await ana.context()).views._contested).toBeUndefined();
  });

  it("[ACT-11] it ends with a redefinition that writes elsewhere", async () => {
    const { ana } = await agents();
    await register(ana);
    await register(ana, { id: "b" });
    expect((await ana.context())._context.help).toContain("contested_actions");
    await register(ana, { id: "b", writes: [{ key: "elsewhere", value: 1 }] });
    const { views, _context } = await ana.context();
    expect(views._contested).toBeUndefined();
    expect(_context.help).not.toContain("contested_actions");
  });
});

describe("proof of read", () => {
  it("[ACT-12] another's action is redefined with the hash of its definition, and with nothing else", async () => {
    const { ana, bob } = await agents();
    const { hash } = (await register(ana)).body;
    for (const if_hash of [undefined, null, "", "0123456789abcdef"]) {
      const { status, body } = await register(bob, { if_hash });
      expect([status, body.error]).toEqual([409, "proof_of_read_required"]);
    }
    expect((await bob.context("?depth=full")).actions.act.hash).toBe(hash);
    const { status, body } = await register(bob, { if_hash: hash, description: "mine now" });
    expect(status).toBe(201);
    expect(body.definition.registered_by).toBe("bob");
    expect((await register(ana)).body.error).toBe("proof_of_read_required");
  });

  it("[ACT-12] one's own needs none, but a hash that is given must fit", async () => {
    const { ana } = await agents();
    const { hash } = (await register(ana)).body;
    expect((await register(ana, { intent: "x" })).status).toBe(201);
    expect((await register(ana, { if_hash: hash })).body.error).toBe("version_conflict");
    expect((await register(ana, { id: "new", if_hash: hash })).body.error).toBe("version_conflict");
    expect((await register(ana, { id: "new", if_version: 1 })).body).toMatchObject(NO_HASH);
    expect((await register(ana, { id: "new", if_hash: "" })).status).toBe(201);
  });

  it("[ACT-12] deleting needs it, too", async () => {
    const { ana, bob } = await agents();
    const { hash } = (await register(ana)).body;
    expect((await bob.invoke("_delete_action", { id: "act" })).body.error).toBe("proof_of_read_required");
    expect((await bob.invoke("_delete_action", { id: "act", if_hash: hash })).body.deleted).toBe(true);
  });

  it("[ACT-12] the room token needs none, and acting as an agent it does", async () => {
    const { room, ana } = await agents();
    await register(ana);
    const acting = { id: "act", writes: [] };
    const refused = await room.owner.invoke("_register_action", acting, { agent: "bob" });
    expect(refused.body.error).toBe("proof_of_read_required");
    expect((await register(room.owner)).body.definition.registered_by).toBeNull();
    expect((await register(ana)).body.error).toBe("proof_of_read_required");
  });

  it("[ACT-12] what stands under a private scope is its owner's, proof or not", async () => {
    const { room, ana, bob } = await agents();
    const { hash } = (await register(ana, { scope: "ana" })).body;
    for (const scope of [undefined, "_shared", "bob"]) {
      expect((await register(bob, { scope, if_hash: hash })).body.error).toBe("scope_denied");
    }
    expect((await bob.invoke("_delete_action", { id: "act", if_hash: hash })).body.error).toBe(
      "scope_denied",
    );
    expect((await register(room.owner, { scope: "ana" })).status).toBe(201);
    expect((await register(ana, { scope: "ana" })).status).toBe(201);
  });

  it("[ACT-12] views are kept the same way", async () => {
    const { ana, bob } = await agents();
    const view = { id: "v", expr: "1", scope: "_shared" };
    const { hash } = await ana.do("_register_view", view);
    expect((await bob.invoke("_register_view", view)).body.error).toBe("proof_of_read_required");
    expect((await bob.invoke("_delete_view", { id: "v" })).body.error).toBe("proof_of_read_required");
    expect((await bob.invoke("_register_view", { ...view, expr: "2", if_hash: hash })).body.value).toBe(2);
    const own = await ana.do("_register_view", { id: "w", expr: "1" });
    expect((await bob.invoke("_delete_view", { id: "w", if_hash: own.hash })).body.error).toBe(
      "scope_denied",
    );
  });

  it("[ACT-12] the hash of a view is to be had where help and hint say", async () => {
    const { ana, bob } = await agents();
    const { hash } = await ana.do("_register_view", { id: "v", expr: "1", scope: "_shared" });
    const { body } = await bob.call("/history/_views/v");
    expect(body.entries.at(-1).hash).toBe(hash);
    const { hint } = (await bob.invoke("_delete_view", { id: "v" })).body;
    expect(hint).toContain("history/_views/v");
  });

  it("[ACT-12] re-registration says what changed", async () => {
    const { ana } = await agents();
    await register(ana, { if: "true" });
    const { body } = await register(ana, { description: "new" });
    expect(body.warning).toBe("action_redefined");
    expect(body.changed.sort()).toEqual(["description", "if"]);
    expect((await register(ana, { description: "new" })).body.changed).toEqual([]);
  });

  it("[ACT-12] a redefined action stays where it stood", async () => {
    const { ana } = await agents();
    for (const id of ["z", "a", "m"]) await register(ana, { id });
    await register(ana, { id: "z", description: "again" });
    expect(Object.keys((await ana.context()).actions).slice(0, 3)).toEqual(["z", "a", "m"]);
  });
});

describe("if_action_hash", () => {
  it("[ACT-12] refuses what is no longer what the caller read", async () => {
    const { ana } = await agents();
    const { hash } = (await register(ana)).body;
    expect((await ana.invoke("act", {}, { if_action_hash: hash })).status).toBe(200);
    await register(ana, { writes: [{ key: "k", value: 2 }] });
    const { status, body } = await ana.invoke("act", {}, { if_action_hash: hash });
    expect([status, body.error]).toEqual([409, "version_conflict"]);
    expect((await ana.context()).state._shared.k).toBe(1);
  });

  it("[ACT-12] knows an action that was registered anew as another registrar's", async () => {
    const { ana, bob } = await agents();
    const { hash } = (await register(ana)).body;
    await register(bob, { if_hash: hash });
    expect((await ana.invoke("act", {}, { if_action_hash: hash })).body.error).toBe("version_conflict");
  });
});
