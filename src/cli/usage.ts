import type { ArgumentSpec, Command, OptionSpec, OptionSpecs } from "./command.ts";
import { GLOBAL_OPTIONS } from "./command.ts";
import type { Group } from "./commands.ts";
import type { Output } from "./output.ts";
import { table } from "./table.ts";

const MORE = `Exit codes: 0 done · 1 unexpected · 2 usage · 3 refused · 4 timed out.
"sync <command> --help" tells more of each. Tokens come from profiles, SYNC_TOKEN or --token-file, never from options.`;

/** What there is: every command with its summary. */
export function overview(groups: readonly Group[], output: Output): string {
  const rows = groups.flatMap(({ title, commands }) => [
    [output.cell("bold", title), ""],
    ...commands.map(({ name, summary }) => [output.cell("cyan", `  ${name}`), summary]),
  ]);
  const title = `${output.paint("bold", "sync")}: rooms where agents coordinate, from a shell`;
  const start = "Begin with:  sync create --id demo && sync join ana && sync context --as ana";
  return [title, "", "Usage: sync <command> [arguments] [options]", start, "", table(rows), "", MORE].join(
    "\n",
  );
}

/** How one command is used. */
export function commandUsage(command: Command, output: Output): string {
  const head = `${command.summary}.`;
  const parts = [
    `Usage: ${usageLine(command)}`,
    head,
    command.args.length > 0 && table(command.args.map(argumentRow), "  "),
    optionTable("Options", command.options, output),
    optionTable("Everywhere", GLOBAL_OPTIONS, output),
    command.notes,
    `${output.paint("bold", "Example")}\n  ${command.example}`,
  ];
  return parts.filter(Boolean).join("\n\n");
}

export function usageLine({ name, args, options }: Command): string {
  const words = args.map((spec) => {
    const word = `<${spec.name}>${spec.rest ? "…" : ""}`;
    return spec.optional || spec.rest ? `[${word}]` : word;
  });
  return ["sync", name, ...words, ...(Object.keys(options).length > 0 ? ["[options]"] : [])].join(" ");
}

function argumentRow({ name, about, choices }: ArgumentSpec): string[] {
  return [`<${name}>`, choices ? `${about}: ${choices.join(", ")}` : about];
}

function optionTable(title: string, options: OptionSpecs, output: Output): string | undefined {
  const rows = Object.entries(options).map(([name, spec]) => [optionName(name, spec), optionAbout(spec)]);
  return rows.length === 0 ? undefined : `${output.paint("bold", title)}\n${table(rows, "  ")}`;
}

function optionName(name: string, { kind, value, short }: OptionSpec): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${kind === "flag" ? "" : ` <${value ?? kind}>`}`;
}

function optionAbout({ about, choices, kind }: OptionSpec): string {
  const among = choices ? `: ${choices.join(", ")}` : "";
  return `${about}${among}${kind === "list" ? " (separated by commas)" : ""}`;
}
