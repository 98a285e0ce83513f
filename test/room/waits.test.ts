import { describe, expect, it } from "vitest";
import { evaluationsOf, untilStatus } from "../support/inside.ts";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

async function setting(): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  const writes = [{ key: "${params.key}", value: "${params.value}" }];
  await ana.do("_register_action", { id: "put", writes });
  return { room, ana, bob };
}

describe("the condition", () => {
  it("[WAIT-1] that is true already answers at once, with the whole context", async () => {
    const { ana } = await setting();
    const { status, body, headers } = await ana.wait("true");
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["triggered", "condition", "seq", "context"]);
    expect(body).toMatchObject({
      triggered: true,
      condition: "true",
      context: { self: "ana", seq: body.seq },
    });
    expect(headers.get("X-Sync-Seq")).toBe(String(body.seq));
  });

  it("[WAIT-2] that does not come true answers when its time is over", async () => {
    const { ana } = await setting();
    const { status, body } = await ana.wait("false", "&timeout=30");
    expect(status).toBe(200);
    expect(body).toMatchObject({ triggered: false, timeout: true, context: { self: "ana" } });
    expect(typeof body.elapsed_ms).toBe("number");
    expect(body.condition).toBeUndefined();
  });

  it("[WAIT-2] a timeout of 0 is one look", async () => {
    const { ana } = await setting();
    expect((await ana.wait("false", "&timeout=0")).body.timeout).toBe(true);
    expect((await ana.wait("true", "&timeout=0")).body.triggered).toBe(true);
  });

  it.each(["1", '"true"', "state._shared", "null", "state._shared.nothing.deeper == 1", "1 / 0 == 1"])(
    "[CEL-3] %s is not true",
    async (condition) => {
      const { ana } = await setting();
      expect((await ana.wait(condition, "&timeout=20")).body.triggered).toBe(false);
    },
  );

  it("[CEL-3] that fails at first holds once it does not fail any more", async () => {
    const { room, ana, bob } = await setting();
    const waiting = ana.wait("state._shared.task.done == true");
    await untilStatus(room, "ana", "waiting");
    await bob.do("put", { key: "task", value: { done: true } });
    expect((await waiting).body.triggered).toBe(true);
  });

  it.each([
    ["", "invalid_request"],
    ["1 +", "invalid_cel"],
    ["nowhere == 1", "invalid_cel"],
    ["nofun(1)", "invalid_cel"],
    [`"${"x".repeat(5000)}" == ""`, "invalid_cel"],
  ])("[WAIT-3] that is none is refused before anything is sent (%#)", async (condition, error) => {
    const { ana } = await setting();
    const { status, body } = await ana.wait(condition);
    expect([status, body.error]).toEqual([400, error]);
  });

  it("[WAIT-3] that is over its budget at the first look is 422", async () => {
    const { ana } = await setting();
    const tens = `[${Array.from({ length: 100 }, (_, n) => n).join(",")}]`;
    const bomb = `${tens}.all(a, ${tens}.all(b, (a+b+1)*(a+b+2)*(a+b+3)*(a+b+4)*(a+b+5)*(a+b+6) > 0))`;
    const { status, body } = await ana.wait(`${bomb} || true`);
    expect([status, body.error]).toEqual([422, "cel_budget_exceeded"]);
  });

  it.each([
    "timeout=x",
    "timeout=-1",
    "timeout=1.5",
    "depth=deep",
    "only=nothing",
    "include=nothing",
    "since=99",
  ])("[WAIT-2] %s is refused", async (query) => {
    const { ana } = await setting();
    expect((await ana.wait("true", `&${query}`)).body.error).toBe("invalid_request");
  });

  it("[WAIT-5] with what it brings is at most 12 KiB", async () => {
    const { ana } = await setting();
    const { status, body } = await ana.wait("false", `&only=${"state._s,".repeat(1500)}`);
    expect([status, body.error]).toEqual([413, "too_large"]);
  });
});

