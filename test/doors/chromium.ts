import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sparticuz from "@sparticuz/chromium";
import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const VERSION = JSON.parse(
  readFileSync(join(dirname(require.resolve("@sparticuz/chromium")), "../package.json"), "utf8"),
).version;

/** A browser that needs neither root nor a download: npm brought it. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await unpacked(),
    args: ["--no-sandbox", "--disable-gpu"],
  });
}

/** The browser's program, unpacked once a machine: that takes seconds. It appears whole, whoever else unpacks it. */
async function unpacked(): Promise<string> {
  const folder = join(tmpdir(), `sync-browser-${VERSION}-${process.getuid?.() ?? 0}`);
  const program = join(folder, "chromium");
  if (existsSync(program)) return program;
  const temporary = process.env.TMPDIR;
  const own = mkdtempSync(`${folder}-`);
  process.env.TMPDIR = own;
  await sparticuz.executablePath();
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  try {
    renameSync(own, folder);
  } catch {
    // Another was first.
    rmSync(own, { recursive: true, force: true });
  }
  return program;
}
