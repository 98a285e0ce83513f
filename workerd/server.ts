import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Worker } from "./config.ts";
import { configText } from "./config.ts";
import { Connection } from "./connection.ts";

/** The program itself: the command of that name may be a script that starts it, and would be killed in its place. */
const PROGRAM: string = createRequire(import.meta.url)("workerd").default;

/** Below the ports that a system gives to outgoing connections, one of which could take a server's while it is down. */
const PORTS = { first: 10_000, count: 20_000 };
const LOOK_MS = 10;
const PATIENCE_MS = 10_000;

/** Where a worker is served. What its objects store stays in the folder from one start to the next. */
export interface Site {
  readonly folder: string;
  readonly port: number;
}

/** A workerd of its own. */
export interface Server {
  readonly port: number;
  readonly process: ChildProcess;
}

/** Makes a site of the folder that holds the worker's modules. */
export async function prepare(worker: Worker): Promise<Site> {
  const site = { folder: worker.folder, port: await freePort() };
  mkdirSync(storageOf(site));
  writeFileSync(join(site.folder, "config.capnp"), configText(worker, site.port, storageOf(site)));
  return site;
}

/** The folder in which the objects of a site store. */
export function storageOf({ folder }: Pick<Site, "folder">): string {
  return join(folder, "storage");
}

/** Starts workerd and answers when it listens. `launcher` is a command that becomes the program it is given. */
export async function start(
  { folder, port }: Site,
  extra: readonly string[] = [],
  launcher: readonly string[] = [],
): Promise<Server> {
  const [command = PROGRAM, ...args] = [...launcher, PROGRAM, "serve", "config.capnp", ...extra];
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const server = { port, process: child };
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    if (hasEnded(server)) throw new Error(`workerd ended with ${child.exitCode ?? child.signalCode}`);
    const connection = await Connection.open(port).catch(() => null);
    connection?.close();
    if (connection) return server;
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
  }
  await stop(server);
  throw new Error("workerd did not begin to listen");
}

/** Kills the server with SIGKILL, and answers when it is gone. */
export async function stop(server: Server): Promise<void> {
  if (hasEnded(server)) return;
  const gone = new Promise((done) => server.process.once("exit", done));
  server.process.kill("SIGKILL");
  await gone;
}

export function hasEnded({ process: child }: Server): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (listening) await new Promise((closed) => probe.close(closed));
  return listening;
}
