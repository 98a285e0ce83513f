import { parseArgs } from "node:util";
import type { ArgumentSpec, Command, GlobalOptions, OptionSpec, OptionSpecs } from "./command.ts";
import { GLOBAL_OPTIONS } from "./command.ts";
import { parseDuration } from "./duration.ts";
import { UsageError } from "./faults.ts";
import { nearest } from "./nearest.ts";

type Value = string | number | boolean | readonly string[] | undefined;

export interface Parsed {
  readonly globals: GlobalOptions;
  readonly options: Readonly<Record<string, Value>>;
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The words of a command line that are no options, with their places; those of a command come first. */
export function leadingWords(argv: readonly string[]): readonly { word: string; index: number }[] {
  const { tokens } = parseArgs({ args: [...argv], ...config(GLOBAL_OPTIONS) });
  const end = tokens.find(({ kind }) => kind === "option-terminator")?.index ?? argv.length;
  return tokens.flatMap((token) =>
    token.kind === "positional" && token.index < end ? [{ word: token.value, index: token.index }] : [],
  );
}

/** Reads a command's options and arguments; whatever does not fit is a {@link UsageError} that says so. */
export function parseArguments(command: Command, argv: readonly string[]): Parsed {
  const specs: OptionSpecs = { ...GLOBAL_OPTIONS, ...command.options };
  const { tokens } = parseArgs({ args: [...argv], ...config(specs) });
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const text = optionText(command, specs, token);
    given.set(token.name, [...(given.get(token.name) ?? []), text]);
  }
  const values = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, optionValue(name, spec, given.get(name) ?? [])]),
  );
  const globals = values as unknown as GlobalOptions;
  return { globals, options: values, args: globals.help ? {} : argumentValues(command, words) };
}

function config(specs: OptionSpecs) {
  const options = Object.entries(specs).map(([name, { kind, short }]) => {
    const type = kind === "flag" ? "boolean" : "string";
    return [name, { type, ...(short === undefined ? {} : { short }) }] as const;
  });
  return {
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  } as const;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function optionText(command: Command, specs: OptionSpecs, token: OptionToken): string {
  const { name, rawName, value, inlineValue } = token;
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (!spec) {
    const near = nearest(name, Object.keys(specs));
    const meant = near === undefined ? "" : ` Did you mean --${near}?`;
    throw new UsageError(`There is no option ${rawName}.${meant}`, `sync ${command.name} --help`);
  }
  if (spec.kind === "flag") {
    if (value !== undefined) throw new UsageError(`--${name} takes no value.`, `sync ${command.name} --help`);
    return "";
  }
  // `--id --json` forgets a value; whoever means one that looks like an option writes `--id=--json`.
  if (value === undefined || (!inlineValue && /^-[^\d]/.test(value))) {
    throw new UsageError(`--${name} needs a value.`, `sync ${command.name} --help`);
  }
  return value;
}

function optionValue(name: string, spec: OptionSpec, texts: readonly string[]): Value {
  if (spec.kind === "flag") return texts.length > 0;
  const items = spec.kind === "list" ? texts.flatMap((text) => text.split(",")).filter(Boolean) : texts;
  for (const item of items) checkChoice(`--${name}`, spec, item);
  if (spec.kind === "list") return items;
  const text = items.at(-1);
  if (text === undefined || spec.kind === "text") return text;
  if (spec.kind === "duration") return parseDuration(`--${name}`, text);
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${name} takes a whole number, not ${text}.`);
  return Number(text);
}

function checkChoice(what: string, { choices }: { choices?: readonly string[] }, text: string): void {
  if (!choices || choices.includes(text)) return;
  throw new UsageError(`${what} is one of ${choices.join(", ")}, not ${text}.`);
}

function argumentValues(command: Command, words: readonly string[]): Parsed["args"] {
  const left = [...words];
  const values: Record<string, string | readonly string[] | undefined> = {};
  for (const spec of command.args) values[spec.name] = argumentValue(command, spec, left);
  const [extra] = left;
  if (extra !== undefined) {
    throw new UsageError(`sync ${command.name} takes nothing more: ${extra}.`, `sync ${command.name} --help`);
  }
  return values;
}

function argumentValue(command: Command, spec: ArgumentSpec, left: string[]) {
  if (spec.rest) return left.splice(0);
  const word = left.shift();
  if (word === undefined && !spec.optional) {
    throw new UsageError(
      `sync ${command.name} needs <${spec.name}>: ${spec.about}.`,
      `sync ${command.name} --help`,
    );
  }
  if (word !== undefined) checkChoice(`<${spec.name}>`, spec, word);
  return word;
}
