import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

/**
 * npm run test:fold | test:simulate | test:linear | test:openapi [-- --histories N | --runs N] [-- --seed S]: the long
 * run of a proof of which `npm test` has a short one (docs/reliability.md). Prints its seed and its counts; ends with 1
 * where the proof fails.
 */
const PROOFS: Record<string, readonly string[]> = {
  fold: ["test/memory/fold.test.ts"],
  simulate: ["test/room/simulation.test.ts"],
  openapi: ["test/http/openapi-answers.test.ts"],
  linear: [
    "test/memory/linearizability.test.ts",
    "test/memory/broken-rooms.test.ts",
    "test/http/linearizability.test.ts",
  ],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { histories: { type: "string" }, runs: { type: "string" }, seed: { type: "string" } },
});
const files = PROOFS[positionals[0] ?? ""];
if (!files) throw new Error(`proof.ts takes one of ${Object.keys(PROOFS).join(", ")}`);

const runs = Number(values.histories ?? values.runs ?? 1_000);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(seed)) throw new Error("N and S are whole numbers");
console.log(`${positionals[0]}: seed ${seed}, ${runs} histories`);
const { status } = spawnSync("npx", ["vitest", "run", ...files, "--disable-console-intercept"], {
  stdio: "inherit",
  env: { ...process.env, PROOF: JSON.stringify({ runs, seed }) },
});
process.exitCode = status ?? 1;
