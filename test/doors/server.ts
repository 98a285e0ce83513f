import type { TestProject } from "vitest/node";
import { startServer } from "../../examples/local-server.ts";
import "../support/provided.ts";

/** Starts the Worker as `npm start` does: what stands outside of it is tested against that. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  provide("server", server.url);
  return () => server.stop();
}
