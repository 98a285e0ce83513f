import { describe, expect, it } from "vitest";
import type { Body } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

describe("the order of an invocation", () => {
  it("[ACT-2] is enabled, then params, then if, then writes", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", { id: "put", writes: [{ key: "${params.k}", value: "${params.v}" }] });
    await ana.do("_register_action", {
      id: "act",
      enabled: "state._shared.on == true",
      params: { n: { type: "integer", required: true } },
      if: "state._shared.ready == true && params.n > 0",
      writes: [{ key: "${params.gone}", value: 1 }],
    });
    const outcome = async (params: Body) => (await ana.invoke("act", params)).body.error;
    expect(await outcome({})).toBe("action_disabled");
    await ana.do("put", { k: "on", v: true });
    expect(await outcome({})).toBe("invalid_param");
    expect(await outcome({ n: 1 })).toBe("precondition_failed");
    await ana.do("put", { k: "ready", v: true });
    expect(await outcome({ n: 0 })).toBe("precondition_failed");
    expect(await outcome({ n: 1 })).toBe("missing_param");
    expect((await ana.context()).state._shared).toEqual({ on: true, ready: true });
  });

  it.each(["1", '"true"', "null", "[true]", "state._shared.n", "1 / 0 == 1", "state._shared.n.deep"])(
    "[ACT-2] only boolean true is true: %s is not, in if and in enabled",
    async (expr) => {
      const ana = await (await createRoom()).join("ana");
      await ana.do("_register_action", { id: "a", if: expr, writes: [] });
      await ana.do("_register_action", { id: "b", enabled: expr, writes: [] });
      expect([(await ana.invoke("a")).status, (await ana.invoke("a")).body.error]).toEqual([
        409,
        "precondition_failed",
      ]);
      expect([(await ana.invoke("b")).status, (await ana.invoke("b")).body.error]).toEqual([
        409,
        "action_disabled",
      ]);
      const { actions } = await ana.context();
      expect(actions.a).toMatchObject({ enabled: true, available: false });
      expect(actions).not.toHaveProperty("b");
    },
  );

  it("[CEL-3, CTX-1] an action that is not enabled for its reader is not there for it, however it asks", async () => {
    const room = await createRoom();
    const ana = await room.join("ana", { state: { key: true } });
    const ben = await room.join("ben");
    // What there is may be asked by the action itself.
    const a = { enabled: "state.self.key == true", if: "size(actions) == 7", writes: [] };
    await ana.do("_register_action", { id: "a", ...a });
    const asked = ['"a" in actions', '"a" in actions.keys()', '"a" in meta.actions', '"a" in stale(9)'];
    const expr = `[${asked}, actions.a != null, size(actions) == 7]`;
    for (const [reader, isThere] of [
      [ana, true],
      [ben, false],
    ] as const) {
      const { body } = await reader.call("/eval", { body: { expr } });
      expect(body.value).toEqual(Array.from({ length: 6 }, () => isThere));
      const { actions, meta } = await reader.context("?meta=true");
      expect(["a" in actions, "a" in meta.actions]).toEqual([isThere, isThere]);
      expect((await reader.call("/poll")).body.available).toEqual(isThere ? { a: true } : {});
    }
    expect((await ben.invoke("a")).body.error).toBe("action_disabled");
  });

  it("[CEL-3] an if that fails tells code and position, and no value", async () => {
    const ana = await (await createRoom()).join("ana", { state: { k: "canary" } });
    await ana.do("_register_action", { id: "a", if: "state.self.k > 1", writes: [] });
    const { body } = await ana.invoke("a");
    expect(body.fault).toMatchObject({ code: "cel_error" });
    expect(JSON.stringify([body.fault, body.unmet[0].fault])).not.toContain("canary");
  });

  it("[ACT-2] an action that does not exist is 404, one that was deleted too", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", { id: "a", writes: [] });
    await ana.do("_delete_action", { id: "a" });
    for (const id of ["a", "never", "constructor", "__proto__", "_nothing"]) {
      const { status, body } = await ana.invoke(id);
      expect([status, body.error]).toEqual([404, "action_not_found"]);
    }
  });

  it("[CEL-6] available of an if that reads params is judged with none", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", { id: "a", if: "params.n > 1", writes: [] });
    await ana.do("_register_action", { id: "b", if: "!has(params.n) || params.n > 1", writes: [] });
    const { actions } = await ana.context();
    expect([actions.a.available, actions.b.available]).toEqual([false, true]);
    expect((await ana.invoke("a", { n: 2 })).status).toBe(200);
  });
});

