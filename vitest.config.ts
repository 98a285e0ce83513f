import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
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
          include: ["test/**/*.test.ts"],
          exclude: ["test/node/**"],
          testTimeout: 20_000,
        },
      },
      { test: { name: "node", include: ["test/node/**/*.test.ts"], testTimeout: 60_000 } },
    ],
  },
});
