import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildRooms } from "../workerd/rooms.ts";
import { prepare } from "../workerd/server.ts";
import { KillDrill } from "./kill-drill.ts";
import type { Options } from "./options.ts";
import { readOptions } from "./options.ts";

/**
 * npm run test:crash [-- --cycles N] [-- --seed S] [-- --json]: workerd on the built Worker is killed with SIGKILL again
 * and again while clients write, and started on the same files. Ends with 1 where anything that was promised does not
 * hold (docs/reliability.md), and keeps the files then.
 */
const CYCLES = 20;
/** So many lines tell of the way. */
const LINES = 10;

async function run(drill: KillDrill, { cycles }: Options): Promise<void> {
  const step = Math.max(1, Math.round(cycles / LINES));
  for (let cycle = 1; cycle <= cycles && !drill.faults.any; cycle++) {
    await drill.cycle();
    if (cycle % step === 0)
      console.log(`cycle ${String(cycle).padStart(4)} of ${cycles}: ${drill.progress()}`);
  }
  if (!drill.faults.any) await drill.finish();
}

async function main(): Promise<boolean> {
  const options = readOptions(process.argv.slice(2), CYCLES);
  const temp = mkdtempSync(join(tmpdir(), "sync-kill-"));
  console.log(`seed ${options.seed}: building, then ${options.cycles} cycles`);
  const site = await prepare(await buildRooms(join(temp, "rooms")));
  const drill = new KillDrill(site, options.seed);
  const end = () => drill.stop();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => void end().then(() => process.exit(1)));
  const begun = performance.now();
  let broken: unknown;
  try {
    await drill.set();
    await run(drill, options);
  } catch (error) {
    broken = error;
  } finally {
    await end();
  }
  const good = broken === undefined && !drill.faults.any;
  console.log(drill.report(options.seed, (performance.now() - begun) / 1000));
  if (broken !== undefined) console.error(broken);
  if (good) rmSync(temp, { recursive: true, force: true });
  else console.error(`The files are in ${temp}.`);
  if (options.json) console.log(JSON.stringify({ seed: options.seed, ...drill.counts(), good }));
  return good;
}

process.exitCode = (await main()) ? 0 : 1;
