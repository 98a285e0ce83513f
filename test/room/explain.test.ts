import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { evaluationsOf, oversleep } from "../support/inside.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

const PUT = {
  id: "put",
  writes: [{ scope: "${params.scope}", key: "${params.key}", value: "${params.value}" }],
};

interface Setting {
  readonly room: TestRoom;
  readonly ana: Client;
  readonly bob: Client;
}

/** A room with two agents, each with a secret, and the key `phase`. */
async function setting(): Promise<Setting> {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { secret: "ana-canary" } });
  const bob = await room.join("bob", { state: { secret: "bob-canary" } });
  await ana.do("_register_action", PUT);
  await put(ana, "phase", "plan");
  return { room, ana, bob };
}

function put(client: Client, key: string, value: Body, scope = "_shared"): Promise<Body> {
  return client.do("put", { scope, key, value });
}

/** The refusal of an action whose `if` is `condition`. */
async function refusalOf(client: Client, condition: string, params: Body = {}): Promise<Body> {
  await client.do("_register_action", { id: "gated", if: condition, writes: [] });
  return (await client.invoke("gated", params)).body;
}

describe("a condition that does not hold", () => {
  it("[ACT-22] names the operands of && that fail, where they stand, and what they read", async () => {
    const { ana } = await setting();
    const body = await refusalOf(
      ana,
      '(state._shared.phase == "build" || false)\n  && state._shared.phase != null && (size(state._tasks) > 0 && self == "bob")',
    );
    expect(body.error).toBe("precondition_failed");
    expect(body.unmet).toEqual([
      {
        clause: '(state._shared.phase == "build" || false)',
        line: 1,
        column: 1,
        value: false,
        reads: [{ scope: "_shared", key: "phase", value: "plan" }],
      },
      { clause: "size(state._tasks) > 0", line: 2, column: 37, value: false, reads: [] },
      { clause: 'self == "bob"', line: 2, column: 63, value: false, reads: [] },
    ]);
    expect(body.hint).toContain("GET …/wait?condition=(state._shared.phase");
    expect(body.help).toBe("refusals");
  });

  it.each([
    ['a == ")" && b', ["a", ")"]],
    [
      '(")" + "(" == state._shared.x) && ((2 > 3) || state._shared.y == 1)',
      ['(")" + "(" == state._shared.x)', "(2 > 3) || state._shared.y == 1"],
    ],
    ['1 > 2 // && (\n && r"\\" == state._shared.x', ["1 > 2", 'r"\\" == state._shared.x']],
    ["((1 > 2)) && '''a'b(''' == state._shared.x", ["1 > 2", "'''a'b(''' == state._shared.x"]],
  ])("[ACT-22] cuts %j where its operands end", async (condition, clauses) => {
    const { ana } = await setting();
    const text = condition.startsWith("a ==") ? '"a" == ")" && false' : condition;
    const expected = condition.startsWith("a ==") ? ['"a" == ")"', "false"] : clauses;
    const { unmet } = await refusalOf(ana, text);
    expect(unmet.map(({ clause }: Body) => clause)).toEqual(expected);
  });

  it("[ACT-22] tells a value that is no boolean, and an operand that fails with its place in the whole", async () => {
    const { ana } = await setting();
    await put(ana, "n", 5);
    const { unmet } = await refusalOf(ana, "state._shared.n && state._shared.phase > 1");
    expect(unmet[0]).toMatchObject({ clause: "state._shared.n", value: 5 });
    expect(unmet[1].fault).toMatchObject({ code: "cel_error", line: 1, column: 20 });
    expect(unmet[1].value).toBeUndefined();
  });

  it("[ACT-10] [ACT-22] a dry run says the same, and so does a disabled action", async () => {
    const { ana } = await setting();
    const writes: Body[] = [];
    await ana.do("_register_action", { id: "off", enabled: 'state._shared.phase == "build"', writes });
    const refused = await ana.invoke("off");
    expect([refused.status, refused.body.error]).toEqual([409, "action_disabled"]);
    const dry = await ana.do("off", {}, { dry_run: true });
    expect(dry.unmet).toEqual(refused.body.unmet);
    expect(dry).toMatchObject({ allowed: false, clause: "enabled", reads: [{ key: "phase" }] });
  });

  it("[ACT-22] shows views by their values, and actions by whether they can be invoked", async () => {
    const { ana } = await setting();
    await ana.do("_register_view", { id: "ready", expr: 'state._shared.phase == "done"', scope: "_shared" });
    const { unmet } = await refusalOf(ana, "views.ready && !actions.put.available");
    expect(unmet.map(({ reads }: Body) => reads)).toEqual([
      [{ scope: "_views", key: "ready", value: false }],
      [{ scope: "_actions", key: "put", value: { enabled: true, available: true } }],
    ]);
  });

  it("[ACT-22] [AUTH-7] tells nothing of clauses that read what the caller may not", async () => {
    const { ana, bob } = await setting();
    const register = (condition: string) =>
      bob.do("_register_action", { id: "his", scope: "bob", if: condition, writes: [] });
    const unmetOf = async (client: Client) => (await client.invoke("his")).body.unmet;
    const hidden = 'state.bob.secret == "x"';
    await register(`${hidden} && state._shared.phase == "build" && "nobody" in state`);
    expect(await unmetOf(ana)).toEqual([
      expect.objectContaining({ clause: 'state._shared.phase == "build"' }),
    ]);
    expect(JSON.stringify(await unmetOf(bob))).toContain("bob-canary");
    for (const condition of [
      hidden,
      "size(state.bob) > 5",
      "size(state) > 50",
      'state.keys().exists(k, k == "x")',
    ]) {
      await register(`${condition} && state._shared.phase == "plan"`);
      const { body } = await ana.invoke("his");
      expect([condition, body.unmet]).toEqual([condition, [{ hidden: true }]]);
      expect(JSON.stringify(body)).not.toContain("canary");
      expect(body.hint).toContain("condition=…");
    }
  });

  it("[ACT-22] is bounded: clauses, reads and values are cut, and counted", async () => {
    const { ana } = await setting();
    await put(ana, "long", "x".repeat(10_000));
    const clauses = Array.from(
      { length: 20 },
      (_, n) => `state._shared.long == "k${n}" && state._shared.k${n} == 1`,
    );
    const { unmet, unmet_left_out } = await refusalOf(ana, clauses.join(" && "));
    expect([unmet.length, unmet_left_out]).toEqual([8, 32]);
    expect(unmet[0].reads).toEqual([
      { scope: "_shared", key: "long", excerpt: `"${"x".repeat(255)}`, chars: 10_002 },
    ]);
    const many = await refusalOf(
      ana,
      `size([${Array.from({ length: 40 }, (_, n) => `state._shared.r${n}`)}]) > 100`,
    );
    expect([many.unmet[0].reads.length, many.unmet[0].reads_left_out]).toEqual([16, 24]);
    expect(JSON.stringify(many).length).toBeLessThan(16_384);
  });

  it("[LOG-5] the log tells the code of a refusal and nothing of why", async () => {
    const { room, ana } = await setting();
    await refusalOf(ana, "state.self.secret == 1");
    const event = (await room.owner.log("?limit=500")).at(-1);
    expect(event.payload).toEqual({ ok: false, action: "gated", code: "precondition_failed", writes: [] });
  });

  it("[ACT-22] an expression that is written tells what it read when it fails", async () => {
    const { ana, bob } = await setting();
    const write = { key: "k", value: "state._shared.phase + 1 + state.bob.secret", expr: true };
    await bob.do("_register_action", { id: "sum", scope: "bob", writes: [{ scope: "_shared", ...write }] });
    const { status, body } = await ana.invoke("sum");
    expect([status, body.path, body.expression]).toEqual([422, "writes[0].value", write.value]);
    expect(body.reads).toEqual([{ scope: "_shared", key: "phase", value: "plan" }]);
  });
});

