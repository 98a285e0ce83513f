import type {
  ActionDefinition,
  RegisteredAction,
  RegisteredView,
  ViewDefinition,
} from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
import { isObject, jsonSource } from "../input.ts";
import type { Output } from "../output.ts";
import { plain, valueText } from "../text.ts";

const KINDS = ["action", "view"] as const;

export const register = defineCommand({
  name: "register",
  summary: "Register an action or a view, or a list of them",
  operations: ["invoke"],
  args: [
    { name: "kind", about: "one of", choices: KINDS },
    { name: "definition", about: "inline JSON, a file, or - for stdin", completes: "files" },
  ],
  options: {
    "if-hash": { kind: "text", value: "hash", about: "proof that the definition it replaces was read" },
  },
  example: `sync register view '{"id": "open", "expr": "state._queue.keys()"}'`,
  notes:
    "`sync invoke _delete_action id=…` and `_delete_view` take them back. `sync guide writes` tells how actions are made.",
  async run({ args, options, session, output, signal }) {
    const definitions = definitionsIn(await jsonSource("The definition", args.definition));
    const room = await session.room();
    const proof = options["if-hash"] === undefined ? {} : { if_hash: options["if-hash"] };
    for (const definition of definitions) {
      const full = { ...definition, ...proof };
      const answer =
        args.kind === "action"
          ? await room.registerAction(full as unknown as ActionDefinition, { signal })
          : await room.registerView(full as unknown as ViewDefinition, { signal });
      output.answer(answer, () => registeredText(args.kind, answer, output));
    }
    return EXIT.done;
  },
});

function definitionsIn(value: unknown): readonly object[] {
  const items = Array.isArray(value) ? value : [value];
  if (items.length > 0 && items.every(isObject)) return items;
  throw new UsageError("A definition is a JSON object, or a list of them.", "sync register --help");
}

function registeredText(kind: string, answer: RegisteredAction | RegisteredView, output: Output): string {
  const now = "value" in answer ? `, now ${valueText(answer.value)}` : "";
  const warning =
    answer.warning === undefined ? "" : output.paint("yellow", ` warning: ${plain(answer.warning)}`);
  return `${kind} ${output.paint("cyan", plain(answer.id))} is registered (event ${answer.seq})${now}${warning}`;
}
