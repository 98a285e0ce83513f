import { spawn, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { ended, furnished, roomOf, Shell } from "./shell.ts";

const TOKEN = /(room|as|view|join)_ey[\w-]+\./;

describe.concurrent("sync", () => {
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
    const before = JSON.parse(readFileSync(shell.profiles, "utf8"));
    writeFileSync(`${shell.profiles}.lock`, "");
    const using = shell.run(["profiles", "use", `agent-0@${before.profiles[before.current].room}`]);
    before.profiles.late = before.profiles[before.current];
    writeFileSync(shell.profiles, JSON.stringify(before), { mode: 0o600 });
    rmSync(`${shell.profiles}.lock`);
    expect(await using).toMatchObject({ code: 0 });
    expect(await shell.json("profiles")).toContainEqual(expect.objectContaining({ profile: "late" }));
    expect(await shell.json("context --only self")).toMatchObject({ self: "agent-0" });
    chmodSync(shell.profiles, 0o644);
    expect((await shell.run(["info"])).stderr).toContain("could be read by others");
    expect(statSync(shell.profiles).mode & 0o777).toBe(0o600);
    writeFileSync(shell.profiles, "{");
    expect(await shell.run(["info"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot be understood"),
    });
  });

  it("[CLI-3] [CLI-4] whatever is a name is looked up as one", async () => {
    const shell = new Shell();
    for (const name of ["constructor", "__proto__", "toString"]) {
      const missing = await shell.run(["context", "-p", name]);
      expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining(`no profile ${name}`) });
      expect(await shell.json("create --save", name)).toMatchObject({ profile: name });
      expect(await shell.json("context --only self -p", name)).toMatchObject({ self: "" });
      const option = await shell.run(["context", `--${name}`, "x"]);
      expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining(`no option --${name}`) });
    }
    expect(await shell.json("profiles")).toHaveLength(3);
    await shell.sync("profiles remove __proto__");
    expect(await shell.json("profiles")).toHaveLength(2);
    await shell.sync("join ana --save __proto__ -p constructor");
    await shell.sync("poll");
  });

  it("[CLI-2] joins with the room's own token or one for joining, never with another agent's", async () => {
    const shell = new Shell();
    const first = await shell.json<{ id: string }>("create --save first");
    await shell.sync("tokens mint join --save invitation");
    const { token } = await shell.json<{ token: string }>("join ana");
    await shell.sync("create --save second");
    await shell.sync("join x -r", first.id);
    await shell.sync(`profiles use x@${first.id}`);
    await shell.sync("join y");
    expect((await shell.run(["join", "z"], { env: { SYNC_AGENT: "z", SYNC_ROOM: first.id } })).code).toBe(0);
    expect((await shell.run(["join", "w"], { env: { SYNC_TOKEN: token } })).code).toBe(0);
    await shell.sync("profiles remove first");
    await shell.sync("join v");
    await shell.sync("profiles remove invitation");
    const refused = await shell.run(["join", "u", "-r", first.id]);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("authentication_required") });
  });

  it("[CLI-3] who makes a room or joins one goes on there, but for the owner; and is told of it", async () => {
    const [shell, guest] = [new Shell(), new Shell()];
    const create = await shell.run(["create", "--save", "one"]);
    expect(create.stderr).not.toContain("In use");
    expect(create.stderr).toContain("invite others: `sync tokens mint join --show-token`");
    const two = await shell.run(["create", "--save", "two"]);
    expect(two.stderr).toContain("In use from now on: two. Back to the last: `sync profiles use one`.");
    const room = await roomOf(shell);
    for (const words of [
      ["join", "x", "-r", (await shell.json<{ id: string }>("info -p one")).id],
      ["join", "y"],
    ])
      expect((await shell.run(words)).stderr).not.toContain("In use");
    const fork = await shell.run(["fork", "--save", "three"]);
    expect(fork.stderr).toContain("In use from now on: three.");
    expect(await shell.json("fork --stay")).toMatchObject({ in_use: "three" });
    expect(await shell.json("create --stay")).toMatchObject({ in_use: "three" });
    const { token } = await shell.json<{ token: string }>("tokens mint join -p two");
    await guest.sync("create --save own");
    const invited = { env: { SYNC_TOKEN: token, SYNC_ROOM: room } };
    expect((await guest.run(["join", "z", "--stay"], invited)).stderr).not.toContain("In use");
    expect((await guest.run(["join", "w"], invited)).stderr).toContain(`In use from now on: w@${room}.`);
  });

  it("[CLI-3] makes no room whose token it could not keep", async () => {
    const [shell, id] = [new Shell(), `kept-${crypto.randomUUID()}`];
    writeFileSync(join(shell.folder, "sync"), "no folder");
    expect(await shell.run(["create", "--id", id])).toMatchObject({ code: 1, stdout: "" });
    await new Shell().sync("create --id", id);
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

  it("[CLI-4] tells which definition of a list was refused, and how many were registered before it", async () => {
    const shell = await furnished();
    const views = '[{"id": "one", "expr": "1"}, {"id": "bad", "expr": "((("}, {"id": "two", "expr": "2"}]';
    const people = await shell.run(["register", "view", views]);
    expect(people).toMatchObject({ code: 3, stdout: expect.stringContaining("view one is registered") });
    expect(people.stderr).toMatch(/^invalid_cel: bad, at index 1 of 3 \(1 before it was registered\): /);
    const machines = await shell.run(["register", "view", views, "--json"]);
    expect(JSON.parse(machines.stderr)).toMatchObject({
      error: "invalid_cel",
      id: "bad",
      index: 1,
      registered: 1,
    });
    const shapeless = await shell.run(["register", "view", '[{"id": "one", "expr": "1"}, 2]']);
    expect(shapeless).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("index 1 is none"),
    });
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

  it("[CLI-1] says which version it is", async () => {
    const shell = new Shell();
    const text = readFileSync(join(import.meta.dirname, "../../package.json"), "utf8");
    const { version } = JSON.parse(text) as { version: string };
    const told = { code: 0, stdout: `${version}\n`, stderr: "" };
    expect([await shell.run(["--version"]), await shell.run(["version"])]).toEqual([told, told]);
    expect(await shell.json("--version")).toEqual({ version });
    expect((await shell.run(["health", "--version"])).code).toBe(2);
  });

  it("[CLI-4] ends in silence when nobody reads on", async () => {
    const shell = await furnished();
    // More than a pipe holds: what is written last finds no reader.
    await shell.run(["invoke", "_send_message", "-"], {
      input: JSON.stringify({ body: "x".repeat(200_000) }),
    });
    const main = shell.start(["--help"]).spawnargs[1];
    const line = `"${process.execPath}" "${main}" watch --since 0 --json | head -n 1`;
    const { stdout, stderr } = await ended(spawn("bash", ["-c", line], { env: shell.env() }));
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
    // Names that take too long to look up are none.
    await vi.waitFor(async () => expect(await words("invoke", "add")).toEqual(["add_points"]), 20_000);
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
    const { stdout } = await ended(spawn(compiler, options, { cwd: shell.folder }));
    expect(stdout).toBe("");
  });
});
