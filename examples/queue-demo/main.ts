import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { join } from "node:path";
import { createRoom, Room } from "../../src/client/main.ts";
import type { LocalServer } from "../local-server.ts";
import { startServer } from "../local-server.ts";
import { sourceFiles } from "./files.ts";
import type { Note } from "./process.ts";
import { faults, readHistory, report } from "./report.ts";
import type { Words } from "./vocabulary.ts";

/**
 * npm run demo: a coordinator and four workers, each a process with a token of its own, drain a queue through a room.
 * One worker is killed while it holds a task; another does it. In the end the room's log must show every task done once.
 */
const WORKERS = ["worker-1", "worker-2", "worker-3", "worker-4"];
const KILLED = "worker-3";
const STALL_AFTER = 30;
/** The demo gives up after that. */
const DEADLINE_MS = 120_000;

const notes: Note[] = [];
const children = new Map<string, ChildProcess>();

/** Starts one participant, and answers when it has ended as it should. */
function start(script: string, agent: string, env: Record<string, string>): Promise<void> {
  const child = fork(join(import.meta.dirname, script), {
    env: { ...process.env, ...env, DEMO_AGENT: agent },
  });
  children.set(agent, child);
  child.on("message", (note: Note) => {
    notes.push(note);
    if (note.note === "stalled") child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0 || (agent === KILLED && signal === "SIGKILL")) resolve();
      else reject(new Error(`${agent} ended with ${code ?? signal}`));
    });
  });
}

/** Shows how far the work is, with the eyes of a spectator: each step is a wait. */
async function showProgress(room: Room<Words>, total: number): Promise<void> {
  const step = process.stdout.isTTY ? Math.ceil(total / 100) : Math.ceil(total / 5);
  for (let done = 0; done < total; ) {
    const next = Math.min(total, done + step);
    const seen = await room.wait(`views.done != null && views.done >= ${next}`, { include: ["views"] });
    done = Math.max(done, seen.views.done ?? 0);
    const width = Math.round((done / total) * 40);
    const bar = `[${"#".repeat(width).padEnd(40, ".")}] ${done}/${total}`;
    process.stdout.write(process.stdout.isTTY ? `\r${bar}` : `${bar}\n`);
  }
  if (process.stdout.isTTY) process.stdout.write("\n");
}

async function run(server: LocalServer): Promise<boolean> {
  const { id, viewToken, joinToken } = await createRoom(server.url);
  const spectator = new Room<Words>({ server: server.url, room: id, token: viewToken });
  const total = sourceFiles().length;
  console.log(`${total} files, ${WORKERS.length} workers, room ${id} at ${server.url}`);
  const env = { DEMO_URL: server.url, DEMO_ROOM: id, DEMO_JOIN_TOKEN: joinToken };
  const begun = performance.now();
  const coordinator = start("coordinator.ts", "coordinator", env);
  // The workers come when there are words to work with.
  await Promise.race([spectator.wait("actions.close != null"), coordinator]);
  const workers = WORKERS.map((agent) => {
    const stall = agent === KILLED ? { DEMO_STALL_AFTER: String(STALL_AFTER) } : {};
    return start("worker.ts", agent, { ...env, ...stall });
  });
  await Promise.all([coordinator, ...workers, showProgress(spectator, total)]);
  const seconds = (performance.now() - begun) / 1000;
  const history = await readHistory(spectator);
  console.log(`\n${report(history, notes, KILLED, seconds)}\n`);
  const wrong = faults(history, KILLED);
  for (const fault of wrong) console.error(`FAULT: ${fault}`);
  if (wrong.length === 0) console.log("Every task was done exactly once, and every count is right.");
  return wrong.length === 0;
}

async function main(): Promise<void> {
  const server = await startServer();
  const end = async (code: number) => {
    for (const child of children.values()) child.kill("SIGKILL");
    await server.stop();
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(1));
  const deadline = setTimeout(() => {
    console.error("The demo did not end in time.");
    void end(1);
  }, DEADLINE_MS);
  const good = await run(server).catch((error: unknown) => {
    console.error(error);
    return false;
  });
  clearTimeout(deadline);
  await end(good ? 0 : 1);
}

await main();
