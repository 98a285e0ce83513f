import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The package whose source files are the tasks. */
const PACKAGE = resolve(import.meta.dirname, "../../node_modules/unenv");
const SOURCE = /\.[cm]?[jt]sx?$/;
const IMPORT = /^\s*(?:import\b|export\b[^;]*?\bfrom\b)|\brequire\(/gm;

/** What a task asks of its file. */
export interface Count {
  readonly lines: number;
  readonly imports: number;
}

/** Every TypeScript and JavaScript file of the package, by its path in it. */
export function sourceFiles(): string[] {
  const names = readdirSync(PACKAGE, { recursive: true, encoding: "utf8" });
  return names.filter((name) => SOURCE.test(name) && !name.startsWith("node_modules")).sort();
}

/** Does the task. */
export function count(file: string): Count {
  const text = readFileSync(join(PACKAGE, file), "utf8");
  return { lines: text.split("\n").length, imports: [...text.matchAll(IMPORT)].length };
}
