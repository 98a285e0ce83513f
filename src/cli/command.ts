import type { Output } from "./output.ts";
import type { Session } from "./session.ts";

/** `number` is a whole one; `duration` becomes milliseconds; `list` may be repeated, and is split at commas. */
export type OptionKind = "text" | "number" | "duration" | "flag" | "list";

export interface OptionSpec {
  readonly kind: OptionKind;
  readonly about: string;
  /** What stands for its value in usage; by default its kind. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly short?: string;
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface ArgumentSpec {
  readonly name: string;
  readonly about: string;
  readonly optional?: true;
  /** Takes all that follow; only the last one may. */
  readonly rest?: true;
  readonly choices?: readonly string[];
  /** What the room or the profiles can complete it with. */
  readonly completes?: Completable;
}
export type Completable = "actions" | "profiles" | "commands" | "files";

type Chosen<Spec> = Spec extends { readonly choices: readonly (infer Choice extends string)[] }
  ? Choice
  : string;

interface KindValues<Text> {
  readonly text: Text | undefined;
  readonly number: number | undefined;
  readonly duration: number | undefined;
  readonly flag: boolean;
  readonly list: readonly Text[];
}

export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: KindValues<Chosen<Specs[Name]>>[Specs[Name]["kind"]];
};

type ArgumentValue<Spec extends ArgumentSpec> = Spec extends { readonly rest: true }
  ? readonly Chosen<Spec>[]
  : Spec extends { readonly optional: true }
    ? Chosen<Spec> | undefined
    : Chosen<Spec>;

export type ArgumentValues<Specs extends readonly ArgumentSpec[]> = {
  readonly [Spec in Specs[number] as Spec["name"]]: ArgumentValue<Spec>;
};

/** One run of a command: what was asked for, whom it talks to, where it writes. */
export interface Call<
  Specs extends OptionSpecs = OptionSpecs,
  Args extends readonly ArgumentSpec[] = readonly ArgumentSpec[],
> {
  readonly options: OptionValues<Specs>;
  readonly args: ArgumentValues<Args>;
  readonly session: Session;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Command<
  Specs extends OptionSpecs = OptionSpecs,
  Args extends readonly ArgumentSpec[] = readonly ArgumentSpec[],
> {
  /** One word, or two as in `tokens mint`. */
  readonly name: string;
  readonly summary: string;
  /** The calls of the API that it makes, by their names; none for what happens on this machine alone. */
  readonly operations: readonly string[];
  readonly args: Args;
  readonly options: Specs;
  /** A whole command line that works. */
  readonly example: string;
  readonly notes?: string;
  /** Does it, and answers what to exit with. */
  run(call: Call<Specs, Args>): Promise<number>;
}

/** Says no more than its argument; it is there for the types of `run`'s options and arguments. */
export function defineCommand<const Specs extends OptionSpecs, const Args extends readonly ArgumentSpec[]>(
  command: Command<Specs, Args>,
): Command<Specs, Args> {
  return command;
}

/** What every command takes. */
export const GLOBAL_OPTIONS = {
  profile: { kind: "text", value: "name", short: "p", about: "use this profile (SYNC_PROFILE)" },
  server: { kind: "text", value: "url", about: "talk to this server (SYNC_SERVER)" },
  room: { kind: "text", value: "id", short: "r", about: "talk to this room (SYNC_ROOM)" },
  as: { kind: "text", value: "agent", short: "a", about: "be this agent (SYNC_AGENT)" },
  "token-file": {
    kind: "text",
    value: "file",
    about: "read the token from a file, - for stdin (or SYNC_TOKEN)",
  },
  json: { kind: "flag", about: "answer in JSON, streams as one line each" },
  help: { kind: "flag", short: "h", about: "show this" },
} as const satisfies OptionSpecs;

export type GlobalOptions = OptionValues<typeof GLOBAL_OPTIONS>;
