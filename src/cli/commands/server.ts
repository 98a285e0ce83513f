import { health as askHealth, templates as askTemplates } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import { table } from "../table.ts";
import { plain } from "../text.ts";

/** Who asks whether a server is up wants to know soon. */
const RETRY = { attempts: 2 };

export const health = defineCommand({
  name: "health",
  summary: "Whether the server is up",
  operations: ["health"],
  args: [],
  options: {},
  example: "sync health --server http://127.0.0.1:8787",
  async run({ session, output, signal }) {
    const server = await session.server();
    const answer = await askHealth(server, { retry: RETRY, signal });
    output.answer(answer, () => `${server} is up: ${plain(answer.version)}`);
    return answer.ok ? EXIT.done : EXIT.unexpected;
  },
});

export const templates = defineCommand({
  name: "templates",
  summary: "The vocabularies that a room can begin with",
  operations: ["templates"],
  args: [],
  options: {},
  example: "sync templates",
  async run({ session, output, signal }) {
    const found = await askTemplates(await session.server(), { retry: RETRY, signal });
    output.answer(found, () =>
      table(
        found.map(({ id, description, actions }) => [
          output.cell("cyan", plain(id)),
          plain(description),
          output.cell("dim", actions.join(" ")),
        ]),
      ),
    );
    output.note("sync create --template <id> begins a room with one.");
    return EXIT.done;
  },
});
