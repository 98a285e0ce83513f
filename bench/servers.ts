import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildRooms, compatibilityDate } from "../workerd/rooms.ts";
import type { Server } from "../workerd/server.ts";
import { prepare, start } from "../workerd/server.ts";

/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10;

/** Builds and serves rooms. */
export async function startRooms(folder: string, extra: readonly string[] = []): Promise<Server> {
  return await start(await prepare(await buildRooms(folder)), extra);
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
