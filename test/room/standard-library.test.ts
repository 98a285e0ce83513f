import { describe, expect, it } from "vitest";
import library from "../../src/help/standard-library.json";
import { oversleep } from "../support/inside.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

const ids = library.entries.map((entry) => entry.id);

async function stocked(): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  for (const entry of library.entries) await ana.do("_register_action", entry);
  return { room, ana, bob };
}

async function error(client: Client, action: string, params: Body): Promise<string | undefined> {
  return (await client.invoke(action, params)).body.error;
}

async function available(client: Client): Promise<string[]> {
  const { actions } = await client.context("?only=actions");
  return ids.filter((id) => actions[id].available);
}

describe("the entries", () => {
  it.each(library.entries)(
    "[ACT-13] $id registers as it is, and its params are in context",
    async (entry) => {
      const ana = await (await createRoom()).join("ana");
      const { status, body } = await ana.invoke("_register_action", entry);
      expect(status).toBe(201);
      expect(body.warning).toBeUndefined();
      const shown = (await ana.context()).actions[entry.id];
      expect(shown).toMatchObject({ enabled: true, description: entry.description, params: entry.params });
    },
  );

  it("[ACT-13] are what help serves as standard_library, whole", async () => {
    const ana = await (await createRoom()).join("ana");
    const { content } = await ana.do("help", { key: "standard_library" });
    const served = JSON.parse(content.slice(content.lastIndexOf("```json") + 7, content.lastIndexOf("```")));
    expect(served).toEqual(library.entries);
    for (const id of ids) expect(content).toContain(`\`${id}\``);
  });

  it("[ACT-13] that need no task and no role are available at first", async () => {
    const { room, ana } = await stocked();
    const tasks = ["claim", "release", "submit_result"];
    const conditional = [...tasks, "fill_role", "leave_role", "renew_lease", "release_lease"];
    expect(await available(ana)).toEqual(ids.filter((id) => !conditional.includes(id)));
    const forAgents = [...conditional, "claim_lease"];
    expect(await available(room.owner)).toEqual(ids.filter((id) => !forAgents.includes(id)));
  });
});

describe("plain values", () => {
  it("[ACT-13] set, increment, append and delete do what they say", async () => {
    const { ana, bob } = await stocked();
    await ana.do("set", { key: "k", value: { any: [1] } });
    await bob.do("increment", { key: "n" });
    await ana.do("increment", { key: "n", by: -3.5 });
    await ana.do("append", { key: "l", entry: 1 });
    await bob.do("append", { key: "l", entry: null });
    expect((await ana.context()).state._shared).toEqual({ k: { any: [1] }, l: [1, null], n: -2.5 });
    for (const key of ["k", "n", "l", "absent"]) await ana.do("delete", { key });
    expect((await ana.context()).state).toEqual({});
    expect(await error(ana, "set", { key: "k" })).toBe("invalid_param");
    expect(await error(ana, "increment", { key: "n", by: "1" })).toBe("invalid_param");
  });

  it("[ACT-13] update_objective and update_status write the private scope of who invokes them", async () => {
    const { room, ana, bob } = await stocked();
    await bob.do("update_objective", { objective: "win" });
    await bob.do("update_status", { status: "thinking" });
    expect((await bob.context()).state.self).toEqual({ objective: "win", status: "thinking" });
    expect(JSON.stringify(await ana.context())).not.toContain("thinking");
    expect(await error(room.owner, "update_status", { status: "x" })).toBe("missing_param");
  });
});

