import { beforeEach, describe, expect, it } from "vitest";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";
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

  it("[WATCH-1] an agent sees the params of its own invocations, and its own refusals, and nobody else's", async () => {
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
});

describe("commands", () => {
  it("[WATCH-1] invoke answers with the HTTP answer's fields under the frame's id", async () => {
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
    const registered = await socket.ask({
      type: "invoke",
      id: "reg",
      action: "_register_view",
      params: { id: "door", expr: "state._shared.a" },
    });
    expect(registered).toMatchObject({ type: "result", id: "reg", status: 201, value: 1 });
  });
});
