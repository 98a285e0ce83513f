import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inject } from "vitest";
import { run } from "../../src/cli/run.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** So that Node reads the sources once. */
const CACHE = join(tmpdir(), "sync-cli-cache");

/** A stream that keeps what is written to it. */
class Written {
  text = "";

  write(text: string | Uint8Array): void {
    this.text += typeof text === "string" ? text : new TextDecoder().decode(text);
  }
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Given on stdin, to a process of its own. */
  readonly input?: string;
}

/** Somebody at a shell with a home of their own, who knows where the server is. */
export class Shell {
  readonly folder = mkdtempSync(join(tmpdir(), "sync-cli-"));
  readonly profiles = join(this.folder, "sync", "profiles.json");

  /** A process of its own. */
  start(words: readonly string[], { env = {} }: RunOptions = {}): ChildProcess {
    return spawn(process.execPath, [MAIN, ...words], { cwd: this.folder, env: this.env(env) });
  }

  /** Runs one command line: a process takes much longer to start than most of them to be done. */
  async run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    if (options.input !== undefined) {
      const child = this.start(words, options);
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(options.input);
      return await ended(child);
    }
    const [stdout, stderr] = [new Written(), new Written()];
    const { signal } = new AbortController();
    const code = await run(words, { env: this.env(options.env), stdout, stderr, signal });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  /** What a process is given: nothing of what the tests run in. */
  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { PATH = "", HOME = "" } = process.env;
    const cache = { NODE_COMPILE_CACHE: CACHE };
    return { PATH, HOME, ...cache, XDG_CONFIG_HOME: this.folder, SYNC_SERVER: inject("server"), ...more };
  }

  /** `sync <line>`, whose words are separated by spaces; it must succeed. */
  async sync(line: string, ...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run([...line.split(" "), ...words]);
    if (code !== 0) throw new Error(`sync ${line} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** The same with `--json`: what it answered. */
  async json<Answer>(line: string, ...words: string[]): Promise<Answer> {
    return JSON.parse(await this.sync(line, ...words, "--json")) as Answer;
  }
}

export const ADD_POINTS = {
  id: "add_points",
  description: "Add points",
  params: { by: { type: "number", required: true } },
  if: "params.by > 0",
  writes: [{ key: "points", increment: "${params.by}" }],
  result: "state._shared.points",
};

/** A room with the agents ana and ben and one action, at somebody's shell. */
export async function furnished(): Promise<Shell> {
  const shell = new Shell();
  await shell.sync("create");
  await Promise.all([
    shell.sync("join ana"),
    shell.sync("join ben"),
    shell.sync("register action", JSON.stringify(ADD_POINTS)),
  ]);
  return shell;
}

export async function roomOf(shell: Shell): Promise<string> {
  return (await shell.json<{ id: string }>("info")).id;
}

/** What a process said, when it has ended. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return await new Promise((done) => child.once("close", (code) => done({ code, stdout, stderr })));
}

/** Resolves when the process has said `text` on stdout. */
export async function says(child: ChildProcess, text: string): Promise<void> {
  let said = "";
  await new Promise<void>((done) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) done();
    });
  });
}
