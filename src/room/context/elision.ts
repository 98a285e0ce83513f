import type { ContextShape } from "../../protocol/context-shape.ts";
import type { Answer } from "../../protocol/serialise.ts";
import type { Reading, Selection } from "./context.ts";

/** What an answer leaves out of what it would show: how much of which part, and the query that fetches that [CTX-6]. */
export function elided({ shape }: Reading, selection: Selection, shownNow: Selection): Answer[] {
  const left: Answer[] = [];
  for (const [index, { part, keys }] of selection.parts.entries()) {
    const count = (keys ?? part.keys()).length - (shownNow.parts[index]?.keys?.length ?? 0);
    if (count > 0) left.push({ part: part.name, count, query: queryFor(part.name, shape) });
  }
  const count = selection.messages.length - shownNow.messages.length;
  if (count > 0) left.push({ part: "messages", count, query: queryFor("messages", shape) });
  return left;
}

/** The query that shows a part as it would have been shown without a budget. */
function queryFor(part: string, shape: ContextShape): string {
  const query = new URLSearchParams({ only: part });
  if (shape.depth !== "lean") query.set("depth", shape.depth);
  if (shape.meta) query.set("meta", "true");
  if (shape.since !== null) query.set("since", String(shape.since));
  if (part === "messages") {
    if (shape.messages_after !== null) query.set("messages_after", String(shape.messages_after));
    query.set("messages_limit", String(shape.messages_limit));
  }
  return query.toString();
}
