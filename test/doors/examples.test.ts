import { execFile, spawnSync } from "node:child_process";
import { expect, inject, it } from "vitest";
import "../support/provided.ts";

interface Ended {
  readonly code: number | string;
  readonly output: string;
}

function run(command: string, args: readonly string[]): Promise<Ended> {
  const env = {
    ...process.env,
    SYNC_URL: inject("server"),
    NO_PROXY: "127.0.0.1",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  return new Promise((ended) => {
    execFile(command, args, { env }, (error, out, errors) => {
      ended({ code: error?.code ?? 0, output: out + errors });
    });
  });
}

/** Why an example cannot be run here, or an empty text. */
function missing(...commands: string[]): string {
  const absent = commands.filter((command) => spawnSync(command, ["--version"]).status !== 0);
  return absent.length === 0 ? "" : `there is no ${absent.join(" and no ")} on this machine`;
}

const DONE = /^Every task was done exactly once/m;

it("the example in Python drains a queue, each task exactly once", async ({ skip }) => {
  const reason = missing("python3");
  skip(reason !== "", reason);
  const { code, output } = await run("python3", ["examples/python/queue_demo.py"]);
  expect(output).toMatch(DONE);
  expect(code).toBe(0);
});

it("the example in a shell drains a queue by one command that starts its own server", async ({ skip }) => {
  const reason = missing("bash", "curl", "npm");
  skip(reason !== "", reason);
  const { code, output } = await run("npm", ["run", "-s", "example:shell"]);
  expect(output).toMatch(DONE);
  expect(code).toBe(0);
});