describe("the answer", () => {
  it("[ACT-8] says what was done, in this order of fields", async () => {
    const ana = await (await createRoom()).join("ana");
    const writes = [{ key: "n", increment: "${params.by}" }];
    await ana.do("_register_action", { id: "inc", writes, result: "state._shared.n * 10" });
    const body = await ana.do("inc", { by: 2 });
    expect(Object.keys(body)).toEqual(["invoked", "action", "agent", "params", "writes", "result", "seq"]);
    expect(body).toMatchObject({ invoked: true, action: "inc", agent: "ana", params: { by: 2 }, result: 20 });
    expect(body.writes).toEqual([
      { scope: "_shared", key: "n", value: 2, revision: 1, hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
    ]);
    const [event] = await ana.log(`?after=${body.seq - 1}`);
    expect(event).toMatchObject({ seq: body.seq, kind: "invoke", agent: "ana" });
  });

  it("[ACT-8] a result that fails says so, and the writes stand", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", {
      id: "a",
      writes: [{ key: "k", value: 1 }],
      result: "1 / (state._shared.k - 1)",
    });
    const { result } = await ana.do("a");
    expect(result).toEqual({ _error: expect.any(String) });
    expect((await ana.context()).state._shared.k).toBe(1);
  });

  it("[ACT-8] of built-ins adds their own fields", async () => {
    const ana = await (await createRoom()).join("ana");
    const registered = await ana.invoke("_register_action", { id: "a", writes: [] });
    expect(registered.status).toBe(201);
    expect(registered.body).toMatchObject({
      id: "a",
      hash: expect.any(String),
      definition: { registered_by: "ana" },
    });
    const view = await ana.invoke("_register_view", { id: "v", expr: "1 + 1" });
    expect([view.status, view.body.value]).toEqual([201, 2]);
    expect(await ana.do("_delete_view", { id: "v" })).toMatchObject({ deleted: true, id: "v" });
    expect(await ana.do("_delete_action", { id: "a" })).toMatchObject({ deleted: true, id: "a" });
    const { message } = await ana.do("_send_message", { body: { x: 1 }, kind: "q", to: ["bob"] });
    expect(message).toEqual({
      seq: 1,
      from: "ana",
      kind: "q",
      body: { x: 1 },
      to: ["bob"],
      ts: expect.any(String),
    });
  });

  it("[ACT-8] compact drops null fields of the envelope and none inside values", async () => {
    const room = await createRoom();
    await room.owner.do("_register_action", { id: "a", writes: [{ key: "k", value: { n: null } }] });
    const { body } = await room.owner.call("/actions/a/invoke?compact=true", { body: {} });
    expect(body.agent).toBeUndefined();
    expect(body.writes[0].value).toEqual({ n: null });
  });
});

