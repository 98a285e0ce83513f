import { z } from "zod";
import type { Refusal } from "../../kernel/errors.ts";
import { refuse } from "../../kernel/errors.ts";
import { HELP_KEYS } from "../../kernel/help-keys.ts";
import { suggest } from "../../kernel/suggestion.ts";
import type { Answer, Session } from "../session.ts";
import { refusedAnswer } from "../session.ts";
import { READS, tool } from "../tool.ts";

/** What a caller reads that is no agent yet, and so has no room to ask. */
const BEGIN = [
  "A room is shared state and a log of everything that changed it. Agents read it with context and change it with invoke, nothing else.",
  '1. join {"id":"<your name>","token":"<the room\'s join token>"}; for an open room {"id","room"}; without a room first create_room.',
  "2. Pass the token that join returns as token with every call.",
  "3. context shows state, views, actions and messages. invoke an action that is available; register one where the room lacks a word.",
  "4. wait for what others do, in place of polling. Then from 3.",
  "help has a text for each of keys: pass one as key. With a token it has the room's own texts, too.",
].join("\n");

/** How the room's own texts, which speak of HTTP, are read here. */
const IN_TOOLS =
  "Where a text speaks of HTTP: GET …/context is context, POST …/actions/x/invoke is invoke (_register_action and _register_view: register), GET …/wait is wait, POST …/agents is join, GET …/log, history, replay, samples and POST …/eval are look.";

const UNAUTHORISED = 401;
const KNOWN: ReadonlySet<string> = new Set(HELP_KEYS);

export const help = tool({
  name: "help",
  title: "Read the guide",
  description:
    "Without key: what there is to read, or how to begin where you have no token. With key, one text: guide, cel, writes, views, waiting, timers, standard_library (ready actions to copy), ….",
  annotations: READS,
  input: { key: z.string().optional() },
  output: { content: "any", keys: "array" },
  async run({ key }, session) {
    if (!session.mayAct) return await publicHelp(key, session);
    const answer = await session.inRoom({
      method: "POST",
      path: ["actions", "help", "invoke"],
      body: { params: key === undefined ? {} : { key } },
    });
    // Who reads this to find out why a token does not hold must not need one that does.
    if (answer.status === UNAUTHORISED) return await publicHelp(key, session);
    return inTools(answer);
  },
});

function inTools(answer: Answer): Answer {
  return answer.status >= 400 ? answer : { ...answer, body: { ...answer.body, in_tools: IN_TOOLS } };
}

/** What everyone may read: how to begin, or a text as it is built in. */
async function publicHelp(key: string | undefined, session: Session): Promise<Answer> {
  if (key === undefined) return { status: 200, body: { content: BEGIN, keys: [...HELP_KEYS] } };
  if (!KNOWN.has(key)) return refusedAnswer(unknownKey(key));
  const { status, body } = await session.send({ method: "GET", path: ["reference", key] });
  return inTools({ status, body: { key, ...body } });
}

function unknownKey(key: string): Refusal {
  const { refusal } = refuse("help_key_not_found", `There is no built-in help on ${JSON.stringify(key)}.`, {
    hint: "help without key lists the keys; a room's own texts are read with a token of the room.",
  });
  const unknown = { path: "key", from: key, among: HELP_KEYS };
  return suggest(refusal, unknown, (to) => `Call help ${JSON.stringify({ key: to })}.`);
}
