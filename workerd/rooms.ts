import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Worker } from "./config.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** The compatibility date that the project runs with. */
export function compatibilityDate(): string {
  return /^compatibility_date = "(.*)"$/m.exec(settings())?.[1] ?? "";
}

/**
 * Builds the Worker as it is deployed, one module and the texts beside it, to be served without any development proxy.
 * `root` is the folder of its source.
 */
export async function buildRooms(folder: string, root = ROOT): Promise<Worker> {
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  await promisify(execFile)(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", folder], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: `${folder}-logs` },
  });
  const flags = /^compatibility_flags = \[(.*)\]$/m.exec(settings())?.[1] ?? "";
  return {
    folder,
    className: "RoomObject",
    binding: "ROOMS",
    flags: [...flags.matchAll(/"(.*?)"/g)].map((match) => match[1] ?? ""),
    compatibilityDate: compatibilityDate(),
    vars: { AUTH_SECRET: randomBytes(32).toString("base64url"), ROOM_CREATION: "open" },
  };
}

function settings(): string {
  return readFileSync(join(ROOT, "wrangler.toml"), "utf8");
}
