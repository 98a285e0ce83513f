import type { EventKind, LeanEvent, LogEvent } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../faults.ts";
import type { Output } from "../output.ts";
import { authorText, deedText, timeText, writesText } from "../watch/event-text.ts";

export const log = defineCommand({
  name: "log",
  summary: "Read the log, oldest first",
  operations: ["log"],
  args: [],
  options: {
    after: { kind: "number", value: "seq", about: "begin behind this event" },
    limit: { kind: "number", value: "n", about: "at most so many" },
    last: { kind: "number", value: "n", about: "only the newest so many" },
    kind: { kind: "text", about: "only events of this kind, such as invoke" },
    by: { kind: "text", value: "agent", about: "only events of this agent" },
    depth: { kind: "text", choices: ["full", "lean"], about: "lean leaves out values and params" },
  },
  example: "sync log --last 20",
  async run({ options: { after, limit, last, kind, by, depth }, session, output, signal }) {
    const room = await session.room();
    const filter = { kind: kind as EventKind | undefined, agent: by, signal };
    const start = last === undefined ? after : Math.max(after ?? 0, (await room.info({ signal })).seq - last);
    let left = limit ?? Number.POSITIVE_INFINITY;
    if (left === 0) return EXIT.done;
    const most = depth === "lean" ? 5_000 : 500;
    for await (const event of room.log({ ...filter, depth, after: start, limit: Math.min(most, left) })) {
      output.answer(event, () => eventLine(event, output));
      if (--left <= 0) break;
    }
    return EXIT.done;
  },
});

export const verify = defineCommand({
  name: "verify",
  summary: "Walk the log's hash chain (room or view token)",
  operations: ["verify"],
  args: [],
  options: {},
  example: "sync verify",
  notes: "It ends with 1 where an event does not fit.",
  async run({ session, output, signal }) {
    const answer = await (await session.room()).verify({ signal });
    output.answer(answer, () =>
      answer.ok
        ? `${output.paint("green", "whole")}: every event up to ${answer.seq} fits the one before it`
        : `${output.paint("red", "broken")}: event ${answer.seq} does not fit the one before it`,
    );
    return answer.ok ? EXIT.done : EXIT.unexpected;
  },
});

function eventLine({ payload, ...event }: LogEvent | LeanEvent, output: Output): string {
  const { ok, action, code, writes } = payload;
  const told = {
    ...event,
    ok,
    writes,
    ...(action === undefined ? {} : { action }),
    ...(code === undefined ? {} : { code }),
  };
  const parts = [
    output.paint("dim", `${String(event.seq).padStart(5)} ${event.ts.slice(0, 10)} ${timeText(event.ts)}`),
    output.paint("cyan", authorText(event).padEnd(12)),
    output.paint(ok ? "bold" : "red", deedText(told)),
    writesText(writes),
  ];
  return parts.join(" ").trimEnd();
}
