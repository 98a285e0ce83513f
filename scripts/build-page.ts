import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";

/**
 * Builds the page into the folder that the Worker serves. What is there already for the same sources stays untouched: a
 * server that runs beside this one serves the same files.
 */
const ROOT = resolve(import.meta.dirname, "..");
const FOLDER = join(ROOT, "dist/page");
const DIGEST = join(ROOT, "dist/page.sha256");
const SOURCES = ["src/dashboard", "src/client", "src/players", "vite.config.ts", "package-lock.json"];

function digest(): string {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap(filesOf)) hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest("hex");
}

function filesOf(path: string): string[] {
  if (/\.\w+$/.test(path)) return [path];
  const entries = readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1)).sort();
}

const wanted = digest();
const isBuilt = existsSync(join(FOLDER, "index.html")) && existsSync(DIGEST);
if (!isBuilt || readFileSync(DIGEST, "utf8") !== wanted) {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  const outDir = mkdtempSync(join(ROOT, "dist/building-"));
  await build({
    configFile: join(ROOT, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir, emptyOutDir: true },
  });
  rmSync(FOLDER, { recursive: true, force: true });
  renameSync(outDir, FOLDER);
  writeFileSync(DIGEST, wanted);
}
