import { describe, expect, it } from "vitest";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

async function pair(): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { secret: "canary-ana" } });
  const bob = await room.join("bob", { state: { secret: "canary-bob" } });
  return { room, ana, bob };
}

function grant({ owner }: TestRoom, agent: string, grants: string[]) {
  return owner.call(`/agents/${agent}`, { method: "PATCH", body: { grants } });
}

describe("what an expression sees", () => {
  it("[ACT-3] if, enabled and result may read the invoker's own scope", async () => {
    const { ana, bob } = await pair();
    const mine = 'state.self.secret == "canary-bob" && self == "bob"';
    await ana.do("_register_action", {
      id: "a",
      enabled: mine,
      if: mine,
      writes: [],
      result: "state.self.secret",
    });
    expect((await bob.do("a")).result).toBe("canary-bob");
    expect((await ana.invoke("a")).body.error).toBe("action_disabled");
  });

  it("[ACT-3] a write's expression may not, where it lands elsewhere and another registered the action", async () => {
    const { ana, bob } = await pair();
    const write = {
      key: "leak",
      expr: true,
      value: '[state.self.secret, state["bob"].secret, size(state.self)]',
    };
    await ana.do("_register_action", { id: "a", writes: [write] });
    expect((await bob.do("a")).writes[0].value).toEqual([null, null, 0]);
    expect((await ana.do("a")).writes[0].value[0]).toBe("canary-ana");
  });

  it("[ACT-3] a write's expression may, where it lands in that scope", async () => {
    const { ana, bob } = await pair();
    const write = { scope: "${self}", key: "copy", expr: true, value: "state.self.secret" };
    await ana.do("_register_action", { id: "a", writes: [write] });
    expect((await bob.do("a")).writes[0]).toMatchObject({ scope: "bob", value: "canary-bob" });
  });

  it("[ACT-3] the scope that the action is registered under is seen by whoever invokes it", async () => {
    const { ana, bob } = await pair();
    await ana.do("_register_action", {
      id: "a",
      scope: "ana",
      writes: [{ scope: "_shared", key: "out", expr: true, value: 'state["ana"].secret' }],
      result: 'state["ana"].secret',
    });
    const { result, writes } = await bob.do("a");
    expect([result, writes[0].value]).toEqual(["canary-ana", "canary-ana"]);
  });

  it("[ACT-3] grants and the room's authority never widen what an action sees", async () => {
    const { room, ana } = await pair();
    await grant(room, "ana", ["bob"]);
    await ana.do("_register_action", {
      id: "a",
      writes: [{ key: "out", expr: true, value: 'state["bob"].secret' }],
      result: '[state["bob"].secret, state["ana"].secret]',
    });
    expect(await ana.do("a")).toMatchObject({ writes: [{ value: null }], result: [null, "canary-ana"] });
    expect(await room.owner.do("a")).toMatchObject({ writes: [{ value: null }], result: [null, null] });
  });

  it("[ACT-3] another action's availability tells a write's expression nothing of the invoker", async () => {
    const { ana, bob } = await pair();
    await ana.do("_register_action", { id: "probe", if: 'state.self.secret == "canary-bob"', writes: [] });
    const write = { key: "leak", expr: true, value: 'actions["probe"].available' };
    await ana.do("_register_action", { id: "a", writes: [write] });
    expect((await bob.context()).actions.probe.available).toBe(true);
    expect((await bob.do("a")).writes[0].value).toBe(false);
  });

  it("[CEL-3] a write's expression that fails is 422, and nothing is written", async () => {
    const { ana } = await pair();
    await ana.do("_register_action", {
      id: "a",
      writes: [
        { key: "x", value: 1 },
        { key: "y", expr: true, value: "1 / state._shared.zero" },
      ],
    });
    const { status, body } = await ana.invoke("a");
    expect([status, body.error]).toEqual([422, "cel_error"]);
    expect((await ana.context()).state._shared).toBeUndefined();
  });
});

