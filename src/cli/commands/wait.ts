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
    timeout: {
      kind: "duration",
      value: "time",
      about: "give up after this, such as 30s or 5m, and exit with 4",
    },
    include: { kind: "list", choices: SECTIONS, about: "sections to answer with, beside that it holds" },
    ...SHAPE,
  },
  example: "sync wait 'state._shared.points >= 10' --timeout 5m && echo enough",
  notes: "Without --timeout it waits for as long as it takes. Breaks of the connection do not end it.",
  async run({ args, options, session, output, signal }) {
    const room = await session.patientRoom(() => output.note("no answer; trying again"));
    const { only, include } = options;
    const sections = include.length > 0 ? include : (["self"] as const);
    const answer = await room.wait(args.condition, {
      ...shapeOf(options),
      ...(only.length > 0 ? {} : { include: sections }),
      timeout: options.timeout ?? Number.POSITIVE_INFINITY,
      signal,
    });
    if (answer.triggered) {
      output.answer(answer, () => shownText(shownOf(answer), output));
      output.note(`holds as of event ${answer.seq}`);
      return EXIT.done;
    }
    if (output.json) output.answer(answer, () => "");
    output.tell(`timed out after ${(answer.elapsed_ms / 1_000).toFixed(1)} s: ${plain(args.condition)}`);
    for (const line of unmetLines(answer.unmet)) output.tell(`  ${plain(line)}`);
    return EXIT.timedOut;
  },
});

function shownOf(answer: object): object {
  return "context" in answer && typeof answer.context === "object" ? (answer.context ?? {}) : answer;
}
