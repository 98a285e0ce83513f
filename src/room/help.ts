import agents from "../help/agents.md";
import cel from "../help/cel.md";
import contestedActions from "../help/contested_actions.md";
import contextShaping from "../help/context_shaping.md";
import directedMessages from "../help/directed_messages.md";
import guide from "../help/guide.md";
import help from "../help/help.md";
import index from "../help/index.json";
import messages from "../help/messages.md";
import standardLibraryText from "../help/standard_library.md";
import standardLibrary from "../help/standard-library.json";
import timers from "../help/timers.md";
import views from "../help/views.md";
import vocabularyBootstrap from "../help/vocabulary_bootstrap.md";
import waiting from "../help/waiting.md";
import writes from "../help/writes.md";

const definitions = ["```json", JSON.stringify(standardLibrary.entries, null, 2), "```", ""].join("\n");

const TEXTS: ReadonlyMap<string, string> = new Map([
  ["guide", guide],
  ["standard_library", `${standardLibraryText.trimEnd()}\n\n${definitions}`],
  ["vocabulary_bootstrap", vocabularyBootstrap],
  ["writes", writes],
  ["cel", cel],
  ["views", views],
  ["messages", messages],
  ["directed_messages", directedMessages],
  ["contested_actions", contestedActions],
  ["timers", timers],
  ["context_shaping", contextShaping],
  ["waiting", waiting],
  ["agents", agents],
  ["help", help],
]);

/** The built-in text of a help key, or undefined. */
export function builtinHelp(key: string): string | undefined {
  return TEXTS.get(key);
}

/** The built-in help keys in reading order, with a line on each. */
export const HELP_INDEX: readonly { readonly key: string; readonly summary: string }[] = index.keys;
