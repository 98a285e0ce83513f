import type { Command, Completable, OptionSpec } from "./command.ts";
import { GLOBAL_OPTIONS } from "./command.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What stands before what is asked for: the scripts call this hidden command with the words up to the cursor. */
export const COMPLETE = "__complete";

/** Scripts for `eval` or a file of the shell's. They ask the command itself: it knows commands, options and the room. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_sync() {
  local word about
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    COMPREPLY+=("$word")
  done < <(sync ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -o bashdefault -F _sync sync`,
  zsh: `#compdef sync
_sync() {
  local line
  local -a found shown
  for line in "\${(@f)$(sync ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    found+=("\${line%%$'\\t'*}")
    shown+=("\${line//$'\\t'/  }")
  done
  if (( $#found )); then compadd -l -d shown -- "\${found[@]}"; else _files; fi
}
if [[ \${funcstack[1]} = _sync ]]; then _sync "$@"; else compdef _sync sync; fi`,
  fish: `function __sync_complete
  set -l words (commandline -opc) (commandline -ct)
  sync ${COMPLETE} $words[2..-1] 2>/dev/null
end
complete -c sync -f -a '(__sync_complete)'
complete -c sync -n '__fish_seen_subcommand_from register import batch' -F`,
};

export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** Looks up names that are not known beforehand; answers nothing where that takes too long. */
export type Names = (what: Completable) => Promise<readonly Candidate[]>;

/** What the last of `words` may become: what is typed of it so far decides. */
export async function complete(
  words: readonly string[],
  commands: readonly Command[],
  names: Names,
): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const { command, rest } = commandAmong(before, commands);
  const specs: Readonly<Record<string, OptionSpec>> = { ...GLOBAL_OPTIONS, ...command?.options };
  const { plainWords, open } = readWords(rest, specs);
  const found = open
    ? await valuesOf(open, names)
    : await next(typed, plainWords, command, commands, specs, names);
  return found.filter(({ word }) => word.startsWith(typed));
}

async function next(
  typed: string,
  words: readonly string[],
  command: Command | undefined,
  commands: readonly Command[],
  specs: Readonly<Record<string, OptionSpec>>,
  names: Names,
): Promise<readonly Candidate[]> {
  if (typed.startsWith("-")) {
    return Object.entries(specs).map(([name, { about }]) => ({ word: `--${name}`, about }));
  }
  if (!command) return commandWords(words, commands);
  const spec = command.args[Math.min(words.length, command.args.length - 1)];
  if (!spec || (words.length >= command.args.length && !spec.rest)) return [];
  if (spec.choices) return spec.choices.map((word) => ({ word, about: "" }));
  return spec.completes ? await names(spec.completes) : [];
}

/** The next word of every command that begins with `words`. */
function commandWords(words: readonly string[], commands: readonly Command[]): readonly Candidate[] {
  const found = new Map<string, string>();
  for (const { name, summary } of commands) {
    const parts = name.split(" ");
    const word = parts[words.length];
    if (word === undefined || words.some((given, index) => given !== parts[index])) continue;
    if (!found.has(word)) found.set(word, parts.length > words.length + 1 ? `${word} …` : summary);
  }
  return [...found].map(([word, about]) => ({ word, about }));
}

function commandAmong(words: readonly string[], commands: readonly Command[]) {
  const { plainWords } = readWords(words, GLOBAL_OPTIONS);
  const named = (count: number) => commands.find(({ name }) => name === plainWords.slice(0, count).join(" "));
  const [two, one] = [
    plainWords.length > 1 ? named(2) : undefined,
    plainWords.length > 0 ? named(1) : undefined,
  ];
  const command = two ?? one;
  const used = command?.name.split(" ") ?? [];
  // The command's own words are taken out; the options around them stay.
  const rest = [...words];
  for (const word of used) rest.splice(rest.indexOf(word), 1);
  return { command, rest };
}

/** The words that are no options, and the option whose value is still to come. */
function readWords(words: readonly string[], specs: Readonly<Record<string, OptionSpec>>) {
  const plainWords: string[] = [];
  let open: readonly [string, OptionSpec] | undefined;
  for (const word of words) {
    if (open) {
      open = undefined;
    } else if (word.startsWith("-") && word !== "-") {
      const found = Object.entries(specs).find(
        ([name, { short }]) => word === `--${name}` || word === `-${short}`,
      );
      open = found && found[1].kind !== "flag" ? found : undefined;
    } else {
      plainWords.push(word);
    }
  }
  return { plainWords, open };
}

async function valuesOf([name, { choices }]: readonly [string, OptionSpec], names: Names) {
  if (choices) return choices.map((word) => ({ word, about: "" }));
  return name === "profile" ? await names("profiles") : [];
}
