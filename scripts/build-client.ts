import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

/** Builds the package: the SDK and the command line, as ES modules with their types, into dist/. */
const ROOT = resolve(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");
const COMMAND = join(DIST, "cli/main.js");

// The page is beside it, and a server may be serving it.
for (const part of ["client", "cli"]) rmSync(join(DIST, part), { recursive: true, force: true });
execFileSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", "tsconfig.client.json"], {
  cwd: ROOT,
  stdio: "inherit",
});
if (existsSync(COMMAND)) chmodSync(COMMAND, 0o755);