describe("where a write may land", () => {
  async function writing(
    client: Client,
    write: Body,
    params: Body = {},
    by: Client = client,
  ): Promise<string> {
    await client.do("_register_action", { id: "act", writes: [{ key: "k", value: 1, ...write }] });
    const { status, body } = await by.invoke("act", params);
    return status === 200 ? "ok" : body.error;
  }

  it.each(["_actions", "_views", "_agents", "_audit", "_config", "_messages", "_help"])(
    "[ACT-4] not in %s, named or substituted",
    async (scope) => {
      const { ana } = await pair();
      expect(await writing(ana, { scope })).toBe("scope_denied");
      expect(await writing(ana, { scope: "${params.s}" }, { s: scope })).toBe("scope_denied");
      expect(await writing(ana, { scope: "_${params.s}" }, { s: scope.slice(1) })).toBe("scope_denied");
    },
  );

  it.each(["_actions", "_views", "_agents", "_audit", "_config"])(
    "[ACT-4] not in %s, the room's own token or an append no more than others",
    async (scope) => {
      const { room } = await pair();
      expect(await writing(room.owner, { scope })).toBe("scope_denied");
      expect(await writing(room.owner, { scope, key: null, append: true })).toBe("scope_denied");
      expect(await writing(room.owner, { scope, value: undefined, delete: true })).toBe("scope_denied");
    },
  );

  it("[ACT-4] not in another's private scope, however the template reaches for it", async () => {
    const { ana, bob } = await pair();
    expect(await writing(ana, { scope: "bob" })).toBe("scope_denied");
    expect(await writing(ana, { scope: "${params.s}" }, { s: "bob" })).toBe("scope_denied");
    expect(await writing(ana, { scope: "${params.a}${params.b}" }, { a: "b", b: "ob" })).toBe("scope_denied");
    expect(await writing(ana, { scope: "${params.s}" }, { s: "ana" }, bob)).toBe("scope_denied");
  });

  it.each([
    [""],
    ["self"],
    ["admin"],
    ["_"],
    ["a b"],
    ["../bob"],
    [{ x: 1 }],
    [["bob"]],
    ["_x\u0000"],
    ["${self}"],
  ])("[ACT-4] not in %j, which is no scope", async (s) => {
    const { ana } = await pair();
    expect(await writing(ana, { scope: "${params.s}" }, { s })).toBe("invalid_param");
  });

  it("[ACT-4] in the invoker's own scope, whoever registered the action", async () => {
    const { ana, bob } = await pair();
    expect(await writing(ana, { scope: "${self}" }, {}, bob)).toBe("ok");
    expect(await writing(ana, { scope: "${params.s}" }, { s: "bob" }, bob)).toBe("ok");
    expect((await bob.context()).state.self.k).toBe(1);
  });

  it("[ACT-4] in the scope that the action is registered under, whoever invokes it", async () => {
    const { room, ana, bob } = await pair();
    await ana.do("_register_action", {
      id: "tell",
      scope: "ana",
      writes: [{ key: "told", value: "${self}" }],
    });
    const { writes } = await bob.do("tell");
    expect(writes).toEqual([{ scope: "ana", hidden: true }]);
    expect((await ana.context()).state.self.told).toBe("bob");
    await room.owner.do("tell");
    expect((await ana.context()).state.self.told).toBeNull();
  });

  it("[ACT-4] in a scope granted to the registrar, and only as long as it is", async () => {
    const { room, ana, bob } = await pair();
    const cara = await room.join("cara");
    await ana.do("_register_action", { id: "act", writes: [{ scope: "bob", key: "k", value: 1 }] });
    expect((await cara.invoke("act")).body.error).toBe("scope_denied");
    await grant(room, "cara", ["bob"]);
    expect((await cara.invoke("act")).body.error).toBe("scope_denied");
    await grant(room, "ana", ["bob"]);
    expect((await bob.invoke("act")).status).toBe(200);
    await grant(room, "cara", []);
    expect((await cara.invoke("act")).status).toBe(200);
    await grant(room, "ana", []);
    expect((await cara.invoke("act")).body.error).toBe("scope_denied");
  });

  it("[ACT-4] a registrar that has left grants nothing any more", async () => {
    const { room, ana, bob } = await pair();
    const cara = await room.join("cara");
    await grant(room, "ana", ["bob"]);
    await ana.do("_register_action", { id: "act", writes: [{ scope: "bob", key: "k", value: 1 }] });
    expect((await cara.invoke("act")).status).toBe(200);
    await ana.call("/agents/ana", { method: "DELETE" });
    expect((await cara.invoke("act")).body.error).toBe("scope_denied");
    expect((await bob.invoke("act")).status).toBe(200);
  });

  it("[ACT-12] who redefines an action does not inherit the grants of who registered it", async () => {
    const { room, ana } = await pair();
    const cara = await room.join("cara");
    await grant(room, "ana", ["bob"]);
    const action = { id: "act", writes: [{ scope: "bob", key: "k", value: 1 }] };
    const { hash } = await ana.do("_register_action", action);
    await cara.do("_register_action", { ...action, if_hash: hash });
    expect((await cara.invoke("act")).body.error).toBe("scope_denied");
    expect((await ana.invoke("act")).body.error).toBe("scope_denied");
  });

  it("[ACT-4] a room token that acts as an agent has that agent's authority and no more", async () => {
    const { room, ana } = await pair();
    await ana.do("_register_action", {
      id: "act",
      writes: [{ scope: "${params.s}", key: "k", value: "${self}" }],
    });
    const acting = (s: string) => room.owner.invoke("act", { s }, { agent: "bob" });
    expect((await acting("bob")).body.writes[0].value).toBe("bob");
    expect((await acting("ana")).body.error).toBe("scope_denied");
    expect((await acting("_help")).body.error).toBe("scope_denied");
    const [event] = (await room.owner.log("?kind=invoke")).slice(-1);
    expect(event).toMatchObject({ agent: "bob", payload: { acting: "room", ok: false } });
  });

  it("[ACT-12] nobody registers an action under another's private scope", async () => {
    const { room, ana, bob } = await pair();
    await grant(room, "ana", ["bob"]);
    const action = { id: "act", scope: "bob", writes: [] };
    expect((await ana.invoke("_register_action", action)).body.error).toBe("scope_denied");
    expect((await room.owner.invoke("_register_action", action, { agent: "ana" })).body.error).toBe(
      "scope_denied",
    );
    expect((await bob.invoke("_register_action", action)).status).toBe(201);
  });
});