describe("who waits", () => {
  it("[WAIT-1] has its own eyes: state.self, self, unread and granted scopes", async () => {
    const room = await createRoom();
    const ana = await room.join("ana", { state: { k: 1 } });
    const bob = await room.join("bob", { state: { k: 2 } });
    const condition =
      'self == "ana" && state.self.k == 1 && state["bob"].k == null && messages.directed_unread > 0';
    const waiting = ana.wait(condition);
    await untilStatus(room, "ana", "waiting");
    await bob.do("_send_message", { body: "hi", to: "ana" });
    const { body } = await waiting;
    expect(body.triggered).toBe(true);
    expect(body.context.messages).toMatchObject({ unread: 1, directed_unread: 1 });
    expect((await ana.context()).messages.unread).toBe(0);
  });

  it("[WAIT-1] a room token waits as itself and sees everything, and as an agent with that agent's eyes", async () => {
    const room = await createRoom();
    await room.join("ana", { state: { k: 1 } });
    await room.join("bob", { state: { k: 2 } });
    const both = 'state["ana"].k == 1 && state["bob"].k == 2';
    expect((await room.owner.wait(both)).body.context.self).toBe("");
    expect((await room.owner.wait(both, "&timeout=20&agent=ana")).body.triggered).toBe(false);
    const acting = await room.owner.wait('self == "ana" && state.self.k == 1', "&agent=ana");
    expect(acting.body.context).toMatchObject({ self: "ana", state: { self: { k: 1 } } });
  });

  it("[AUTH-4] a room token that waits as an agent moves neither its presence nor its cursor", async () => {
    const { room, ana, bob } = await setting();
    await bob.do("_send_message", { body: "hi" });
    const waiting = room.owner.wait("state._shared.go == true", "&agent=ana");
    const status = (await room.viewer.context("?only=agents")).agents.ana.status;
    await bob.do("put", { key: "go", value: true });
    expect((await waiting).body.context.messages.unread).toBe(1);
    expect(status).not.toBe("waiting");
    expect((await ana.context()).messages.unread).toBe(1);
  });

  it("[WAIT-1] a spectator waits, one who may only join does not", async () => {
    const { room } = await setting();
    expect((await room.viewer.wait("true")).body.triggered).toBe(true);
    expect((await room.joiner.wait("true")).status).toBe(403);
  });

  it("[WAIT-1] an unknown agent cannot be waited as, and nobody waits as another", async () => {
    const { room, ana } = await setting();
    expect((await room.owner.wait("true", "&agent=nobody")).body.error).toBe("agent_not_found");
    expect((await ana.wait("true", "&agent=bob")).body.error).toBe("identity_mismatch");
  });

  it("[WAIT-3] shows as waiting, and on what, until it is answered", async () => {
    const { room, ana, bob } = await setting();
    const waiting = ana.wait("state._shared.go == true");
    await untilStatus(room, "ana", "waiting");
    const { agents } = await bob.context();
    expect(agents.ana).toMatchObject({ status: "waiting", waiting_on: "state._shared.go == true" });
    await bob.do("put", { key: "go", value: true });
    await waiting;
    expect((await bob.context()).agents.ana).toMatchObject({ status: "active", waiting_on: null });
  });

  it("[WAIT-5] one token holds 20 waits and no more, and gets them back", async () => {
    const { room, ana, bob } = await setting();
    const open = Array.from({ length: 20 }, (_, n) => ana.wait(`state._shared.go == true && ${n} >= 0`));
    await untilStatus(room, "ana", "waiting");
    let refused = await ana.wait("false", "&timeout=10");
    for (let tries = 0; tries < 50 && refused.status === 200; tries++)
      refused = await ana.wait("false", "&timeout=10");
    expect([refused.status, refused.body.error]).toEqual([429, "quota_exceeded"]);
    expect(refused.headers.get("Retry-After")).not.toBeNull();
    expect((await bob.wait("true")).status).toBe(200);
    await bob.do("put", { key: "go", value: true });
    for (const { body } of await Promise.all(open)) expect(body.triggered).toBe(true);
    expect((await ana.wait("false", "&timeout=10")).status).toBe(200);
  });
});

