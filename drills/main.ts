import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "../workerd/config.ts";
import { buildRooms } from "../workerd/rooms.ts";
import { prepare } from "../workerd/server.ts";
import { DiskDrill } from "./disk.ts";
import type { DrillKind } from "./drill.ts";
import { DuplicateDrill } from "./duplicate.ts";
import { TESTED, test } from "./in-tests.ts";
import { KillDrill } from "./kill.ts";
import type { Options } from "./options.ts";
import { readOptions } from "./options.ts";
import type { Outcome } from "./run.ts";
import { run } from "./run.ts";
import { StallDrill } from "./stall.ts";
import { TornDrill } from "./torn.ts";

/**
 * npm run drill -- kill|evict|disk|clock|alarm|torn|stall|duplicate|all [--cycles N] [--seed S] [--quick] [--json]: does
 * harm to a room on purpose and looks for what is lost, doubled or wrong (docs/reliability.md). Ends with 1 where it
 * finds anything, and keeps the files then.
 */
const KINDS: Readonly<Record<string, DrillKind>> = {
  kill: { cycles: 20, quickCycles: 3, make: (site, seed) => new KillDrill(site, seed) },
  disk: { cycles: 10, quickCycles: 2, make: (site, seed) => new DiskDrill(site, seed) },
  torn: { cycles: 20, quickCycles: 2, make: (site, seed) => new TornDrill(site, seed) },
  stall: { cycles: 5, quickCycles: 1, make: (site, seed) => new StallDrill(site, seed) },
  duplicate: { cycles: 20, quickCycles: 2, make: (site, seed) => new DuplicateDrill(site, seed) },
};

/** What `name` was asked for and what came of it, as text and, where that was asked for, as a line of JSON. */
function tell(name: string, { seed, json }: Options, outcome: Outcome): void {
  const { cycles, seconds, counts, faults, good } = outcome;
  const found = Object.entries(faults).map(([kind, count]) => `${kind} ${count}`);
  const done = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  console.log(`${name}: seed ${seed}, ${cycles} cycles in ${seconds.toFixed(0)} s`);
  console.log(`  ${done.join(", ")}`);
  console.log(`  ${found.join(", ")}${good ? "" : " — NOT AS PROMISED"}`);
  for (const text of outcome.told) console.log(`  ${text}`);
  if (json) console.log(JSON.stringify({ drill: name, seed, cycles, ...counts, ...faults, good }));
}

/** Each drill has a folder of its own, and so a server and a storage. */
async function serve(name: string, built: Worker, temp: string, options: Options): Promise<Outcome> {
  const kind = KINDS[name];
  if (!kind) throw new Error(`there is no drill ${name}`);
  const folder = join(temp, name);
  cpSync(built.folder, folder, { recursive: true });
  const drill = kind.make(await prepare({ ...built, folder }), options.seed);
  return await run(drill, options.cycles ?? (options.quick ? kind.quickCycles : kind.cycles));
}

async function main(): Promise<boolean> {
  const options = readOptions(process.argv.slice(2), [...Object.keys(KINDS), ...Object.keys(TESTED)]);
  const temp = mkdtempSync(join(tmpdir(), "sync-drill-"));
  const isServed = options.drills.some((name) => name in KINDS);
  console.log(`seed ${options.seed}: ${isServed ? "building, then " : ""}${options.drills.join(", ")}`);
  const built = isServed ? await buildRooms(join(temp, "built")) : null;
  let good = true;
  for (const name of options.drills) {
    const outcome = built && name in KINDS ? await serve(name, built, temp, options) : test(name, options);
    tell(name, options, outcome);
    good &&= outcome.good;
  }
  if (good) rmSync(temp, { recursive: true, force: true });
  else console.error(`The files are in ${temp}.`);
  return good;
}

process.exitCode = (await main()) ? 0 : 1;
