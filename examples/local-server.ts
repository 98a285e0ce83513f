import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const PATIENCE_MS = 30_000;

export interface LocalServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the Worker on a free port, with a folder of its own that goes with it. */
export async function startServer(): Promise<LocalServer> {
  const folder = mkdtempSync(join(tmpdir(), "sync-example-"));
  const port = await freePort();
  const path = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, PORT: String(port), PERSIST_TO: folder };
  // A group of its own, so that what the server starts can be ended with it.
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    cwd: ROOT,
    env: { ...env, WRANGLER_LOG_PATH: join(folder, "logs") },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await Promise.race([exited, sleep(3_000)]);
    }
    endGroup(child.pid);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + PATIENCE_MS;
  while (!(await isHealthy(url))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`the server did not start:\n${output}`);
    }
    await sleep(100);
  }
  return { url, stop };
}

/**
 * Does `work` with a server of its own and ends the process, with 0 where that answers true: with 1 after a signal, too,
 * and after `deadlineMs`, when `what` has not ended in time.
 */
export async function withServer(
  what: string,
  deadlineMs: number,
  work: (server: LocalServer) => Promise<boolean>,
): Promise<void> {
  const server = await startServer();
  const end = async (code: number) => {
    await server.stop();
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(1));
  setTimeout(() => {
    console.error(`${what} did not end in time.`);
    void end(1);
  }, deadlineMs).unref();
  const isGood = await work(server).catch((error: unknown) => {
    console.error(error);
    return false;
  });
  await end(isGood ? 0 : 1);
}

async function isHealthy(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health`).catch(() => null);
  await response?.text();
  return response?.ok ?? false;
}

/** Ends what is left of the server's processes; mostly there is nothing. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  return typeof address === "object" && address !== null ? address.port : 0;
}
