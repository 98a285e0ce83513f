import type { Template, TemplateSummary } from "../../client/main.ts";
import {
  health as askHealth,
  template as askTemplate,
  templates as askTemplates,
} from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import type { Output } from "../output.ts";
import { table } from "../table.ts";
import { plain, plainLines } from "../text.ts";

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
  summary: "The vocabularies that a room can begin with, or one of them whole",
  operations: ["templates", "template"],
  args: [{ name: "id", about: "the one to show", optional: true }],
  options: {},
  example: "sync templates vote",
  async run({ args: { id }, session, output, signal }) {
    const server = await session.server();
    const options = { retry: RETRY, signal };
    if (id === undefined) list(await askTemplates(server, options), output);
    else show(await askTemplate(server, id, options), output);
    output.note(
      `sync create --template ${id ?? "<id>"} begins a room with ${id === undefined ? "one" : "it"}.`,
    );
    return EXIT.done;
  },
});

function list(found: readonly TemplateSummary[], output: Output): void {
  output.answer(found, () =>
    table(found.map(({ id, description }) => [output.cell("cyan", plain(id)), plain(description)])),
  );
}

function show(template: Template, output: Output): void {
  const words = ({ id, description }: Template["actions" | "views"][number]) => [
    output.cell("cyan", plain(id)),
    plain(description ?? ""),
  ];
  output.answer(template, () =>
    [
      `${plain(template.title)}: ${plain(template.description)}`,
      plainLines(template.how),
      table([...template.actions, ...template.views].map(words)),
    ].join("\n\n"),
  );
}
