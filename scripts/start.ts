import { spawn } from "node:child_process";
import { devVars } from "./dev-vars.ts";

/** Runs the Worker on this machine. PORT and PERSIST_TO choose another port and folder. */
const port = process.env.PORT ?? "8787";
const folder = process.env.PERSIST_TO ?? ".data";

/** The server works without a network, and is not to look for one. */
const OFFLINE = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

// It listens on this machine alone: no page of another name is to reach it by that name.
const { ALLOWED_HOSTS = "localhost,127.0.0.1,[::1]" } = devVars();
const args = [
  "dev",
  "--ip",
  "127.0.0.1",
  "--port",
  port,
  "--persist-to",
  folder,
  "--var",
  `ALLOWED_HOSTS:${ALLOWED_HOSTS}`,
  "--show-interactive-dev-session=false",
];
const server = spawn("wrangler", args, {
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, ...OFFLINE },
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => server.kill(signal));
server.on("exit", (code) => process.exit(code ?? 0));
