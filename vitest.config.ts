import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

/** What `scripts/proof.ts` asks of a proof. */
const proof = process.env.PROOF === undefined ? null : JSON.parse(process.env.PROOF);
/** So many times as long as usual a test may take where every branch that it passes is counted. */
const patience = process.argv.includes("--coverage") ? 6 : 1;
const provide = { proof, patience };
const limits = {
  testTimeout: 20_000 * patience,
  hookTimeout: 10_000 * patience,
  expect: { poll: { timeout: 5_000 * patience } },
};

/** Help texts as the Worker's own build reads them. */
const texts = {
  name: "texts",
  transform: (code: string, id: string) =>
    id.endsWith(".md") ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined,
};

export default defineConfig({
  test: {
    coverage: {
      // What counts inside workerd, too: V8's own counters are not to be had there.
      provider: "istanbul",
      include: ["src/{kernel,cel,storage,auth}/**/*.ts"],
      reporter: ["text", "json"],
      reportOnFailure: true,
      thresholds: Object.fromEntries(
        ["kernel", "kernel/decide", "cel", "storage", "auth"].map((part) => [
          `src/${part}/**`,
          { branches: 95 },
        ]),
      ),
    },
    // One is for the project "workers", whose files share a runtime; the others wait for browsers and servers most of the time.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { AUTH_SECRET: "test-secret-test-secret-test-secret!", ROOM_CREATION: "open" },
            },
          }),
        ],
        test: {
          name: "workers",
          // One runtime for all files: a start takes longer than most of them. Rooms are told apart by their ids.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: ["test/node/**", "test/memory/**", "test/doors/**"],
          ...limits,
          provide,
        },
      },
      {
        plugins: [texts],
        test: {
          name: "node",
          include: ["test/node/**/*.test.ts", "test/memory/**/*.test.ts"],
          ...limits,
          testTimeout: 60_000 * patience,
          provide,
        },
      },
      {
        test: {
          name: "doors",
          include: ["test/doors/**/*.test.ts"],
          globalSetup: "test/doors/server.ts",
          expect: { poll: { timeout: 10_000 } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
