import type { Migration } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import { valueText } from "../text.ts";

const PHASES = ["legacy", "dual", "validated", "v8"] as const;

export const migration = defineCommand({
  name: "migration",
  summary: "How far a room of the original system has moved (room token)",
  operations: ["migration"],
  args: [],
  options: {},
  example: "sync migration",
  async run({ session, output, signal }) {
    const answer = await (await session.room()).migration({ signal });
    output.answer(answer, () => migrationText(answer));
    return EXIT.done;
  },
});

export const migrate = defineCommand({
  name: "migrate",
  summary: "Take a step of a migration, or one back (room token)",
  operations: ["migrate"],
  args: [{ name: "phase", about: "the next one or the one before", choices: PHASES }],
  options: { force: { kind: "flag", about: "in spite of differences" } },
  example: "sync migrate dual",
  async run({ args, options, session, output, signal }) {
    const answer = await (await session.room()).migrate(args.phase, {
      force: options.force || undefined,
      signal,
    });
    output.answer(answer, () => migrationText(answer));
    return EXIT.done;
  },
});

function migrationText({ phase, next, back, difference_count, differences }: Migration): string {
  const ways = [next === null ? "" : `next ${next}`, back === null ? "" : `back ${back}`]
    .filter(Boolean)
    .join(", ");
  const lines = (differences ?? []).map((difference) => `  ${valueText(difference, 200)}`);
  return [`phase ${phase}${ways && ` (${ways})`}`, `differences: ${difference_count ?? 0}`, ...lines].join(
    "\n",
  );
}
