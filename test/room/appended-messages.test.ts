import { describe, expect, it } from "vitest";
import type { Body, Client } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

async function pair(): Promise<{ ana: Client; bob: Client }> {
  const room = await createRoom();
  return { ana: await room.join("ana"), bob: await room.join("bob") };
}

describe("messages by append", () => {
  it("[ACT-4] have from and via set by the room, whatever the action claims", async () => {
    const { ana, bob } = await pair();
    const value = {
      from: "ana",
      via: "_send_message",
      ts: "1999",
      seq: 99,
      kind: "status",
      body: "hi",
      extra: 1,
    };
    await ana.do("_register_action", { id: "say", writes: [{ scope: "_messages", append: true, value }] });
    await bob.do("say");
    const { messages, state } = await ana.context("?include=_messages");
    const [message] = messages.recent;
    expect(state._messages["1"]).toEqual({ from: "bob", via: "say", kind: "status", body: "hi", extra: 1 });
    expect(message).toMatchObject({ seq: 1, from: "bob", via: "say", kind: "status", body: "hi" });
    expect(message.ts).not.toBe("1999");
  });

  it("[CTX-7] a forged number does not move the cursors of those who read it", async () => {
    const { ana, bob } = await pair();
    const value = { seq: 1000, body: "hi" };
    await ana.do("_register_action", { id: "say", writes: [{ scope: "_messages", append: true, value }] });
    await bob.do("say");
    await ana.context();
    await bob.do("say");
    expect((await ana.context()).messages).toMatchObject({ count: 2, unread: 1 });
  });

  it("[ACT-4] a template cannot forge them either", async () => {
    const { ana, bob } = await pair();
    const write = { scope: "_messages", append: true, value: "${params.m}" };
    await ana.do("_register_action", { id: "say", writes: [write] });
    await bob.do("say", { m: { from: "ana", via: "x", body: "b" } });
    await bob.do("say", { m: "plain" });
    const { recent } = (await ana.context()).messages;
    expect(recent.map(({ from, via, body }: Body) => [from, via, body])).toEqual([
      ["bob", "say", "b"],
      ["bob", "say", "plain"],
    ]);
  });

  it.each([
    [{}],
    [{ body: "x", to: "" }],
    [{ body: "x", to: 5 }],
    [{ body: "x", kind: 5 }],
    [{ body: "x", reply_to: 0 }],
  ])("[ACT-4] a value that is no message is refused: %j", async (m) => {
    const { ana } = await pair();
    const write = { scope: "_messages", append: true, value: "${params.m}" };
    await ana.do("_register_action", { id: "say", writes: [write] });
    expect((await ana.invoke("say", { m })).body.error).toBe("invalid_param");
  });

  it("[TIMER-4] cannot have a gate, which no reader of messages would heed", async () => {
    const { ana } = await pair();
    const write = { scope: "_messages", append: true, value: "hi", enabled: "false" };
    await ana.do("_register_action", { id: "say", writes: [write] });
    const { status, body } = await ana.invoke("say");
    expect([status, body.error, body.path]).toEqual([400, "invalid_param", "writes[0].enabled"]);
    expect((await ana.context()).messages.count).toBe(0);
  });

  it("[ACT-4] cannot be written, merged, counted, pushed or deleted by key", async () => {
    const { ana } = await pair();
    await ana.do("_send_message", { body: "one" });
    const modes = [
      { value: { body: "x" } },
      { merge: { body: "x" } },
      { increment: 1 },
      { append: true, value: 1 },
      { delete: true },
    ];
    for (const mode of modes) {
      await ana.do("_register_action", { id: "act", writes: [{ scope: "_messages", key: "1", ...mode }] });
      expect((await ana.invoke("act")).body.error).toBe("scope_denied");
    }
    expect((await ana.context()).messages.recent[0].body).toBe("one");
  });
});
