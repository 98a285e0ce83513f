import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import summaries from "../../src/help/summaries.json";
import { HELP_KEYS } from "../../src/kernel/help-keys.ts";

/** Names of help keys in the code of the room: `help: "cel"` of a refusal, `keys.push("cel")` of a context. */
const NAMED = /\bhelp: "(\w+)"|\bkeys\.push\("(\w+)"\)/g;

function named(): string[] {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join("src", file), "utf8");
    return [...text.matchAll(NAMED)].map(([, refusal, context]) => refusal ?? context ?? "");
  });
}

it("[HTTP-1] [CTX-6] every help key that the code names has a text and a line in the list", () => {
  const keys = new Set(named());
  expect(keys.size).toBeGreaterThan(5);
  for (const key of keys) expect(HELP_KEYS).toContain(key);
  expect(Object.keys(summaries).sort()).toEqual([...HELP_KEYS].sort());
});

it("[CTX-6] every help key that the contract names has a text", () => {
  const [, list = ""] =
    /`help` \(keys that matter now: (.*?)\), and the request/.exec(readFileSync("SPEC.md", "utf8")) ?? [];
  const keys = [...list.matchAll(/`(\w+)`/g)].map(([, key]) => key);
  expect(keys).toContain("vocabulary_review");
  for (const key of keys) expect(HELP_KEYS).toContain(key);
});