describe("dry_run", () => {
  it("[ACT-10] answers what would be written, and changes nothing", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    await ana.do("_register_action", { id: "inc", writes: [{ key: "n", increment: 1 }] });
    const before = (await room.owner.log()).length;
    const { status, body } = await ana.invoke("inc", {}, { dry_run: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({ dry_run: true, invoked: false, allowed: true });
    expect(body.writes[0]).toMatchObject({ scope: "_shared", key: "n", value: 1, revision: 1 });
    expect((await ana.context()).state).toEqual({});
    expect((await room.owner.log()).length).toBe(before);
  });

  it("[ACT-10] answers which clause fails and on which values", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    await ana.do("_register_action", { id: "put", writes: [{ key: "phase", value: "plan" }] });
    await ana.do("put");
    await ana.do("_register_action", { id: "a", if: 'state._shared.phase == "build"', writes: [] });
    const before = (await room.owner.log()).length;
    const { status, body } = await ana.invoke("a", {}, { dry_run: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({ allowed: false, error: "precondition_failed", clause: "if" });
    expect(body.reads).toEqual([{ scope: "_shared", key: "phase", value: "plan" }]);
    expect((await room.owner.log()).length).toBe(before);
  });

  it("[ACT-10] names params and writes as clauses", async () => {
    const ana = await (await createRoom()).join("ana");
    await ana.do("_register_action", {
      id: "a",
      params: { n: { type: "integer" } },
      writes: [
        { key: "k", value: 1 },
        { key: "m", value: 1, if_hash: "0123456789abcdef" },
      ],
    });
    const clause = async (params: Body) => (await ana.invoke("a", params, { dry_run: true })).body.clause;
    expect(await clause({ n: "x" })).toBe("params");
    expect(await clause({ n: 1 })).toBe("writes[1]");
  });

  it("[ACT-10] shows only the values that the caller may read", async () => {
    const room = await createRoom();
    const ana = await room.join("ana", { state: { secret: "canary" } });
    const bob = await room.join("bob");
    const action = { id: "a", scope: "ana", if: 'state["ana"].secret == state._shared.guess', writes: [] };
    await ana.do("_register_action", action);
    const { body } = await bob.invoke("a", {}, { dry_run: true });
    expect(body.reads).toEqual([{ scope: "_shared", key: "guess", value: null, absent: true }]);
    expect(JSON.stringify(body)).not.toContain("canary");
  });

  it("[ACT-10] of a registration registers nothing", async () => {
    const ana = await (await createRoom()).join("ana");
    const { status, body } = await ana.invoke("_register_action", { id: "a", writes: [] }, { dry_run: true });
    expect([status, body.allowed]).toEqual([200, true]);
    expect((await ana.context()).actions.a).toBeUndefined();
  });
});

describe("what is refused at registration", () => {
  it.each([
    [{ writes: [] }, "invalid_param"],
    [{ id: "a" }, "invalid_param"],
    [{ id: "a", writes: {} }, "invalid_param"],
    [{ id: "_a", writes: [] }, "reserved_id"],
    [{ id: "help", writes: [] }, "reserved_id"],
    [{ id: "", writes: [] }, "invalid_param"],
    [{ id: "x".repeat(257), writes: [] }, "invalid_param"],
    [{ id: "a", writes: [], if: "1 +" }, "invalid_cel"],
    [{ id: "a", writes: [], if: 5 }, "invalid_param"],
    [{ id: "a", writes: [], enabled: "nowhere" }, "invalid_cel"],
    [{ id: "a", writes: [], result: "nofun()" }, "invalid_cel"],
    [{ id: "a", writes: [{ key: "k", expr: true, value: "1 +" }] }, "invalid_cel"],
    [{ id: "a", writes: [{ key: "k", value: 1, enabled: ")" }] }, "invalid_cel"],
    [{ id: "a", writes: [], timer: { ms: 0, effect: "delete" } }, "invalid_timer"],
    [{ id: "a", writes: [], on_invoke: { timer: {} } }, "invalid_timer"],
    [{ id: "a", writes: [{ key: "k", value: 1, timer: { ms: 1 } }] }, "invalid_timer"],
  ])("[ACT-1] %j", async (params, error) => {
    const ana = await (await createRoom()).join("ana");
    const { status, body } = await ana.invoke("_register_action", params);
    expect([status, body.error]).toEqual([400, error]);
    expect((await ana.context()).actions.a).toBeUndefined();
  });

  it("[CEL-4] a faulty expression is shown with line, column and caret", async () => {
    const ana = await (await createRoom()).join("ana");
    const { body } = await ana.invoke("_register_action", { id: "a", writes: [], if: "true &&\n  nowhere" });
    expect(body).toMatchObject({ line: 2, column: 3 });
    expect(body.caret ?? body.message).toContain("^");
  });

  it("[ACT-1] unknown fields are ignored", async () => {
    const ana = await (await createRoom()).join("ana");
    const extra = { id: "a", writes: [{ key: "k", value: 1, colour: "red" }], colour: "blue" };
    const { definition } = await ana.do("_register_action", extra);
    expect(JSON.stringify(definition)).not.toContain("colour");
  });
});
