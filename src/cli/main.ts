#!/usr/bin/env node
import { run } from "./run.ts";

const interrupted = new AbortController();
// The second one does not wait for whatever is being put in order.
process.once("SIGINT", () => interrupted.abort());
process.once("SIGTERM", () => interrupted.abort());

// Whoever read the answer has gone: `… | head`.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(0));

const { env, stdout, stderr } = process;
const code = await run(process.argv.slice(2), { env, stdout, stderr, signal: interrupted.signal });
// When all is written: a socket that the server has not closed yet would keep the process for seconds.
stdout.write("", () => process.exit(code));
