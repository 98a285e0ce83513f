import { describe, expect, it } from "vitest";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

const PUT = {
  id: "put",
  params: { scope: { type: "string" }, key: { type: "string" }, value: {} },
  writes: [{ scope: "${params.scope}", key: "${params.key}", value: "${params.value}" }],
};

async function furnished(): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  await room.owner.do("_register_action", PUT);
  return { room, ana, bob };
}

function put(client: Client, key: string, value: unknown = 1, scope = "_shared"): Promise<Body> {
  return client.do("put", { scope, key, value });
}

async function signalsOf(client: Client, key: string, scope = "_shared"): Promise<Body> {
  const { body } = await client.call(`/salience?scope=${scope}`);
  return body.entries.find((ranked: Body) => ranked.key === key)?.signals;
}

describe("salience", () => {
  it("[CTX-8] scores by six signals, each told, the highest first", async () => {
    const { ana, bob } = await furnished();
    await put(ana, "mine");
    await put(bob, "read");
    await put(bob, "other");
    await ana.context();
    await put(bob, "news");
    await ana.do("_register_view", { id: "v", expr: "state._shared.read == 1 && size(state._tasks) > 0" });
    await put(bob, "t", 1, "_tasks");
    const { body } = await ana.call("/salience");
    expect(body.agent).toBe("ana");
    expect(body.weights).toEqual({
      ...{ recency: 0.1, dependency: 0.3, authorship: 0.1, directed: 0.2, contest: 0.1, delta: 0.2 },
    });
    const shown = Object.fromEntries(body.entries.map((ranked: Body) => [ranked.key, ranked]));
    expect(shown.mine.signals).toMatchObject({ dependency: 0, authorship: 1, delta: 0 });
    expect(shown.read.signals).toMatchObject({ dependency: 1, authorship: 0, delta: 0 });
    expect(shown.other.signals).toMatchObject({ dependency: 0, authorship: 0, delta: 0 });
    expect(shown.news.signals).toMatchObject({ dependency: 0, delta: 1 });
    expect(shown.t.signals).toMatchObject({ dependency: 0.3, delta: 1 });
    for (const { score, signals } of body.entries) {
      const sum = Object.entries(signals).reduce(
        (all, [name, value]) => all + body.weights[name] * Number(value),
        0,
      );
      expect(score).toBeCloseTo(sum, 3);
      expect(signals.recency).toBeGreaterThan(0.9);
    }
    const scores = body.entries.map(({ score }: Body) => score);
    expect(scores).toEqual([...scores].sort((a: number, b: number) => b - a));
    expect(body.entries[0].key).toBe("read");
  });

  it("[CTX-8] of messages tells to whom they are directed, and the cursor tells what is news", async () => {
    const { ana, bob } = await furnished();
    await bob.do("_send_message", { body: "a", to: "ana" });
    await bob.do("_send_message", { body: "b" });
    await bob.do("_send_message", { body: "c", to: "zoe" });
    const of = (number: string) => signalsOf(ana, number, "_messages");
    expect([await of("1"), await of("2"), await of("3")]).toMatchObject([
      { directed: 1, delta: 1 },
      { directed: 0.3, delta: 1 },
      { directed: 0.1, delta: 1 },
    ]);
    await ana.context();
    expect(await of("1")).toMatchObject({ directed: 1, delta: 0 });
    expect(await signalsOf(bob, "1", "_messages")).toMatchObject({ authorship: 1, delta: 0 });
  });

  it("[CTX-8] a contested target counts wholly for whose action it is, else by half", async () => {
    const { ana, bob } = await furnished();
    const writes = [{ scope: "_shared", key: "door", value: 1 }];
    await ana.do("_register_action", { id: "open", writes });
    await ana.do("_register_action", { id: "shut", writes });
    await put(bob, "door");
    expect((await signalsOf(ana, "door")).contest).toBe(1);
    expect((await signalsOf(bob, "door")).contest).toBe(0.5);
  });

  it("[CTX-8] ranks every key, whoever wrote it when, and however it is named", async () => {
    const { room, ana, bob } = await furnished();
    const writers = [ana, bob, room.owner];
    for (let write = 0; write < 120; write++) {
      const scope = write % 3 === 0 ? "_tasks" : "_shared";
      await put(writers[(write * 7) % 3] as Client, `k${(write * 31) % 50}`, write, scope);
      if (write === 60) await ana.context();
    }
    await ana.do("_register_view", {
      id: "v",
      expr: "state._shared.k7 + state._shared.k1 + size(state._tasks)",
    });
    const target = { scope: "_shared", key: "k8", value: 1 };
    for (const id of ["x", "y"]) await bob.do("_register_action", { id, writes: [target] });
    const { state } = await room.owner.context();
    const all = ["_shared", "_tasks"].flatMap((scope) =>
      Object.keys(state[scope]).map((key) => `${scope} ${key}`),
    );
    for (const reader of [ana, bob, room.owner]) {
      const { entries: keys } = (await reader.call("/salience?limit=500")).body;
      expect(keys.map(({ scope, key }: Body) => `${scope} ${key}`).sort()).toEqual(all.sort());
      const scores = keys.map(({ score }: Body) => score);
      expect(scores).toEqual([...scores].sort((a: number, b: number) => b - a));
    }
  });

  it("[CTX-8] weights are the room's to set, and reading as another agent leaves no trace", async () => {
    const { room, ana, bob } = await furnished();
    await put(bob, "news");
    const config = { salience_weights: { delta: 1, recency: 0 } };
    expect((await room.owner.call("", { method: "PATCH", body: { config } })).status).toBe(200);
    const acting = `/salience?agent=ana&limit=1`;
    await room.owner.call("/context?agent=ana");
    const { body } = await room.owner.call(acting);
    expect([body.agent, body.entries[0].key, body.entries[0].score]).toEqual(["ana", "news", 1]);
    const wrong = { config: { salience_weights: { delta: 2 } } };
    expect((await room.owner.call("", { method: "PATCH", body: wrong })).status).toBe(400);
    expect((await ana.call("/salience?limit=0")).status).toBe(400);
    expect((await ana.call("/salience?scope=bob")).body.error).toBe("scope_denied");
  });

  it("[CTX-8, AUTH-5] shows no key of a scope that the reader may not read", async () => {
    const { room, ana, bob } = await furnished();
    await bob.do("_register_action", { ...PUT, id: "keep", scope: "bob" });
    await bob.do("keep", { scope: "bob", key: "secret", value: 1 });
    const scopes = async (client: Client) =>
      (await client.call("/salience")).body.entries.map(({ scope }: Body) => scope);
    expect(await scopes(ana)).not.toContain("bob");
    expect(await scopes(bob)).toContain("bob");
    expect(await scopes(room.viewer)).toContain("bob");
    expect((await ana.eval('top_n("bob", 5)')).value).toEqual([]);
    expect((await ana.eval("meta.state.bob")).value).toEqual({});
  });

  it("[VIEW-6] _salience shows an agent the top ten with reasons, and nobody else", async () => {
    const { room, ana, bob } = await furnished();
    for (let index = 0; index < 12; index++) await put(bob, `k${index}`);
    await ana.do("_register_view", { id: "v", expr: "state._shared.k3" });
    const { views } = await ana.context();
    expect(views._salience).toHaveLength(10);
    expect(views._salience[0]).toMatchObject({ scope: "_shared", key: "k3" });
    expect(views._salience[0].reasons.slice(0, 2)).toEqual(["dependency", "delta"]);
    expect((await room.owner.context()).views._salience).toBeUndefined();
    expect((await ana.invoke("_register_view", { id: "_salience", expr: "1" })).status).toBe(400);
  });
});

