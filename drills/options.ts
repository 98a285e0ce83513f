import { parseArgs } from "node:util";

/** What the drills are asked to do. */
export interface Options {
  /** Their names, in the order in which they are done. */
  readonly drills: readonly string[];
  /** Null for each drill's own. */
  readonly cycles: number | null;
  readonly seed: number;
  /** Whether as little is done as shows that the drills work. */
  readonly quick: boolean;
  /** Whether each drill's summary is told as a line of JSON, too. */
  readonly json: boolean;
}

/** Reads names, of which `all` stands for every one, `--cycles N`, `--seed S`, `--quick` and `--json`. Throws on anything else. */
export function readOptions(args: string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      cycles: { type: "string" },
      seed: { type: "string" },
      quick: { type: "boolean" },
      json: { type: "boolean" },
    },
  });
  const drills = positionals.flatMap((name) => (name === "all" ? known : [name]));
  const unknown = drills.find((name) => !known.includes(name));
  if (drills.length === 0 || unknown !== undefined)
    throw new Error(`drill takes ${known.join(", ")} or all, not ${unknown ?? "nothing"}`);
  return {
    drills,
    cycles: wholeNumber("cycles", values.cycles),
    seed: wholeNumber("seed", values.seed) ?? Math.floor(Math.random() * 2 ** 32),
    quick: values.quick ?? false,
    json: values.json ?? false,
  };
}

function wholeNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} takes a whole number, not ${text}`);
  return Number(text);
}
