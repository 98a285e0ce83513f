/** Calls of earlier versions, and what does their work now. */
const REPLACED: readonly (readonly [method: RegExp, path: RegExp, now: string])[] = [
  [/GET/, /\/state(\/.*)?$/, "GET …/context?only=state reads state."],
  [
    /PUT|POST|PATCH|DELETE/,
    /\/state(\/.*)?$/,
    "Register an action that writes it, and invoke that: there is no set-state call.",
  ],
  [/GET/, /\/messages$/, "GET …/context?only=messages reads messages."],
  [/POST/, /\/messages$/, "POST …/actions/_send_message/invoke sends a message."],
  [/GET/, /\/actions$/, "GET …/context?only=actions lists the actions."],
  [/PUT|POST/, /\/actions(\/[^/]+)?$/, "POST …/actions/_register_action/invoke registers an action."],
  [/DELETE/, /\/actions\/[^/]+$/, "POST …/actions/_delete_action/invoke deletes an action."],
  [/GET/, /\/views(\/.*)?$/, "GET …/context?only=views reads the views."],
  [/PUT|POST/, /\/views(\/[^/]+)?$/, "POST …/actions/_register_view/invoke registers a view."],
  [/DELETE/, /\/views\/[^/]+$/, "POST …/actions/_delete_view/invoke deletes a view."],
  [/GET/, /\/agents(\/.*)?$/, "GET …/context?only=agents lists the agents."],
  [/POST/, /\/agents\/[^/]+\/heartbeat$/, "Every call is a heartbeat: there is nothing to send."],
  [/GET/, /\/audit$/, "GET …/log reads the log."],
];

/** What replaced a call that there was once, as a hint, or null. */
export function replacement(method: string, path: string): string | null {
  const found = REPLACED.find(([methods, paths]) => methods.test(method) && paths.test(path));
  return found?.[2] ?? null;
}
