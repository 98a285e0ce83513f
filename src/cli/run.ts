import { leadingWords, parseArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { COMMANDS, GROUPS } from "./commands.ts";
import type { Candidate } from "./completion.ts";
import { COMPLETE, complete } from "./completion.ts";
import { EXIT, UsageError } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { Output } from "./output.ts";
import { Profiles } from "./profiles.ts";
import { Session } from "./session.ts";
import { suggestNames } from "./suggested-names.ts";
import type { Prefix } from "./told-fault.ts";
import { exitCodeOf, tellFault } from "./told-fault.ts";
import { commandUsage, overview } from "./usage.ts";

/** What the command line runs in. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs one command line to its end, and answers what to exit with. */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  const { env, signal } = around;
  // Read before the options are, which may be what is wrong.
  const output = new Output(argv.includes("--json"), around, env);
  if (argv[0] === COMPLETE) return await tellCandidates(argv.slice(1), around);
  let prefix: Prefix = () => "sync";
  try {
    const found = findCommand(argv);
    if (found === null) return tellOverview(output, argv);
    const { globals, options, args } = parseArguments(found.command, found.rest);
    if (globals.help) return tellText(output, commandUsage(found.command, output));
    const session = new Session(globals, env, new Profiles(env, (text) => output.warn(text)));
    prefix = (isAgentInDoubt) => session.prefix(isAgentInDoubt);
    return await found.command.run({ options, args, session, output, signal } as Parameters<
      Command["run"]
    >[0]);
  } catch (error) {
    if (!signal.aborted) tellFault(error, output, prefix);
    return exitCodeOf(error, signal);
  }
}

/** The command that the first words name, and the command line without them; null where there are none. */
function findCommand(argv: readonly string[]): { command: Command; rest: string[] } | null {
  const words = leadingWords(argv);
  for (const count of [2, 1]) {
    const used = words.slice(0, count);
    const command = COMMANDS.find(({ name }) => name === used.map(({ word }) => word).join(" "));
    if (!command || used.length < count) continue;
    const next = words[count];
    // `tokens mnit` is no list of tokens that were given a word too many.
    if (count === 1 && next && command.args.length === 0 && isFamily(command.name)) break;
    const places = new Set(used.map(({ index }) => index));
    return { command, rest: argv.filter((_, index) => !places.has(index)) };
  }
  const [first, second] = words;
  if (!first) return null;
  throw new UsageError(unknownText(first.word, second?.word), nextFor(first.word));
}

function isFamily(word: string): boolean {
  return COMMANDS.some(({ name }) => name.startsWith(`${word} `));
}

function unknownText(first: string, second: string | undefined): string {
  const family = COMMANDS.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (family.length > 0) {
    const near = second === undefined ? undefined : nearest(`${first} ${second}`, family);
    const meant = near === undefined ? `Say which: ${family.join(", ")}.` : `Did you mean sync ${near}?`;
    return second === undefined ? meant : `There is no command ${first} ${second}. ${meant}`;
  }
  const near = nearest(
    first,
    COMMANDS.map(({ name }) => name),
  );
  return `There is no command ${first}.${near === undefined ? "" : ` Did you mean sync ${near}?`}`;
}

function nextFor(first: string): string {
  const family = COMMANDS.find(({ name }) => name.startsWith(`${first} `));
  const near =
    family?.name ??
    nearest(
      first,
      COMMANDS.map(({ name }) => name),
    );
  return near === undefined ? "sync help" : `sync ${near} --help`;
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