describe("salience in expressions", () => {
  it("[CEL-4, CTX-8] helpers answer lists of keys or of action ids", async () => {
    const { room, ana, bob } = await furnished();
    await put(ana, "a");
    await put(bob, "b");
    await put(bob, "b", 2);
    await ana.context();
    await put(bob, "c");
    const value = async (expr: string) => (await ana.eval(expr)).value;
    expect(await value("top_n(state._shared, 1)")).toEqual(["c"]);
    expect(await value('top_n("_shared", 2).size()')).toBe(2);
    expect(await value("salient(state._shared, 0.25)")).toEqual(["c"]);
    expect(await value('written_by(state._shared, "bob")')).toEqual(["b", "c"]);
    expect(await value("written_by(state._shared, self)")).toEqual(["a"]);
    expect(await value("velocity_above(state._shared, 1.5)")).toEqual(["b"]);
    expect(await value("contested()")).toEqual([]);
    await room.owner.do("_register_action", { id: "never", writes: PUT.writes });
    expect(await value("contested()")).toEqual(["put", "never"]);
    expect(await value("stale(1)")).toEqual(["never"]);
    expect((await ana.call("/eval", { body: { expr: "top_n(1, 2)" } })).status).toBe(422);
    expect((await ana.call("/eval", { body: { expr: "top_n(state._shared)" } })).status).toBe(400);
  });

  it("[CEL-4] an action's if may ask for salience", async () => {
    const { ana, bob } = await furnished();
    await ana.do("_register_action", {
      id: "tend",
      if: '"hot" in velocity_above(state._shared, 1.2)',
      writes: [{ key: "tended", value: true }],
    });
    await put(bob, "hot");
    expect((await ana.invoke("tend")).status).toBe(409);
    await put(bob, "hot", 2);
    expect((await ana.invoke("tend")).status).toBe(200);
  });

  it("[VIEW-1] a view cannot ask for what is each reader's own", async () => {
    const { ana } = await furnished();
    for (const expr of ["top_n(state._shared, 1)", "[1].map(x, contested())"]) {
      const refused = await ana.invoke("_register_view", { id: "v", expr });
      expect([refused.status, refused.body.error]).toEqual([400, "invalid_cel"]);
    }
    await ana.do("_register_view", { id: "v", expr: "has(meta.state._shared.x.score)" });
    await put(ana, "x");
    expect((await ana.context()).views.v).toBe(false);
  });
});

