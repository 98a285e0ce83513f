import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildRooms, compatibilityDate } from "../workerd/rooms.ts";
import type { Server, Site } from "../workerd/server.ts";
import { prepare, start } from "../workerd/server.ts";

/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10;

/** Builds and serves rooms, of the source in `root` if it is given. */
export async function startRooms(
  folder: string,
  extra: readonly string[] = [],
  root?: string,
): Promise<Server> {
  return await start(await prepare(await buildRooms(folder, root)), extra);
}

/** Serves the bare object, in the same way. */
export async function startBare(folder: string, extra: readonly string[] = []): Promise<Server> {
  cpSync(join(import.meta.dirname, "bare"), folder, { recursive: true });
  const worker = { folder, className: "BareObject", binding: "BARE", flags: [], vars: {} };
  return await start(await prepare({ ...worker, compatibilityDate: compatibilityDate() }), extra);
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

/** Memory of a server that stands in the machine's own, MiB. */
export function residentMiB({ process: { pid } }: Server): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Has a server collect what nobody needs: what its heap may have, it would use before it does. */
export function limitHeap({ folder }: Site, mib: number): void {
  const path = join(folder, "config.capnp");
  const flags = `"--max-old-space-size=${mib}", "--max-semi-space-size=1"`;
  const beginning = "Workerd.Config = (";
  writeFileSync(path, readFileSync(path, "utf8").replace(beginning, `${beginning} v8Flags = [${flags}],`));
}
