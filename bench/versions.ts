import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { stop } from "../workerd/server.ts";
import { atomically } from "./batch.ts";
import type { Subject } from "./objects.ts";
import { BATCH, createBare, createRoom } from "./objects.ts";
import type { Sample } from "./samples.ts";
import { processorOf, rateOf } from "./samples.ts";
import type { Side } from "./scenario.ts";
import { sampleOf, warmUp } from "./scenario.ts";
import { startBare, startRooms } from "./servers.ts";

/**
 * npm run bench:versions -- HEAD~3 HEAD . [--of write|writeMany|atomically|read] [--clients 1] [--rounds 9] [--ms 700]: revisions of the
 * source beside each other and a bare object, in turns; `.` is the working tree. What a change is worth shows here.
 */
const ROOT = resolve(import.meta.dirname, "..");
const SIZE = { keys: 1_000, views: 0 };
/** What is measured call by call; the others by the hundred. */
const SINGLE = new Set(["write", "read"]);

interface Version extends Side {
  readonly name: string;
  readonly samples: Sample[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    of: { type: "string", default: "write" },
    clients: { type: "string", default: "1" },
    rounds: { type: "string", default: "9" },
    ms: { type: "string", default: "700" },
  },
});

function callOf(subject: Subject): Version["call"] {
  if (values.of === "read") return subject.read;
  if (values.of === "atomically") return atomically(subject);
  return values.of === "writeMany" ? subject.writeMany : subject.write;
}

/** The source as it was at a revision, in a folder of its own. */
function source(revision: string, folder: string): string {
  if (revision === ".") return ROOT;
  const tree = join(folder, "source");
  execFileSync("git", ["worktree", "add", "--detach", "--force", tree, revision], {
    cwd: ROOT,
    stdio: "ignore",
  });
  symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
  return tree;
}

async function versionOf(revision: string, folder: string): Promise<Version> {
  const server = await startRooms(join(folder, "rooms"), [], source(revision, folder));
  const room = await createRoom(server, SIZE);
  return { name: revision, server, call: callOf(room), samples: [] };
}

async function bareObject(folder: string): Promise<Version> {
  const server = await startBare(folder);
  return { name: "bare", server, call: callOf(await createBare(server, SIZE, "{}")), samples: [] };
}

const temp = mkdtempSync(join(tmpdir(), "sync-versions-"));
const versions: Version[] = [];
try {
  for (const [at, revision] of positionals.entries())
    versions.push(await versionOf(revision, join(temp, String(at))));
  versions.push(await bareObject(join(temp, "bare")));
  for (const version of versions) await warmUp(version, SINGLE.has(values.of) ? 1 : BATCH);
  for (let turn = 0; turn <= Number(values.rounds); turn++) {
    for (const version of turn % 2 === 0 ? versions : versions.toReversed()) {
      const sample = await sampleOf(version, Number(values.clients), Number(values.ms));
      if (turn > 0) version.samples.push(sample);
    }
  }
  const bare = versions.at(-1)?.samples ?? [];
  for (const { name, samples } of versions) {
    const [rate, ratio] = [rateOf(samples), rateOf(samples) / rateOf(bare)];
    console.log(
      `${name.padEnd(12)} ${rate.toFixed(0).padStart(7)} calls/s ${ratio.toFixed(2).padStart(6)} of bare ${processorOf(samples).toFixed(0).padStart(7)} µs processor`,
    );
  }
} finally {
  await Promise.all(versions.map(({ server }) => stop(server)));
  rmSync(temp, { recursive: true, force: true });
  execFileSync("git", ["worktree", "prune"], { cwd: ROOT });
}
