import { beforeEach, describe, expect, it } from "vitest";
import { evaluationsOf, untilStatus, untilWatchers } from "../support/inside.ts";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";
import type { Socket } from "../support/socket.ts";
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
    await room.owner.call("", { method: "PATCH", body: { meta: { a: 1 }, config: { dashboard: { b: 2 } } } });
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

  it("[WATCH-1] frames are done in the order in which they come: each context sees the invoke before it", async () => {
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
    expect((await socket.ask({ type: "context", since: 3 })).error).toBe("invalid_request");
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
  ])("[WATCH-1] a bad frame is answered by an error with its id (%#)", async (frame, error, id) => {
    const socket = await watch(ana);
    socket.send(frame);
    const answer = await socket.until(({ type }) => type === "error");
    expect([answer.error, answer.id]).toEqual([error, id]);
    expect(answer.message).not.toContain("body");
    expect((await socket.ask({ type: "ping" })).type).toBe("result");
  });

  it("[WATCH-1] the third bad frame in a row closes the socket with 1008", async () => {
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
});

describe("values", () => {
  const door = { id: "door", expr: "state._shared.door", scope: "_shared" };

  /** What a socket was told of views up to now, as [id, value] in order; absent ones are undefined. */
  async function told(socket: Socket): Promise<unknown[]> {
    await socket.ask({ type: "ping" });
    return socket.of("view").map(({ id, value, absent }) => (absent ? [id] : [id, value]));
  }

  it("[WATCH-1] a view is told of once a commit, and only when its value has changed", async () => {
    await ana.do("_register_view", { ...door, expr: "[state._shared.door, state._shared.lock]" });
    await ana.do("_register_view", { id: "shut", expr: 'views.door[1] == "shut"', scope: "_shared" });
    const writes = ["door", "lock"].map((key) => ({ key, value: `\${params.${key}}` }));
    await ana.do("_register_action", { id: "both", writes });
    const socket = await watch(bob, "?only=views");
    await ana.do("both", { door: 1, lock: "open" });
    await ana.do("both", { door: 1, lock: "open" });
    await ana.do("set", { key: "window", value: 1 });
    const { seq } = await ana.do("both", { door: 1, lock: "shut" });
    expect((await told(socket)).sort()).toEqual([
      ["door", [1, "open"]],
      ["door", [1, "shut"]],
      ["shut", true],
    ]);
    expect(socket.of("view").at(-1).seq).toBe(seq);
    expect(socket.of("event")).toEqual([]);
  });

  it("[VIEW-3] a gate that opens shows a view, and one that closes, or its deletion, makes it absent", async () => {
    await ana.do("_register_view", { ...door, enabled: "state._shared.lit == true" });
    const socket = await watch(bob, "?only=views");
    await ana.do("set", { key: "door", value: 1 });
    for (const value of [true, false, true]) await ana.do("set", { key: "lit", value });
    await ana.do("_delete_view", { id: "door" });
    expect(await told(socket)).toEqual([["door", 1], ["door"], ["door", 1], ["door"]]);
  });

  it("[WATCH-1] views are told of that are registered, redefined and deleted while somebody watches", async () => {
    const socket = await watch(bob, "?only=views");
    const gate = "state._shared.lit == true";
    await ana.do("_register_view", { ...door, expr: "1" });
    await ana.do("_register_view", { ...door, expr: "2" });
    await ana.do("_register_view", { ...door, expr: "2", enabled: gate });
    await ana.do("_delete_view", { id: "door" });
    await ana.do("_register_view", { ...door, expr: "3" });
    await room.join("cat", { public_keys: ["mood"], state: { mood: "calm" } });
    await ana.do("_register_action", { id: "other", writes: [{ key: "x", value: 1 }] });
    await ana.do("_register_action", { id: "rival", writes: [{ key: "x", value: 2 }] });
    await ana.do("_delete_action", { id: "rival" });
    expect(await told(socket)).toEqual([
      ["door", 1],
      ["door", 2],
      ["door"],
      ["door", 3],
      ["cat.mood", "calm"],
      ["_contested", { "_shared:x": ["other", "rival"] }],
      ["_contested"],
    ]);
  });

  it("[VIEW-4] of 300 watched views a commit evaluates the one that reads what it changed", async () => {
    const views = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`v${n}`, `state._shared.k${n}`]));
    await room.join("cat", { views });
    const socket = await watch(bob, "?only=views");
    expect(await evaluationsOf(room, () => ana.do("set", { key: "k7", value: 1 }))).toBe(1);
    expect(await evaluationsOf(room, () => ana.do("set", { key: "none", value: 1 }))).toBe(0);
    expect(await told(socket)).toEqual([["v7", 1]]);
    socket.close();
  });

  it.each([
    "size(agents.filter(a, agents[a].waiting_on != null))",
    'agents["ana"].last_heartbeat',
    "string(now)",
  ])(
    "[VIEW-4] a view that reads presence or the clock is told of at most once a second: %s",
    async (expr) => {
      await ana.do("_register_view", { id: "moving", expr, scope: "_shared" });
      const [socket, hers] = [await watch(room.viewer, "?only=views"), await watch(ana, "?only=")];
      for (let n = 0; n < 15; n++) {
        hers.send({ type: "wait", id: n, condition: `state._shared.k${n} == 1` });
        await hers.ask({ type: "ping" });
        if (n < 14) await ana.do("set", { key: `k${n}`, value: 1 });
      }
      expect((await told(socket)).length).toBeLessThan(6);
      const { value } = await ana.eval(expr);
      if (expr.startsWith("size"))
        await socket.until((frame) => frame.type === "view" && frame.value === value);
      else await socket.until(({ type }) => type === "view");
    },
  );

  it("[VIEW-4] a gate that reads the clock opens by itself", async () => {
    const at = new Date(Date.now() + 1500).toISOString();
    await ana.do("_register_view", { ...door, expr: "1", enabled: `now >= timestamp("${at}")` });
    const socket = await watch(bob, "?only=views");
    expect(await socket.until(({ type }) => type === "view")).toMatchObject({ id: "door", value: 1 });
  });

  it("[WATCH-1] a subscription tells its value whenever it changes, as its own reader sees it", async () => {
    const cat = await room.join("cat", { state: { mood: "calm" } });
    const [hers, his] = [await watch(cat, "?only="), await watch(bob, "?only=")];
    const expr = '[state["cat"].mood, state._shared.n, self]';
    expect((await hers.ask({ type: "subscribe", id: "s", expr })).value).toEqual(["calm", null, "cat"]);
    expect((await his.ask({ type: "subscribe", id: 5, expr })).value).toEqual([null, null, "bob"]);
    expect(
      (await his.ask({ type: "subscribe", id: "e", expr: "1 / state._shared.n" })).value._error,
    ).toBeDefined();
    for (const value of [2, 2, 4]) await ana.do("set", { key: "n", value });
    await his.ask({ type: "ping" });
    expect(his.of("value").filter(({ id }) => id === 5)).toMatchObject([
      { value: [null, 2, "bob"] },
      { value: [null, 4, "bob"] },
    ]);
    expect(his.of("value").filter(({ id }) => id === "e")).toMatchObject([{ value: 0.5 }, { value: 0.25 }]);
    await room.owner.call("/agents/bob", { method: "PATCH", body: { grants: ["cat"] } });
    await his.until(({ type, value }) => type === "value" && value[0] === "calm");
    expect(hers.of("value").map(({ value }) => value[1])).toEqual([2, 4]);
  });

  it("[WATCH-1] presence is told of when it changes, whatever has changed while nobody watched", async () => {
    const first = await watch(room.viewer, "?only=presence");
    const statuses = (socket: Socket) => socket.of("presence").map(({ agent, status }) => [agent, status]);
    const waits = [ana.wait("state._shared.a == 1")];
    await first.until(({ waiting_on }) => waiting_on === "state._shared.a == 1");
    await bob.do("set", { key: "a", value: 1 });
    await first.until(({ status }) => status === "active");
    expect(statuses(first)).toEqual([
      ["ana", "waiting"],
      ["ana", "active"],
    ]);
    first.close();
    await untilWatchers(room, 0);
    waits.push(ana.wait("state._shared.b == 1"));
    await untilStatus(room, "ana", "waiting");
    const second = await watch(room.viewer, "?only=presence");
    await bob.do("set", { key: "b", value: 1 });
    await bob.call("/agents/bob", { method: "DELETE" });
    await second.until(({ status }) => status === "left");
    expect(statuses(second)).toEqual([
      ["ana", "active"],
      ["bob", "left"],
    ]);
    await Promise.all(waits);
  });
});
