import type { HelpKey } from "../kernel/help-keys.ts";
import { HELP_KEYS } from "../kernel/help-keys.ts";
import agents from "./agents.md";
import cel from "./cel.md";
import contestedActions from "./contested_actions.md";
import contextShaping from "./context_shaping.md";
import directedMessages from "./directed_messages.md";
import guide from "./guide.md";
import help from "./help.md";
import messages from "./messages.md";
import refusals from "./refusals.md";
import standardLibraryText from "./standard_library.md";
import standardLibrary from "./standard-library.json";
import summaries from "./summaries.json";
import timers from "./timers.md";
import views from "./views.md";
import vocabularyBootstrap from "./vocabulary_bootstrap.md";
import vocabularyReview from "./vocabulary_review.md";
import waiting from "./waiting.md";
import watching from "./watching.md";
import writes from "./writes.md";

const definitions = ["```json", JSON.stringify(standardLibrary.entries, null, 2), "```", ""].join("\n");

const TEXTS: Readonly<Record<HelpKey, string>> = {
  guide,
  vocabulary_bootstrap: vocabularyBootstrap,
  standard_library: `${standardLibraryText.trimEnd()}\n\n${definitions}`,
  writes,
  cel,
  views,
  messages,
  directed_messages: directedMessages,
  waiting,
  watching,
  timers,
  refusals,
  context_shaping: contextShaping,
  contested_actions: contestedActions,
  vocabulary_review: vocabularyReview,
  agents,
  help,
};

/** The built-in text of a help key, or undefined. */
export function builtinHelp(key: string): string | undefined {
  return isHelpKey(key) ? TEXTS[key] : undefined;
}

function isHelpKey(key: string): key is HelpKey {
  return Object.hasOwn(TEXTS, key);
}

const SUMMARIES: Readonly<Record<HelpKey, string>> = summaries;

/** The built-in help keys in reading order, with a line on each. */
export const HELP_INDEX = HELP_KEYS.map((key) => ({ key, summary: SUMMARIES[key] }));