describe("a name that is not known", () => {
  const suggestionOf = ({ body }: { body: Body }) => body.suggestion;

  it("[ACT-22] an absent key that an expression reads has its neighbour named", async () => {
    const { ana } = await setting();
    const body = await refusalOf(ana, 'state._shared.phsae == "plan"');
    expect(body.unmet[0].reads).toEqual([
      { scope: "_shared", key: "phsae", value: null, absent: true, did_you_mean: "state._shared.phase" },
    ]);
    expect(body.suggestion).toEqual({ path: "if", from: "state._shared.phsae", to: "state._shared.phase" });
    expect(body.hint).toContain("Did you mean state._shared.phase?");
    await ana.do("_register_view", { id: "ready", expr: "true" });
    for (const [condition, to] of [
      ["views.raedy == true", "views.ready"],
      ["agents.bbo != null", "agents.bob"],
      ["state.self.sercet == 1", "state.self.secret"],
      ['state._shraed.phase == "plan"', "state._shared.phase"],
    ]) {
      expect((await refusalOf(ana, condition ?? "")).suggestion?.to).toBe(to);
    }
  });

  it("[ACT-22] [AUTH-7] never a key, a value or an id that the caller may not see", async () => {
    const { ana, bob } = await setting();
    await bob.do("_register_action", { id: "his", scope: "bob", if: "state.bob.secrte == 1", writes: [] });
    await bob.do("_register_action", {
      id: "hers",
      scope: "bob",
      if: "state._shared.hiden == 1",
      writes: [],
    });
    await ana.do("_register_action", {
      id: "hide",
      writes: [{ key: "hidden", value: 1, enabled: "false" }],
    });
    await ana.do("hide");
    for (const id of ["his", "hers"]) {
      const { body } = await ana.invoke(id);
      expect([body.error, body.suggestion]).toEqual(["precondition_failed", undefined]);
      expect(JSON.stringify(body.unmet)).not.toContain("did_you_mean");
    }
  });

  it("[ACT-22] actions, built-in ones too, and views that were to be deleted", async () => {
    const { ana } = await setting();
    await ana.do("_register_view", { id: "ready", expr: "true" });
    const missed = await ana.invoke("putt");
    expect(missed.body.suggestion).toEqual({ path: "action", from: "putt", to: "put" });
    expect(missed.body.hint).toMatch(/^Did you mean put\? POST …\/actions\/put\/invoke\./);
    expect(suggestionOf(await ana.invoke("send_mesage")).to).toBe("_send_message");
    expect(suggestionOf(await ana.invoke("_delete_action", { id: "Put" }))).toMatchObject({
      path: "params.id",
      to: "put",
    });
    expect(suggestionOf(await ana.invoke("_delete_view", { id: "redy" })).to).toBe("ready");
    expect(suggestionOf(await ana.call("/samples/redy")).to).toBe("ready");
    for (const far of ["nothing_like_it", "x", "p".repeat(100), "put2"])
      expect([far, suggestionOf(await ana.invoke(far))?.to]).toEqual([
        far,
        far === "put2" ? "put" : undefined,
      ]);
  });

  it("[ACT-22] names that differ in their numbers only are two names", async () => {
    const { ana } = await setting();
    await put(ana, "task_1", 1);
    expect((await refusalOf(ana, "state._shared.task_2 == 1")).suggestion).toBeUndefined();
  });

  it("[ACT-22] parameters: a missing one beside an unknown one, one too many, and values of an enumeration", async () => {
    const { ana } = await setting();
    const params = {
      title: { type: "string", required: true },
      kind: { type: "string", enum: ["red", "green"] },
    };
    await ana.do("_register_action", { id: "post", params, writes: [{ key: "${params.place}", value: 1 }] });
    const missing = await ana.invoke("post", { titel: "x" });
    expect(missing.body).toMatchObject({ error: "invalid_param", path: "params.title" });
    expect(missing.body.suggestion).toEqual({ path: "params.titel", from: "titel", to: "title" });
    expect(missing.body.hint).toContain('invoke with {"params":{"title":"x"}}');
    const value = await ana.invoke("post", { title: "x", kind: "gren" });
    expect(value.body.suggestion).toEqual({ path: "params.kind", from: "gren", to: "green" });
    const placeholder = await ana.invoke("post", { title: "x", plaec: "k" });
    expect([placeholder.body.error, placeholder.body.suggestion?.to]).toEqual(["missing_param", "place"]);
    const closed = { type: "object", properties: { title: { type: "string" } }, additionalProperties: false };
    await ana.do("_register_action", { id: "strict", params: closed, writes: [] });
    const unknown = await ana.invoke("strict", { titel: 1 });
    expect([unknown.body.message, unknown.body.suggestion?.to]).toEqual([
      "params.titel is not allowed here.",
      "title",
    ]);
    const builtin = await ana.invoke("_register_view", { id: "v", exrp: "1" });
    expect([builtin.body.error, builtin.body.suggestion?.to]).toEqual(["invalid_param", "expr"]);
    await ana.do("_register_action", {
      id: "soft",
      params: { n: {}, count: {} },
      if: "params.count > 1",
      writes: [],
    });
    expect(suggestionOf(await ana.invoke("soft", { cuont: 2 }))).toMatchObject({
      from: "cuont",
      to: "count",
    });
  });

  it("[ACT-22] scopes that lack their underscore, help keys, sections, agents and functions", async () => {
    const { room, ana } = await setting();
    await ana.do("_register_action", { id: "a", writes: [{ scope: "shared", key: "k", value: 1 }] });
    expect(suggestionOf(await ana.invoke("a"))).toMatchObject({
      path: "scope",
      from: "shared",
      to: "_shared",
    });
    expect(suggestionOf(await ana.invoke("help", { key: "gide" })).to).toBe("guide");
    expect(suggestionOf(await ana.call("/context?only=sate")).to).toBe("state");
    expect(suggestionOf(await ana.call("/context?include=_adit")).to).toBe("_audit");
    const acting = await room.owner.call("/wait?condition=true&agent=bbo");
    expect([acting.body.error, suggestionOf(acting).to]).toEqual(["agent_not_found", "bob"]);
    const minted = await room.owner.call("/tokens", { body: { kind: "agent", agent: "Bob" } });
    expect(suggestionOf(minted).to).toBe("bob");
    expect((await ana.call("/eval", { body: { expr: "sise([1])" } })).body.message).toContain(
      "did you mean 'size'?",
    );
  });

  it("[ACT-13] [ACT-22] a message to an id that nobody has joined with is sent, and warned of", async () => {
    const { ana } = await setting();
    const sent = await ana.do("_send_message", { body: "hi", to: ["bob", "bbo"] });
    expect(sent.message.to).toEqual(["bob", "bbo"]);
    expect(sent).toMatchObject({ warning: "unknown_recipient", unknown: ["bbo"], suggestion: { to: "bob" } });
    expect((await ana.do("_send_message", { body: "hi", to: "bob" })).warning).toBeUndefined();
  });
});

describe("a wait that is out of time", () => {
  it("[WAIT-7] answers which clauses were still false, as its waiter sees them", async () => {
    const { ana } = await setting();
    const { body } = await ana.wait(
      'state._shared.phsae == "plan" && state.bob.secret == 1 && true',
      "&timeout=20",
    );
    expect(body).toMatchObject({ triggered: false, timeout: true });
    expect(body.unmet).toEqual([
      {
        clause: 'state._shared.phsae == "plan"',
        line: 1,
        column: 1,
        value: false,
        reads: [
          { scope: "_shared", key: "phsae", value: null, absent: true, did_you_mean: "state._shared.phase" },
        ],
      },
      { clause: "state.bob.secret == 1", line: 1, column: 34, value: false, reads: [] },
    ]);
    expect((await ana.wait("true")).body.unmet).toBeUndefined();
  });

  it("[WAIT-7] [CTX-7] tells unread messages as they were before its own answer showed them", async () => {
    const { ana, bob } = await setting();
    await bob.do("_send_message", { body: "hi" });
    const { body } = await ana.wait("messages.unread == 0 && false", "&timeout=20");
    expect(body.unmet.map(({ clause }: Body) => clause)).toEqual(["messages.unread == 0", "false"]);
  });
});

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
});
