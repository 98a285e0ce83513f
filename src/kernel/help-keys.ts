/** The keys of the built-in help, in reading order: a refusal names one of these, and each has a text. */
export const HELP_KEYS = [
  "guide",
  "vocabulary_bootstrap",
  "standard_library",
  "writes",
  "cel",
  "views",
  "messages",
  "directed_messages",
  "waiting",
  "watching",
  "timers",
  "refusals",
  "context_shaping",
  "contested_actions",
  "vocabulary_review",
  "agents",
  "help",
] as const;
export type HelpKey = (typeof HELP_KEYS)[number];
