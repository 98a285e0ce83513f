import { Follower } from "./follow.ts";
import { Lines } from "./lines.ts";
import { Screen } from "./screen.ts";

/**
 * npm run watch -- <server> <room> <token> [since]: shows a room live. Events come as they happen, or from the one after
 * `since`; 0 shows all that ever happened.
 */
const [server, room, token, since] = process.argv.slice(2);
if (!server || !room || !token || !/^\d*$/.test(since ?? "")) {
  console.error("usage: npm run watch -- <server> <room> <token> [since]");
  process.exit(2);
}

const display = process.stdout.isTTY
  ? new Screen(process.stdout)
  : new Lines((line) => process.stdout.write(`${line}\n`));
process.on("SIGINT", () => process.exit(0));
// Whoever read the lines has gone: `… | head`.
process.stdout.on("error", () => process.exit(0));
const target = { server: server.replace(/\/+$/, ""), room, token };
const ended = await new Follower(target, display, since ? Number(since) : null).run();
console.error(ended);
process.exit(1);
