import type { Command } from "../command.ts";
import { defineCommand } from "../command.ts";
import type { Group } from "../commands.ts";
import { EXIT, UsageError } from "../faults.ts";
import { nearest } from "../nearest.ts";
import { commandUsage, overview } from "../usage.ts";

/** `sync help`, which tells of all the others: they are handed in, since it stands among them. */
export function helpCommand(groups: () => readonly Group[]): Command {
  return defineCommand({
    name: "help",
    summary: "How commands are used",
    operations: [],
    args: [{ name: "command", about: "its name", rest: true, completes: "commands" }],
    options: {},
    example: "sync help wait",
    async run({ args, output }) {
      const name = args.command.join(" ");
      const commands = groups().flatMap((group) => group.commands);
      const found = commands.filter(
        (command) => command.name === name || command.name.startsWith(`${name} `),
      );
      if (name === "") output.stdout.write(`${overview(groups(), output)}\n`);
      for (const command of found) output.stdout.write(`${commandUsage(command, output)}\n\n`);
      if (name !== "" && found.length === 0) {
        const near = nearest(
          name,
          commands.map((command) => command.name),
        );
        throw new UsageError(
          `There is no command ${name}.`,
          near === undefined ? "sync help" : `sync help ${near}`,
        );
      }
      return EXIT.done;
    },
  });
}
