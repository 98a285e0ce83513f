import type { ContextOptions, Part } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import { shownText } from "../state-text.ts";
import { valueText } from "../text.ts";

export const DEPTHS = ["lean", "full", "usage"] as const;
export const INCLUDABLE = [
  "_audit",
  "_messages",
  "_actions",
  "_views",
  "_agents",
  "_config",
  "_help",
] as const;

/** Which part of a room to show, and how: a wait takes these, too. */
export const SHAPE = {
  only: {
    kind: "list",
    value: "parts",
    about: "state, views, agents, actions, messages, self or state.<scope>",
  },
  depth: { kind: "text", choices: DEPTHS, about: "how much to tell of each action" },
  "messages-after": { kind: "number", value: "seq", about: "the oldest messages after this one" },
  "messages-limit": { kind: "number", value: "n", about: "at most so many messages" },
  since: { kind: "number", value: "seq", about: "only what changed since the log ended with this event" },
  budget: { kind: "number", value: "tokens", about: "at most so much, the most salient first" },
  expand: { kind: "list", value: "parts", about: "what a budget leaves out last" },
  meta: { kind: "flag", about: "tell where each value came from (with --json)" },
} as const;

interface Shape {
  readonly only: readonly string[];
  readonly depth: ContextOptions["depth"];
  readonly "messages-after": number | undefined;
  readonly "messages-limit": number | undefined;
  readonly since: number | undefined;
  readonly budget: number | undefined;
  readonly expand: readonly string[];
  readonly meta: boolean;
}

/** The options as the room's client takes them; which names there are is for the room to know. */
export function shapeOf(options: Shape) {
  return {
    only: options.only.length > 0 ? (options.only as readonly Part[]) : undefined,
    depth: options.depth,
    messagesAfter: options["messages-after"],
    messagesLimit: options["messages-limit"],
    since: options.since,
    budget: options.budget,
    expand: options.expand.length > 0 ? (options.expand as readonly Part[]) : undefined,
    meta: options.meta || undefined,
  };
}

export const context = defineCommand({
  name: "context",
  summary: "Read what there is to see: state, views, agents, actions, messages",
  operations: ["context"],
  args: [],
  options: {
    ...SHAPE,
    include: { kind: "list", choices: INCLUDABLE, about: "reserved scopes to show under state" },
    "no-messages": { kind: "flag", about: "leave messages out, and unread" },
    "no-actions": { kind: "flag", about: "leave actions out" },
    "no-elision": { kind: "flag", about: "leave nothing out for a budget" },
  },
  example: "sync context --only state._tasks,actions --budget 4000",
  async run({ options, session, output, signal }) {
    const room = await session.room();
    const answer = await room.context({
      ...shapeOf(options),
      include: options.include.length > 0 ? options.include : undefined,
      messages: options["no-messages"] ? false : undefined,
      actions: options["no-actions"] ? false : undefined,
      elision: options["no-elision"] ? "none" : undefined,
      signal,
    });
    output.answer(answer, () => shownText(answer, output));
    if (answer._context.deleted) output.tell(`gone: ${valueText(answer._context.deleted, 500)}`);
    for (const { part, count } of answer._context.elided)
      output.tell(`${count} more in ${part}: --expand ${part}`);
    output.note(`as of event ${answer.seq}`);
    return EXIT.done;
  },
});
