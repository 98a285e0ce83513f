import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "../workerd/server.ts";
import { stop } from "../workerd/server.ts";
import { measureBatches } from "./batch.ts";
import { measureBroadcast } from "./broadcast.ts";
import { measureCurves } from "./curves.ts";
import { measureIdleWaits } from "./idle-waits.ts";
import { createBare, createRoom } from "./objects.ts";
import type { Effort, Row } from "./samples.ts";
import { warmUp } from "./scenario.ts";
import { measure } from "./scenarios.ts";
import { startBare, startRooms } from "./servers.ts";
import { measureShapedReads } from "./shaped.ts";

/**
 * npm run bench [-- --quick] [-- --watching] [-- --curves] [-- --json]: rooms against a bare Durable Object, in the same
 * run and on the same machine, each in a workerd of its own. `--watching` leaves out all rows but those of sockets, and
 * `--curves` all but those of each call as a room grows.
 */
const FULL: Effort = { rounds: 5, roundMs: 500, wakes: 300 };
const QUICK: Effort = { rounds: 3, roundMs: 120, wakes: 50 };

const HEADER = `The room against a bare Durable Object that makes the same three SQL statements (docs/performance.md).
Higher ratios are better: 1 is as fast as what it is compared with, whether the unit is calls/s or ms.
Beside them the processor time that each server took for a call or a delivery.`;

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const digits = ({ unit }: Row) => (unit === "ms" ? 2 : 0);
  const processor = ({ unit }: Row, { ours, bare }: NonNullable<Row["processor"]>) =>
    [ours, bare].map((us) => us.toFixed(unit === "deliveries/s" ? 1 : 0)).join(" : ");
  const line = (row: Row) =>
    [
      row.name.padEnd(width),
      row.ours.toFixed(digits(row)).padStart(9),
      row.bare.toFixed(digits(row)).padStart(9),
      row.unit.padEnd(12),
      row.ratio.toFixed(2).padStart(6),
      row.processor ? processor(row, row.processor).padStart(13) : "",
    ].join("  ");
  const head = [
    "".padEnd(width),
    "ours".padStart(9),
    "bare".padStart(9),
    "unit".padEnd(12),
    " ratio",
    "µs processor",
  ].join("  ");
  return [head, ...rows.map(line)].join("\n");
}

function measuresOf(options: readonly string[]) {
  const watching = [measureBroadcast, measureIdleWaits];
  if (options.includes("--watching")) return watching;
  if (options.includes("--curves")) return [measureCurves];
  return [measure, measureShapedReads, measureBatches, ...watching, measureCurves];
}

async function warmUpBoth(rooms: Server, bare: Server): Promise<void> {
  const size = { keys: 1_000, views: 0 };
  const subjects = [
    { server: rooms, subject: await createRoom(rooms, size) },
    { server: bare, subject: await createBare(bare, size, "{}", "warm") },
  ];
  for (const { server, subject } of subjects)
    for (const call of [subject.write, subject.read]) await warmUp({ server, call });
}

async function main(): Promise<void> {
  const temp = mkdtempSync(join(tmpdir(), "sync-bench-"));
  const effort = process.argv.includes("--quick") ? QUICK : FULL;
  const measures = measuresOf(process.argv);
  const servers: Server[] = [];
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  const end = async () => {
    await Promise.all(servers.map(stop));
    rmSync(temp, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => void end().then(() => process.exit(1)));
  try {
    progress("building");
    servers.push(await startRooms(join(temp, "rooms")));
    servers.push(await startBare(join(temp, "bare")));
    const [rooms, bare] = servers;
    if (!rooms || !bare) return;
    progress("warming up");
    await warmUpBoth(rooms, bare);
    const rows: Row[] = [];
    for (const each of measures) rows.push(...(await each(rooms, bare, effort, progress)));
    console.log(`${HEADER}\n\n${table(rows)}`);
    if (process.argv.includes("--json")) {
      console.log(
        JSON.stringify({
          rows: rows.map(({ name, ours, bare: b, ratio }) => ({ name, ours, bare: b, ratio })),
        }),
      );
    }
  } finally {
    await end();
  }
}

await main();
