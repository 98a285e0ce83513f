import type {
  ActionDefinition,
  JsonObject,
  RegisteredAction,
  RegisteredView,
  ViewDefinition,
} from "../../client/main.ts";
import { SyncError } from "../../client/main.ts";
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
    "Of a list each is registered by itself; the first that is refused ends it, and is named with its index. `sync invoke _delete_action id=…` and `_delete_view` take them back. `sync guide writes` tells how actions are made.",
  async run({ args, options, session, output, signal }) {
    const definitions = definitionsIn(await jsonSource("The definition", args.definition));
    const room = await session.room();
    const proof = options["if-hash"] === undefined ? {} : { if_hash: options["if-hash"] };
    for (const [index, definition] of definitions.entries()) {
      const full = { ...definition, ...proof };
      const registering =
        args.kind === "action"
          ? room.registerAction(full as unknown as ActionDefinition, { signal })
          : room.registerView(full as unknown as ViewDefinition, { signal });
      const answer = await registering.catch((error: unknown) => {
        throw placed(error, definitions, index);
      });
      output.answer(answer, () => registeredText(args.kind, answer, output));
    }
    return EXIT.done;
  },
});

function definitionsIn(value: unknown): readonly JsonObject[] {
  const items = Array.isArray(value) ? value : [value];
  if (items.length > 0 && items.every(isObject)) return items;
  const which =
    items.length > 1 ? ` That at index ${items.findIndex((item) => !isObject(item))} is none.` : "";
  throw new UsageError(`A definition is a JSON object, or a list of them.${which}`, "sync register --help");
}

/** The failure of one among several, which says of which, and that those before it are registered. */
function placed(error: unknown, definitions: readonly JsonObject[], index: number): unknown {
  if (!SyncError.is(error) || definitions.length === 1) return error;
  const { id = null } = definitions[index] ?? {};
  const name = typeof id === "string" ? `${id}, at index ${index}` : `That at index ${index}`;
  const before =
    index === 0 ? "none was registered" : `${index} before it ${index === 1 ? "was" : "were"} registered`;
  return new SyncError({
    code: error.code,
    message: `${name} of ${definitions.length} (${before}): ${error.message}`,
    status: error.status,
    hint: error.hint,
    help: error.help,
    retryable: error.retryable,
    retryAfter: error.retryAfter,
    details: { ...error.details, id, index, registered: index },
    cause: error,
  });
}

function registeredText(kind: string, answer: RegisteredAction | RegisteredView, output: Output): string {
  const now = "value" in answer ? `, now ${valueText(answer.value)}` : "";
  const warning =
    answer.warning === undefined ? "" : output.paint("yellow", ` warning: ${plain(answer.warning)}`);
  return `${kind} ${output.paint("cyan", plain(answer.id))} is registered (event ${answer.seq})${now}${warning}`;
}