describe("what an answer brings", () => {
  it("[WAIT-2] include= names its sections, in place of the context", async () => {
    const { ana } = await setting();
    const { body } = await ana.wait("true", "&include=state,messages");
    expect(Object.keys(body).sort()).toEqual(["condition", "messages", "seq", "state", "triggered"]);
  });

  it("[WAIT-2] include= on a wait that is out of time brings the same sections", async () => {
    const { ana } = await setting();
    const { body } = await ana.wait("false", "&timeout=10&include=agents");
    expect(Object.keys(body).sort()).toEqual([
      "agents",
      "elapsed_ms",
      "seq",
      "timeout",
      "triggered",
      "unmet",
    ]);
  });

  it("[WAIT-2] takes the parameters of context", async () => {
    const { ana } = await setting();
    const { context } = (await ana.wait("true", "&only=actions&depth=full&compact=true")).body;
    expect(context.actions.put.registered_by).toBe("ana");
    expect(context.state).toBeUndefined();
    expect(context._context.request).toEqual({ only: "actions", depth: "full" });
  });

  it("[CTX-7] the cursor moves by what the answer of a wait showed", async () => {
    const { ana, bob } = await setting();
    await bob.do("_send_message", { body: "hi" });
    expect((await ana.wait("messages.unread > 0", "&messages=false")).body.triggered).toBe(true);
    expect((await ana.wait("messages.unread > 0", "&include=messages")).body.messages.unread).toBe(1);
    expect((await ana.wait("messages.unread > 0", "&timeout=10")).body.triggered).toBe(false);
  });
});

describe("what a commit evaluates", () => {
  it("[WAIT-4] only the conditions that read what it changed", async () => {
    const { room, ana, bob } = await setting();
    const waits = ["a", "b", "c"].map((key) =>
      room.viewer.wait(`state._shared.${key} == true`, "&timeout=3000"),
    );
    const last = ana.wait("state._shared.a == true || state._shared.b == true", "&timeout=3000");
    await untilStatus(room, "ana", "waiting");
    expect(await evaluationsOf(room, () => bob.do("put", { key: "other", value: true }))).toBe(0);
    expect(await evaluationsOf(room, () => bob.do("put", { key: "c", value: false }))).toBe(1);
    expect(await evaluationsOf(room, () => bob.do("put", { key: "b", value: false }))).toBe(2);
    for (const key of ["a", "b", "c"]) await bob.do("put", { key, value: true });
    for (const { body } of await Promise.all([...waits, last])) expect(body.triggered).toBe(true);
  });

  it("[WAIT-4] a condition on a view is evaluated when what the view read has changed", async () => {
    const { room, ana, bob } = await setting();
    await bob.do("_register_view", {
      id: "sum",
      expr: "state._shared.n == null ? 0 : state._shared.n",
      scope: "_shared",
    });
    const waiting = ana.wait("views.sum >= 2");
    await untilStatus(room, "ana", "waiting");
    await bob.do("put", { key: "n", value: 1 });
    expect(await evaluationsOf(room, () => bob.do("put", { key: "m", value: 1 }))).toBe(0);
    await bob.do("put", { key: "n", value: 2 });
    expect((await waiting).body.triggered).toBe(true);
  });

  it("[WAIT-1] is level-triggered: a refused invocation and a write of the same value change nothing", async () => {
    const { room, ana, bob } = await setting();
    await bob.do("put", { key: "n", value: 1 });
    const waiting = ana.wait("state._shared.n == 2");
    await untilStatus(room, "ana", "waiting");
    await bob.do("put", { key: "n", value: 1 });
    await bob.invoke("nowhere");
    expect((await room.viewer.context()).agents.ana.status).toBe("waiting");
    const answered = await bob.do("put", { key: "n", value: 2 });
    expect((await waiting).body.seq).toBe(answered.seq);
  });
});
