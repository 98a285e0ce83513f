import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { put, setting } from "../support/explained.ts";
import { InnerRoom } from "../support/inner-room.ts";
import { evaluationsOf } from "../support/inside.ts";
import type { Body, Client } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

describe("the health of the vocabulary", () => {
  const vocabulary = async (client: Client): Promise<Body> => (await client.context()).views._vocabulary;

  it("[VIEW-8] is absent while there is nothing to say", async () => {
    const ana = await (await createRoom()).join("ana");
    expect(await vocabulary(ana)).toBeUndefined();
    await ana.do("_register_action", {
      id: "turn",
      if: "state._shared.turn == null || state._shared.turn == self",
      writes: [{ key: "turn", value: "${self}" }],
    });
    await ana.do("turn");
    expect(await vocabulary(ana)).toBeUndefined();
    expect((await ana.eval('[views._vocabulary, "_vocabulary" in views]')).value).toEqual([null, false]);
  });

  it("[VIEW-8] lists broken views, idle actions, contested targets, and what no expression reads", async () => {
    const { ana, bob } = await setting();
    await ana.do("_register_view", { id: "broken", expr: "1 / 0", scope: "_shared" });
    await ana.do("_register_view", { id: "tile", expr: "1", scope: "_shared", render: { type: "metric" } });
    await bob.do("_register_action", {
      id: "draft",
      writes: [
        { key: "draft", value: 1 },
        { scope: "_log", append: true, value: 1 },
      ],
    });
    await ana.do("_register_action", {
      id: "redraft",
      if: 'state._shared["read"] == null && size(state._log) >= 0',
      writes: [
        { key: "draft", value: 2 },
        { key: "read", value: 1 },
        { key: "cas", value: 1, if_hash: "" },
      ],
    });
    const value = await vocabulary(ana);
    expect(value).toEqual({
      broken_views: { count: 1, views: [{ id: "broken", error: expect.stringContaining("zero") }] },
      never_invoked: {
        count: 2,
        actions: [
          { id: "draft", registered_by: "bob", since: expect.any(String) },
          { id: "redraft", registered_by: "ana", since: expect.any(String) },
        ],
      },
      contested: { count: 1, targets: ["_shared:draft"] },
      unread_writes: { count: 1, writes: [{ target: "_shared:draft", actions: ["draft", "redraft"] }] },
      unread_views: { count: 1, views: ["broken"] },
    });
    expect(await vocabulary(bob)).toEqual(value);
    await ana.do("redraft");
    expect((await vocabulary(ana)).never_invoked.count).toBe(1);
    await ana.do("_register_view", {
      id: "any",
      expr: 'state["_shared"][string(1)] == null && state[self] == {}',
    });
    expect((await vocabulary(ana)).unread_writes).toBeUndefined();
  });

  it("[VIEW-8] is bounded, and counts what it does not list", async () => {
    const ana = await (await createRoom()).join("ana");
    for (let n = 0; n < 12; n++) await ana.do("_register_action", { id: `a${n}`, writes: [] });
    const { never_invoked } = await vocabulary(ana);
    expect([never_invoked.count, never_invoked.actions.length]).toEqual([12, 10]);
  });

  it("[VIEW-8] wakes who waits for it, and costs nothing while what it is made of stays", async () => {
    const { room, ana, bob } = await setting();
    await ana.do("_register_action", { id: "idle", writes: [] });
    const waiting = bob.wait("!has(views._vocabulary.never_invoked)", "&timeout=10000");
    expect(await vocabulary(ana)).toBeDefined();
    expect(await evaluationsOf(room, () => put(ana, "other", 1))).toBe(0);
    await ana.do("idle");
    expect((await waiting).body.triggered).toBe(true);
  });

  it("[CTX-3] [VIEW-8] a delta tells it where it may be another, also that there is nothing more to say", async () => {
    const { ana } = await setting();
    await ana.do("_register_view", { id: "v", expr: "state._shared.phase == null", scope: "_shared" });
    await ana.do("_register_view", {
      id: "w",
      expr: "views.v",
      scope: "_shared",
      render: { type: "metric" },
    });
    for (const id of ["one", "two"]) await ana.do("_register_action", { id, writes: [] });
    const { seq, views } = await ana.context();
    expect(views._vocabulary).toEqual({ never_invoked: expect.objectContaining({ count: 2 }) });
    await ana.do("one");
    const shorter = await ana.context(`?since=${seq}`);
    expect(shorter.views._vocabulary.never_invoked.count).toBe(1);
    for (let times = 0; times < 3; times++) await ana.do("two");
    const gone = await ana.context(`?since=${shorter.seq}`);
    expect([gone.views._vocabulary, gone._context.deleted.views]).toEqual([undefined, ["_vocabulary"]]);
    expect((await ana.context()).views._vocabulary).toBeUndefined();
  });

  it("[VIEW-8] no view reads itself through it, nor finds it in a list", async () => {
    const { ana } = await setting();
    await ana.do("_register_view", { id: "v", expr: "[views._vocabulary, views.keys()]" });
    const { views } = await ana.context();
    expect(views.v).toEqual([null, ["v"]]);
    expect((await ana.eval("views.keys()")).value).toEqual(["v"]);
  });

  it("[VIEW-6] [VIEW-8] stands in an agent's context only, and nobody registers it", async () => {
    const { room, ana } = await setting();
    await ana.do("_register_action", { id: "idle", writes: [] });
    expect(await vocabulary(room.owner)).toBeUndefined();
    expect(await vocabulary(room.viewer)).toBeUndefined();
    expect((await room.viewer.eval("views._vocabulary.never_invoked.count")).value).toBe(1);
    expect((await room.viewer.call("/poll")).body.resolved._vocabulary).toBeUndefined();
    expect((await ana.invoke("_register_view", { id: "_vocabulary", expr: "1" })).body.error).toBe(
      "reserved_id",
    );
  });

  it("[CTX-6] matters when a view is broken, or when half of the actions have had their chance in vain", async () => {
    const { room, ana } = await setting();
    const minutes = (later: number) =>
      runInDurableObject(roomObject(room.id), (_, state) => {
        const { inside } = new InnerRoom(state, { now: Date.now() + later * 60_000 }).room;
        return inside.model.vocabulary.needsReview();
      });
    for (let n = 0; n < 4; n++) await ana.do("_register_action", { id: `a${n}`, writes: [] });
    expect([await minutes(0), await minutes(11)]).toEqual([false, false]);
    await ana.do("_register_action", { id: "a4", writes: [] });
    expect([await minutes(0), await minutes(9), await minutes(11)]).toEqual([false, false, true]);
    await ana.do("a4");
    expect(await minutes(11)).toBe(false);
    await ana.do("_register_view", { id: "broken", expr: "1 / 0" });
    expect(await minutes(0)).toBe(true);
  });
});
