import { SyncError } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import type { Output } from "../output.ts";
import { shownText } from "../state-text.ts";
import { plain } from "../text.ts";
import { tellFault } from "../told-fault.ts";
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
  notes: `Without --timeout it waits for as long as it takes. Breaks of the connection do not end it, nor does a server
that is down: --timeout does, which counts them in.`,
  async run({ args, options, session, output, signal }) {
    const room = await session.patientRoom(lossTeller(output, signal), Number.POSITIVE_INFINITY);
    const { only, include, timeout } = options;
    const sections = include.length > 0 ? include : (["self"] as const);
    const waiting = room.wait(args.condition, {
      ...shapeOf(options),
      ...(only.length > 0 ? {} : { include: sections }),
      timeout: timeout ?? Number.POSITIVE_INFINITY,
      signal,
    });
    const answer = await waiting.catch((error: unknown) => {
      if (timeout === undefined || !SyncError.is(error, "unreachable")) throw error;
      tellFault(error, output, (isAgentInDoubt) => session.prefixes(isAgentInDoubt));
      return null;
    });
    if (answer === null) return EXIT.timedOut;
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

/** Says once that there is no answer: one that waits without a word looks like one that hangs. */
function lossTeller(output: Output, signal: AbortSignal): () => void {
  let isTold = false;
  return () => {
    if (isTold || signal.aborted) return;
    isTold = true;
    output.tell("no answer; still waiting, and trying again");
  };
}

function shownOf(answer: object): object {
  return "context" in answer && typeof answer.context === "object" ? (answer.context ?? {}) : answer;
}
