import type { Declaration } from "./declaration.ts";
import { answer, jsonBody } from "./declaration.ts";
import { INVOCATION } from "./errors.ts";

const voted = {
  invoked: true,
  action: "vote",
  agent: "ana",
  params: { choice: "tea" },
  writes: [{ scope: "_votes", key: "ana", value: "tea", revision: 1, hash: "3bc0d31a4f14f996" }],
  seq: 5,
};

const definition = { scope: "_shared", expr: "size(state._votes)", registered_by: null };
const registered = {
  invoked: true,
  action: "_register_view",
  agent: null,
  params: { id: "tally", scope: "_shared", expr: "size(state._votes)" },
  writes: [{ scope: "_views", key: "tally", value: definition, revision: 1, hash: "90979f77d6636150" }],
  id: "tally",
  definition,
  hash: "90979f77d6636150",
  revision: 1,
  value: 0,
  seq: 4,
};

export const ACTING = {
  invoke: {
    tag: "Acting",
    description:
      "One transaction: all that the action writes, or nothing. `_register_action` declares a new action, " +
      "`_register_view` a named expression, `_send_message` says something, `help` tells how to go on. The parameters " +
      "that each takes stand in the context. A refusal says which clause did not hold, and on what it read.",
    bearers: ["agent", "room"],
    headers: ["Idempotency-Key"],
    body: jsonBody("Invoke", { params: { choice: "tea" } }),
    answers: {
      200: answer("It was done, or would be.", "Invoked", voted, ["X-Sync-Seq", "Idempotency-Replayed"]),
      201: answer("It was registered.", "Registration", registered, ["X-Sync-Seq", "Idempotency-Replayed"]),
    },
    errors: INVOCATION,
  },
  invokeMany: {
    tag: "Acting",
    description:
      "Up to 100 invocations in one commit, each its own event, answered in order, each by what it would have been " +
      "answered alone. With `atomic: true` all or none: then the first refusal is the answer, with its `index`.",
    bearers: ["agent", "room"],
    body: jsonBody("InvokeMany", { invocations: [{ action: "vote", params: { choice: "tea" } }] }, true),
    answers: {
      200: answer(
        "The answers in order.",
        "InvokedMany",
        {
          results: [{ status: 200, body: voted }],
          seq: 5,
        },
        [],
      ),
    },
    errors: INVOCATION,
  },
} as const satisfies Readonly<Record<string, Declaration>>;
