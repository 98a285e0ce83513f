import { evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { LIVE_CANARIES, leaks, overhear, plant } from "../support/canaries.ts";
import { untilWatchers } from "../support/inside.ts";
import type { Body, TestRoom } from "../support/room.ts";
import { Client, createRoom, roomObject } from "../support/room.ts";
import { upgrade, watch } from "../support/socket.ts";
import { stream } from "../support/stream.ts";

let room: TestRoom;
let ana: Client;
let bob: Client;

beforeEach(async () => {
  room = await createRoom();
  ana = await room.join("ana");
  bob = await room.join("bob");
  const writes = [{ key: "${params.key}", value: "${params.value}" }];
  await ana.do("_register_action", { id: "set", writes });
});

describe("who may watch", () => {
  it("[AUTH-3] a join token may not, and nobody without a token of this room", async () => {
    const joining = await upgrade(room.joiner);
    expect([joining.status, (await joining.json<{ error: string }>()).error]).toEqual([403, "scope_denied"]);
    const { owner: stranger } = await createRoom();
    const headers = { Authorization: `Bearer ${stranger.token}` };
    expect((await upgrade(room.owner, "", headers)).status).toBe(401);
    expect((await upgrade(room.owner, "", { Authorization: "" })).status).toBe(401);
  });

  it("[AUTH-4] an agent may not watch as another, and frames may not claim to be another", async () => {
    expect((await upgrade(ana, "?agent=bob")).status).toBe(403);
    expect((await upgrade(room.viewer, "?agent=bob")).status).toBe(403);
    expect((await upgrade(room.owner, "?agent=nobody")).status).toBe(404);
    const socket = await watch(ana);
    for (const frame of [
      { type: "invoke", action: "set", params: { key: "a" } },
      { type: "context" },
      { type: "wait", condition: "true" },
      { type: "subscribe", expr: "1" },
    ]) {
      const { status, error } = await socket.ask({ ...frame, agent: "bob" });
      expect([frame.type, status, error]).toEqual([frame.type, 403, "identity_mismatch"]);
    }
    expect(await socket.ask({ type: "context", agent: "ana" })).toMatchObject({
      type: "result",
      self: "ana",
    });
  });

  it("[AUTH-3] a view token reads by frames and writes by none", async () => {
    const socket = await watch(room.viewer);
    const invoked = await socket.ask({ type: "invoke", action: "set", params: { key: "a" } });
    expect(invoked).toMatchObject({ type: "error", status: 403, error: "read_only_token" });
    expect((await socket.ask({ type: "context" })).status).toBe(200);
    expect((await socket.ask({ type: "subscribe", expr: "1 + 1" })).value).toBe(2);
    expect((await socket.ask({ type: "wait", condition: "true" })).triggered).toBe(true);
  });

  it("[AUTH-10] a token travels as a subprotocol, and the server selects sync.v8", async () => {
    const headers = { Authorization: "", "Sec-WebSocket-Protocol": `sync.v8, bearer.${ana.token}` };
    const response = await upgrade(ana, "", headers);
    expect(response.status).toBe(101);
    expect(response.headers.get("Sec-WebSocket-Protocol")).toBe("sync.v8");
    response.webSocket?.accept();
    response.webSocket?.close();
  });

  it.each(["since=99", "since=-1", "since=x", "since=1.5", "only=all", "only=events,nothing"])(
    "[WATCH-1] ?%s is refused",
    async (query) => {
      const response = await upgrade(ana, `?${query}`);
      expect(response.status).toBe(400);
      expect((await response.json<{ error: string }>()).error).toBe("invalid_request");
    },
  );

  it("[WATCH-1] what is neither a socket nor an event stream is told how to watch", async () => {
    const { status, body } = await ana.call("/watch");
    expect([status, body.error]).toEqual([400, "invalid_request"]);
    expect(body.hint).toContain("text/event-stream");
  });
});

describe("what is seen", () => {
  it("[AUTH-6] an agent sees the params of its own invocations, and its own refusals, and nobody else's", async () => {
    const [hers, his, all] = [await watch(ana), await watch(bob), await watch(room.viewer)];
    await ana.invoke("nothing");
    const { seq } = await ana.do("set", { key: "door", value: 1 });
    for (const socket of [hers, his, all]) await socket.untilEvent(seq);
    expect(hers.of("event")).toMatchObject([
      { ok: false, code: "action_not_found" },
      { params: { key: "door" } },
    ]);
    expect(his.of("event")).toMatchObject([{ ok: true, action: "set" }]);
    expect(his.of("event")[0].params).toBeUndefined();
    expect(all.of("event")).toMatchObject([{ ok: false }, { params: { key: "door" } }]);
  });

  it("[AUTH-6] a write that may not be seen shows its scope, and grants count from the next event on", async () => {
    await ana.do("_register_action", { id: "keep", scope: "ana", writes: [{ key: "k", value: 1 }] });
    const his = await watch(bob);
    await ana.do("keep");
    await room.owner.call("/agents/bob", { method: "PATCH", body: { grants: ["ana"] } });
    await ana.do("keep");
    await room.owner.call("/agents/bob", { method: "PATCH", body: { grants: [] } });
    const { seq } = await ana.do("keep");
    await his.untilEvent(seq);
    const writes = his.of("event").filter(({ action }) => action === "keep");
    expect(writes.map((event) => event.writes)).toMatchObject([
      [{ scope: "ana", hidden: true }],
      [{ scope: "ana", key: "k", value: 1 }],
      [{ scope: "ana", hidden: true }],
    ]);
  });

  it("[AUTH-4] a room token that watches as an agent has its eyes", async () => {
    await ana.do("_register_action", { id: "keep", scope: "ana", writes: [{ key: "k", value: 1 }] });
    const [own, acting] = [await watch(room.owner), await watch(room.owner, "?agent=bob")];
    expect(acting.frames[0].self).toBe("bob");
    const { seq } = await ana.do("keep");
    expect((await own.untilEvent(seq)).writes[0].key).toBe("k");
    expect((await acting.untilEvent(seq)).writes).toEqual([{ scope: "ana", hidden: true }]);
    const context = await acting.ask({ type: "context" });
    expect([context.self, Object.keys(context.state)]).toEqual(["bob", []]);
    const one = await own.ask({ type: "invoke", action: "set", params: { key: "a" }, agent: "ana" });
    expect(one).toMatchObject({ agent: "ana", status: 200 });
    expect((await own.ask({ type: "context", agent: "ana" })).self).toBe("ana");
    expect((await own.ask({ type: "context", agent: "nobody" })).error).toBe("agent_not_found");
  });

  it("[WATCH-3] sockets and streams show nothing of a private scope to who may not read it", async () => {
    const { room, ana, bob, canaries } = await plant();
    const work = async () => {
      await ana.do("keep", { key: "canary-key-kept", value: "canary-value-kept" });
      await ana.do("push", { value: "canary-value-pushed" });
      await ana.invoke("guarded", { secret: "canary-value-refused" });
      await room.owner.call("/agents/ana", { method: "PATCH", body: { role: "judge" } });
    };
    expect(leaks(await overhear({ client: bob }, work), canaries)).toEqual([]);
    expect(leaks(await overhear({ client: room.owner, as: "bob" }, work), canaries)).toEqual([]);
    await evictDurableObject(roomObject(room.id));
    expect(leaks(await overhear({ client: bob }, work), canaries)).toEqual([]);
  });

  it("[WATCH-3] owner, granted agent, spectator and room are shown it", async () => {
    for (const reader of ["ana", "cat", "viewer", "owner"]) {
      const { room, ana, cat } = await plant();
      const client = { ana, cat, viewer: room.viewer, owner: room.owner }[reader] as Client;
      const work = async () => void (await ana.do("keep", { key: "k", value: 1 }));
      const heard = leaks(await overhear({ client }, work), LIVE_CANARIES);
      for (const kind of ["event", "result", "value"]) {
        const told = heard.filter((leak) => leak.includes(`behind ${kind}`));
        expect([reader, kind, told.length > 0]).toEqual([reader, kind, true]);
      }
    }
  });

  it("[AUTH-3] a grant counts for the next frame and value, and one taken away no more", async () => {
    await ana.do("_register_action", {
      id: "keep",
      scope: "ana",
      writes: [{ key: "k", value: "${params.v}" }],
    });
    const socket = await watch(bob, "?only=");
    const expr = 'state["ana"].k';
    expect((await socket.ask({ type: "subscribe", id: "s", expr })).value).toBeNull();
    for (const [index, grants] of [["ana"], []].entries()) {
      await ana.do("keep", { v: index });
      await room.owner.call("/agents/bob", { method: "PATCH", body: { grants } });
      const { state } = await socket.ask({ type: "context" });
      expect(state.ana).toEqual(index === 0 ? { k: 0 } : undefined);
    }
    await ana.do("keep", { v: 9 });
    await socket.ask({ type: "ping" });
    expect(socket.of("value").map(({ value }) => value)).toEqual([0, 1, null]);
  });
});

describe("the end of a token", () => {
  /** A further token of ana's, and how to revoke it. */
  async function minted(extra: Body = {}): Promise<{ client: Client; revoke: () => Promise<unknown> }> {
    const { body } = await room.owner.call("/tokens", { body: { kind: "agent", agent: "ana", ...extra } });
    const revoke = () => room.owner.call(`/tokens/${body.id}`, { method: "DELETE" });
    return { client: new Client(room.id, body.token, "ana"), revoke };
  }

  /** Watches in both ways with all that a socket may hold open, has it ended, and checks that nothing goes on. */
  async function endedBy(client: Client, end: () => Promise<unknown>): Promise<Body> {
    const [socket, events] = [await watch(client), await stream(client)];
    socket.send({ type: "wait", id: "w", condition: "state._shared.k == 1" });
    await socket.ask({ type: "subscribe", id: "s", expr: "state._shared.k" });
    const { length } = socket.frames;
    await end();
    expect((await socket.untilClosed()).code).toBe(4401);
    await events.untilEnd();
    const rest = socket.frames.slice(length).filter(({ type }) => type !== "presence");
    expect(rest).toMatchObject([{ type: "error", status: 401, error: "invalid_token" }]);
    expect(events.of("error")).toMatchObject([{ error: "invalid_token" }]);
    expect(events.of("event")).toEqual([]);
    return rest[0];
  }

  it("[AUTH-11] leaving ends its sockets and streams at once, and shows nobody waiting", async () => {
    await endedBy(ana, () => ana.call("/agents/ana", { method: "DELETE" }));
    await untilWatchers(room, 0);
    expect((await bob.context()).agents.ana).toMatchObject({ status: "left", waiting_on: null });
  });

  it("[AUTH-11] joining again ends those of the old token, which are not shown the new state", async () => {
    await endedBy(ana, () => room.owner.call("/agents", { body: { id: "ana", state: { secret: 1 } } }));
    expect((await bob.context()).agents.ana).toMatchObject({ status: "active", waiting_on: null });
  });

  it("[AUTH-11] revocation ends those of that token alone", async () => {
    const { client, revoke } = await minted();
    const other = await watch(ana);
    await endedBy(client, revoke);
    const { seq } = await ana.do("set", { key: "k", value: 1 });
    await other.untilEvent(seq);
    expect((await bob.context()).agents.ana).toMatchObject({ status: "active", waiting_on: null });
  });

  it("[AUTH-11] expiry ends them by the alarm", async () => {
    const { client } = await minted({ expires_in: 1 });
    await endedBy(client, async () => undefined);
  });

  it("[AUTH-11] expiry ends them while the room sleeps", async () => {
    const { client } = await minted({ expires_in: 1 });
    await endedBy(client, () => evictDurableObject(roomObject(room.id)));
    await untilWatchers(room, 0);
  });

  it("[AUTH-11] the deletion of the room ends them, also beside a socket whose client does not answer", async () => {
    const { client, revoke } = await minted();
    const deaf = await upgrade(client);
    await revoke();
    const end = async () => expect((await room.owner.call("", { method: "DELETE" })).status).toBe(200);
    await endedBy(ana, end);
    deaf.webSocket?.accept();
    deaf.webSocket?.close();
  });

  it("[AUTH-11] the leaving of the agent that a room token acts as ends what it does as that agent", async () => {
    const [acting, own] = [await watch(room.owner, "?agent=ana"), await watch(room.owner, "?only=")];
    own.send({ type: "wait", id: "w", condition: "false", agent: "ana" });
    await own.ask({ type: "subscribe", id: "s", expr: "state._shared.k", agent: "ana" });
    await own.ask({ type: "subscribe", id: "own", expr: "state._shared.k" });
    await ana.call("/agents/ana", { method: "DELETE" });
    expect((await acting.untilClosed()).code).toBe(4401);
    expect(acting.of("error")).toMatchObject([{ error: "agent_not_found" }]);
    await bob.do("set", { key: "k", value: 1 });
    await own.until(({ type }) => type === "value");
    const failed = own.of("error").map(({ id, error }) => [id, error]);
    expect(failed.sort()).toEqual([
      ["s", "agent_not_found"],
      ["w", "agent_not_found"],
    ]);
    expect(own.of("value").map(({ id }) => id)).toEqual(["own"]);
  });
});
