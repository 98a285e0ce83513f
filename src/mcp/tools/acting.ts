import { z } from "zod";
import { refuse } from "../../kernel/errors.ts";
import { isJsonObject } from "../../kernel/json.ts";
import { failure } from "../next-calls.ts";
import type { Answer } from "../session.ts";
import { refusedAnswer } from "../session.ts";
import { tool } from "../tool.ts";

const anyObject = z.record(z.string(), z.unknown());

const invocation = {
  action: z.string(),
  params: anyObject.optional(),
  idempotency_key: z.string().optional(),
};

/** Writing: by actions, and by registering actions and views. */
export const invoke = tool({
  name: "invoke",
  title: "Invoke an action",
  description:
    "The one way to change a room: an action that context lists, or a built-in: _send_message {body, to?}, _delete_action {id}, _delete_view {id}. idempotency_key makes a repeat safe; dry_run shows what would happen; invocations does up to 100 in one commit, atomic all or none.",
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  input: {
    ...invocation,
    action: invocation.action.optional(),
    if_action_hash: z.string().optional(),
    dry_run: z.boolean().optional(),
    invocations: z.array(z.strictObject(invocation)).optional(),
    atomic: z.boolean().optional(),
  },
  output: { invoked: "boolean", writes: "array", results: "array", seq: "number" },
  async run({ action, invocations, atomic, ...one }, session) {
    if ((action === undefined) === (invocations === undefined)) return refusedAnswer(neitherOrBoth().refusal);
    if (action !== undefined) {
      return await session.inRoom({ method: "POST", path: pathOf(action), body: one });
    }
    const body = { invocations, atomic };
    return withFailures(await session.inRoom({ method: "POST", path: ["invoke"], body }), invocations ?? []);
  },
});

export const register = tool({
  name: "register",
  title: "Register an action or a view",
  description:
    'Give the room a word. action: {id, description, params?, if?, writes: [{scope, key, value | expr: true | increment | merge | append | delete}], result?}; if and expr are CEL over state, views, params, self; ${params.x}, ${self}, ${now} in values. view: {id, expr, scope?}. To replace another\'s pass if_hash. Examples: help {"key":"standard_library"}.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  input: { kind: z.enum(["action", "view"]), definition: anyObject },
  output: { id: "string", hash: "string", warning: "string", seq: "number" },
  async run({ kind, definition }, session) {
    return await session.inRoom({
      method: "POST",
      path: pathOf(`_register_${kind}`),
      body: { params: definition },
    });
  },
});

/** A batch's answer in which each refusal among the results is told as one alone would be. */
function withFailures({ status, body }: Answer, invocations: readonly object[]): Answer {
  if (!Array.isArray(body.results)) return { status, body };
  const results = body.results.map((result, index) => {
    if (!isJsonObject(result) || !isJsonObject(result.body) || Number(result.status) < 400) return result;
    const failed = { tool: "invoke", arguments: { ...invocations[index] } } as const;
    return { ...result, body: failure(result.body, failed) };
  });
  return { status, body: { ...body, results } };
}

function pathOf(action: string): readonly string[] {
  return ["actions", action, "invoke"];
}

function neitherOrBoth() {
  return refuse("invalid_request", "Either action or invocations says what to invoke.", {
    hint: "Pass action with params, or invocations with a list of those.",
  });
}