describe("tasks", () => {
  it("[ACT-13] post_task numbers them, says by whom and when", async () => {
    const { ana } = await stocked();
    const { writes, seq } = await ana.do("post_task", { body: { do: "it" } });
    const [event] = await ana.log(`?after=${seq - 1}`);
    expect(writes[0]).toMatchObject({ scope: "_tasks", key: "1" });
    expect(writes[0].value).toEqual({ body: { do: "it" }, posted_by: "ana", posted_at: event.ts });
    expect((await ana.do("post_task", { body: "two" })).writes[0].key).toBe("2");
  });

  it.each([["1"], [1]])("[ACT-13] a task goes from claim to result, its key given as %j", async (key) => {
    const { ana, bob } = await stocked();
    await ana.do("post_task", { body: "x" });
    expect(await available(bob)).toContain("claim");
    expect(await error(ana, "submit_result", { key, result: 1 })).toBe("precondition_failed");
    await bob.do("claim", { key });
    expect(await error(ana, "claim", { key })).toBe("precondition_failed");
    expect(await error(bob, "claim", { key })).toBe("precondition_failed");
    expect(await error(ana, "release", { key })).toBe("precondition_failed");
    expect(await error(ana, "submit_result", { key, result: 1 })).toBe("precondition_failed");
    expect(await available(bob)).toEqual(expect.arrayContaining(["release", "submit_result"]));
    expect(await available(ana)).not.toContain("release");
    await bob.do("submit_result", { key, result: 42 });
    const { _tasks, _results } = (await ana.context()).state;
    expect(_results["1"]).toMatchObject({ result: 42, by: "bob", at: expect.any(String) });
    expect(_tasks["1"]).toMatchObject({ claimed_by: "bob", done: true, body: "x" });
    for (const again of ["claim", "release"])
      expect(await error(bob, again, { key })).toBe("precondition_failed");
    await bob.do("submit_result", { key, result: 43 });
    expect((await ana.context()).state._results["1"].result).toBe(43);
  });

  it("[ACT-13] a released task can be claimed again, by anybody", async () => {
    const { ana, bob } = await stocked();
    await ana.do("post_task", { body: "x" });
    await ana.do("claim", { key: "1" });
    await ana.do("release", { key: "1" });
    expect((await ana.context()).state._tasks["1"].claimed_by).toBeUndefined();
    await bob.do("claim", { key: "1" });
  });

  it("[ACT-13] of many that claim at once, one has it", async () => {
    const { room, ana } = await stocked();
    await ana.do("post_task", { body: "x" });
    const agents = await Promise.all(Array.from({ length: 6 }, (_, n) => room.join(`agent${n}`)));
    const answers = await Promise.all(agents.map((agent) => agent.invoke("claim", { key: "1" })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.error === "precondition_failed")).toHaveLength(5);
  });

  it("[ACT-13] what does not exist cannot be claimed, and the room itself claims nothing", async () => {
    const { room, ana } = await stocked();
    for (const key of ["9", "constructor", "__proto__"]) {
      expect(await error(ana, "claim", { key })).toBe("precondition_failed");
    }
    await ana.do("post_task", { body: "x" });
    expect(await error(room.owner, "claim", { key: "1" })).toBe("precondition_failed");
    expect(Object.keys((await ana.context()).state._tasks)).toEqual(["1"]);
  });

  it("[ACT-13] a task that was written by other means does not stand in the way", async () => {
    const { ana } = await stocked();
    await ana.do("_register_action", { id: "raw", writes: [{ scope: "_tasks", key: "raw", value: "text" }] });
    await ana.do("raw");
    await ana.do("post_task", { body: "x" });
    expect(await available(ana)).toContain("claim");
    await ana.do("claim", { key: "1" });
  });
});

