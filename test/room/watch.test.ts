import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";
import { watch } from "../support/socket.ts";

let room: TestRoom;
let ana: Client;
let bob: Client;

beforeEach(async () => {
  room = await createRoom();
  ana = await room.join("ana");
  bob = await room.join("bob");
  await ana.do("_register_action", {
    id: "set",
    params: { key: { type: "string", required: true }, value: { type: "any" } },
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
});

describe("events", () => {
  it("[WATCH-1] hello names the room, the reader and the log's end; then each commit comes as an event", async () => {
    const socket = await watch(ana);
    expect(socket.frames[0]).toEqual({ type: "hello", room: room.id, self: "ana", seq: 4 });
    const { seq } = await bob.do("set", { key: "door", value: "open" });
    const event = await socket.untilEvent(seq);
    expect(event).toMatchObject({
      kind: "invoke",
      agent: "bob",
      action: "set",
      ok: true,
      writes: [{ op: "set", scope: "_shared", key: "door", value: "open", revision: 1 }],
    });
    expect(event.params).toBeUndefined();
    expect((await watch(room.viewer)).frames[0]).toMatchObject({ self: "", seq });
  });

  it("[WATCH-1] every kind of commit is an event", async () => {
    const socket = await watch(room.viewer);
    const cat = await room.join("cat", { state: { k: 1 }, views: { cats: "1" } });
    await cat.call("/agents/cat", { method: "PATCH", body: { role: "judge" } });
    await cat.do("_register_action", { id: "meow", writes: [] });
    await cat.do("_register_view", { id: "purr", expr: "2" });
    await cat.do("meow");
    await cat.do("_send_message", { body: "hi" });
    await cat.do("_delete_view", { id: "purr" });
    await cat.do("_delete_action", { id: "meow" });
    await room.owner.call("", {
      method: "PATCH",
      body: { meta: { a: 1 }, config: { dashboard: { title: "b" } } },
    });
    const { body } = await room.owner.call("/tokens", { body: { kind: "view", label: "wall" } });
    await room.owner.call(`/tokens/${body.id}`, { method: "DELETE" });
    await cat.call("/agents/cat", { method: "DELETE" });
    const last = (await room.owner.log("?limit=500")).at(-1);
    await socket.untilEvent(last.seq);
    expect(socket.of("event").map(({ kind }) => kind)).toEqual([
      "agent_join",
      "agent_update",
      "register_action",
      "register_view",
      "invoke",
      "message",
      "delete_view",
      "delete_action",
      "room_update",
      "token_mint",
      "token_revoke",
      "agent_leave",
    ]);
    expect(socket.of("event").map(({ seq }) => seq)).toEqual(
      Array.from({ length: 12 }, (_, n) => last.seq - 11 + n),
    );
  });

  it("[WATCH-7] the event of a commit comes before the values and answers that follow from it", async () => {
    await ana.do("_register_view", { id: "door", expr: "state._shared.door", scope: "_shared" });
    const socket = await watch(ana);
    await socket.ask({ type: "subscribe", id: "s", expr: "state._shared.door" });
    socket.send({ type: "wait", id: "w", condition: "state._shared.door == 1" });
    socket.send({ type: "invoke", id: "i", action: "set", params: { key: "door", value: 1 } });
    await socket.until(({ id }) => id === "i");
    const order = socket.frames.map(({ type, id }) => id ?? type).filter((name) => name !== "presence");
    expect(order.slice(0, 3)).toEqual(["hello", "s", "event"]);
    expect(order.slice(3).sort()).toEqual(["door", "i", "s", "w"]);
    expect(order.at(-1)).toBe("i");
  });
});

describe("frames", () => {
  it("[WATCH-1] invoke answers with the HTTP answer's fields under the frame's id, be it a number or a text", async () => {
    const socket = await watch(ana);
    const result = await socket.ask({ type: "invoke", id: 7, action: "set", params: { key: "a", value: 1 } });
    expect(result).toMatchObject({
      type: "result",
      id: 7,
      status: 200,
      invoked: true,
      writes: [{ scope: "_shared", key: "a", value: 1, revision: 1 }],
      seq: 5,
    });
    const params = { id: "door", expr: "state._shared.a" };
    const registered = await socket.ask({ type: "invoke", id: "7", action: "_register_view", params });
    expect(registered).toMatchObject({ type: "result", id: "7", status: 201, value: 1 });
    const refused = await socket.ask({ type: "invoke", id: 0, action: "nothing" });
    expect(refused).toMatchObject({ type: "error", id: 0, status: 404, error: "action_not_found" });
    const dry = await socket.ask({ type: "invoke", action: "set", params: { key: "b" }, dry_run: true });
    expect(dry).toMatchObject({ type: "result", allowed: true, writes: [{ key: "b" }] });
    expect(await socket.ask({ type: "invoke", action: "help" })).toMatchObject({
      status: 200,
      action: "help",
    });
  });

  it("[ACT-9] a key that is sent again answers the first answer again", async () => {
    const socket = await watch(ana);
    const frame = { type: "invoke", action: "set", params: { key: "a", value: 1 }, idempotency_key: "k" };
    const first = await socket.ask({ ...frame, id: 1 });
    expect(await socket.ask({ ...frame, id: 2 })).toEqual({ ...first, id: 2, replayed: true });
  });

  it("[WATCH-7] frames are done in the order in which they come: each context sees the invoke before it", async () => {
    const socket = await watch(ana, "?only=");
    for (let n = 1; n <= 20; n++) {
      socket.send({ type: "invoke", id: `i${n}`, action: "set", params: { key: "n", value: n } });
      socket.send({ type: "context", id: `c${n}`, only: ["state"], compact: true });
      socket.send({ type: "ping", id: `p${n}` });
    }
    await socket.until(({ id }) => id === "p20");
    const answers = socket.of("result");
    expect(answers.map(({ id }) => id)).toEqual(
      Array.from({ length: 20 }, (_, n) => [`i${n + 1}`, `c${n + 1}`, `p${n + 1}`]).flat(),
    );
    const seen = answers.filter(({ id }) => String(id).startsWith("c"));
    expect(seen.map(({ state }) => state._shared.n)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  it("[WATCH-1] a context has the shape that is asked for, and a wait answers like one by HTTP", async () => {
    const socket = await watch(ana);
    const context = await socket.ask({ type: "context", only: "agents,self", include: ["_config"] });
    expect(Object.keys(context.agents)).toEqual(["ana", "bob"]);
    expect(context._context.request).toEqual({ only: ["agents", "self"], include: ["_config"] });
    expect((await socket.ask({ type: "context", only: ["nothing"] })).error).toBe("invalid_request");
    expect((await socket.ask({ type: "context", since: 999 })).error).toBe("invalid_request");
    const held = await socket.ask({ type: "wait", condition: "true", include: ["agents"] });
    expect(held).toMatchObject({ type: "result", triggered: true, condition: "true", agents: { ana: {} } });
    const late = await socket.ask({ type: "wait", condition: "false", timeout: 0 });
    expect(late).toMatchObject({ type: "result", triggered: false, timeout: true });
  });

  it("[WATCH-1] cancel ends a wait or a subscription, and tells of an id that is none", async () => {
    const socket = await watch(ana);
    socket.send({ type: "wait", id: "w", condition: "state._shared.go == 1" });
    await socket.ask({ type: "subscribe", id: 1, expr: "state._shared.go" });
    expect((await socket.ask({ type: "subscribe", id: "w", expr: "1" })).error).toBe("invalid_request");
    expect(await socket.ask({ type: "wait", id: 1, condition: "true" })).toMatchObject({ value: null });
    expect((await bob.context()).agents.ana).toMatchObject({ status: "waiting" });
    expect((await socket.ask({ type: "cancel", target: "w" })).cancelled).toBe("w");
    expect((await socket.ask({ type: "cancel", target: 1 })).cancelled).toBe(1);
    expect((await socket.ask({ type: "cancel", target: "1" })).error).toBe("not_found");
    expect((await bob.context()).agents.ana).toMatchObject({ status: "active", waiting_on: null });
    await bob.do("set", { key: "go", value: 1 });
    await socket.ask({ type: "ping" });
    expect(socket.of("value")).toEqual([]);
    expect(socket.frames.filter(({ id }) => id === "w")).toMatchObject([{ error: "invalid_request" }]);
  });

  it("[WATCH-1] ack and ping are answered where they have an id, and the text ping by pong", async () => {
    const socket = await watch(ana, "?only=");
    socket.send({ type: "ack", seq: 4 });
    socket.send({ type: "ping" });
    expect(await socket.ask({ type: "ack", id: "a", seq: 999 })).toMatchObject({ type: "result", seq: 4 });
    expect(await socket.ask({ type: "ping", id: "p" })).toMatchObject({ type: "result", seq: 4 });
    expect(socket.frames.slice(1).map(({ id }) => id)).toEqual([undefined, "a", "p"]);
    socket.send("ping");
    await socket.settled(() => socket.pongs === 1);
  });

  it.each([
    ["{", "invalid_json", undefined],
    ['"text"', "invalid_request", undefined],
    ["", "invalid_request", undefined],
    [{ type: "nope", id: "x" }, "invalid_request", "x"],
    [{ id: 3 }, "invalid_request", 3],
    [{ type: "invoke", id: "x" }, "invalid_request", "x"],
    [{ type: "invoke", id: "x", action: "set", params: [] }, "invalid_request", "x"],
    [{ type: "context" }, "invalid_request", undefined],
    [{ type: "context", id: 1.5 }, "invalid_request", undefined],
    [{ type: "context", id: "x".repeat(65) }, "invalid_request", undefined],
    [{ type: "context", id: "x", depth: "deep" }, "invalid_request", "x"],
    [{ type: "wait", id: "x", condition: "" }, "invalid_request", "x"],
    [{ type: "wait", id: "x", condition: "true", timeout: -1 }, "invalid_request", "x"],
    [{ type: "wait", id: "x", condition: "1 +" }, "invalid_cel", "x"],
    [{ type: "subscribe", id: "x", expr: "nofun(1)" }, "invalid_cel", "x"],
    [{ type: "ack", id: "x", seq: -1 }, "invalid_request", "x"],
    [{ type: "cancel", id: "x", target: "y" }, "not_found", "x"],
    [`{"type":"invoke","id":"x","action":"set","params":{"key":"a","value":1e17}}`, "invalid_request", "x"],
    [new Uint8Array(3), "invalid_json", undefined],
    [{ type: "ping", id: "x", more: "y".repeat(64 * 1024) }, "too_large", undefined],
  ])("[WATCH-8] a bad frame is answered by an error with its id (%#)", async (frame, error, id) => {
    const socket = await watch(ana);
    socket.send(frame);
    const answer = await socket.until(({ type }) => type === "error");
    expect([answer.error, answer.id]).toEqual([error, id]);
    expect(answer.message).not.toContain("body");
    expect((await socket.ask({ type: "ping" })).type).toBe("result");
  });

  it("[WATCH-8] the third bad frame in a row closes the socket with 1008", async () => {
    const socket = await watch(ana);
    for (const frame of ["{", "{", { type: "ping" }, "{", "{"]) socket.send(frame);
    expect((await socket.ask({ type: "ping" })).type).toBe("result");
    for (const frame of ["{", "[]", new Uint8Array(1)]) socket.send(frame);
    expect((await socket.untilClosed()).code).toBe(1008);
    expect(socket.of("error")).toHaveLength(7);
  });

  it("[WATCH-1] a socket has at most 20 subscriptions, and a token 20 waits", async () => {
    const socket = await watch(ana);
    for (let n = 0; n < 20; n++) {
      expect((await socket.ask({ type: "subscribe", id: n, expr: `${n}` })).value).toBe(n);
      socket.send({ type: "wait", id: `w${n}`, condition: "false" });
    }
    const [one, other] = [await socket.ask({ type: "subscribe", expr: "1" }), await watch(ana)];
    expect(one).toMatchObject({ status: 429, error: "quota_exceeded", limit: "subscriptionsPerSocket" });
    const wait = await other.ask({ type: "wait", condition: "false" });
    expect(wait).toMatchObject({ status: 429, error: "quota_exceeded", limit: "waitsPerToken" });
    expect((await other.ask({ type: "wait", condition: "true" })).error).toBe("quota_exceeded");
    await socket.ask({ type: "cancel", target: "w0" });
    expect((await other.ask({ type: "wait", condition: "true" })).triggered).toBe(true);
  });

  it("[WATCH-5] a timer that is due as a socket closes ends neither the room nor the sockets of others", async () => {
    const [going, staying] = [await watch(ana), await watch(bob)];
    const timer = { ms: 300, effect: "delete" };
    await ana.do("_register_action", { id: "lend", writes: [{ key: "k", value: 1, timer }] });
    await ana.do("lend");
    await runInDurableObject(roomObject(room.id), (_, { storage }) => storage.deleteAlarm());
    await new Promise((resolve) => setTimeout(resolve, 310));
    going.close();
    await staying.until(({ kind }) => kind === "timer");
    expect((await staying.ask({ type: "context" })).state).toEqual({});
    expect(staying.closed).toBe(null);
  });
});
