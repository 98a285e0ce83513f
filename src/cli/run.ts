import { leadingWords, parseArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { COMMANDS, GROUPS } from "./commands.ts";
import type { Candidate } from "./completion.ts";
import { COMPLETE, complete } from "./completion.ts";
import { EXIT, UsageError } from "./faults.ts";
import { nearest } from "./nearest.ts";
import type { Stream } from "./output.ts";
import { Output } from "./output.ts";
import { Profiles } from "./profiles.ts";
import { Session } from "./session.ts";
import { suggestNames } from "./suggested-names.ts";
import type { Prefixes } from "./told-fault.ts";
import { exitCodeOf, tellFault } from "./told-fault.ts";
import { commandUsage, overview } from "./usage.ts";

/** What the command line runs in. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs one command line to its end, and answers what to exit with. */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  const { env, signal } = around;
  // Read before the options are, which may be what is wrong.
  const output = new Output(argv.includes("--json"), around, env);
  if (argv[0] === COMPLETE) return await tellCandidates(argv.slice(1), around);
  let prefixes: Prefixes = () => ({ room: "sync", server: "sync" });
  try {
    const found = findCommand(asCommand(argv));
    if (found === null) return tellOverview(output, argv);
    const { globals, options, args } = parseArguments(found.command, found.rest);
    if (globals.help) return tellText(output, commandUsage(found.command, output));
    const session = new Session(globals, env, new Profiles(env, (text) => output.warn(text)));
    prefixes = (isAgentInDoubt) => session.prefixes(isAgentInDoubt);
    return await found.command.run({ options, args, session, output, signal } as Parameters<
      Command["run"]
    >[0]);
  } catch (error) {
    if (!signal.aborted) tellFault(error, output, prefixes);
    return exitCodeOf(error, signal);
  }
}

/** `--version` by itself is asked of every command line, and is here a command. */
function asCommand(argv: readonly string[]): readonly string[] {
  if (leadingWords(argv).length > 0) return argv;
  return argv.map((word) => (word === "--version" ? "version" : word));
}

/** The command that the first words name, and the command line without them; null where there are none. */
function findCommand(argv: readonly string[]): { command: Command; rest: string[] } | null {
  const words = leadingWords(argv);
  for (const count of [2, 1]) {
    const used = words.slice(0, count);
    const said = used.map(({ word }) => word).join(" ");
    // A family's first word alone lists what there is.
    const command = COMMANDS.find(
      ({ name }) => name === said || (words.length === 1 && name === `${said} list`),
    );
    if (!command || used.length < count) continue;
    const places = new Set(used.map(({ index }) => index));
    return { command, rest: argv.filter((_, index) => !places.has(index)) };
  }
  if (words.length === 0) return null;
  throw unknownCommand(words);
}

/** Says that there is no such command, and what there is instead. */
function unknownCommand(words: readonly { word: string }[]): UsageError {
  const [first = "", second] = words.map(({ word }) => word);
  const names = COMMANDS.map(({ name }) => name);
  const family = names.filter((name) => name.startsWith(`${first} `));
  const said = family.length > 0 && second !== undefined ? `${first} ${second}` : first;
  const near = nearest(said, family.length > 0 ? family : names);
  const among = family.length > 0 ? ` Say which: ${family.join(", ")}.` : "";
  const meant = near === undefined ? among : ` Did you mean sync ${near}?`;
  const next = near ?? family[0];
  return new UsageError(
    `There is no command ${said}.${meant}`,
    next === undefined ? "sync help" : `sync ${next} --help`,
  );
}

function tellText(output: Output, text: string): number {
  output.stdout.write(`${text}\n`);
  return EXIT.done;
}

/** Asked for by `--help`, the overview is an answer; without any word it is what was missing. */
function tellOverview(output: Output, argv: readonly string[]): number {
  const text = overview(GROUPS, output);
  if (argv.some((word) => word === "--help" || word === "-h")) return tellText(output, text);
  output.stderr.write(`${text}\n`);
  return EXIT.usage;
}

async function tellCandidates(words: readonly string[], { env, stdout }: Surroundings): Promise<number> {
  const found: readonly Candidate[] = await complete(words, COMMANDS, suggestNames(words, env)).catch(
    () => [],
  );
  for (const { word, about } of found) stdout.write(`${word}\t${about}\n`);
  return EXIT.done;
}
