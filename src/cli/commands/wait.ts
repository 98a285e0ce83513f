import type { IncludableScope, Section, UnmetClause } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import { shownText } from "../state-text.ts";
import { plain } from "../text.ts";
import { unmetLines } from "../unmet-text.ts";
import { SHAPE, shapeOf } from "./context.ts";

const SECTIONS = ["state", "views", "agents", "actions", "messages", "self"] as const;

export const wait = defineCommand({
  name: "wait",
  summary: "Block until a condition holds",
  operations: ["wait"],
  args: [{ name: "condition", about: "a CEL expression" }],
  options: {
    timeout: { kind: "duration", value: "30s", about: "give up after this, and exit with 4" },
    include: { kind: "list", choices: SECTIONS, about: "sections to answer with in place of the whole context" },
    ...SHAPE,
  },
  example: "sync wait 'state._shared.points >= 10' --timeout 5m && echo enough",
  notes: "Without --timeout it waits for as long as it takes. Breaks of the connection do not end it.",
  async run({ args, options, session, output, signal }) {
    const room = await session.patientRoom();
    const include = options.include.length > 0 ? options.include : (["self"] as const);
    const shape = options.only.length > 0 || output.json ? sections(options.include) : { include };
    const answer = await room.wait<never, Section | IncludableScope>(args.condition, {
      ...shapeOf(options),
      ...shape,
      timeout: options.timeout,
      signal,
    });
    if (answer.triggered) {
      output.answer(answer, () => shownText(shownOf(answer), output));
      output.note(output.paint("dim", `holds as of event ${answer.seq}`, output.stderr));
      return EXIT.done;
    }
    if (output.json) output.answer(answer, () => "");
    output.note(`timed out after ${(answer.elapsed_ms / 1_000).toFixed(1)} s: ${plain(args.condition)}`);
    for (const line of unmetLines(answer.unmet as readonly UnmetClause[])) output.note(`  ${plain(line)}`);
    return EXIT.timedOut;
  },
});

/** Without any, the answer brings the whole context. */
function sections(include: readonly Section[]): { include?: readonly Section[] } {
  return include.length > 0 ? { include } : {};
}

function shownOf(answer: object): object {
  return "context" in answer && typeof answer.context === "object" ? (answer.context ?? {}) : answer;
}