describe("meta", () => {
  it("[CTX-5] tells of each entry and action where it came from", async () => {
    const { ana, bob } = await furnished();
    await put(ana, "k");
    const { seq } = await put(bob, "k", 2);
    const { meta, state } = await ana.context("?meta=true&depth=full&include=_actions");
    expect(state._shared).toEqual({ k: 2 });
    expect(meta.state._shared.k).toMatchObject({
      ...{ revision: 2, hash: expect.any(String), updated_at: expect.any(String) },
      ...{ writer: "bob", via: "put", seq, writers: ["bob", "ana"], score: expect.any(Number) },
    });
    expect(meta.state._shared.k.velocity).toBeCloseTo(2, 1);
    expect(meta.state._actions.put).toMatchObject({ writer: null, via: "_register_action" });
    expect(meta.actions.put).toEqual({
      ...{ invocations: 2, last_invoked_at: expect.any(String), last_invoked_by: "bob", contested: [] },
    });
    expect((await ana.context()).meta).toBeUndefined();
    const read =
      '[meta.state._shared.k.writer, meta.state["_shared"].k.revision, meta.actions.put.invocations]';
    expect((await ana.eval(read)).value).toEqual(["bob", 2, 2]);
    expect((await ana.eval("meta.state._shared.none")).value).toBe(null);
  });

  it("[CTX-5] of an entry's writers the last sixteen are told, the newest first", async () => {
    const { room } = await furnished();
    const ids = Array.from({ length: 18 }, (_, n) => `writer-${n}`);
    for (const id of ids) await put(await room.join(id), "k");
    const { writers } = (await room.owner.context("?meta=true")).meta.state._shared.k;
    expect(writers).toEqual(ids.toReversed().slice(0, 16));
  });

  it("[CTX-5, CEL-1] wakes who waits for it", async () => {
    const { ana, bob } = await furnished();
    await put(ana, "k");
    const waiting = ana.wait('meta.state._shared.k.writer == "bob" && meta.actions.put.invocations > 1');
    await put(bob, "k");
    expect((await waiting).body.triggered).toBe(true);
  });
});
