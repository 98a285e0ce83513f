import { readFileSync } from "node:fs";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";

export const version = defineCommand({
  name: "version",
  summary: "Which version of sync this is",
  operations: [],
  args: [],
  options: {},
  example: "sync version",
  notes: "`sync --version` is the same. `sync health` tells the server's.",
  async run({ output }) {
    const told = packageVersion();
    output.answer({ version: told }, () => told);
    return EXIT.done;
  },
});

/** Of the package that this file is in: as sources or as built, its description is two folders above the command's. */
function packageVersion(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
