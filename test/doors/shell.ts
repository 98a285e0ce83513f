import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inject } from "vitest";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Somebody at a shell with a home of their own, who knows where the server is. */
export class Shell {
  readonly folder = mkdtempSync(join(tmpdir(), "sync-cli-"));
  readonly profiles = join(this.folder, "sync", "profiles.json");

  start(words: readonly string[], { env = {} }: RunOptions = {}): ChildProcess {
    const { PATH = "", HOME = "" } = process.env;
    const given = { PATH, HOME, XDG_CONFIG_HOME: this.folder, SYNC_SERVER: inject("server"), ...env };
    return spawn(process.execPath, [MAIN, ...words], { cwd: this.folder, env: given });
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const child = this.start(words, options);
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
    return await ended(child);
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
