/** The tools, in the order in which an agent meets them. */
export const TOOL_NAMES = [
  "create_room",
  "join",
  "context",
  "invoke",
  "register",
  "wait",
  "look",
  "help",
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];
