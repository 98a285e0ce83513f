/*
 * A wait lasts longer than a test may (25 s, 20 s): one that no wake answers fails its test.
 */
import { evictDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { untilStatus } from "../support/inside.ts";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

async function setting(): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  await ana.do("_register_action", {
    id: "put",
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
  return { room, ana, bob };
}

/** A wait whose body is not read, and how to hang up on it. */
function begin(client: Client, condition: string): { response: Promise<Response>; hangUp: () => void } {
  const caller = new AbortController();
  const url = `http://sync.test/rooms/${client.room}/wait?timeout=30000&condition=${encodeURIComponent(condition)}`;
  const headers = { Authorization: `Bearer ${client.token}` };
  const response = exports.default.fetch(new Request(url, { headers, signal: caller.signal }));
  return { response, hangUp: () => caller.abort() };
}

describe("eviction", () => {
  it("[WAIT-5] an open wait outlives it, and the commit that satisfies it answers it", async () => {
    const { room, ana, bob } = await setting();
    const waiting = ana.wait("state._shared.go == true");
    await untilStatus(room, "ana", "waiting");
    await evictDurableObject(roomObject(room.id));
    const { seq } = await bob.do("put", { key: "go", value: true });
    expect((await waiting).body).toMatchObject({ triggered: true, seq });
  });

  it("[WAIT-5] the agent still shows as waiting after it", async () => {
    const { room, ana, bob } = await setting();
    const waiting = ana.wait("state._shared.go == true");
    await untilStatus(room, "ana", "waiting");
    await evictDurableObject(roomObject(room.id));
    const { agents } = await bob.context();
    expect(agents.ana).toMatchObject({ status: "waiting", waiting_on: "state._shared.go == true" });
    await bob.do("put", { key: "go", value: true });
    await waiting;
    expect((await bob.context()).agents.ana.waiting_on).toBeNull();
  });

  it("[WAIT-5] several waits outlive it, each answered by its own commit", async () => {
    const { room, ana, bob } = await setting();
    const keys = ["a", "b", "c"];
    const waits = keys.map((key) => ana.wait(`state._shared.${key} == true`, "&include=state"));
    await untilStatus(room, "ana", "waiting");
    for (const [index, key] of keys.entries()) {
      await evictDurableObject(roomObject(room.id));
      await bob.do("put", { key, value: true });
      expect(Object.keys((await waits[index]!).body.state._shared)).toEqual(keys.slice(0, index + 1));
    }
  });

  it("[WAIT-2] its time still ends", async () => {
    const { room, ana } = await setting();
    const waiting = ana.wait("false", "&timeout=1500");
    await untilStatus(room, "ana", "waiting");
    await evictDurableObject(roomObject(room.id));
    expect((await waiting).body).toMatchObject({ triggered: false, timeout: true });
  });

  it("[WAIT-4] a condition on the clock is looked at again once the room is awake", async () => {
    const { room, ana, bob } = await setting();
    const due = new Date(Date.now() + 1500).toISOString();
    const waiting = ana.wait(`now >= timestamp("${due}")`);
    await untilStatus(room, "ana", "waiting");
    await evictDurableObject(roomObject(room.id));
    await bob.context();
    expect((await waiting).body.triggered).toBe(true);
  });
});

describe("hanging up", () => {
  it("[WAIT-3] a caller that aborts is forgotten", async () => {
    const { room, ana } = await setting();
    const { response, hangUp } = begin(ana, "false");
    response.catch(() => undefined);
    await untilStatus(room, "ana", "waiting");
    hangUp();
    await untilStatus(room, "ana", "active");
  });

  it("[WAIT-3] a caller that stops reading the body is forgotten", async () => {
    const { room, ana } = await setting();
    const { response } = begin(ana, "false");
    await untilStatus(room, "ana", "waiting");
    await (await response).body?.cancel();
    await untilStatus(room, "ana", "active");
  });
});

describe("what wakes a wait", () => {
  it("[WAIT-4] the clock, for a condition that reads now", async () => {
    const { ana } = await setting();
    const due = new Date(Date.now() + 1200).toISOString();
    expect((await ana.wait(`now >= timestamp("${due}")`)).body.triggered).toBe(true);
  });

  it("[WAIT-4] presence: another agent that begins to wait", async () => {
    const { room, ana, bob } = await setting();
    const first = ana.wait('agents["bob"].status == "waiting"', "&include=agents");
    await untilStatus(room, "ana", "waiting");
    const second = bob.wait("state._shared.go == true");
    expect((await first).body.agents.bob.status).toBe("waiting");
    await ana.do("put", { key: "go", value: true });
    await second;
  });

  it("[WAIT-4] presence: another agent whose wait ends", async () => {
    const { room, ana, bob } = await setting();
    const first = bob.wait("state._shared.go == true");
    await untilStatus(room, "bob", "waiting");
    const second = room.viewer.wait('agents["bob"].waiting_on == null');
    await ana.do("put", { key: "go", value: true });
    expect((await first).body.triggered).toBe(true);
    expect((await second).body.triggered).toBe(true);
  });

  it("[WAIT-4] the waiting itself, where the condition reads it", async () => {
    const { ana } = await setting();
    expect((await ana.wait('agents["ana"].status == "waiting"')).body.triggered).toBe(true);
  });

  it("[WAIT-4] an agent that joins, and one that leaves", async () => {
    const { room, ana } = await setting();
    const joined = ana.wait('agents["cara"] != null');
    await untilStatus(room, "ana", "waiting");
    const cara = await room.join("cara");
    expect((await joined).body.triggered).toBe(true);
    const left = ana.wait('agents["cara"].status == "left"');
    await untilStatus(room, "ana", "waiting");
    await cara.call("/agents/cara", { method: "DELETE" });
    expect((await left).body.triggered).toBe(true);
  });

  it("[WAIT-4] the waiting agent's own cursor", async () => {
    const { room, ana, bob } = await setting();
    await bob.do("_send_message", { body: "hi" });
    const waiting = ana.wait("messages.unread == 0", "&messages=false");
    await untilStatus(room, "ana", "waiting");
    await ana.context();
    expect((await waiting).body.triggered).toBe(true);
  });

  it("[WAIT-4] an action that becomes available, and one that is registered", async () => {
    const { room, ana, bob } = await setting();
    await bob.do("_register_action", {
      id: "go",
      if: 'state._shared.turn == "ana" && self == "ana"',
      writes: [],
    });
    const available = ana.wait('actions["go"].available');
    const registered = ana.wait('"new" in actions');
    await untilStatus(room, "ana", "waiting");
    await bob.do("put", { key: "turn", value: "ana" });
    expect((await available).body.triggered).toBe(true);
    await bob.do("_register_action", { id: "new", writes: [] });
    expect((await registered).body.triggered).toBe(true);
  });

  it("[WAIT-4] the gate of an entry", async () => {
    const { room, ana, bob } = await setting();
    await bob.do("_register_action", {
      id: "g",
      writes: [{ key: "k", value: 1, enabled: "state._shared.open == true" }],
    });
    await bob.do("g");
    const waiting = ana.wait("state._shared.k == 1");
    await untilStatus(room, "ana", "waiting");
    await bob.do("put", { key: "open", value: true });
    expect((await waiting).body.triggered).toBe(true);
  });

  it("[AUTH-3] a grant that is given, and one that is taken counts no more", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    const bob = await room.join("bob", { state: { k: 1 } });
    await bob.do("_register_action", {
      id: "mine",
      writes: [{ scope: "${self}", key: "k", value: "${params.v}" }],
    });
    const grants = (scopes: string[]) =>
      room.owner.call("/agents/ana", { method: "PATCH", body: { grants: scopes } });
    const waiting = ana.wait('state["bob"].k == 1');
    await untilStatus(room, "ana", "waiting");
    await grants(["bob"]);
    expect((await waiting).body.context.state.bob).toEqual({ k: 1 });
    const second = ana.wait('state["bob"].k == 2', "&timeout=1500");
    await untilStatus(room, "ana", "waiting");
    await grants([]);
    await bob.do("mine", { v: 2 });
    const { body } = await second;
    expect(body.triggered).toBe(false);
    expect(body.context.state.bob).toBeUndefined();
  });
});

describe("what ends a wait", () => {
  async function ended(end: (at: { room: TestRoom; ana: Client }) => Promise<unknown>) {
    const { room, ana } = await setting();
    const waiting = ana.wait("false");
    await untilStatus(room, "ana", "waiting");
    await end({ room, ana });
    return (await waiting).body;
  }

  it("[AUTH-11] leaving", async () => {
    const body = await ended(({ ana }) => ana.call("/agents/ana", { method: "DELETE" }));
    expect(body.error).toBe("invalid_token");
  });

  it("[AUTH-11] joining again", async () => {
    const body = await ended(({ ana }) => ana.call("/agents", { body: { id: "ana" } }));
    expect(body.error).toBe("invalid_token");
  });

  it("[AUTH-11] the deletion of the room", async () => {
    const body = await ended(({ room }) => room.owner.call("", { method: "DELETE" }));
    expect(body.error).toBe("invalid_token");
  });

  it("[AUTH-11] the leaving of the agent that a room token waits as", async () => {
    const { room, ana } = await setting();
    const waiting = room.owner.wait("false || room.seq < 0", "&agent=ana");
    const marker = room.viewer.wait("state._shared.go == true");
    await ana.call("/agents/ana", { method: "DELETE" });
    expect((await waiting).body.error).toBe("agent_not_found");
    await room.owner.do("put", { key: "go", value: true });
    await marker;
  });
});

it("[WAIT-1] one commit answers many waits", async () => {
  const room = await createRoom();
  const agents = await Promise.all(Array.from({ length: 8 }, (_, n) => room.join(`agent${n}`)));
  await room.owner.do("_register_action", { id: "go", writes: [{ key: "go", value: true }] });
  const waits = agents.flatMap((agent) =>
    Array.from({ length: 12 }, () => agent.wait("state._shared.go == true")),
  );
  for (const { agent } of agents) await untilStatus(room, String(agent), "waiting");
  await room.owner.do("go");
  for (const { body } of await Promise.all(waits)) expect(body.triggered).toBe(true);
});

it("[WAIT-4] an availability that a wait reads is not forgotten, however many others are asked for", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await Promise.all(Array.from({ length: 110 }, (_, n) => room.join(`agent${n}`)));
  const ids = Array.from({ length: 190 }, (_, n) => `act${n}`);
  await Promise.all(
    ids.map((id) => ana.do("_register_action", { id, if: "state._shared.go == true", writes: [] })),
  );
  await ana.do("_register_action", { id: "go", writes: [{ key: "go", value: true }] });
  const waiting = ana.wait('actions["act0"].available');
  await untilStatus(room, "ana", "waiting");
  for (let n = 0; n < 110; n++) await room.owner.context(`?only=actions&agent=agent${n}`);
  await ana.do("go");
  expect((await waiting).body.triggered).toBe(true);
});
