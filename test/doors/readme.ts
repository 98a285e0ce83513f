import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { inject } from "vitest";
import "../support/provided.ts";

const README = resolve(import.meta.dirname, "../../README.md");
const USUAL = "http://127.0.0.1:8787";

/**
 * The first block in `language` that holds `text` under "Choose your door" in README.md: as it stands, but for where the
 * server is.
 */
export function readmeBlock(language: string, text: string): string {
  const section = readFileSync(README, "utf8").split("## Choose your door")[1]?.split("\n## ")[0] ?? "";
  const blocks = [...section.matchAll(/```(\w+)\n(.*?)```/gs)];
  const [, , lines] = blocks.find(([, of, found]) => of === language && found?.includes(text)) ?? [];
  if (lines === undefined) throw new Error(`README.md has no block in ${language} with ${text}`);
  return lines.replaceAll(USUAL, inject("server"));
}
