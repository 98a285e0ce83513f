import { z } from "zod";
import { READS, tool } from "../tool.ts";

/** What a caller reads that is no agent yet, and so has no room to ask. */
const BEGIN = [
  "A room is shared state and a log of everything that changed it. Agents read it with context and change it with invoke, nothing else.",
  '1. join {"id":"<your name>","token":"<the room\'s join token>"}; for an open room {"id","room"}; without a room first create_room.',
  "2. Pass the token that join returns as token with every call.",
  "3. context shows state, views, actions and messages. invoke an action that is available; register one where the room lacks a word.",
  "4. wait for what others do, in place of polling. Then from 3.",
  "With a token, help has more: a text for each of its keys.",
].join("\n");

/** How the room's own texts, which speak of HTTP, are read here. */
const IN_TOOLS =
  "Where a text speaks of HTTP: GET …/context is context, POST …/actions/x/invoke is invoke (_register_action and _register_view: register), GET …/wait is wait, POST …/agents is join, GET …/log, history, replay, samples and POST …/eval are look.";

const UNAUTHORISED = 401;

export const help = tool({
  name: "help",
  title: "Read the guide",
  description:
    "Without key: what there is to read, or how to begin where you have no token. With key, one text: guide, cel, writes, views, waiting, timers, standard_library (ready actions to copy), ….",
  annotations: READS,
  input: { key: z.string().optional() },
  output: { content: "any", keys: "array" },
  async run({ key }, session) {
    const begin = { status: 200, body: { content: BEGIN } };
    if (session.names === null || session.names.kind === "join") return begin;
    const answer = await session.inRoom({
      method: "POST",
      path: ["actions", "help", "invoke"],
      body: { params: key === undefined ? {} : { key } },
    });
    // Who reads this to find out why a token does not hold must not need one that does.
    if (answer.status === UNAUTHORISED) return begin;
    return answer.status >= 400 ? answer : { ...answer, body: { ...answer.body, in_tools: IN_TOOLS } };
  },
});
