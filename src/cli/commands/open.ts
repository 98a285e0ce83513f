import { spawn } from "node:child_process";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import { plain } from "../text.ts";

/** What opens an address on each system. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

export const open = defineCommand({
  name: "open",
  summary: "Open the room's page in a browser, with your eyes",
  operations: [],
  args: [{ name: "room", about: "its id; without it, the one in use", optional: true }],
  options: {
    "show-token": { kind: "flag", about: "print the whole address, token and all" },
    "no-browser": { kind: "flag", about: "only print" },
  },
  example: "sync open demo",
  notes: `The token goes behind the #, which no browser sends to a server. Where others use this machine, who lists its
processes may see it while the browser starts: there, --no-browser --show-token and paste it.`,
  async run({ args, options, session, output }) {
    const room = await session.in(args.room).room();
    const page = `${room.server}/rooms/${encodeURIComponent(room.id)}`;
    const address = `${page}#token=${room.token}`;
    const url = options["show-token"] ? address : page;
    output.answer({ url }, () => plain(url));
    if (!options["no-browser"] && !(await browse(address))) {
      output.warn("No browser could be started. `sync open --no-browser --show-token` prints the address.");
    }
    return EXIT.done;
  },
});

/** Whether something took the address. */
async function browse(address: string): Promise<boolean> {
  const [command = "", ...words] = process.env.BROWSER
    ? [process.env.BROWSER]
    : (OPENERS[process.platform] ?? ["xdg-open"]);
  const child = spawn(command, [...words, address], { stdio: "ignore", detached: true });
  return await new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
