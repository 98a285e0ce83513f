import { describe, expect, it } from "vitest";
import { put, refusalOf, setting } from "../support/explained.ts";
import type { Body, Client } from "../support/room.ts";

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
        clause: 'state._shared.phase == "build" || false',
        line: 1,
        column: 2,
        value: false,
        reads: [{ scope: "_shared", key: "phase", value: "plan" }],
      },
      { clause: "size(state._tasks) > 0", line: 2, column: 38, value: false, reads: [] },
      { clause: 'self == "bob"', line: 2, column: 64, value: false, reads: [] },
    ]);
    expect(body.hint).toContain("GET …/wait?condition=(state._shared.phase");
    expect(body.help).toBe("refusals");
  });

  it.each([
    ['"a" == ")" && false', ['"a" == ")"', "false"]],
    [
      '(")" + "(" == state._shared.x) && ((2 > 3) || (state._shared.y) == 1)',
      ['")" + "(" == state._shared.x', "(2 > 3) || (state._shared.y) == 1"],
    ],
    ['1 > 2 // && (\n && r")\\d" == state._shared.x', ["1 > 2", 'r")\\d" == state._shared.x']],
    ["((1 > 2)) && '''a'b(''' == (state._shared.x)", ["1 > 2", "'''a'b(''' == (state._shared.x)"]],
  ])("[ACT-22] cuts %j where its operands end", async (condition, clauses) => {
    const { ana } = await setting();
    const { unmet } = await refusalOf(ana, condition);
    expect(unmet.map(({ clause }: Body) => clause)).toEqual(clauses);
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
