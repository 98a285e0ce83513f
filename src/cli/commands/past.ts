import type { HistoryEntry } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
import type { Output } from "../output.ts";
import { shownText } from "../state-text.ts";
import { cut, plain, valueText } from "../text.ts";
import { authorText } from "../watch/event-text.ts";

const PAGE = {
  after: { kind: "number", value: "seq", about: "begin behind this event" },
  limit: { kind: "number", value: "n", about: "at most so many" },
} as const;
const MOST_DEED = 32;

export const history = defineCommand({
  name: "history",
  summary: "What happened to a key, or to the keys of a scope",
  operations: ["keyHistory", "scopeHistory"],
  args: [
    { name: "scope", about: "a scope, such as _shared" },
    { name: "key", about: "a key of it; without it, all", optional: true },
  ],
  options: { ...PAGE, prefix: { kind: "text", about: "only keys that begin so" } },
  example: "sync history _shared points",
  async run({ args: { scope, key }, options: { after, limit, prefix }, session, output, signal }) {
    if (key !== undefined && prefix !== undefined) throw new UsageError("Say <key> or --prefix, not both.");
    const room = await session.room();
    let left = limit ?? Number.POSITIVE_INFINITY;
    const page = { after, limit: Math.min(500, left), signal };
    if (left === 0) return EXIT.done;
    for await (const entry of room.history(scope, { key, prefix, ...page })) {
      output.answer(entry, () => historyLine(entry, output));
      if (--left <= 0) break;
    }
    return EXIT.done;
  },
});

export const samples = defineCommand({
  name: "samples",
  summary: "A temporal view's values over time",
  operations: ["samples"],
  args: [{ name: "view", about: "its id" }],
  options: PAGE,
  example: "sync samples done",
  async run({ args: { view }, options: { after, limit }, session, output, signal }) {
    const room = await session.room();
    let left = limit ?? Number.POSITIVE_INFINITY;
    if (left === 0) return EXIT.done;
    for await (const sample of room.samples(view, { after, limit: Math.min(500, left), signal })) {
      output.answer(
        sample,
        () =>
          `${output.paint("dim", `${String(sample.seq).padStart(5)} ${sample.ts}`)} ${valueText(sample.value, 200)}`,
      );
      if (--left <= 0) break;
    }
    return EXIT.done;
  },
});

export const replay = defineCommand({
  name: "replay",
  summary: "The room as it was after an event",
  operations: ["replay"],
  args: [{ name: "seq", about: "the event's number" }],
  options: {
    include: {
      kind: "list",
      value: "scopes",
      choices: ["_actions", "_views", "_agents", "_messages", "_config", "_help"],
      about: "reserved scopes to show, too",
    },
  },
  example: "sync replay 5",
  async run({ args, options: { include }, session, output, signal }) {
    if (!/^\d{1,15}$/.test(args.seq))
      throw new UsageError(`<seq> is a whole number, not ${args.seq}.`, "sync log --last 20");
    const answer = await (await session.room()).replay(Number(args.seq), { include, signal });
    const { state, ...rest } = answer;
    const values = Object.entries(state).map(([scope, entries]) => {
      return [scope, Object.fromEntries(Object.entries(entries).map(([key, { value }]) => [key, value]))];
    });
    output.answer(answer, () => shownText({ ...rest, state: Object.fromEntries(values) }, output));
    const { seq, total, ts } = answer._replay;
    output.note(`as of event ${seq} of ${total}, ${ts}`);
    return EXIT.done;
  },
});

function historyLine(entry: HistoryEntry, output: Output): string {
  const { seq, ts, agent, action, key, op } = entry;
  const became =
    op === "delete" ? "deleted" : op === "cooldown" || op === "enable" ? op : `= ${valueText(entry.value)}`;
  const parts = [
    output.paint("dim", `${String(seq).padStart(5)} ${ts}`),
    output.paint("cyan", authorText({ agent }).padEnd(12)),
    cut(plain(action ?? ""), MOST_DEED).padEnd(16),
    `${plain(key)} ${became}`,
  ];
  return parts.join(" ");
}
