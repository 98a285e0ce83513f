import type { ChildProcess } from "node:child_process";
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Connection } from "./connection.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10;

/** What workerd is told of one worker. */
interface Worker {
  readonly folder: string;
  readonly className: string;
  readonly binding: string;
  readonly flags: readonly string[];
  readonly compatibilityDate: string;
  /** Text bindings. */
  readonly vars: Readonly<Record<string, string>>;
}

/** A workerd of its own, on a port of its own. */
export interface Server {
  readonly port: number;
  readonly process: ChildProcess;
}

/** Builds the Worker as it is deployed: one module, and the texts beside it. */
export async function buildRooms(folder: string): Promise<void> {
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  await promisify(execFile)(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", folder], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: `${folder}-logs` },
  });
}

/** Serves what {@link buildRooms} built, without any development proxy. */
export async function startRooms(folder: string, extra: readonly string[] = []): Promise<Server> {
  const settings = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  const flags = /^compatibility_flags = \[(.*)\]$/m.exec(settings)?.[1] ?? "";
  const worker: Worker = {
    folder,
    className: "RoomObject",
    binding: "ROOMS",
    flags: [...flags.matchAll(/"(.*?)"/g)].map((match) => match[1] ?? ""),
    compatibilityDate: compatibilityDate(settings),
    vars: { AUTH_SECRET: randomBytes(32).toString("base64url"), ROOM_CREATION: "open" },
  };
  return await serve(worker, extra);
}

/** Serves the bare object, in the same way. */
export async function startBare(folder: string, extra: readonly string[] = []): Promise<Server> {
  cpSync(join(import.meta.dirname, "bare"), folder, { recursive: true });
  const settings = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  const date = compatibilityDate(settings);
  const worker = { folder, className: "BareObject", binding: "BARE", flags: [], vars: {} };
  return await serve({ ...worker, compatibilityDate: date }, extra);
}

export async function stop({ process: child }: Server): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await gone;
}

/** The processor time that a server has taken so far, ms; NaN where the system does not tell. */
export function processorMs({ process: { pid } }: Server): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}

function compatibilityDate(settings: string): string {
  return /^compatibility_date = "(.*)"$/m.exec(settings)?.[1] ?? "";
}

async function serve(worker: Worker, extra: readonly string[]): Promise<Server> {
  const port = await freePort();
  mkdirSync(join(worker.folder, "storage"));
  writeFileSync(join(worker.folder, "config.capnp"), config(worker, port));
  const args = ["serve", "config.capnp", ...extra];
  const child = spawn(join(ROOT, "node_modules/.bin/workerd"), args, {
    cwd: worker.folder,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const server = { port, process: child };
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
    const connection = await Connection.open(port).catch(() => null);
    connection?.close();
    if (connection) return server;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  await stop(server);
  throw new Error("workerd did not begin to listen");
}

function config(worker: Worker, port: number): string {
  const { className, binding, flags, vars } = worker;
  const text = (value: string) => JSON.stringify(value);
  const bindings = Object.entries(vars).map(
    ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "disk", disk = (path = ${text(join(worker.folder, "storage"))}, writable = true)),
    (name = "main", worker = .worker),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules(worker.folder).join(", ")}],
  compatibilityDate = ${text(worker.compatibilityDate)},
  compatibilityFlags = [${flags.map(text).join(", ")}],
  durableObjectNamespaces = [
    # Idle between its rounds, an object would be evicted, and the next round would measure how it is loaded.
    (className = ${text(className)}, uniqueKey = "bench", enableSql = true, preventEviction = true),
  ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [${[`(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`, ...bindings].join(", ")}],
);
`;
}

/** The entry first, then the texts that the bundle imports. */
function modules(folder: string): string[] {
  const texts = readdirSync(folder).filter((name) => /\.(md|txt)$/.test(name) && name !== "README.md");
  return [
    '(name = "worker.js", esModule = embed "worker.js")',
    ...texts.map((name) => `(name = "${name}", text = embed "${name}")`),
  ];
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
