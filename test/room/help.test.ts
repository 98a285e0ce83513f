import { describe, expect, it } from "vitest";
import guide from "../../src/help/guide.md";
import { HELP_KEYS } from "../../src/kernel/help-keys.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

const SET_HELP = {
  id: "set_help",
  params: { key: { type: "string" }, content: {}, if_hash: { type: "string" } },
  writes: [
    { scope: "_help", key: "${params.key}", value: "${params.content}", if_hash: "${params.if_hash}" },
  ],
};

async function withSetHelp(): Promise<{ room: TestRoom; ana: Client }> {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", SET_HELP);
  return { room, ana };
}

const helpOn = (client: Client, key: string): Promise<Body> => client.do("help", { key });

describe("help", () => {
  it("[ACT-13] without a key lists every key, and each is served", async () => {
    const ana = await (await createRoom()).join("ana");
    const { keys, usage } = await ana.do("help");
    expect(keys).toEqual(HELP_KEYS);
    expect(usage).toEqual(expect.any(String));
    for (const key of keys) {
      const text = await helpOn(ana, key);
      expect(text).toMatchObject({ key, source: "builtin", revision: 0, version: text.hash });
      expect(text.content.startsWith("# ")).toBe(true);
      expect(text.hash).toMatch(/^[0-9a-f]{16}$/);
    }
  });

  it("[ACT-13] serves the text as it is written", async () => {
    const ana = await (await createRoom()).join("ana");
    expect((await helpOn(ana, "guide")).content).toBe(guide);
  });

  it.each(["guide", "refusals"])("[LIMIT-1] %s says what to do when a limit is met", async (key) => {
    const ana = await (await createRoom()).join("ana");
    const { content } = await helpOn(ana, key);
    expect(content).toContain("`rate_limited`");
    expect(content).toContain("`retry_after_seconds`");
  });

  it("[ACT-13] is for spectators too, and not for who may only join", async () => {
    const room = await createRoom();
    expect((await room.viewer.invoke("help")).status).toBe(200);
    expect((await room.owner.invoke("help")).status).toBe(200);
    expect((await room.joiner.invoke("help")).status).toBe(403);
  });

  it.each(["nothing", "constructor", "__proto__", ""])("[ACT-13] has no key %s", async (key) => {
    const ana = await (await createRoom()).join("ana");
    const { status, body } = await ana.invoke("help", { key });
    expect([status, body.error]).toEqual([404, "help_key_not_found"]);
  });

  it("[LOG-5] is no event", async () => {
    const room = await createRoom();
    const before = (await room.owner.log()).length;
    await room.owner.do("help", { key: "guide" });
    await room.owner.invoke("help", { key: "nothing" });
    expect((await room.owner.log()).length).toBe(before);
  });

  it("[ACT-13] built-ins stand in context with their params, and cannot be replaced", async () => {
    const ana = await (await createRoom()).join("ana");
    const { actions } = await ana.context();
    const ids = [
      "_send_message",
      "_register_action",
      "_delete_action",
      "_register_view",
      "_delete_view",
      "help",
    ];
    for (const id of ids) {
      expect(actions[id]).toMatchObject({ builtin: true, available: true, params: expect.any(Object) });
      expect((await ana.invoke("_register_action", { id, writes: [] })).body.error).toBe("reserved_id");
      expect((await ana.invoke("_delete_action", { id })).body.error).toBe("reserved_id");
    }
  });
});

describe("a room's own help", () => {
  it("[ACT-13] is written by the room token, names its writer, and takes the hash of the built-in text", async () => {
    const { room, ana } = await withSetHelp();
    const { hash } = await helpOn(ana, "guide");
    const attempt = (if_hash: string) =>
      room.owner.invoke("set_help", { key: "guide", content: "# Ours", if_hash });
    expect((await attempt("")).body.error).toBe("version_conflict");
    expect((await attempt("0123456789abcdef")).body.error).toBe("version_conflict");
    const written = await attempt(hash);
    expect(written.status).toBe(200);
    const text = await helpOn(ana, "guide");
    expect(text).toMatchObject({
      content: "# Ours",
      source: "room",
      revision: 1,
      hash: written.body.writes[0].hash,
    });
    expect(text.writer).toEqual({ agent: null, action: "set_help", seq: written.body.seq });
    expect((await attempt(hash)).body.error).toBe("version_conflict");
    expect((await attempt(text.hash)).status).toBe(200);
  });

  it("[ACT-13] takes a grant of _help of who invokes, not of who registered", async () => {
    const { room, ana } = await withSetHelp();
    const bob = await room.join("bob");
    const grant = (agent: string, grants: string[]) =>
      room.owner.call(`/agents/${agent}`, { method: "PATCH", body: { grants } });
    const attempt = (client: Client, key: string) =>
      client.invoke("set_help", { key, content: "x", if_hash: "" });
    expect((await attempt(bob, "rules")).body.error).toBe("scope_denied");
    await grant("ana", ["_help"]);
    expect((await attempt(bob, "rules")).body.error).toBe("scope_denied");
    expect((await attempt(ana, "rules")).status).toBe(200);
    expect((await helpOn(bob, "rules")).writer.agent).toBe("ana");
    await grant("ana", []);
    expect((await attempt(ana, "more")).body.error).toBe("scope_denied");
  });

  it("[ACT-13] a room token that acts as an agent has only that agent's authority over it", async () => {
    const { room } = await withSetHelp();
    const params = { key: "rules", content: "x", if_hash: "" };
    expect((await room.owner.invoke("set_help", params, { agent: "ana" })).body.error).toBe("scope_denied");
    expect((await room.owner.invoke("set_help", params)).status).toBe(200);
  });

  it("[ACT-13] adds keys to the list, and its deletion brings the built-in text back", async () => {
    const { room, ana } = await withSetHelp();
    const { hash } = await helpOn(ana, "cel");
    await room.owner.do("set_help", { key: "cel", content: "# Ours", if_hash: hash });
    await room.owner.do("set_help", { key: "rules", content: { content: "# Rules" }, if_hash: "" });
    expect((await ana.do("help")).keys).toEqual([...HELP_KEYS, "rules"]);
    expect((await helpOn(ana, "rules")).content).toBe("# Rules");
    await ana.do("_register_action", {
      id: "drop",
      writes: [{ scope: "_help", key: "${params.key}", delete: true }],
    });
    expect((await ana.invoke("drop", { key: "cel" })).body.error).toBe("scope_denied");
    for (const key of ["cel", "rules"]) await room.owner.do("drop", { key });
    expect(await helpOn(ana, "cel")).toMatchObject({ source: "builtin", hash });
    expect((await ana.invoke("help", { key: "rules" })).status).toBe(404);
  });

  it("[CTX-1] stands in state only when it is asked for", async () => {
    const { room, ana } = await withSetHelp();
    await room.owner.do("set_help", { key: "rules", content: "x", if_hash: "" });
    expect((await ana.context()).state._help).toBeUndefined();
    expect((await ana.context("?include=_help")).state._help).toEqual({ rules: "x" });
    expect((await ana.eval("state._help.rules")).value).toBe("x");
  });
});
