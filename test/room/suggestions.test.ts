import { describe, expect, it } from "vitest";
import { put, refusalOf, setting } from "../support/explained.ts";
import type { Body } from "../support/room.ts";

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
      expect([far, suggestionOf(await ana.invoke(far))]).toEqual([far, undefined]);
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
