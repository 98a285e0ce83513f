import type { CreatedRoom } from "../../src/client/main.ts";
import { createRoom } from "../../src/client/main.ts";

const LEASE_MS = 3_600_000;
const TASKS = [
  ["Read the chapters on tides", "high"],
  ["Draw the map of the harbour", "normal"],
  ["Check the dates against the log book", "high"],
  ["Write the introduction", "normal"],
  ["Proofread the first part", "low"],
  ["Ask the archive for the missing letters", "low"],
] as const;
const PLAN = [
  "**The harbour book**, third draft.",
  "",
  "1. Sources first: nothing is written that no source bears out.",
  "2. One of us reads what another wrote.",
  "3. Questions go to `messages`, decisions to `state`.",
].join("\n");

/** A room in the middle of its work: four agents share out a book. The same words each time. */
export async function livelyRoom(server: string): Promise<CreatedRoom> {
  const made = await createRoom(server, { id: "harbour-book", template: "task-queue" });
  const { room } = made;
  const lead = await room.join({
    id: "lead",
    role: "coordinator",
    state: { doubts: ["the year of the fire"] },
  });
  const [ana, ben, cid] = await Promise.all(
    ["ana", "ben", "cid"].map((id) => room.join({ id, role: "worker", state: { finished: 0 } })),
  );
  await lead.registerAction({
    id: "note",
    description: "Keep something that all should know",
    params: { key: { type: "string", required: true }, value: { type: "any", required: true } },
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
  await lead.registerAction({
    id: "publish",
    description: "Send the book to the printer",
    intent: "Nothing is printed that is not done",
    if: "views.settled && state._shared.approved == true",
    writes: [{ key: "published", value: true }],
  });
  await lead.registerView({
    id: "plan",
    expr: "state._shared.plan",
    render: { type: "markdown", label: "Plan" },
  });
  await lead.registerView({
    id: "talk",
    expr: "state._messages.map(k, state._messages[k])",
    render: { type: "feed", label: "Said last", limit: 4 },
  });
  await lead.registerView({
    id: "decide",
    expr: "true",
    render: { type: "action-bar", label: "Decide", actions: ["publish", "post_task"] },
  });
  await lead.invoke("note", { key: "plan", value: PLAN });
  await lead.invoke("note", { key: "words", value: 18_240 });
  await lead.invoke("note", { key: "title", value: "The harbour book" });
  for (const [body, priority] of TASKS) await lead.invoke("post_task", { body, priority });
  await lead.sendMessage({ body: "Six parts. Take what you like, the dates first." });
  await ana?.invoke("claim_task", { key: 1, lease_ms: LEASE_MS });
  await ana?.invoke("complete_task", {
    key: 1,
    result: { pages: 48, note: "Spring tides explain the fire." },
  });
  await ben?.invoke("claim_task", { key: 3, lease_ms: LEASE_MS });
  await cid?.invoke("claim_task", { key: 3, lease_ms: LEASE_MS }).catch(() => undefined);
  await cid?.invoke("claim_task", { key: 2, lease_ms: LEASE_MS });
  await ben?.sendMessage({
    body: "The log book has two years for the fire. Which one do we print?",
    to: "lead",
  });
  await lead.sendMessage({ body: "1871, until somebody finds the letters.", reply_to: 2 });
  await lead.invoke("publish").catch(() => undefined);
  await lead.invoke("note", { key: "words", value: 19_004 });
  return made;
}
