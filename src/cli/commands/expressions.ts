import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import { sourceText } from "../input.ts";
import { shownText } from "../state-text.ts";
import { table } from "../table.ts";
import { plain, plainLines } from "../text.ts";

/** A help text that somebody wrote into the room has no summary. */
const OWN_TEXT = "The room's own";

/** What these hold is shown by its meaning: actions, agents, views. */
const SHOWN_OTHERWISE = new Set(["_actions", "_agents", "_views", "_config", "_help"]);

export const evaluate = defineCommand({
  name: "eval",
  summary: "Evaluate an expression with your eyes",
  operations: ["evaluate"],
  args: [{ name: "expression", about: "CEL, @file, or - for stdin" }],
  options: { seq: { kind: "number", value: "seq", about: "in the room as it was after this event" } },
  example: "sync eval 'state._shared.points * 2'",
  async run({ args, options: { seq }, session, output, signal }) {
    const expression = await sourceText(args.expression);
    const answer = await (await session.room()).evaluate(expression, { seq, signal });
    const { value } = answer;
    output.answer(answer, () =>
      plainLines(typeof value === "string" ? value : JSON.stringify(value, null, 2)),
    );
    return EXIT.done;
  },
});

export const poll = defineCommand({
  name: "poll",
  summary: "All that a dashboard shows, at one instant",
  operations: ["poll"],
  args: [],
  options: {},
  example: "sync poll --json | jq .resolved",
  async run({ session, output, signal }) {
    const answer = await (await session.room()).poll({ signal });
    const state: Record<string, Record<string, unknown>> = Object.create(null);
    for (const { scope, key, value } of answer.state) {
      if (!SHOWN_OTHERWISE.has(scope)) state[scope] = { ...state[scope], [key]: value };
    }
    const actions = Object.entries(answer.available).map(([id, available]) => [id, { available }]);
    const shown = {
      state,
      views: answer.resolved,
      agents: answer.agents,
      actions: Object.fromEntries(actions),
    };
    output.answer(answer, () => shownText(shown, output));
    output.note(`as of event ${answer.seq}`);
    return EXIT.done;
  },
});

export const salience = defineCommand({
  name: "salience",
  summary: "Which keys matter most to you",
  operations: ["salience"],
  args: [],
  options: {
    scope: { kind: "text", about: "only keys of this scope" },
    limit: { kind: "number", value: "n", about: "at most so many (50)" },
  },
  example: "sync salience --as ana --limit 10",
  async run({ options: { scope, limit }, session, output, signal }) {
    const answer = await (await session.room()).salience({ scope, limit, signal });
    output.answer(answer, () =>
      table(
        answer.entries.map(({ scope, key, score, signals }) => {
          const reasons = Object.entries(signals).filter(([, strength]) => strength > 0);
          const text = reasons.map(([signal, strength]) => `${signal} ${strength.toFixed(2)}`).join(", ");
          return [score.toFixed(3), `${plain(scope)}.${plain(key)}`, output.cell("dim", text)];
        }),
      ),
    );
    return EXIT.done;
  },
});

export const guide = defineCommand({
  name: "guide",
  summary: "The room's own guidance: what there is to read, or one text",
  operations: ["invoke"],
  args: [{ name: "key", about: "a text, such as guide", optional: true }],
  options: {},
  example: "sync guide vocabulary_bootstrap",
  async run({ args, session, output, signal }) {
    const room = await session.room();
    if (args.key === undefined) {
      const answer = await room.help();
      output.answer(answer, () =>
        table(
          answer.topics.map(({ key, summary }) => [
            output.cell("cyan", plain(key)),
            plain(summary ?? OWN_TEXT),
          ]),
        ),
      );
      return EXIT.done;
    }
    const answer = await room.help(args.key, { signal });
    const { content } = answer;
    output.answer(answer, () =>
      plainLines(typeof content === "string" ? content : JSON.stringify(content, null, 2)),
    );
    return EXIT.done;
  },
});
