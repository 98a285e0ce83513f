import { spawn } from "node:child_process";
import { startServer } from "./local-server.ts";

/**
 * Starts a server, runs the command that follows with its URL as SYNC_URL, stops the server, and exits as the command
 * did: `node examples/with-server.ts python3 examples/python/queue_demo.py`.
 */
const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error("name the command to run");

const server = await startServer();
const env = { ...process.env, SYNC_URL: server.url, NO_PROXY: "127.0.0.1" };
const child = spawn(command, args, { env, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
const code = await new Promise<number>((ended) => {
  child.once("error", (error) => {
    console.error(`${command} cannot be run: ${error.message}`);
    ended(1);
  });
  child.once("exit", (status) => ended(status ?? 1));
});
await server.stop();
process.exit(code);
