import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it, vi } from "vitest";
import { FlakyProxy } from "./flaky-proxy.ts";
import { ADD_POINTS, ended, furnished, roomOf, Shell, says } from "./shell.ts";

describe.concurrent("sync", () => {
  it("[CLI-1] does what an agent does: read, act, wait, look back", async () => {
    const shell = await furnished();
    const view = {
      id: "total",
      expr: "state._shared.points",
      scope: "_shared",
      render: { type: "metric", temporal: true },
    };
    const file = join(shell.folder, "views.json");
    writeFileSync(file, JSON.stringify([view]));
    expect(await shell.sync("register view", file)).toMatch(/view total is registered .*now null/);
    const invoked = await shell.json<{ seq: number; agent: string; result: number }>(
      "invoke add_points by=4 --as ana",
    );
    expect(invoked).toMatchObject({ agent: "ana", result: 4 });
    const batch = `{"action": "add_points", "params": {"by": 1}}\n{"action": "add_points", "params": {"by": -1}}\n`;
    const many = await shell.run(["batch", "-", "--json"], { input: batch });
    expect(many.code).toBe(3);
    expect(JSON.parse(many.stdout).results.map(({ status }: { status: number }) => status)).toEqual([
      200, 409,
    ]);
    const answers = await Promise.all([
      shell.json("context --only state,views --as ben"),
      shell.json("eval", "state._shared.points * 2"),
      shell.json("poll"),
      shell.json("wait", "state._shared.points == 5", "--include", "views"),
      shell.json("history _shared points --limit 1"),
      shell.json(`replay ${invoked.seq}`),
      shell.json("verify"),
      shell.json("salience --as ana --limit 1"),
      shell.json("log --last 1"),
      shell.json("guide cel"),
      shell.sync("samples total"),
    ]);
    expect(answers).toMatchObject([
      { self: "ben", state: { _shared: { points: 5 } }, views: { total: 5 } },
      { value: 10 },
      { resolved: { total: 5 }, available: { add_points: false } },
      { triggered: true, views: { total: 5 } },
      { key: "points", value: 4, agent: "ana", action: "add_points" },
      { state: { _shared: { points: { value: 4 } } } },
      { ok: true },
      { agent: "ana", entries: [{ key: "points" }] },
      { kind: "invoke", payload: { ok: false } },
      { key: "cel", source: "builtin" },
      expect.any(String),
    ]);
  });

  it("[CLI-1] does what an owner does: settings, agents, tokens, forks, the end", async () => {
    const shell = await furnished();
    const room = await roomOf(shell);
    expect(await shell.json("update --join open --meta", '{"topic": "tea"}')).toMatchObject({
      join: "open",
      meta: { topic: "tea" },
    });
    expect(await shell.json("agent update ben --role critic --grants ana")).toMatchObject({
      agent: { role: "critic", grants: ["ana"] },
    });
    await shell.sync("agent leave --as ana");
    const minted = await shell.json<{ id: string; token: string }>(
      "tokens mint view --label guest --expires-in 1h",
    );
    const asGuest = { env: { SYNC_TOKEN: minted.token, SYNC_ROOM: room } };
    expect(JSON.parse((await shell.run(["info", "--json"], asGuest)).stdout)).toMatchObject({ id: room });
    const listed = await shell.json<{ id: string; label?: string }[]>("tokens");
    expect(listed).toContainEqual(expect.objectContaining({ id: minted.id, label: "guest" }));
    await shell.sync(`tokens revoke ${minted.id}`);
    expect((await shell.run(["info"], asGuest)).code).toBe(3);
    const fork = await shell.json<{ id: string }>("fork --at 1 --save before --stay");
    expect(await shell.json("info --profile before")).toMatchObject({ id: fork.id, agents: 0 });
    expect(await shell.json("migration")).toMatchObject({ phase: "v8" });
    expect((await shell.run(["migrate", "dual"])).stderr).toContain("phase_conflict");
    expect(await shell.json("health")).toMatchObject({ ok: true });
    expect(await shell.json("templates")).toContainEqual(expect.objectContaining({ id: "vote" }));
    expect(await shell.sync("templates vote")).toContain("close_vote");
    expect((await shell.run(["delete", "another"])).code).toBe(2);
    await shell.sync(`delete ${room}`);
    expect(Object.keys(JSON.parse(readFileSync(shell.profiles, "utf8")).profiles)).toEqual(["before"]);
  });

  it("[CLI-6] wait blocks a script until the condition holds", async () => {
    const shell = await furnished();
    const waiting = shell.start(["wait", "state._shared.points >= 2", "--as", "ben"]);
    const answer = ended(waiting);
    await shell.sync("wait", 'agents.ben.status == "waiting"');
    await shell.sync("invoke add_points by=1");
    expect(waiting.exitCode).toBeNull();
    await shell.sync("invoke add_points by=1");
    expect(await answer).toMatchObject({ code: 0 });
    const late = await shell.run(["wait", "state._shared.points >= 9", "--timeout", "0.1s", "--json"]);
    expect(JSON.parse(late.stdout)).toMatchObject({
      triggered: false,
      unmet: [{ clause: "state._shared.points >= 9" }],
    });
  });

  it("[CLI-7] watch tells each event once, and Ctrl-C ends it", async () => {
    const shell = await furnished();
    const watching = shell.start(["watch", "--since", "0", "--only", "events", "--json"]);
    const answer = ended(watching);
    const arrived = says(watching, '"action":"add_points","params"');
    await shell.sync("invoke add_points by=1");
    await arrived;
    watching.kill("SIGINT");
    const { code, stdout, stderr } = await answer;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const frames = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; seq: number });
    expect(frames.flatMap(({ type, seq }) => (type === "event" ? [seq] : []))).toEqual([1, 2, 3, 4, 5]);
    const lines = shell.start(["watch", "--since", "0"]);
    const seen = says(lines, "add_points: _shared.points = 1");
    await seen;
    lines.kill("SIGINT");
    expect(await new Promise((done) => lines.once("exit", done))).toBe(0);
  });

  it("[CLI-6] [CLI-7] wait and watch outlast a connection that breaks", async () => {
    const proxy = await FlakyProxy.before(inject("server"));
    const shell = new Shell();
    const through = { env: { SYNC_SERVER: proxy.url } };
    await shell.run(["create"], through);
    await shell.run(["register", "action", JSON.stringify(ADD_POINTS)], through);
    const watching = shell.start(["watch", "--since", "0"], through);
    const [watched, connected] = [ended(watching), says(watching, "event 2")];
    const waiting = ended(shell.start(["wait", "state._shared.points == 2"], through));
    await connected;
    const points = says(watching, "_shared.points = 2");
    for (const by of [1, 1]) {
      proxy.kill();
      await shell.run(["invoke", "add_points", `by=${by}`], through);
    }
    await points;
    expect(await waiting).toMatchObject({ code: 0 });
    watching.kill("SIGINT");
    const { code, stdout } = await watched;
    await proxy.close();
    expect(code).toBe(0);
    expect(stdout).toContain("# not connected; trying again");
    const events = stdout.split("\n").flatMap((line) => /^event (\d+)/.exec(line)?.[1] ?? []);
    expect(events).toEqual(["1", "2", "3", "4"]);
  });

  it("[CLI-6] a wait's time is over whether or not anybody answers, and ends it with 4", async () => {
    const proxy = await FlakyProxy.before(inject("server"));
    const shell = new Shell();
    const through = { env: { SYNC_SERVER: proxy.url } };
    await shell.run(["create"], through);
    const waiting = shell.run(["wait", "false", "--timeout", "1s"], through);
    const longer = shell.run(["wait", "state._shared.points == 1", "--json"], through);
    await vi.waitFor(() => expect(proxy.requests.filter((line) => line.includes("wait"))).toHaveLength(2));
    proxy.fault = () => "drop";
    proxy.kill();
    const dead = await waiting;
    expect(dead).toMatchObject({ code: 4, stdout: "", stderr: expect.stringContaining("1 s are over") });
    expect(dead.stderr.match(/no answer; still waiting/g)).toHaveLength(1);
    proxy.fault = () => null;
    await shell.run(["register", "action", JSON.stringify(ADD_POINTS)], through);
    await shell.run(["invoke", "add_points", "by=1"], through);
    expect(await longer).toMatchObject({ code: 0, stderr: "" });
    await proxy.close();
    const never = await shell.run(["wait", "true", "--timeout", "300ms", "--json"], through);
    expect([never.code, JSON.parse(never.stderr).error]).toEqual([4, "unreachable"]);
  });

  it("[CLI-7] Ctrl-C ends a wait as shells expect it", async () => {
    const shell = await furnished();
    const waiting = shell.start(["wait", "false", "--as", "ana"]);
    await shell.sync("wait", 'agents.ana.status == "waiting"');
    const answer = ended(waiting);
    waiting.kill("SIGINT");
    expect(await answer).toEqual({ code: 130, stdout: "", stderr: "" });
  });

  it("[CLI-8] an export goes into a new room, through a file or a pipe", async () => {
    const shell = await furnished();
    await shell.sync("invoke add_points by=3");
    const file = join(shell.folder, "room.ndjson");
    await shell.sync("export", file);
    expect(existsSync(`${file}.part`)).toBe(false);
    await shell.sync("create --save copy");
    expect(await shell.json("import", file)).toMatchObject({ imported: true });
    const [first, copied] = await Promise.all([
      shell.sync("export"),
      shell.sync("eval state._shared.points"),
    ]);
    expect(copied).toBe("3\n");
    await shell.sync("create --save again");
    const piped = await shell.run(["import", "-", "--json"], { input: first });
    expect(JSON.parse(piped.stdout)).toMatchObject({ imported: true });
    const refused = await shell.run(["import", file, "--room", await roomOf(shell)]);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("room_not_empty") });
    expect(refused.stderr).toContain("try:  sync create\n");
    for (const command of ["create", "fork"]) {
      const mistaken = await shell.run([command, "--room", "x"]);
      expect(mistaken).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`sync ${command} --id x\n`),
      });
    }
  });
});
