import type { OperationId } from "../protocol/operations.ts";
import type { ToolName } from "./tool-names.ts";

/**
 * The tool that does each call of the API; null for what is not an agent's to do. Rooms are run (settings, tokens,
 * moving, deleting) by their owners over HTTP, and watched there: a tool's answer is one, not many.
 */
export const TOOL_OF: Readonly<Record<OperationId, ToolName | null>> = {
  createRoom: "create_room",
  getRoom: "look",
  updateRoom: null,
  deleteRoom: null,
  stats: "look",
  join: "join",
  updateAgent: null,
  leave: null,
  context: "context",
  invoke: "invoke",
  invokeMany: "invoke",
  wait: "wait",
  watch: null,
  evaluate: "look",
  poll: null,
  log: "look",
  verify: "look",
  scopeHistory: "look",
  keyHistory: "look",
  replay: "look",
  samples: "look",
  salience: "look",
  export: null,
  import: null,
  fork: null,
  mintToken: null,
  listTokens: null,
  revokeToken: null,
  migration: null,
  migrate: null,
  templates: "look",
  template: "look",
  health: null,
};
