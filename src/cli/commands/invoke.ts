import type { Batch, Invocation, Written } from "../../client/main.ts";
import { SyncError } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
import { isObject, paramsFrom, parseJson, sourceText } from "../input.ts";
import type { Output } from "../output.ts";
import { plain, valueText } from "../text.ts";
import { writesText } from "../watch/event-text.ts";

const key = { kind: "text", value: "key", about: "an idempotency key: sent twice, it is done once" } as const;

export const invoke = defineCommand({
  name: "invoke",
  summary: "Invoke an action",
  operations: ["invoke"],
  args: [
    { name: "action", about: "its id", completes: "actions" },
    { name: "params", about: "one JSON object, @file, -, or pairs such as by=10 note=hello", rest: true },
  ],
  options: {
    key,
    "if-action-hash": { kind: "text", value: "hash", about: "only while the action is what was read" },
    "dry-run": { kind: "flag", about: "say what would be written, or why not, and change nothing" },
  },
  example: "sync invoke add_points by=10",
  notes: `A value is JSON where it can be read as such, else text: n=10 is a number, 'n="10"' a text.`,
  async run({ args, options, session, output, signal }) {
    const params = await paramsFrom(args.params);
    const room = await session.room();
    if (options["dry-run"]) {
      const answer = await room.dryRun(args.action, params, { signal });
      output.answer(answer, () => dryRunText(answer, output));
      return answer.allowed ? EXIT.done : EXIT.refused;
    }
    const keys = { idempotencyKey: options.key, ifActionHash: options["if-action-hash"] };
    const answer = await room.invoke(args.action, params, { ...keys, signal });
    output.answer(answer, () => invokedText(answer, output));
    return EXIT.done;
  },
});

export const batch = defineCommand({
  name: "batch",
  summary: "Invoke up to 100 actions in one commit",
  operations: ["invokeMany"],
  args: [
    {
      name: "invocations",
      about: "a JSON list, @file, or - for lines of {action, params}",
      completes: "files",
    },
  ],
  options: { atomic: { kind: "flag", about: "all or none" } },
  example: `echo '{"action": "add_points", "params": {"by": 1}}' | sync batch - --atomic`,
  notes:
    "Without --atomic each is accepted or refused by itself; if any was refused, the command ends with 3.",
  async run({ args, options, session, output, signal }) {
    const invocations = invocationsIn(await sourceText(args.invocations));
    const answer = await (await session.room()).invokeMany(invocations, { atomic: options.atomic, signal });
    output.answer(answer, () => batchText(answer, invocations, output));
    return answer.results.every(({ status }) => status < 300) ? EXIT.done : EXIT.refused;
  },
});

interface Wired {
  readonly action?: unknown;
  readonly params?: object;
  readonly idempotency_key?: string;
  readonly if_action_hash?: string;
}

/** A list of invocations as the API takes them, or one a line. */
function invocationsIn(text: string): Invocation[] {
  const isList = text.trimStart().startsWith("[");
  const items = isList
    ? (parseJson("The list", text) as unknown[])
    : text
        .split("\n")
        .flatMap((line, index) => (line.trim() === "" ? [] : [parseJson(`Line ${index + 1}`, line)]));
  return items.map((item, index) => {
    const { action, params, idempotency_key, if_action_hash } = (isObject(item) ? item : {}) as Wired;
    if (typeof action !== "string")
      throw new UsageError(`Invocation ${index + 1} names no action.`, "sync batch --help");
    return { action, params, idempotencyKey: idempotency_key, ifActionHash: if_action_hash };
  });
}

function batchText({ results }: Batch, invocations: readonly Invocation[], output: Output): string {
  const lines = results.map(({ status, body }, index) => {
    const action = plain(invocations[index]?.action ?? "");
    const refusal = SyncError.from(body, status);
    if (refusal) return `${output.paint("red", `${action} refused`)}: ${plain(refusal.message)}`;
    const { seq, writes = [] } = body as { seq?: number; writes?: Written[] };
    return `${output.paint("green", action)} (event ${seq}): ${writesText(writes.map(shownWrite))}`;
  });
  return lines.join("\n");
}

interface Told {
  readonly action: string;
  readonly writes: readonly Written[];
  readonly seq?: number;
  readonly result?: unknown;
  readonly warning?: string | undefined;
}

/** What was done, one write a line. */
export function invokedText({ action, writes, seq, result, warning }: Told, output: Output): string {
  const done = `${output.paint("green", plain(action))} done${seq === undefined ? "" : ` (event ${seq})`}`;
  const lines = writes.map((write) => `  ${writesText([shownWrite(write)])}`);
  const results = result === undefined ? [] : [`result: ${valueText(result, 2_000)}`];
  const warnings = warning === undefined ? [] : [output.paint("yellow", `warning: ${plain(warning)}`)];
  return [done, ...lines, ...results, ...warnings].join("\n");
}

function dryRunText(
  answer: { allowed: boolean; action: string; message?: string; writes?: readonly Written[] },
  output: Output,
): string {
  const action = plain(answer.action);
  if (!answer.allowed)
    return `${output.paint("red", action)} would be refused: ${plain(answer.message ?? "")}`;
  const writes = (answer.writes ?? []).map((write) => `  ${writesText([shownWrite(write)])}`);
  return [`${output.paint("green", action)} would be done`, ...writes].join("\n");
}

function shownWrite(write: Written) {
  return "deleted" in write ? { scope: write.scope, key: write.key, op: "delete" } : write;
}
