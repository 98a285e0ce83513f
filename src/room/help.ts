import agents from "../help/agents.md";
import cel from "../help/cel.md";
import contestedActions from "../help/contested_actions.md";
import contextShaping from "../help/context_shaping.md";
import directedMessages from "../help/directed_messages.md";
import guide from "../help/guide.md";
import help from "../help/help.md";
import messages from "../help/messages.md";
import refusals from "../help/refusals.md";
import standardLibraryText from "../help/standard_library.md";
import standardLibrary from "../help/standard-library.json";
import summaries from "../help/summaries.json";
import timers from "../help/timers.md";
import views from "../help/views.md";
import vocabularyBootstrap from "../help/vocabulary_bootstrap.md";
import vocabularyReview from "../help/vocabulary_review.md";
import waiting from "../help/waiting.md";
import watching from "../help/watching.md";
import writes from "../help/writes.md";
import type { HelpKey } from "../kernel/help-keys.ts";
import { HELP_KEYS } from "../kernel/help-keys.ts";

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
