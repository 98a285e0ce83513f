/** One call of the API, whatever door it comes through. */
export interface Operation {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With `:name` where a part is a parameter. */
  readonly path: string;
  readonly summary: string;
}

/**
 * Every call that there is, by its name. HTTP, OpenAPI, the SDK, the CLI and the MCP endpoint are doors to these: a test
 * compares the doors, so that none lacks what another has.
 */
export const OPERATIONS = {
  createRoom: { method: "POST", path: "/rooms", summary: "Create a room" },
  getRoom: { method: "GET", path: "/rooms/:room", summary: "What a room is" },
  updateRoom: { method: "PATCH", path: "/rooms/:room", summary: "Change a room's settings" },
  deleteRoom: { method: "DELETE", path: "/rooms/:room", summary: "Delete a room" },
  stats: { method: "GET", path: "/rooms/:room/stats", summary: "What a room costs" },
  join: { method: "POST", path: "/rooms/:room/agents", summary: "Join as an agent" },
  updateAgent: { method: "PATCH", path: "/rooms/:room/agents/:agent", summary: "Change an agent" },
  leave: { method: "DELETE", path: "/rooms/:room/agents/:agent", summary: "Leave" },
  context: { method: "GET", path: "/rooms/:room/context", summary: "Read what the caller may see" },
  invoke: { method: "POST", path: "/rooms/:room/actions/:action/invoke", summary: "Invoke an action" },
  invokeMany: { method: "POST", path: "/rooms/:room/invoke", summary: "Invoke actions in one commit" },
  wait: { method: "GET", path: "/rooms/:room/wait", summary: "Block until a condition holds" },
  watch: { method: "GET", path: "/rooms/:room/watch", summary: "Be told what happens, as it happens" },
  evaluate: { method: "POST", path: "/rooms/:room/eval", summary: "Evaluate an expression" },
  poll: { method: "GET", path: "/rooms/:room/poll", summary: "One bundle for a dashboard" },
  log: { method: "GET", path: "/rooms/:room/log", summary: "Read the log" },
  verify: { method: "GET", path: "/rooms/:room/log/verify", summary: "Walk the log's hash chain" },
  scopeHistory: {
    method: "GET",
    path: "/rooms/:room/history/:scope",
    summary: "What happened to keys of a scope",
  },
  keyHistory: {
    method: "GET",
    path: "/rooms/:room/history/:scope/:key",
    summary: "What happened to a key",
  },
  replay: { method: "GET", path: "/rooms/:room/replay/:seq", summary: "The room as it was after an event" },
  samples: {
    method: "GET",
    path: "/rooms/:room/samples/:view",
    summary: "A temporal view's values over time",
  },
  salience: { method: "GET", path: "/rooms/:room/salience", summary: "Which keys matter most to an agent" },
  export: { method: "GET", path: "/rooms/:room/export", summary: "The whole room, as lines of JSON" },
  import: {
    method: "POST",
    path: "/rooms/:room/import",
    summary: "Bring an export or a dump into a new room",
  },
  fork: { method: "POST", path: "/rooms/:room/fork", summary: "Make a new room from any moment of this one" },
  mintToken: { method: "POST", path: "/rooms/:room/tokens", summary: "Mint a token" },
  listTokens: { method: "GET", path: "/rooms/:room/tokens", summary: "List the tokens" },
  revokeToken: { method: "DELETE", path: "/rooms/:room/tokens/:token", summary: "Revoke a token" },
  migration: { method: "GET", path: "/rooms/:room/migration", summary: "How far a legacy room has moved" },
  migrate: { method: "POST", path: "/rooms/:room/migration", summary: "Take a step of a migration" },
  templates: { method: "GET", path: "/templates", summary: "The templates that a room can begin with" },
  template: { method: "GET", path: "/templates/:template", summary: "The whole of one template" },
  health: { method: "GET", path: "/health", summary: "Whether the server is up" },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof OPERATIONS;
