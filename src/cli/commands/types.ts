import { vocabularyTypes } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";

export const types = defineCommand({
  name: "types",
  summary: "A room's vocabulary as TypeScript types",
  operations: ["context"],
  args: [{ name: "room", about: "its id; without it, the one in use", optional: true }],
  options: {},
  example: "sync types demo > demo.d.ts",
  async run({ args, session, output, signal }) {
    const room = await session.in(args.room).room();
    const context = await room.context({ only: ["actions", "views"], depth: "full", signal });
    output.stdout.write(vocabularyTypes(context));
    return EXIT.done;
  },
});
