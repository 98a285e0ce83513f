import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { expect, inject, it } from "vitest";
import { ended } from "./shell.ts";

const SCRIPT = resolve(import.meta.dirname, "../../examples/cli-queue.sh");
const FILES = ["LICENSE", "README.md", "package.json", "biome.json", "tsconfig.json"];

it("[CLI-6] a shell drains a queue with `sync` alone, each task done exactly once", async () => {
  const { PATH = "", HOME = "" } = process.env;
  const script = spawn("bash", [SCRIPT, ...FILES], { env: { PATH, HOME, SYNC_SERVER: inject("server") } });
  const { code, stdout, stderr } = await ended(script);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`${FILES.length} of ${FILES.length} tasks were done exactly once.`);
});
