import type { Declaration } from "./declaration.ts";
import { answer } from "./declaration.ts";
import { PAST } from "./errors.ts";
import * as parameters from "./parameters.ts";
import { shownContext } from "./reading.ts";

const triggered = {
  triggered: true,
  condition: "size(state._votes) >= 1",
  seq: 5,
  context: shownContext,
};

const frames = [
  "event: hello",
  "id: 5",
  'data: {"type":"hello","room":"tea","self":"ana","seq":5}',
  "",
  "",
].join("\n");

export const WAITING = {
  wait: {
    tag: "Waiting",
    description:
      "The answer leaves with the commit that makes the condition true; nothing polls. After two seconds the status is " +
      "200 whatever comes, white space goes ahead of the body, and a refusal is told in it.",
    bearers: ["agent", "room", "view"],
    query: { condition: parameters.condition, timeout: parameters.timeout, ...parameters.shape },
    answers: {
      200: {
        ...answer("The condition holds, or the time is over.", "Waited", triggered, []),
        optionalHeaders: ["X-Sync-Seq"],
      },
    },
    errors: [...PAST, "invalid_cel", "cel_error", "cel_budget_exceeded", "quota_exceeded", "too_large"],
  },
  watch: {
    tag: "Waiting",
    description:
      "A WebSocket (subprotocols `sync.v8` and `bearer.<token>`), or an event stream where `Accept` names " +
      "`text/event-stream`. The server sends ServerFrames; on a WebSocket the client may send ClientFrames.",
    bearers: ["agent", "room", "view"],
    query: { since: parameters.since, only: parameters.feeds },
    headers: ["Last-Event-ID"],
    answers: {
      101: { description: "The WebSocket is open.", content: {} },
      200: {
        description: "Events, as they happen.",
        content: { "text/event-stream": { schema: "EventStream", example: frames } },
      },
    },
    errors: [...PAST, "quota_exceeded"],
  },
} as const satisfies Readonly<Record<string, Declaration>>;
