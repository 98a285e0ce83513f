import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import { ended, Shell, says } from "./shell.ts";

const ADD_POINTS = {
  id: "add_points",
  description: "Add points",
  params: { by: { type: "number", required: true } },
  if: "params.by > 0",
  writes: [{ key: "points", increment: "${params.by}" }],
  result: "state._shared.points",
};
const TOKEN = /(room|as|view|join)_ey[\w-]+\./;

/** A room with the agents ana and ben and one action, at somebody's shell. */
async function furnished(): Promise<Shell> {
  const shell = new Shell();
  await shell.sync("create");
  await Promise.all([
    shell.sync("join ana"),
    shell.sync("join ben"),
    shell.sync("register action", JSON.stringify(ADD_POINTS)),
  ]);
  return shell;
}

async function roomOf(shell: Shell): Promise<string> {
  return (await shell.json<{ id: string }>("info")).id;
}

describe.concurrent("sync", () => {
  it("[CLI-1] makes every call of the API", () => {
    const made = COMMANDS.flatMap(({ operations }) => operations);
    expect(Object.keys(OPERATIONS).filter((operation) => !made.includes(operation))).toEqual([]);
    expect(made.filter((operation) => !(operation in OPERATIONS))).toEqual([]);
  });

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
    const fork = await shell.json<{ id: string }>("fork --at 1 --save before");
    expect(await shell.json("info --profile before")).toMatchObject({ id: fork.id, agents: 0 });
    expect(await shell.json("migration")).toMatchObject({ phase: "v8" });
    expect((await shell.run(["migrate", "dual"])).stderr).toContain("phase_conflict");
    expect(await shell.json("health")).toMatchObject({ ok: true });
    expect((await shell.run(["delete", "another"])).code).toBe(2);
    await shell.sync(`delete ${room}`);
    expect(Object.keys(JSON.parse(readFileSync(shell.profiles, "utf8")).profiles)).toEqual(["before"]);
  });

  it("[CLI-2] options come before variables, and both before the profile, whose token goes nowhere else", async () => {
    const shell = await furnished();
    const room = await roomOf(shell);
    const self = async (words: string[], env: Record<string, string> = {}) => {
      const { stdout } = await shell.run(["context", "--only", "self", "--json", ...words], { env });
      return JSON.parse(stdout).self as string;
    };
    expect(await self([])).toBe("");
    expect(await self([], { SYNC_AGENT: "ana" })).toBe("ana");
    expect(await self(["--as", "ben"], { SYNC_AGENT: "ana" })).toBe("ben");
    expect(await self([], { SYNC_PROFILE: `ana@${room}` })).toBe("ana");
    expect(await self(["--profile", `ben@${room}`], { SYNC_PROFILE: `ana@${room}` })).toBe("ben");
    await shell.sync(`profiles use ana@${room}`);
    expect(await self([])).toBe("ana");
    const elsewhere = await shell.run(["context", "--server", "http://127.0.0.1:1", "--room", room]);
    expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining("no token here") });
    const other = await shell.run(["context", "--room", "another"]);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("no token here") });
  });

  it("[CLI-3] profiles are for their owner's eyes, and commands that run at once lose none", async () => {
    const shell = new Shell();
    await shell.sync("create");
    const ids = Array.from({ length: 6 }, (_, index) => `agent-${index}`);
    await Promise.all(ids.map((id) => ended(shell.start(["join", id]))));
    const held = await shell.json<{ agent: string | null }[]>("profiles");
    expect(held.map(({ agent }) => agent).sort()).toEqual([...ids, null].sort());
    expect(statSync(shell.profiles).mode & 0o777).toBe(0o600);
    chmodSync(shell.profiles, 0o644);
    expect((await shell.run(["info"])).stderr).toContain("could be read by others");
    expect(statSync(shell.profiles).mode & 0o777).toBe(0o600);
    writeFileSync(shell.profiles, "{");
    expect(await shell.run(["info"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot be understood"),
    });
  });

  it("[CLI-3] a token is told where it is asked for, and nowhere else", async () => {
    const shell = new Shell();
    const told = async (words: string[]) => {
      const { stdout, stderr } = await shell.run(words);
      return TOKEN.test(stdout + stderr);
    };
    const quiet = [
      ["create"],
      ["join", "ana"],
      ["profiles"],
      ["profiles", "--json"],
      ["open", "--no-browser"],
    ];
    for (const words of [...quiet, ["tokens"], ["log"], ["fork"]])
      expect([words, await told(words)]).toEqual([words, false]);
    expect(await shell.run(["tokens", "mint", "join"])).toMatchObject({ code: 2, stdout: "" });
    const asked = [
      ["tokens", "mint", "join", "--show-token"],
      ["open", "--no-browser", "--show-token"],
    ];
    for (const words of [...asked, ["create", "--json"]])
      expect([words, await told(words)]).toEqual([words, true]);
  });

  it("[CLI-3] takes a token from a variable, a file or stdin", async () => {
    const shell = await furnished();
    const room = await roomOf(shell);
    const { token } = await shell.json<{ token: string }>("tokens mint join");
    writeFileSync(join(shell.folder, "token"), `${token}\n`);
    const [guest, env] = [new Shell(), { SYNC_ROOM: room }];
    const joins = [
      await guest.run(["join", "carl"], { env: { ...env, SYNC_TOKEN: token } }),
      await guest.run(["join", "dora", "--token-file", join(shell.folder, "token")], { env }),
      await guest.run(["join", "emil", "--token-file", "-"], { env, input: token }),
    ];
    expect(joins.map(({ code }) => code)).toEqual([0, 0, 0]);
    // Nobody owns the room here: who joined last is who speaks.
    expect(await guest.json("context --only self")).toMatchObject({ self: "emil" });
  });

  it("[CLI-4] tells a failure on stderr: code, sentence, hint and the next command; in JSON for machines", async () => {
    const shell = await furnished();
    const people = await shell.run(["invoke", "add_pints"]);
    expect(people).toMatchObject({ code: 3, stdout: "" });
    expect(people.stderr).toMatch(
      /^action_not_found: .*\nhint: Did you mean add_points\?.*\ntry: {2}sync invoke add_points\n$/,
    );
    const machines = await shell.run(["invoke", "add_points", "by=-1", "--json"]);
    expect(JSON.parse(machines.stderr)).toMatchObject({
      error: "precondition_failed",
      unmet: [{ clause: "params.by > 0" }],
    });
    const { stderr } = await shell.run(["context", "--as", "zoe"]);
    expect(stderr).toContain("try:  sync context --only agents");
    expect((await shell.run(["contxt"])).stderr).toContain("Did you mean sync context?");
    expect((await shell.run(["wait", "true", "--timout", "3"])).stderr).toContain("Did you mean --timeout?");
  });

  it("[CLI-4] shows what agents wrote as text, whatever it would do to a terminal", async () => {
    const shell = await furnished();
    await shell.sync("invoke _send_message", '{"body": "\\u001b[2J\\u0007wiped"}');
    for (const words of ["context", "log", "replay 5"]) {
      expect(await shell.sync(words)).not.toMatch(/\p{Cc}(?<!\n)/u);
    }
  });

  it("[CLI-5] ends with what happened", async () => {
    const shell = await furnished();
    const codes = async (...lines: string[][]) =>
      Promise.all(lines.map(async (words) => (await shell.run(words)).code));
    expect(await codes(["--help"], ["wait", "--help"], ["help", "tokens"], ["wait", "true"])).toEqual([
      0, 0, 0, 0,
    ]);
    expect(await codes(["health", "--server", "http://127.0.0.1:1"])).toEqual([1]);
    expect(
      await codes([], ["nothing"], ["invoke"], ["log", "--limit", "x"], ["context", "--depth", "deep"]),
    ).toEqual([2, 2, 2, 2, 2]);
    expect(
      await codes(
        ["invoke", "add_points"],
        ["invoke", "add_points", "by=-1", "--dry-run"],
        ["context", "--only", "nope"],
      ),
    ).toEqual([3, 3, 3]);
    expect(await codes(["wait", "false", "--timeout", "50ms"])).toEqual([4]);
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
    const refused = await shell.run(["import", file]);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("room_not_empty") });
  });

  it("[CLI-4] ends in silence when nobody reads on", async () => {
    const shell = await furnished();
    const main = shell.start(["--help"]).spawnargs[1];
    const line = `"${process.execPath}" "${main}" log --json | head -n 1`;
    const { stdout, stderr } = spawnSync("bash", ["-c", line], { env: shell.env(), encoding: "utf8" });
    expect({ lines: stdout.trim().split("\n").length, stderr }).toEqual({ lines: 1, stderr: "" });
  });

  it("[CLI-9] completes commands, options, profiles and the room's actions, in each shell", async () => {
    const shell = await furnished();
    const words = async (...typed: string[]) => {
      const { stdout } = await shell.run(["__complete", ...typed]);
      return stdout.split("\n").flatMap((line) => line.split("\t")[0] || []);
    };
    expect(await words("re")).toEqual(["register", "replay"]);
    expect(await words("tokens", "m")).toEqual(["mint"]);
    expect(await words("wait", "--ti")).toEqual(["--timeout"]);
    expect(await words("context", "--depth", "")).toEqual(["lean", "full", "usage"]);
    expect(await words("invoke", "add")).toEqual(["add_points"]);
    expect(await words("profiles", "use", "ana@")).toHaveLength(1);
    expect(await words("--profile", "nope", "invoke", "")).toEqual([]);
    for (const name of ["bash", "zsh", "fish"]) {
      const script = await shell.sync(`completion ${name}`);
      const { error, status } = spawnSync(name, ["-n"], { input: script });
      if (!error) expect([name, status]).toEqual([name, 0]);
    }
  });

  it("[CLI-10] prints a room's words as types that compile", async () => {
    const shell = await furnished();
    writeFileSync(join(shell.folder, "words.d.ts"), await shell.sync("types", await roomOf(shell)));
    const use = `import type { Vocabulary } from "./words.d.ts";
export const params: Vocabulary["actions"]["add_points"]["params"] = { by: 1 };
// @ts-expect-error by is a number
export const wrong: Vocabulary["actions"]["add_points"]["params"] = { by: "1" };`;
    writeFileSync(join(shell.folder, "use.ts"), use);
    const compiler = join(import.meta.dirname, "../../node_modules/.bin/tsc");
    const options = [
      "--noEmit",
      "--strict",
      "--types",
      "",
      "--allowImportingTsExtensions",
      "--module",
      "nodenext",
      "use.ts",
    ];
    const { stdout } = spawnSync(compiler, options, { cwd: shell.folder, encoding: "utf8" });
    expect(stdout).toBe("");
  });
});