describe("leases", () => {
  const lease = { name: "build", ttl_ms: 3_600_000 };

  it("[ACT-13] a lease is held by one, renewed and given back by its holder alone", async () => {
    const { room, ana, bob } = await stocked();
    const claimed = await ana.do("claim_lease", lease);
    expect(claimed.result).toBe(1);
    const { expires_at } = claimed.writes[1].timer;
    const { build } = (await bob.context()).state._leases;
    expect(build).toMatchObject({ holder: "ana", fence: 1 });
    expect(Date.parse(build.expires_at)).toBe(Date.parse(expires_at));
    for (const client of [ana, bob])
      expect(await error(client, "claim_lease", lease)).toBe("precondition_failed");
    for (const action of ["renew_lease", "release_lease"])
      expect(await error(bob, action, lease)).toBe("precondition_failed");
    expect(await available(ana)).toEqual(expect.arrayContaining(["renew_lease", "release_lease"]));
    expect(await available(bob)).not.toContain("renew_lease");
    const renewed = await ana.do("renew_lease", { ...lease, ttl_ms: 7_200_000 });
    expect([renewed.result, renewed.writes[0].timer.expires_at > expires_at]).toEqual([1, true]);
    await ana.do("release_lease", { name: "build" });
    expect((await bob.do("claim_lease", lease)).result).toBe(2);
    expect(await error(ana, "renew_lease", lease)).toBe("precondition_failed");
    expect(await error(room.owner, "claim_lease", { ...lease, name: "x" })).toBe("precondition_failed");
    expect(await error(ana, "claim_lease", { ...lease, ttl_ms: 0 })).toBe("invalid_param");
  });

  it("[TIMER-1] a lease that is not renewed ends, and its fence grows with every claim for ever", async () => {
    const { room, ana, bob } = await stocked();
    const fences: number[] = [];
    for (const client of [ana, bob, ana, bob]) {
      fences.push((await client.do("claim_lease", lease)).result);
      await client.do("renew_lease", lease);
      const waiting = ana.wait('state._leases["build"] == null');
      await oversleep(room);
      expect(await error(client, "renew_lease", lease)).toBe("precondition_failed");
      expect((await waiting).body.triggered).toBe(true);
    }
    await ana.do("claim_lease", { ...lease, name: "other" });
    fences.push((await ana.do("claim_lease", lease)).result);
    expect(fences).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("decisions and roles", () => {
  it("[ACT-13] vote counts each agent once a proposal, the later vote replacing the earlier", async () => {
    const { room, ana, bob } = await stocked();
    await ana.do("vote", { proposal: "plan_b", choice: "no" });
    await ana.do("vote", { proposal: "plan_b", choice: "yes" });
    await bob.do("vote", { proposal: "plan_b", choice: "yes" });
    await bob.do("vote", { proposal: "plan_c", choice: "yes" });
    const yes =
      'state._votes.keys().filter(k, k.startsWith("plan_b.") && state._votes[k].choice == "yes").size()';
    expect((await ana.eval(yes)).value).toBe(2);
    expect(await error(ana, "vote", { proposal: "a.b", choice: "yes" })).toBe("invalid_param");
    expect(await error(ana, "vote", { proposal: "plan_b.bob", choice: "no" })).toBe("invalid_param");
    expect(await error(room.owner, "vote", { proposal: "a", choice: "yes" })).toBe("missing_param");
  });

  it("[ACT-13] a role is defined once, filled by one, and left by who fills it", async () => {
    const { room, ana, bob } = await stocked();
    const role = { role: "scribe" };
    expect(await error(ana, "fill_role", role)).toBe("precondition_failed");
    await ana.do("define_role", { ...role, description: "writes" });
    expect(await error(bob, "define_role", { ...role, description: "x" })).toBe("version_conflict");
    expect(await available(bob)).toContain("fill_role");
    await bob.do("fill_role", role);
    expect(await error(ana, "fill_role", role)).toBe("precondition_failed");
    expect(await error(ana, "leave_role", role)).toBe("precondition_failed");
    expect(await available(ana)).not.toContain("leave_role");
    expect((await ana.context()).state._roles.scribe).toMatchObject({
      description: "writes",
      filled_by: "bob",
    });
    await bob.do("leave_role", role);
    expect((await ana.context()).state._roles.scribe.filled_by).toBeUndefined();
    await ana.do("fill_role", role);
    expect(await error(room.owner, "leave_role", role)).toBe("precondition_failed");
  });
});
